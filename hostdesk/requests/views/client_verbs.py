"""What contacts say to a request: yes, yes as well, the price is accepted, stop it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from hostdesk.kit.refusals import Refused
from hostdesk.people.access import contacts_only
from hostdesk.people.requests import ClientRequest
from hostdesk.requests.actions import confirming
from hostdesk.requests.models import AdminRequest, RequestState
from hostdesk.requests.queries import contact_on, request_for_person
from hostdesk.web import flash
from hostdesk.web.htmx import go


@require_POST
@contacts_only
def confirmation(request: ClientRequest, pk: int) -> HttpResponse:
    """Yes, I asked for this; or yes, I agree as well."""
    found = request_for_person(request.person, pk)
    me = contact_on(request.person, found)
    return _said(
        request,
        found,
        "Thank you, your yes is noted.",
        lambda: confirming.confirm(found, by=me, to=request.POST.get("question", ""), at=request.at),
    )


@require_POST
@contacts_only
def price(request: ClientRequest, pk: int) -> HttpResponse:
    """The price that the page showed is accepted."""
    found = request_for_person(request.person, pk)
    me = contact_on(request.person, found)
    typed = request.POST.get("cents", "")
    cents = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS else -1
    return _said(
        request,
        found,
        "The price is accepted.",
        lambda: confirming.accept_price(found, by=me, cents=cents, at=request.at),
    )


_DIGITS = 9


@require_POST
@contacts_only
def withdrawal(request: ClientRequest, pk: int) -> HttpResponse:
    """Stop it before it is carried out."""
    found = request_for_person(request.person, pk)
    me = contact_on(request.person, found)
    return _said(
        request,
        found,
        "It is stopped. Nothing is changed.",
        lambda: confirming.withdraw(found, by=me, at=request.at),
    )


def _said(
    request: ClientRequest, found: AdminRequest, sentence: str, verb: Callable[[], AdminRequest]
) -> HttpResponse:
    try:
        after = verb()
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        # Judged anew with this yes: who has lost the right meanwhile reads that, and no thanks.
        if after.state != RequestState.REFUSED:
            flash.done(request, sentence)
    return go(request, reverse("requests:client_request", args=[found.pk]))
