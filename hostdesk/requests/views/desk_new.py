"""A message that asks for a change becomes a request: the agent says which, the contact still has to prove it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hostdesk.hosting.queries import domains_of, policy_version_for
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people.access import agents_only
from hostdesk.people.looking import saw
from hostdesk.people.requests import DeskRequest
from hostdesk.policy.catalogue import RequestType
from hostdesk.requests import offers
from hostdesk.requests.actions.asking import Wish, WrongDetails, ask
from hostdesk.requests.forms import DetailsForm, initial_of
from hostdesk.requests.queries import messages_that_may_ask
from hostdesk.requests.suggesting import prefilled
from hostdesk.requests.views.rows import key_in
from hostdesk.requests.views.suggested import of_message, text_of
from hostdesk.requests.words import what_it_does
from hostdesk.tickets.models import Message, Ticket
from hostdesk.tickets.queries.access import ticket_for_agent
from hostdesk.web import flash
from hostdesk.web.htmx import go

_TEMPLATE = "requests/desk/make.html"


@dataclass(frozen=True)
class About:
    """Which message on which ticket asks for what."""

    ticket: Ticket
    message: Message
    key: str
    kind: RequestType


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def make(request: DeskRequest, number: str) -> HttpResponse:
    """Which message asks, and for what; then its details, with those filled in that stand in the message.

    It is asked in the name of the contact who wrote the message, and believed no further than the message is.
    """
    ticket = ticket_for_agent(request.agent, number)
    saw(request, "ticket", ticket.pk, customer=ticket.customer_id)
    written = messages_that_may_ask(ticket)
    if not written:
        return render(request, _TEMPLATE, {"place": "all", "ticket": ticket}, status=200)
    wanted = key_in(request, "message")
    message = next((one for one in written if one.pk == wanted), written[0])
    key = request.GET.get("kind", "")
    if not key:
        return render(request, _TEMPLATE, _choosing(request, ticket, message, written))
    kind = _kind(message, key)
    about = About(ticket, message, key, kind)
    if request.method == "POST":
        return _made(request, about)
    assert message.contact is not None
    domains = domains_of(message.contact.account)
    found = prefilled(kind, text_of(message), domains=domains)
    initial = {**initial_of(found), "submission": f"d-{secrets.token_urlsafe(16)}"}
    form = DetailsForm(initial=initial, kind=kind, domains=domains)
    return _page(request, about, form, 200)


def _choosing(
    request: DeskRequest, ticket: Ticket, message: Message, written: list[Message]
) -> dict[str, Any]:  # a template context holds anything
    assert message.contact is not None
    version = policy_version_for(message.contact.account)
    return {
        "place": "all",
        "ticket": ticket,
        "message": message,
        "written": written,
        "suggestions": of_message(message).suggestions,
        "groups": offers.offers(message.contact, version, at=request.at),
    }


def _made(request: DeskRequest, about: About) -> HttpResponse:
    message, key, kind = about.message, about.key, about.kind
    contact = message.contact
    assert contact is not None
    form = DetailsForm(request.POST, kind=kind, domains=domains_of(contact.account))
    if not form.is_valid():
        return _page(request, about, form, 422)
    wish = Wish(
        kind=key,
        contact=contact,
        # Also for a message of the client area: its writer was signed in, but did not ask for this in so many words.
        channel="mail",
        details=form.given(),
        ticket=about.ticket,
        trust=message.trust or "unproven",
        submission=form.cleaned_data["submission"] or None,
    )
    try:
        made = ask(wish, by=request.agent.actor(), at=request.at)
    except WrongDetails as wrong:
        form.say_wrong(wrong.fields)
        return _page(request, about, form, 422)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _page(request, about, form, 422)
    flash.done(request, f"It is a request now, and it {what_it_does(made.state)}.")
    return go(request, reverse("requests:desk_request", args=[made.pk]))


def _page(request: DeskRequest, about: About, form: DetailsForm, status: int) -> HttpResponse:
    context = {
        "place": "all",
        "ticket": about.ticket,
        "message": about.message,
        "key": about.key,
        "kind": about.kind,
        "form": form,
    }
    return render(request, _TEMPLATE, context, status=status)


def _kind(message: Message, key: str) -> RequestType:
    assert message.contact is not None
    kind = policy_version_for(message.contact.account).catalogue.administrative.get(key)
    if kind is None or not kind.proof:
        raise Missing
    return kind
