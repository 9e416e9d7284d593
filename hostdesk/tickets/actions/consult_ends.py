"""The end of a question to another team; apart, because the end of a ticket ends them too."""

from __future__ import annotations

from datetime import datetime

from hostdesk.audit.actions import note
from hostdesk.kit.actors import SYSTEM
from hostdesk.people.models import Agent
from hostdesk.tickets.actions import clocks
from hostdesk.tickets.consult_models import Consult
from hostdesk.tickets.models import Ticket


def end(consult: Consult, ticket: Ticket, ended: str, *, by: Agent | None, at: datetime) -> None:
    """Keep how a question of a locked ticket ended, and end its clock."""
    consult.ended, consult.ended_by, consult.ended_at = ended, by, at
    consult.save(update_fields=["ended", "ended_by", "ended_at", "answer"])
    if consult.clock_id is not None:
        clocks.stop_consult(ticket, consult.clock_id, cause=ended, at=at)


def withdraw_all(ticket: Ticket, *, cause: str, at: datetime) -> None:
    """A locked ticket has ended: nobody has to answer its questions any more."""
    for consult in Consult.objects.filter(ticket=ticket, ended="").select_related("team"):
        end(consult, ticket, Consult.Ended.WITHDRAWN, by=None, at=at)
        facts = {"team": consult.team.name, "cause": cause}
        note("ticket", ticket.pk, "question withdrawn", by=SYSTEM, at=at, facts=facts)
