"""A ticket's page in the client area."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hostdesk.kit import numbers
from hostdesk.people.access import contacts_only
from hostdesk.people.queries import contacts_of_person
from hostdesk.people.requests import ClientRequest
from hostdesk.policy import queries as policy
from hostdesk.policy.rules.channel import reopens_until
from hostdesk.tickets.forms_client import ReplyForm
from hostdesk.tickets.models import Ticket, TicketClass, TicketState
from hostdesk.tickets.queries.access import attachment_for_person, ticket_for_person
from hostdesk.tickets.queries.client import page_for_person
from hostdesk.tickets.queries.promised import promised_in
from hostdesk.tickets.views import downloads, pictures
from hostdesk.tickets.views.client_goal import goal
from hostdesk.tickets.views.client_letters import decided, read_by_customer
from hostdesk.tickets.views.client_words import promise, standing

_CLASSES = {
    TicketClass.GENERAL: ("General support, free of charge", "class.general"),
    TicketClass.ADVANCED: ("Advanced support, charged by the hour", "class.advanced"),
    TicketClass.NOT_SUPPORTED: ("Outside what we support", "scope.covered"),
}


@require_safe
@contacts_only
def ticket(request: ClientRequest, number: str) -> HttpResponse:
    """How it stands, what was written, and the way to add to it."""
    return show(request, ticket_for_person(request.person, number))


def show(
    request: ClientRequest, found: Ticket, *, reply: ReplyForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of a ticket that was fetched for this person; a reply that was refused comes back with its words."""
    return render(request, "tickets/client/ticket.html", _context(request, found, reply), status=status)


def _context(
    request: ClientRequest, found: Ticket, reply: ReplyForm | None
) -> dict[str, Any]:  # a template context
    person, now = request.person, request.at
    page, promised = page_for_person(found, at=now), promised_in(found, at=now)
    class_words, class_clause = _CLASSES.get(TicketClass(found.ticket_class), ("", ""))
    asked_by_me = found.contact is not None and found.contact.person_id == person.pk
    return {
        "area": "tickets",
        "ticket": found,
        "standing": standing(
            found, page.expectation, reopens_until=_last_call(found), now=now, delay=promised.delay
        ),
        "goal": goal(found, promised, page.expectation, now=now),
        "letters": read_by_customer(page.written),
        "decided": decided(page.decisions),
        "class_words": class_words,
        "class_promise": promise(found, class_clause) if class_clause else None,
        "to_confirm": found.trust == "unproven" and asked_by_me,
        "unconfirmed": found.trust == "unproven" and not asked_by_me,
        "disowned": found.trust == "forged",
        "choices": contacts_of_person(person) if found.account_id is None and asked_by_me else [],
        "solved": found.state == TicketState.RESOLVED,
        "follows": numbers.shown(found.follows_id) if found.follows_id else "",
        "closed": found.state == TicketState.CLOSED,
        "reply": reply or ReplyForm(initial={"submission": f"c-{secrets.token_urlsafe(16)}"}),
        "draft": f"{person.pk}-{found.pk}",
    }


def _last_call(found: Ticket) -> datetime | None:
    """Until when a resolved ticket can be opened again (channel.no_duplicates)."""
    if found.state != TicketState.RESOLVED or found.resolved_at is None:
        return None
    return reopens_until(found.resolved_at, policy.current(found.policy_slug).terms)


@require_safe
@contacts_only
def file(request: ClientRequest, pk: int, name: str) -> HttpResponse:  # noqa: ARG001  (for the reader)
    """One file of a public message, to be saved."""
    response = downloads.download(attachment_for_person(request.person, pk))
    response.headers["Cache-Control"] = "private, no-store"
    return response  # type: ignore[return-value]  # it streams


@require_safe
@contacts_only
def picture(request: ClientRequest, pk: int) -> HttpResponse:
    """One picture of a public message, in place."""
    return pictures.show(attachment_for_person(request.person, pk))
