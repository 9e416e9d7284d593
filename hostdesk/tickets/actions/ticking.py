"""What clocks do by themselves: warn, and be late. Work in proportion to what is due, not to what is open."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from hostdesk.audit.actions import Judgement, decide, note
from hostdesk.kit.actors import SYSTEM
from hostdesk.people.models import Agent
from hostdesk.people.queries import supervisors
from hostdesk.schedule.queries import on_duty
from hostdesk.sla import engine
from hostdesk.tickets import mails
from hostdesk.tickets.actions import clocks
from hostdesk.tickets.actions.clocks import set_attention
from hostdesk.tickets.consult_models import Consult
from hostdesk.tickets.models import ENDED, SlaClock, Ticket

BATCH = 100


def clock_round(at: datetime) -> int:
    """Look at the clocks whose warning or end has come; how many changed.

    Each is one commit: state, mark on the ticket, ledger, decision, notices. Any number of workers may run this:
    a clock changes once, and its notices are queued once.
    Clauses: sla.response, sla.resolve, sla.best_effort.
    """
    due = SlaClock.objects.filter(look_at__lte=at).order_by("look_at").values_list("pk", "ticket_id")
    return sum(_look(pk, ticket_id, at) for pk, ticket_id in list(due[:BATCH]))


def _look(pk: int, ticket_id: int, at: datetime) -> int:
    with transaction.atomic():
        # The ticket first, as every verb does: two that hold one each would wait for each other.
        ticket = (
            Ticket.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("contact__person", "account__customer", "assignee", "team")
            .filter(pk=ticket_id)
            .first()
        )
        row = (
            SlaClock.objects.select_for_update(of=("self",))
            .filter(pk=pk, look_at__lte=at)
            .annotate(version_digest=F("policy_version__digest"))
            .first()
            if ticket
            else None
        )
        if ticket is None or row is None:
            return 0
        clock = engine.tick(row.as_clock(clocks.target_of(row)), at=at)
        if clock.state == row.state:
            return 0
        row.take(clock)
        row.save(update_fields=["state", "late_at", "last_at", "look_at"])
        word = "breached" if clock.state == "breached" else "warned"
        clocks.note_step(row, word, "time")
        if word == "breached":
            clocks.note_breach(row)
        set_attention(ticket)
        ticket.save(update_fields=["attention"])
        note("ticket", ticket.pk, f"{row.kind} {word}", by=SYSTEM, at=at)
        facts = {"clock": row.kind, "due_at": row.due_at.isoformat(), "state": ticket.state}
        decide(
            "ticket", ticket.pk, [Judgement(row.clause, word, facts)], version_id=row.policy_version_id, at=at
        )
        if ticket.state not in ENDED:
            for agent in _whom_to_tell(ticket, row, late=clock.state == "breached", at=at):
                mails.clock_notice(ticket, row, agent, at=at)
        return 1


def _whom_to_tell(ticket: Ticket, row: SlaClock, *, late: bool, at: datetime) -> list[Agent]:
    """The holder and those on duty in the ticket's team; a breach also reaches every supervisor (sla.best_effort).

    Of a question to another team: those on duty in the team that was asked (sla.delays).
    """
    asked = Consult.objects.filter(clock=row).select_related("team").first()
    agents = {agent.pk: agent for agent in on_duty(at, team=(asked or ticket).team.slug)}
    if asked is None and ticket.assignee and ticket.assignee.active:
        agents[ticket.assignee.pk] = ticket.assignee
    if late:
        agents |= {agent.pk: agent for agent in supervisors()}
    return [agents[pk] for pk in sorted(agents)]
