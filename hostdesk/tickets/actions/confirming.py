"""A contact says whether an unproven mail was really theirs."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Judgement, decide, note
from hostdesk.kit.refusals import Missing
from hostdesk.people.models import Contact
from hostdesk.policy import queries as policy
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.models import Message, Ticket

CLAUSE = "contact.listed_sender"


def confirm(ticket: Ticket, *, by: Contact, at: datetime) -> Ticket:
    """The signed-in contact wrote it: ticket and mail count as proven from now on (contact.listed_sender)."""
    return _settle_trust(ticket, "proven", "confirmed", by=by, at=at)


def disown(ticket: Ticket, *, by: Contact, at: datetime) -> Ticket:
    """The signed-in contact did not write it: it counts as forged, and the agents see so (contact.listed_sender)."""
    return _settle_trust(ticket, "forged", "disowned", by=by, at=at)


def _settle_trust(ticket: Ticket, trust: str, outcome: str, *, by: Contact, at: datetime) -> Ticket:
    with transaction.atomic():
        row = locked(ticket)
        if row.contact is None or row.contact.person_id != by.person_id:
            raise Missing
        if row.trust != "unproven":
            return row
        row.trust = trust
        row.save(update_fields=["trust"])
        Message.objects.filter(ticket=row, trust="unproven").update(trust=trust)
        note("ticket", row.pk, outcome, by=by.actor(), at=at)
        version = policy.current(row.policy_slug)
        facts = {"trust_before": "unproven", "trust": trust}
        decide("ticket", row.pk, [Judgement(CLAUSE, outcome, facts)], version_id=version.id, at=at)
        return row
