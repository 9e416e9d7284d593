"""What the pages at the end and at the beginning of a shift show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hostdesk.jobs import rounds
from hostdesk.people.models import Agent, Membership
from hostdesk.schedule import queries as schedule
from hostdesk.schedule.models import Uncovered
from hostdesk.schedule.watching import uncovered_lately
from hostdesk.tickets import shift_rules
from hostdesk.tickets.models import SlaClock, Ticket
from hostdesk.tickets.queries.access import tickets_for_agent
from hostdesk.tickets.queries.desk import (
    QueueCounts,
    Row,
    attention_for_agent,
    counts_for_agent,
    mine_for_agent,
)
from hostdesk.tickets.shift_models import HandOver

MOST = 50
_FIRST_SHIFT = timedelta(days=1)
_LONGEST_AWAY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ToHandOver:
    """One ticket that matters at the end of a shift; `colleagues` are those on duty who may have it."""

    ticket: Ticket
    row: Row
    may_keep: bool
    colleagues: tuple[Agent, ...]


@dataclass(frozen=True, slots=True)
class ShiftEnd:
    """The page at the end of a shift; `others` of the agent's tickets wait for the customer and stay."""

    tickets: tuple[ToHandOver, ...]
    others: int


def shift_end(agent: Agent, at: datetime) -> ShiftEnd:
    """What becomes of the agent's tickets is asked for these (channel.tickets)."""
    rows = mine_for_agent(agent)
    clocks = SlaClock.objects.filter(ticket_id__in=[row.pk for row in rows], state="running")
    warns: dict[int, datetime] = {}
    for ticket, warn_at in clocks.values_list("ticket_id", "warn_at"):
        if warn_at is not None:
            warns[ticket] = min(warn_at, warns.get(ticket, warn_at))
    asked = [row for row in rows if shift_rules.matters(row.state, warn_at=warns.get(row.pk), at=at)]
    found = Ticket.objects.select_related("team").in_bulk([row.pk for row in asked])
    colleagues = _colleagues(agent, {one.team_id for one in found.values()}, at)
    tickets = [
        ToHandOver(
            found[row.pk],
            row,
            shift_rules.may_keep(row.state, wrote=row.wrote_at is not None),
            colleagues[found[row.pk].team_id],
        )
        for row in asked
        if row.pk in found
    ]
    return ShiftEnd(tuple(tickets), len(rows) - len(asked))


def _colleagues(agent: Agent, teams: set[int], at: datetime) -> dict[int, tuple[Agent, ...]]:
    """Who is on duty beside the agent, by team and name."""
    at_work = schedule.agents_at_work(at)
    found: dict[int, list[Agent]] = {team: [] for team in teams}
    members = Membership.objects.filter(team_id__in=teams, agent_id__in=at_work, agent__active=True)
    for member in members.select_related("agent").order_by("agent__name", "agent_id"):
        if shift_rules.may_receive(member.agent_id, holder=agent.pk, at_work=at_work):
            found[member.team_id].append(member.agent)
    return {team: tuple(agents) for team, agents in found.items()}


@dataclass(frozen=True, slots=True)
class SinceAway:
    """What somebody who comes on duty wants to know: hand-overs newest first, tickets that press, what is wrong."""

    since: datetime
    handed: tuple[HandOver, ...]
    is_cut: bool
    attention: tuple[Row, ...]
    mine: tuple[Row, ...]
    counts: QueueCounts
    troubles: tuple[str, ...]
    uncovered: tuple[Uncovered, ...]


def since_away(agent: Agent, at: datetime) -> SinceAway:
    """Since the end of the agent's last shift, at most a week; for a first shift the last day."""
    last = schedule.last_on_duty(agent, at)
    since = max(last, at - _LONGEST_AWAY) if last is not None else at - _FIRST_SHIFT
    handed = HandOver.objects.filter(at__gt=since, at__lte=at, ticket__in=tickets_for_agent(agent))
    rows = list(
        handed.select_related("ticket__customer", "ticket__assignee", "from_agent", "to_agent", "message")
        .order_by("-at", "-pk")[: MOST + 1]
    )  # fmt: skip
    return SinceAway(
        since=since,
        handed=tuple(rows[:MOST]),
        is_cut=len(rows) > MOST,
        attention=tuple(attention_for_agent(agent)),
        mine=tuple(row for row in mine_for_agent(agent, limit=MOST) if row.is_ours),
        counts=counts_for_agent(agent),
        troubles=tuple(rounds.warnings(at=at)),
        uncovered=tuple(uncovered_lately(since, at)),
    )
