"""The end of a ticket, and its return."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import note
from hostdesk.kit.actors import SYSTEM, Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent, Person
from hostdesk.policy import queries as policy
from hostdesk.tickets import mails
from hostdesk.tickets.actions import acknowledging
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.actions.taking import take_for_answer
from hostdesk.tickets.actions.writing import reopen_row, settle
from hostdesk.tickets.models import Ticket, TicketState


def resolve(ticket: Ticket, *, by: Agent, at: datetime, tell: bool = True, jump_reason: str = "") -> Ticket:
    """Mark a ticket solved; the customer is told unless `tell` is False, and may reopen it by replying.

    Refused: past older waiting tickets without a reason (sla.fcfs). A ticket that is resolved stays as it is.
    """
    with transaction.atomic():
        row = locked(ticket)
        if row.state in (TicketState.RESOLVED, TicketState.CLOSED):
            return row
        take_for_answer(row, by=by, reason=jump_reason, at=at)
        settle(row, TicketState.RESOLVED, cause="resolved", at=at)
        note("ticket", row.pk, "resolved", by=by.actor(), at=at)
        if tell and row.contact is not None:
            _tell(row, row.contact.person, at=at)
        return row


def _tell(ticket: Ticket, person: Person, *, at: datetime) -> None:
    """Send the notice, unless this ticket's going to and fro has already brought several of them today."""
    version = policy.current(ticket.policy_slug)
    judged = acknowledging.judge(
        ticket, person, kind="resolved", trust="proven", is_new=False, version=version, at=at
    )
    # An agent's press of a button is no storm: the day's number is for what mails cause.
    if judged.verdict == "silence":
        acknowledging.keep_silent(ticket, person, judged, version=version, at=at)
    else:
        mails.resolved(ticket, at=at)


def resolve_by_contact(ticket: Ticket, *, by: Actor, at: datetime) -> Ticket:
    """The customer says that it is solved; nobody is mailed."""
    with transaction.atomic():
        row = locked(ticket)
        if row.state in (TicketState.RESOLVED, TicketState.CLOSED):
            return row
        settle(row, TicketState.RESOLVED, cause="customer says solved", at=at)
        note("ticket", row.pk, "resolved", by=by, at=at, facts={"by": "customer"})
        return row


def reopen(ticket: Ticket, *, by: Actor, at: datetime, cause: str = "reopened by hand") -> Ticket:
    """Open a resolved ticket again; its resolution clock runs on from where it stood (sla.resolve).

    Refused: a closed ticket.
    """
    with transaction.atomic():
        row = locked(ticket)
        if row.state == TicketState.CLOSED:
            raise Refused("", "This ticket is closed for good. Open a new one that follows it.")
        if row.state == TicketState.RESOLVED:
            mails.withdraw_resolved(row, at=at)
            reopen_row(row, cause=cause, by=by, at=at)
        return row


def close_old(at: datetime, *, limit: int = 200) -> int:
    """Close resolved tickets that nobody reopened in time; how many were closed.

    The time is a term of the policy in force for each ticket.
    """
    closed = 0
    for version in policy.newest():
        patience = version.terms.reopen
        old = Ticket.objects.filter(
            state=TicketState.RESOLVED, resolved_at__lte=at - patience, policy_slug=version.slug
        ).values_list("pk", flat=True)[:limit]
        for pk in list(old):
            closed += _close(pk, at)
    return closed


def _close(pk: int, at: datetime) -> int:
    with transaction.atomic():
        changed = Ticket.objects.filter(pk=pk, state=TicketState.RESOLVED).update(
            state=TicketState.CLOSED, state_since=at, updated_at=at
        )
        if changed:
            note("ticket", pk, "closed", by=SYSTEM, at=at)
        return changed
