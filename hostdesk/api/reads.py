"""Rows as the API's fields, through the desk's checking queries, in a fixed number of queries a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F
from django.http import HttpRequest

from hostdesk.audit.models import Decision
from hostdesk.audit.queries import decisions_of
from hostdesk.gateway.finding import Wanted, narrowed
from hostdesk.gateway.queries import customer_of, mail_for_agent, mails_for_agent
from hostdesk.kit import numbers
from hostdesk.mail.models import InboundMail
from hostdesk.people.looking import saw
from hostdesk.people.models import Agent
from hostdesk.requests.models import AdminRequest
from hostdesk.requests.queries import requests_of_ticket
from hostdesk.tickets.models import Message, SlaClock, Ticket
from hostdesk.tickets.queries.access import ticket_for_agent, tickets_for_agent
from hostdesk.tickets.queries.places import places_of

Fields = dict[str, object]

_LONGEST = 200


def tickets_page(
    agent: Agent, *, cursor: str | None, state: str | None, account: str | None, limit: int, at: datetime
) -> Fields:
    """Tickets that the agent may see, newest first, as they stand at `at`."""
    found = (
        tickets_for_agent(agent)
        .order_by("-id")
        .select_related("account", "contact__person", "assignee", "team")
    )
    if state:
        found = found.filter(state=state)
    if account:
        # A longer one is nobody's, and no database compares it.
        found = found.filter(account__username__iexact=account) if len(account) <= _LONGEST else found.none()
    if cursor is not None:
        found = found.filter(pk__lt=int(cursor))
    rows = list(found[: limit + 1])
    shown = rows[:limit]
    clocks = _clocks_of(shown)
    places = places_of(shown, at=at)
    items = [_ticket(row, clocks.get(row.pk, []), places.get(row.pk)) for row in shown]
    return {"items": items, "next": str(shown[-1].pk) if len(rows) > limit else None}


def ticket_detail(request: HttpRequest, number: str) -> Fields:
    """One ticket with all that was said and judged, for the agent of the request, who is kept as having looked."""
    row = ticket_for_agent(request.agent, number)  # type: ignore[attr-defined]  # set by `views`
    at: datetime = request.at  # type: ignore[attr-defined]  # set by the middleware
    saw(request, "ticket", row.pk, customer=row.customer_id)
    messages = (
        Message.objects.filter(ticket=row)
        .order_by("at", "id")
        .values("kind", "text", "at", author=F("author_name"))
    )
    return {
        **_ticket(row, _clocks_of([row]).get(row.pk, []), places_of([row], at=at).get(row.pk)),
        "messages": list(messages),
        "decisions": [_decision(decision) for decision in decisions_of("ticket", [row.pk])],
        "requests": [_request(one) for one in requests_of_ticket(row)],
    }


def mails_page(agent: Agent, wanted: Wanted, *, ticket: str | None, cursor: str | None, limit: int) -> Fields:
    """Inbound mails that the agent may see and asks for, newest first."""
    found = narrowed(mails_for_agent(agent), wanted).order_by("-id")
    if ticket is not None:
        # A number with a wrong check digit is no ticket's.
        found = found.filter(ticket_number=numbers.read(ticket) or -1)
    if cursor is not None:
        found = found.filter(pk__lt=int(cursor))
    rows = list(found[: limit + 1])
    shown = rows[:limit]
    return {"items": [_mail(row) for row in shown], "next": str(shown[-1].pk) if len(rows) > limit else None}


def mail_detail(request: HttpRequest, pk: int) -> Fields:
    """One inbound mail, for the agent of the request, who is kept as having looked."""
    row = mail_for_agent(request.agent, pk)  # type: ignore[attr-defined]  # set by `views`
    saw(request, "mail", pk, customer=lambda: customer_of(row.ticket_number))
    return _mail(row)


def _ticket(row: Ticket, clocks: list[SlaClock], place: int | None) -> Fields:
    return {
        "number": row.number,
        "subject": row.subject,
        "state": row.state,
        "class_": row.ticket_class,
        "account": row.account.username if row.account else None,
        "contact": row.contact.person.email if row.contact else None,
        "assignee": row.assignee.email if row.assignee else None,
        "team": row.team.slug,
        "queue_position": place,
        "opened_at": row.opened_at,
        "clocks": [
            {"kind": c.kind, "clause": c.clause, "warn_at": c.warn_at, "due_at": c.due_at, "state": c.state}
            for c in clocks
        ],
    }


def _mail(row: InboundMail) -> Fields:
    return {
        "id": row.pk,
        "disposition": row.disposition,
        "reason": row.reason,
        "clause": row.clause or None,
        "sender": row.sender or row.envelope_from,
        "trust": row.trust or None,
        "subject": row.subject,
        "sha256": row.digest,
        "ticket": numbers.shown(row.ticket_number) if row.ticket_number else None,
        "received_at": row.received_at,
    }


def _decision(row: Decision) -> Fields:
    version = f"{row.policy_version.slug}/{row.policy_version.number}"
    return {"clause": row.clause, "policy_version": version, "outcome": row.outcome, "facts": row.facts}


def _request(row: AdminRequest) -> Fields:
    return {
        "id": row.pk,
        "kind": row.kind,
        "state": row.state,
        "asked_by_role": row.contact.role,
        "channel": row.channel,
        "clause": row.clause or None,
        "asked_at": row.asked_at,
        "ended_at": row.ended_at,
    }


def _clocks_of(rows: Sequence[Ticket]) -> dict[int, list[SlaClock]]:
    found: dict[int, list[SlaClock]] = {}
    for clock in SlaClock.objects.filter(ticket__in=[row.pk for row in rows]).order_by("id"):
        found.setdefault(clock.ticket_id, []).append(clock)
    return found
