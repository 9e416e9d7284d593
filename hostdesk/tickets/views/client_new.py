"""A new ticket in the client area."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people.access import contacts_only
from hostdesk.people.models import Contact
from hostdesk.people.queries import contacts_of_person
from hostdesk.people.requests import ClientRequest
from hostdesk.ports.outcomes import PortDown
from hostdesk.tickets.actions.asking import ask
from hostdesk.tickets.actions.opening import Opening
from hostdesk.tickets.forms_client import NewTicketForm
from hostdesk.tickets.models import Channel, Ticket
from hostdesk.tickets.queries.access import ticket_for_person
from hostdesk.tickets.queries.client import unfinished_of_account
from hostdesk.tickets.views.client_sent import FILES_NOT_KEPT, forget_draft
from hostdesk.tickets.views.uploads import kept
from hostdesk.web import flash
from hostdesk.web.htmx import go, show

_TEMPLATE = "tickets/client/new.html"


@require_http_methods(["GET", "HEAD", "POST"])
@contacts_only
def new(request: ClientRequest) -> HttpResponse:
    """Ask what is wrong; then open the ticket, once however often the button was pressed."""
    contacts = contacts_of_person(request.person)
    if not contacts:
        return render(request, "tickets/client/no_account.html", {"area": "tickets"}, status=403)
    accounts, draft = [contact.account for contact in contacts], f"{request.person.pk}-new"
    if request.method == "POST":
        form = NewTicketForm(request.POST, request.FILES, accounts=accounts, draft=draft)
        return _opened(request, form, contacts) if form.is_valid() else _page(request, form, contacts, 422)
    follows = _followed(request, request.GET.get("follows", ""))
    form = NewTicketForm(initial=_beginning(request, contacts, follows), accounts=accounts, draft=draft)
    return _page(request, form, contacts, 200)


def instead_of_reply(request: ClientRequest, closed: Ticket, text: str) -> HttpResponse:
    """The form for a new ticket with words that were written to one which has closed meanwhile."""
    contacts = contacts_of_person(request.person)
    initial = {**_beginning(request, contacts, closed), "text": text}
    accounts, draft = [contact.account for contact in contacts], f"{request.person.pk}-new"
    form = NewTicketForm(initial=initial, accounts=accounts, draft=draft)
    return _page(request, form, contacts, 422, closed=closed.number)


def _beginning(
    request: ClientRequest, contacts: Sequence[Contact], follows: Ticket | None
) -> dict[str, object]:
    """What stands in the form before anybody typed."""
    return {
        "account": _chosen(request, contacts, follows).account_id,
        "submission": f"c-{secrets.token_urlsafe(16)}",
        "follows": follows.number if follows else "",
        "subject": follows.subject if follows else "",
    }


def _opened(request: ClientRequest, form: NewTicketForm, contacts: Sequence[Contact]) -> HttpResponse:
    given = form.cleaned_data
    contact = next(one for one in contacts if one.account_id == given["account"])
    try:
        opening = Opening(
            subject=given["subject"],
            text=given["text"],
            channel=Channel.CLIENT_AREA,
            arrived_at=request.at,
            contact=contact,
            account=contact.account,
            trust="proven",
            files=kept(given["files"]),
            submission=given["submission"] or None,
            follows=_followed(request, given["follows"]),
        )
        ticket = ask(opening, by=contact.actor(), at=request.at)
    except PortDown:
        form.add_error("files", FILES_NOT_KEPT)
        return _page(request, form, contacts, 503)
    except Refused as refusal:
        form.add_error("text", refusal.sentence)
        return _page(request, form, contacts, 422)
    flash.done(request, f"Sent. Your ticket has the number {ticket.number}.")
    address = reverse("tickets:client_ticket", args=[ticket.number])
    return forget_draft(go(request, address), f"{request.person.pk}-new")


def _page(
    request: ClientRequest, form: NewTicketForm, contacts: Sequence[Contact], status: int, *, closed: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {  # a template context holds anything
        "area": "tickets",
        "form": form,
        "several": len(contacts) > 1,
        "account": contacts[0].account,
        "closed": closed,
        "already": _already_open(request, form, contacts),
    }
    return show(request, _TEMPLATE, context, fragment="already", status=status)


def _already_open(request: ClientRequest, form: NewTicketForm, contacts: Sequence[Contact]) -> list[Ticket]:
    """What is open on the account in question: the same problem belongs there (channel.no_duplicates)."""
    named = str(form["account"].value() or "")
    account_id = next(
        (one.account_id for one in contacts if str(one.account_id) == named), contacts[0].account_id
    )
    return unfinished_of_account(request.person, account_id)


def _chosen(request: ClientRequest, contacts: Sequence[Contact], follows: Ticket | None) -> Contact:
    """The contact whose account is chosen beforehand: the one in the address, of the earlier ticket, else the first."""
    named = str(follows.account_id) if follows else request.GET.get("account", "")
    return next((one for one in contacts if str(one.account_id) == named), contacts[0])


def _followed(request: ClientRequest, number: str) -> Ticket | None:
    """The earlier ticket that this one continues, if this person may see it."""
    try:
        return ticket_for_person(request.person, number) if number else None
    except Missing:
        return None
