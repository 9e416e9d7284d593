"""What the client area shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hostdesk.people.models import Person
from hostdesk.tickets.actions.taking import waiting_before
from hostdesk.tickets.models import ENDED, OURS, SlaClock, Ticket
from hostdesk.tickets.queries.access import tickets_for_person
from hostdesk.tickets.queries.page import Written, written_in


@dataclass(frozen=True)
class Expectation:
    """What a customer may expect now.

    `place` is the ticket's place in the queue, 1 next, None when somebody has it or it is not our turn;
    `answer_by`, `solve_by` are None when that clock is over or waits; `waits_for_you` says whose turn it is.
    """

    place: int | None
    answer_by: datetime | None
    solve_by: datetime | None
    waits_for_you: bool


@dataclass(frozen=True)
class ClientTicket:
    """A ticket as its customer sees it."""

    ticket: Ticket
    written: list[Written]
    expectation: Expectation


def unfinished_for_person(person: Person, *, limit: int = 50) -> list[Ticket]:
    """Everything we have open for a person, newest first."""
    return list(
        tickets_for_person(person).unfinished().select_related("account__customer").order_by("-updated_at")[:limit]
    )


def finished_for_person(person: Person, *, before: int | None = None, limit: int = 30) -> list[Ticket]:
    """Resolved and closed tickets, newest first; `before` is the running number of the last one seen."""
    ended = tickets_for_person(person).filter(state__in=ENDED).select_related("account__customer").order_by("-id")
    return list((ended.filter(pk__lt=before) if before else ended)[:limit])


def page_for_person(ticket: Ticket) -> ClientTicket:
    """All that stands on the page of a ticket which was fetched for a person; no internal word is in it."""
    return ClientTicket(ticket, written_in(ticket, internal=False), expectation_of(ticket))


def expectation_of(ticket: Ticket) -> Expectation:
    """Place in the queue and promised instants of one ticket (sla.response, sla.resolve, sla.fcfs)."""
    clocks = {clock.kind: clock for clock in SlaClock.objects.filter(ticket=ticket, stopped_at=None)}
    running = {kind: clock.due_at for kind, clock in clocks.items() if clock.state in ("running", "warned", "breached")}
    waits = ticket.assignee_id is None and ticket.state in OURS
    return Expectation(
        place=waiting_before(ticket, most=100_000) + 1 if waits else None,
        answer_by=running.get("response"),
        solve_by=running.get("resolution"),
        waits_for_you=ticket.state == "waiting_customer",
    )
