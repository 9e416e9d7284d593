"""What the client area shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hostdesk.audit.models import Decision
from hostdesk.audit.queries import decisions_of
from hostdesk.people.models import Person
from hostdesk.tickets.models import ENDED, SlaClock, Ticket
from hostdesk.tickets.queries.access import tickets_for_person
from hostdesk.tickets.queries.crews import Nobody
from hostdesk.tickets.queries.expected import Likely, likely_answers
from hostdesk.tickets.queries.page import Written, written_in
from hostdesk.tickets.queries.places import places_and_crews

_COUNTS = ("running", "warned", "breached")


@dataclass(frozen=True)
class Expectation:
    """What a customer may expect now.

    `place` is the ticket's place in the queue, 1 next, None when somebody has it or it is not our turn;
    `answer_by`, `solve_by` are None when that clock is over or waits; `waits_for_you` says whose turn it is;
    `waits_for_details`: nothing goes on before the contact's details are in order (contact.current);
    `likely` is between when and when a first answer will probably come, None when too little is known;
    `nobody`: it waits for a first answer, and nobody who may take it is on duty; `word_by` is when our next word is due.
    """

    place: int | None
    answer_by: datetime | None
    solve_by: datetime | None
    waits_for_you: bool
    waits_for_details: bool = False
    likely: Likely | None = None
    nobody: Nobody | None = None
    word_by: datetime | None = None


@dataclass(frozen=True)
class ClientTicket:
    """A ticket as its customer sees it; the judgements about it in the order in which they were made."""

    ticket: Ticket
    written: list[Written]
    expectation: Expectation
    decisions: list[Decision]


def unfinished_for_person(person: Person, *, skip: int = 0, limit: int = 50) -> list[Ticket]:
    """Everything we have open for a person, last touched first."""
    unfinished = (
        tickets_for_person(person)
        .unfinished()
        .select_related("account__customer", "assignee", "contact__person")
    )
    return list(unfinished.order_by("-updated_at", "-id")[skip : skip + limit])


def unfinished_of_account(person: Person, account_id: int, *, limit: int = 5) -> list[Ticket]:
    """What a person may see open on one account, newest first; what they may not see is not there."""
    return list(tickets_for_person(person).unfinished().filter(account_id=account_id).order_by("-id")[:limit])


def finished_for_person(person: Person, *, before: int | None = None, limit: int = 30) -> list[Ticket]:
    """Resolved and closed tickets, newest first; `before` is the running number of the last one seen."""
    ended = (
        tickets_for_person(person).filter(state__in=ENDED).select_related("account__customer").order_by("-id")
    )
    return list((ended.filter(pk__lt=before) if before else ended)[:limit])


def page_for_person(ticket: Ticket, *, at: datetime) -> ClientTicket:
    """All that stands on the page of a ticket which was fetched for a person; no internal word is in it."""
    written = written_in(ticket, internal=False)
    return ClientTicket(ticket, written, expectation_of(ticket, at=at), decisions_of("ticket", [ticket.pk]))


def expectation_of(ticket: Ticket, *, at: datetime) -> Expectation:
    """Place in the queue, promised and probable instants of one ticket (sla.response, sla.resolve, sla.fcfs)."""
    return expectations_of([ticket], at=at)[ticket.pk]


def expectations_of(tickets: Iterable[Ticket], *, at: datetime) -> dict[int, Expectation]:
    """`expectation_of` of many tickets, by their keys; at most two queries, six when one waits unanswered.

    A few more, however many tickets there are, on a desk that names skills or plans shifts.
    """
    asked = list(tickets)
    if not asked:
        return {}
    running = list(SlaClock.objects.filter(ticket__in=asked, stopped_at=None, state__in=[*_COUNTS, "paused"]))
    due: dict[tuple[int, str], datetime] = {
        (clock.ticket_id, clock.kind): clock.due_at for clock in running if clock.state != "paused"
    }
    withheld = {clock.ticket_id for clock in running if (clock.kind, clock.state) == ("response", "paused")}
    found = places_and_crews(asked, at=at)
    places, crews = found.by_ticket, found.crews
    waiting = [one for one in asked if one.pk in places and (one.pk, "response") in due]
    likely = likely_answers(waiting, at=at, crews=crews)
    nobody = {one.pk: crews.nobody_for(one) for one in waiting} if crews else {}
    return {
        ticket.pk: Expectation(
            place=places.get(ticket.pk),
            answer_by=due.get((ticket.pk, "response")),
            solve_by=due.get((ticket.pk, "resolution")),
            waits_for_you=ticket.state == "waiting_customer",
            waits_for_details=ticket.state == "waiting_customer" and ticket.pk in withheld,
            likely=likely.get(ticket.pk),
            nobody=nobody.get(ticket.pk),
            word_by=due.get((ticket.pk, "update")),
        )
        for ticket in asked
    }
