"""Emergencies: the only tickets that go before others, declared with a reason and kept as a decision."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Judgement, decide, note
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.policy import queries as policy
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.actions.withholding import release_emergency
from hostdesk.tickets.models import ENDED, Ticket

CLAUSE = "emergency.definition"
MOST_WORDS = 300


def declare(ticket: Ticket, reason: str, *, by: Actor, at: datetime) -> Ticket:
    """From now on the ticket goes before all that are no emergency, within who may take it; among them by arrival.

    One that waits for contact details waits no longer. Refused: without a reason; an ended ticket. Declared again, nothing
    changes.
    Clauses: emergency.definition, sla.fcfs, contact.current.
    """
    said = " ".join(reason.split())[:MOST_WORDS]
    if not said:
        raise Refused(
            CLAUSE, "Say what is down, and why the fault is most likely on our side: nothing else goes first."
        )
    with transaction.atomic():
        row = locked(ticket)
        if row.state in ENDED:
            raise Refused(CLAUSE, "This ticket is resolved. Reopen it first.")
        if row.emergency_at is None:
            _set(row, at, "emergency", said, by=by, at=at)
            release_emergency(row, at=at)
        return row


def withdraw(ticket: Ticket, reason: str = "", *, by: Actor, at: datetime) -> Ticket:
    """It is none, or none any more: the ticket is back at its place by arrival. Clauses: emergency.definition, sla.fcfs."""
    with transaction.atomic():
        row = locked(ticket)
        if row.emergency_at is not None:
            _set(row, None, "no emergency", " ".join(reason.split())[:MOST_WORDS], by=by, at=at)
        return row


def _set(row: Ticket, since: datetime | None, outcome: str, reason: str, *, by: Actor, at: datetime) -> None:
    row.emergency_at, row.updated_at = since, at
    row.save(update_fields=["emergency_at", "updated_at"])
    facts = {"reason": reason} if reason else {}
    note("ticket", row.pk, outcome, by=by, at=at, facts=facts)
    version = policy.current(row.policy_slug)
    judged = Judgement(CLAUSE, outcome, {**facts, "by": by.name})
    decide("ticket", row.pk, [judged], version_id=version.id, at=at)
