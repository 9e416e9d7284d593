"""What class a ticket is of: what it costs, how soon it is due, and which skills it needs."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent
from hostdesk.policy import queries as policy
from hostdesk.tickets import rules
from hostdesk.tickets.actions import clocks
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.models import ENDED, Ticket


def set_class(ticket: Ticket, word: str, *, clause: str = "", by: Agent, at: datetime) -> Ticket:
    """Say of which class a ticket is; its clocks get the promises of that class, without losing what has passed.

    A promise stays under the version of the policy that made it, unless the newest is kinder (scope.versions).
    `word` is a `TicketClass`; `clause` the one by which it is of that class, where several could be meant (not
    supported: class.no_cgi_perl or class.features). Said again, nothing changes.
    Refused: a class that is none; a clause that does not speak of it; an ended ticket.
    Clauses: class.general, class.advanced, class.no_cgi_perl, class.features, class.unsure, class.general_fast.
    """
    named = rules.clauses_of_class(word)
    if not named or (clause and clause not in named):
        raise Refused("", "Choose one of the classes of the policy.")
    with transaction.atomic():
        row = locked(ticket)
        if row.state in ENDED:
            raise Refused("", "This ticket is resolved. Reopen it first.")
        if row.ticket_class == word:
            return row
        version = policy.current(row.policy_slug)
        facts: dict[str, Fact] = {"class": word, "before": row.ticket_class, "by": by.name}
        row.ticket_class, row.updated_at = word, at
        moved = clocks.retarget(row, version, cause="classed", at=at)
        row.save(update_fields=["ticket_class", "updated_at", "attention"])
        note("ticket", row.pk, "classed", by=by.actor(), at=at, facts={**facts, "shown": _shown(row)})
        judged = Judgement(clause or named[0], "classed", facts)
        decide("ticket", row.pk, [judged, *moved], version_id=version.id, at=at)
        return row


def _shown(row: Ticket) -> str:
    return str(row.get_ticket_class_display())
