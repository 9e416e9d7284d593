"""Support waits while a contact's details are out of date, and goes on as soon as they are not. Never silence.

A withheld ticket waits for the customer with both clocks stopped, and keeps its place by arrival. Complaints, calls and
what the house opens itself are not withheld.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Judgement, decide, note
from hostdesk.kit.actors import SYSTEM
from hostdesk.people.standing import Doubt, doubt
from hostdesk.policy import queries as policy
from hostdesk.policy.queries import Version
from hostdesk.tickets import mails
from hostdesk.tickets.actions import clocks
from hostdesk.tickets.actions.identifying import accounts_to_choose
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.models import ENDED, Ticket, TicketState

CLAUSE = "contact.current"
CAUSE = "contact details"


def withhold(ticket: Ticket, why: Doubt, *, version: Version, at: datetime) -> None:
    """Let a ticket that was just opened wait until its contact says that the details are right. Clause: contact.current."""
    assert ticket.contact is not None, "only a contact has details"
    clocks.pause(ticket, clocks.DETAILS, cause=CAUSE, at=ticket.opened_at, kinds=clocks.ALL)
    ticket.state = TicketState.WAITING_CUSTOMER
    ticket.save(update_fields=["state", "attention"])
    facts = {"why": why, "contact": ticket.contact_id}
    decide("ticket", ticket.pk, [Judgement(CLAUSE, "waits", facts)], version_id=version.id, at=at)
    note("ticket", ticket.pk, "waits for contact details", by=SYSTEM, at=at, facts={"why": why})


def is_withheld(ticket: Ticket) -> bool:
    """Whether a ticket waits for its contact's details: nothing else ever stops the clock of the first answer."""
    if ticket.state != TicketState.WAITING_CUSTOMER:
        return False
    return ticket.clocks.filter(kind=clocks.RESPONSE, state="paused").exists()


def release_tickets(person_id: int, *, at: datetime) -> int:
    """Let the tickets of a person whose details are in order, or who is no contact any more, go on; how many.

    Each at the place of its arrival. Clauses: contact.current, sla.fcfs.
    """
    held = Ticket.objects.filter(
        contact__person=person_id,
        state=TicketState.WAITING_CUSTOMER,
        clocks__kind=clocks.RESPONSE,
        clocks__state="paused",
    )
    return sum(_release(ticket, at=at) for ticket in held.order_by("queued_at", "pk"))


def _release(ticket: Ticket, *, at: datetime) -> int:
    with transaction.atomic():
        row = locked(ticket)
        version = policy.current(row.policy_slug)
        if row.state in ENDED or not is_withheld(row) or row.contact is None:
            return 0
        if row.contact.removed_at is not None:
            # Nobody can put these details in order any more: a person looks what becomes of it.
            _go_on(row, version=version, at=at, why="contact removed")
            return 1
        if doubt(row.contact, version.terms, at=at):
            return 0
        _go_on(row, version=version, at=at)
        note("ticket", row.pk, "contact details in order", by=SYSTEM, at=at)
        choices = accounts_to_choose(row, row.contact)
        if len(choices) > 1:
            # Asked only now: one question at a time.
            mails.acknowledgement(
                row, row.contact, version, in_reply_to=None, choices=choices, counted_from=at, at=at
            )
        return 1


def release_emergency(row: Ticket, *, at: datetime) -> None:
    """Let a locked ticket that turned out to be an emergency go on, whatever the details are. Clause: contact.current."""
    if is_withheld(row):
        _go_on(row, version=policy.current(row.policy_slug), at=at, why="emergency")


def _go_on(row: Ticket, *, version: Version, at: datetime, **facts: str) -> None:
    clocks.resume(row, clocks.DETAILS, cause=CAUSE, at=at)
    row.state = TicketState.OPEN if row.assignee_id else TicketState.NEW
    row.state_since = row.updated_at = at
    row.save(update_fields=["state", "state_since", "updated_at", "attention"])
    decide("ticket", row.pk, [Judgement(CLAUSE, "goes on", facts)], version_id=version.id, at=at)
