"""Who has a ticket: take the next one, assign, move to another team."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.audit.inserting import insert_later
from hostdesk.jobs.turns import in_turn
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent, Team
from hostdesk.people.queries import team_ids_of
from hostdesk.policy import queries as policy
from hostdesk.tickets import rules
from hostdesk.tickets.actions.choosing import NONE, Passed, next_for, passed_by
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.actions.passing import end_passing
from hostdesk.tickets.models import ENDED, OURS, HandOut, Ticket, TicketState

How = HandOut.How


def take_next(*, by: Agent, at: datetime) -> Ticket | None:
    """Give the agent the first ticket in the order of the queue that the agent may take; None when there is none.

    Emergencies first, then the oldest, of the agent's teams, within the agent's skills, without those the agent has
    passed over. Exactly once under concurrency: under PostgreSQL rows that another agent is just taking are passed over,
    under SQLite takers follow each other. Clause: sla.fcfs.
    """
    with in_turn("queue"), transaction.atomic():
        chosen = next_for(by, at=at)
        if chosen is None:
            return None
        ticket, passed = chosen
        _hand_to(ticket, by, How.NEXT, passed, at=at)
        note("ticket", ticket.pk, "taken", by=by.actor(), at=at, facts={"how": "next"})
        return ticket


def assign(
    ticket: Ticket, to: Agent, *, by: Agent, at: datetime, reason: str = "", hand_over: str = ""
) -> Ticket:
    """Give a ticket to an agent, or take it oneself.

    Refused: an ended ticket; an agent who may not see it; past older tickets that the agent could take, without a
    reason (sla.fcfs). A skill that the agent lacks is no bar: somebody has decided. `hand_over` is a note for the new holder, kept as an internal message by the caller's page.
    """
    with transaction.atomic():
        row = locked(ticket)
        if row.state in ENDED:
            raise Refused("", "This ticket is resolved. Reopen it first.")
        if not to.active or row.team_id not in team_ids_of(to):
            raise Refused("", f"{to.name} is not in the team {row.team.name}.")
        if row.assignee_id == to.pk:
            return row
        passed = _ask_for_reason(row, to, by=by, reason=reason, at=at)
        _hand_to(row, to, How.TAKEN if to.pk == by.pk else How.ASSIGNED, passed, at=at, reason=reason)
        facts = {"to": to.name, "reason": reason, "hand_over": hand_over}
        verb = "taken" if to.pk == by.pk else "assigned"
        note("ticket", row.pk, verb, by=by.actor(), at=at, facts={k: v for k, v in facts.items() if v})
        return row


def move_to_team(ticket: Ticket, team: Team, *, by: Agent, at: datetime) -> Ticket:
    """Hand a ticket to another team; it keeps its place by arrival, and nobody holds it.

    Refused: out of a sealed team by somebody who is not in it (the caller could not have fetched it).
    A ticket moved to a sealed team is invisible to others from this commit on (conduct.complaints).
    """
    with transaction.atomic():
        row = locked(ticket)
        if row.team_id == team.pk:
            return row
        before = row.team.name
        row.team = team
        row.sealed = team.sealed
        row.assignee = None
        row.updated_at = at
        row.save(update_fields=["team", "sealed", "assignee", "updated_at"])
        end_passing(row, at=at)
        note("ticket", row.pk, "moved", by=by.actor(), at=at, facts={"from": before, "to": team.name})
        return row


def take_for_answer(row: Ticket, *, by: Agent, reason: str, at: datetime) -> None:
    """Answering a ticket that nobody holds takes it (sla.fcfs: past older ones only with a reason)."""
    if row.assignee_id is not None or row.state in ENDED:
        return
    passed = _ask_for_reason(row, by, by=by, reason=reason, at=at)
    _hand_to(row, by, How.ANSWERED, passed, at=at, reason=reason)
    note("ticket", row.pk, "taken", by=by.actor(), at=at, facts={"how": "answered"})


def _ask_for_reason(row: Ticket, to: Agent, *, by: Agent, reason: str, at: datetime) -> Passed:
    """Past older tickets that `to` could take only with a reason, and each jump is counted as a decision."""
    if row.assignee_id is not None or row.state not in OURS:
        return NONE
    passed = passed_by(row, to, at=at)
    if rules.needs_reason_to_jump(waiting_before=passed.choice) and not reason.strip():
        raise Refused(
            "sla.fcfs",
            "Older tickets wait before this one. Take the next one, or say why this one goes first.",
        )
    if passed.choice:
        version = policy.current(row.policy_slug)
        facts: dict[str, Fact] = {"before": passed.choice, "by": by.name, "reason": reason.strip()}
        decide("ticket", row.pk, [Judgement("sla.fcfs", "jumped", facts)], version_id=version.id, at=at)
    return passed


def _hand_to(row: Ticket, agent: Agent, how: str, passed: Passed, *, at: datetime, reason: str = "") -> None:
    """Let the agent have it; what came from the queue is kept as one hand-out, and what waits is in no queue."""
    if row.assignee_id is None and row.state in OURS:
        insert_later(_hand_out(row, agent, how, passed, at=at, reason=reason))
        end_passing(row, at=at)
    row.assignee = agent
    if row.state == TicketState.NEW:
        row.state = TicketState.OPEN
        row.state_since = at
    row.updated_at = at
    row.save(update_fields=["assignee", "state", "state_since", "updated_at"])


def _hand_out(row: Ticket, agent: Agent, how: str, passed: Passed, *, at: datetime, reason: str) -> HandOut:
    return HandOut(
        ticket=row,
        team_id=row.team_id,
        agent=agent,
        how=how,
        reason=" ".join(reason.split())[:300],
        at=at,
        first=row.state == TicketState.NEW,
        waited_seconds=max(0, round((at - row.queued_at).total_seconds())),
        past_skill=passed.skill,
        past_skip=passed.skip,
        past_emergency=passed.emergency,
        past_choice=passed.choice,
    )
