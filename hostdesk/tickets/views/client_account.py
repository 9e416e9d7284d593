"""Which of somebody's accounts a ticket is about: chosen on the ticket, or behind a mailed link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from hostdesk.kit.refusals import Refused
from hostdesk.people.access import anybody, contacts_only
from hostdesk.people.queries import contact_for_person
from hostdesk.people.requests import ClientRequest
from hostdesk.tickets.actions import identifying
from hostdesk.tickets.queries.access import ticket_for_person
from hostdesk.web import flash
from hostdesk.web.behind_links import page_behind_link
from hostdesk.web.htmx import go


@require_POST
@contacts_only
def choose(request: ClientRequest, number: str) -> HttpResponse:
    """The signed-in person says which account it is."""
    found = ticket_for_person(request.person, number)
    named = request.POST.get("contact", "")
    contact = contact_for_person(
        request.person,
        int(named) if named.isascii() and named.isdigit() and len(named) < 19 else 0,  # noqa: PLR2004
    )
    try:
        identifying.choose_account(found, contact, via="signed in", at=request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        flash.done(
            request, f"Thank you. It is about {contact.account.username}; its place in the queue stays."
        )
    return go(request, reverse("tickets:client_ticket", args=[found.number]))


@anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind one of the mailed links: looking changes nothing, the button does, once."""
    at = request.at  # type: ignore[attr-defined]  # set by people.middleware
    return page_behind_link(
        request,
        "tickets/client/account_choice.html",
        identifying.asked_by(token),
        gone=identifying.GONE,
        question=lambda asked: {"ticket": asked[0], "account": asked[1].account},
        press=lambda _: {"chosen": identifying.choose_by_link(token, at=at)},
    )
