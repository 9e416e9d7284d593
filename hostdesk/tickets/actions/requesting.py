"""Whose turn it is on a ticket while a request to change the account runs on it."""

from __future__ import annotations

from datetime import datetime

from hostdesk.audit.actions import note
from hostdesk.kit.actors import SYSTEM, Actor
from hostdesk.policy import queries as policy
from hostdesk.search import index
from hostdesk.tickets import mails
from hostdesk.tickets.actions import clocks
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.actions.writing import reopen_row, settle
from hostdesk.tickets.models import ENDED, Message, Ticket, TicketState


def await_customer(ticket: Ticket, *, cause: str, at: datetime) -> None:
    """The customer must say something: the ticket waits for them, and so does the resolution clock (sla.resolve)."""
    row = locked(ticket)
    if row.state == TicketState.OPEN:
        settle(row, TicketState.WAITING_CUSTOMER, cause=cause, at=at)


def back_to_us(ticket: Ticket, *, cause: str, at: datetime) -> None:
    """It is our turn again; a ticket in the queue or ended stays as it is."""
    row = locked(ticket)
    if row.state == TicketState.WAITING_CUSTOMER:
        settle(row, TicketState.OPEN, cause=cause, at=at)


def goes_on(ticket: Ticket, *, cause: str, at: datetime) -> None:
    """There is something to do for us: as `back_to_us`, and a ticket that was resolved meanwhile is open again (sla.resolve)."""
    row = locked(ticket)
    if row.state == TicketState.RESOLVED:
        mails.withdraw_resolved(row, at=at)
        reopen_row(row, cause=cause, by=SYSTEM, at=at)
    else:
        back_to_us(row, cause=cause, at=at)


def wait_for_objections(ticket: Ticket, *, at: datetime, is_answered: bool = False) -> None:
    """A waiting time of the policy runs: the solution is not counted until it is over (sla.resolve, contact.restricted).

    `is_answered`: whoever asked has been told elsewhere what happens now, so that a first answer is not owed before then.
    """
    row = locked(ticket)
    if row.state not in ENDED:
        kinds = clocks.ALL if is_answered else (clocks.RESOLUTION, clocks.UPDATE)
        clocks.pause(row, clocks.OBJECTIONS, cause="time to object", at=at, kinds=kinds)


def no_objections_wanted(ticket: Ticket, *, at: datetime) -> None:
    """The waiting time is over, or what it was for has ended: the clocks count on; nothing where none waited for it."""
    clocks.resume(locked(ticket), clocks.OBJECTIONS, cause="time to object", at=at)


def wait_for_quiet(ticket: Ticket, *, at: datetime) -> None:
    """What was asked for is done in quiet hours only: the solution is not counted before they come (sla.offpeak)."""
    row = locked(ticket)
    if row.state not in ENDED:
        clocks.pause(row, clocks.QUIET, cause="quiet hours", at=at)


def quiet_has_come(ticket: Ticket, *, at: datetime) -> None:
    """The quiet hours are here, or nothing waits for them any more; nothing where nothing did."""
    clocks.resume(locked(ticket), clocks.QUIET, cause="quiet hours", at=at)


def resolve_at_once(
    ticket: Ticket, *, said: str, by: Actor, at: datetime, cause: str = "carried out at once"
) -> None:
    """All that the customer asked for on this ticket was carried out, and they hear of it: nobody has to answer it.

    `said` tells what was done, as the last word on the ticket. Clause: channel.tickets.
    """
    row = locked(ticket)
    say(row, said, at=at)
    if row.state not in ENDED:
        settle(row, TicketState.RESOLVED, cause=cause, at=at)
        note("ticket", row.pk, "resolved", by=by, at=at, facts={"cause": cause})


def nothing_left(ticket: Ticket, *, said: str, cause: str, by: Actor, at: datetime) -> None:
    """What a ticket was opened for has come to its end: it is resolved, unless somebody wrote or answered on it meanwhile.

    Then a person goes on, and reads there how it ended. Clause: channel.tickets.
    """
    if only_opened(ticket):
        resolve_at_once(ticket, said=said, by=by, at=at, cause=cause)
    else:
        say(locked(ticket), said, at=at)


def only_opened(ticket: Ticket) -> bool:
    """Whether nobody wrote on a ticket after its first message; words of the house itself do not count."""
    return not (
        Message.objects.filter(ticket=ticket, kind__in=_OF_PEOPLE).exclude(at=ticket.opened_at).exists()
    )


_OF_PEOPLE = (Message.Kind.CUSTOMER, Message.Kind.AGENT, Message.Kind.INTERNAL)


def say(ticket: Ticket, said: str, *, at: datetime) -> None:
    """A word of the house on a ticket, for everybody who reads it; no clock and no mail."""
    Message.objects.create(
        ticket=ticket, kind=Message.Kind.SYSTEM, author_name=policy.operator().name, text=said, at=at
    )
    index.add("ticket", ticket.pk, said)
