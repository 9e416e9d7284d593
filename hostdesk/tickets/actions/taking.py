"""Who has a ticket: take the next one, assign, give back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent, Team
from hostdesk.people.queries import team_ids_of
from hostdesk.policy import queries as policy
from hostdesk.tickets import rules
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.models import ENDED, Ticket, TicketState


def take_next(*, by: Agent, at: datetime) -> Ticket | None:
    """Give the agent the oldest ticket that waits for one of the agent's teams; None when nothing waits.

    Exactly once under concurrency: under PostgreSQL rows that another agent is just taking are passed over, under
    SQLite takers follow each other. Clause: sla.fcfs.
    """
    with transaction.atomic():
        ticket = _oldest_waiting(sorted(team_ids_of(by)))
        if ticket is None:
            return None
        _hand_to(ticket, by, at=at)
        note("ticket", ticket.pk, "taken", by=by.actor(), at=at, facts={"how": "next"})
        return ticket


def assign(
    ticket: Ticket, to: Agent, *, by: Agent, at: datetime, reason: str = "", hand_over: str = ""
) -> Ticket:
    """Give a ticket to an agent, or take it oneself.

    Refused: an ended ticket; an agent who may not see it; past older waiting tickets without a reason (sla.fcfs).
    `hand_over` is a note for the new holder, kept as an internal message by the caller's page.
    """
    with transaction.atomic():
        row = locked(ticket)
        if row.state in ENDED:
            raise Refused("", "This ticket is resolved. Reopen it first.")
        if not to.active or row.team_id not in team_ids_of(to):
            raise Refused("", f"{to.name} is not in the team {row.team.name}.")
        if row.assignee_id == to.pk:
            return row
        _ask_for_reason(row, by=by, reason=reason, at=at)
        _hand_to(row, to, at=at)
        facts = {"to": to.name, "reason": reason, "hand_over": hand_over}
        verb = "taken" if to.pk == by.pk else "assigned"
        note("ticket", row.pk, verb, by=by.actor(), at=at, facts={k: v for k, v in facts.items() if v})
        return row


def give_back(ticket: Ticket, *, by: Agent, at: datetime, reason: str = "") -> Ticket:
    """Put a ticket back into the queue, at its old place (sla.fcfs)."""
    with transaction.atomic():
        row = locked(ticket)
        if row.assignee_id is None:
            return row
        row.assignee = None
        row.updated_at = at
        row.save(update_fields=["assignee", "updated_at"])
        note("ticket", row.pk, "given back", by=by.actor(), at=at, facts={"reason": reason} if reason else {})
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
        note("ticket", row.pk, "moved", by=by.actor(), at=at, facts={"from": before, "to": team.name})
        return row


def take_for_answer(row: Ticket, *, by: Agent, reason: str, at: datetime) -> None:
    """Answering a ticket that nobody holds takes it (sla.fcfs: past older ones only with a reason)."""
    if row.assignee_id is not None or row.state in ENDED:
        return
    _ask_for_reason(row, by=by, reason=reason, at=at)
    _hand_to(row, by, at=at)
    note("ticket", row.pk, "taken", by=by.actor(), at=at, facts={"how": "answered"})


def waiting_before(ticket: Ticket, *, most: int = 1000) -> int:
    """How many tickets of its team came before a ticket and still wait, counted up to `most`."""
    older = Q(queued_at__lt=ticket.queued_at) | Q(queued_at=ticket.queued_at, pk__lt=ticket.pk)
    return Ticket.objects.waiting().filter(older, team_id=ticket.team_id)[:most].count()


def _ask_for_reason(row: Ticket, *, by: Agent, reason: str, at: datetime) -> None:
    """Past older waiting tickets only with a reason, and each jump is counted as a decision."""
    if row.assignee_id is not None:
        return
    older = waiting_before(row)
    if rules.needs_reason_to_jump(waiting_before=older) and not reason.strip():
        raise Refused(
            "sla.fcfs",
            "Older tickets wait before this one. Take the next one, or say why this one goes first.",
        )
    if older:
        version = policy.current(row.policy_slug)
        facts: dict[str, Fact] = {"before": older, "by": by.name, "reason": reason.strip()}
        decide("ticket", row.pk, [Judgement("sla.fcfs", "jumped", facts)], version_id=version.id, at=at)


def _hand_to(row: Ticket, agent: Agent, *, at: datetime) -> None:
    row.assignee = agent
    if row.state == TicketState.NEW:
        row.state = TicketState.OPEN
        row.state_since = at
    row.updated_at = at
    row.save(update_fields=["assignee", "state", "state_since", "updated_at"])


def _oldest_waiting(team_ids: list[int]) -> Ticket | None:
    """The oldest waiting ticket over some teams, locked; each team is asked by its own index."""
    firsts = []
    for team_id in team_ids:
        found = (
            Ticket.objects.waiting()
            .filter(team_id=team_id)
            .in_order()
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if found is not None:
            firsts.append(found)
    return min(firsts, key=lambda ticket: (ticket.queued_at, ticket.pk), default=None)
