"""The plan, read: who is to work when, where nobody is, and what is known of everybody at one instant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max, Q

from hostdesk.people.models import Agent, Session, Team
from hostdesk.policy import queries as policy
from hostdesk.policy.rules import channel as channel_rules
from hostdesk.policy.rules import sla as sla_rules
from hostdesk.schedule import duty_rules
from hostdesk.schedule.duty_rules import Change, Signs, Standing, Stretch, Turn, Weekly
from hostdesk.schedule.models import PlanChange, PlannedShift, Shift
from hostdesk.sla.hours import Hours

AHEAD = timedelta(days=7)
"""How far ahead holes are looked for."""
_BACK = timedelta(days=8)
"""How far back the end of somebody's last planned shift is looked for: a weekly row has come round by then."""
_LATELY = timedelta(days=2)
"""A desk without a plan keeps shifts when one was begun or ended within this time."""


def zone() -> ZoneInfo:
    """The clock on which shifts are planned: the operator's."""
    return ZoneInfo(policy.operator().time_zone)


@dataclass(frozen=True)
class Plan:
    """The rows that matter between two instants, of agents who are still here."""

    weekly: tuple[Weekly, ...]
    changes: tuple[Change, ...]
    zone: ZoneInfo

    def turns(self, begin: datetime, end: datetime, *, team: int | None = None) -> list[Turn]:
        """Planned shifts that touch this time, in order; of one team or of all."""
        found = duty_rules.turns(self.weekly, self.changes, begin, end, self.zone)
        return [one for one in found if team is None or one.team == team]


def plan(begin: datetime, end: datetime) -> Plan:
    """The plan between two instants; two questions to the database."""
    where = zone()
    first = begin.astimezone(where).date() - duty_rules.DAY
    last = end.astimezone(where).date()
    rows = PlannedShift.objects.filter(agent__active=True, since__lte=last)
    rows = rows.filter(Q(until=None) | Q(until__gte=first))
    weekly = tuple(
        Weekly(*values)
        for values in rows.order_by("pk").values_list(
            "pk", "agent_id", "team_id", "weekday", "from_minute", "to_minute", "since", "until"
        )
    )
    changes = PlanChange.objects.filter(
        agent__active=True, first_day__lte=last, last_day__gte=first
    ).select_related("stand_in")
    return Plan(weekly, tuple(_as_change(row) for row in changes), where)


def _as_change(row: PlanChange) -> Change:
    stand_in = row.stand_in if row.stand_in is not None and row.stand_in.active else None
    return Change(
        row.pk,
        row.agent_id,
        row.team_id,
        row.first_day,
        row.last_day,
        stand_in.pk if stand_in else None,
        row.kind == PlanChange.Kind.EXTRA,
        row.from_minute,
        row.to_minute,
    )


def is_planned(at: datetime) -> bool:
    """Whether there is a plan: a weekly row in force or to come, or a planned extra shift."""
    today = at.astimezone(zone()).date()
    rows = PlannedShift.objects.filter(agent__active=True)
    if rows.filter(Q(until=None) | Q(until__gte=today)).exists():
        return True
    extra = PlanChange.objects.filter(kind=PlanChange.Kind.EXTRA, agent__active=True)
    return extra.filter(last_day__gte=today - duty_rules.DAY).exists()


def keeps_shifts(at: datetime) -> bool:
    """Whether this desk works by shifts: it has a plan, or somebody began or ended one lately.

    A desk that does neither is never told that nobody is on duty.
    """
    if is_planned(at):
        return True
    lately = Q(ended_at=None) | Q(ended_at__gt=at - _LATELY)
    return Shift.objects.filter(lately).exists()


def promised(begin: datetime, end: datetime) -> list[Stretch]:
    """When any policy in force promises that clocks run, in stretches (sla.hours)."""
    found: list[Stretch] = []
    for version in policy.newest():
        opened = sla_rules.open_hours(version.terms)
        hours = Hours(opened.week, ZoneInfo(version.operator.time_zone), opened.holidays)
        found += hours.stretches(begin, end)
    # Nothing covers any of it: what is left is all of it, joined.
    return duty_rules.holes((), found)


def holes(at: datetime, *, ahead: timedelta = AHEAD) -> list[Stretch]:
    """Where nobody of Support is planned though tickets are promised to be looked after; none without any plan.

    Clause: sla.hours.
    """
    if not is_planned(at):
        return []
    return holes_of(plan(at, at + ahead), at, at + ahead)


def holes_of(found: Plan, begin: datetime, end: datetime) -> list[Stretch]:
    """`holes` of a plan that was read already."""
    support = Team.objects.get(slug=Team.SUPPORT).pk
    covered = [(one.starts_at, one.ends_at) for one in found.turns(begin, end, team=support)]
    return duty_rules.holes(covered, promised(begin, end))


def signs(at: datetime) -> dict[int, Signs]:
    """What is known of every agent at an instant, by key; five questions to the database, whatever their number."""
    begun = dict(Shift.objects.filter(ended_at=None).values_list("agent_id", "started_at"))
    ended = dict(
        Shift.objects.filter(ended_at__gt=at - _BACK)
        .values("agent_id")
        .annotate(last=Max("ended_at"))
        .values_list("agent_id", "last")
    )
    seen = dict(
        Session.objects.filter(agent__isnull=False, step="full")
        .values("agent_id")
        .annotate(last=Max("last_seen_at"))
        .values_list("agent_id", "last")
    )
    turn_of: dict[int, Turn] = {}
    until: dict[int, datetime] = {}
    for turn in plan(at - _BACK, at + timedelta(seconds=1)).turns(at - _BACK, at + timedelta(seconds=1)):
        if turn.starts_at <= at < turn.ends_at:
            turn_of[turn.agent] = turn
        elif turn.ends_at <= at:
            until[turn.agent] = max(turn.ends_at, until.get(turn.agent, turn.ends_at))
    everybody = {*begun, *ended, *seen, *turn_of, *until}
    return {
        agent: Signs(
            begun.get(agent), ended.get(agent), seen.get(agent), turn_of.get(agent), until.get(agent)
        )
        for agent in everybody
    }


def unseen_for() -> timedelta | None:
    """After how long without a look at the desk somebody counts as gone (channel.tickets)."""
    return channel_rules.unseen_for(policy.current().terms)


def standings(at: datetime) -> dict[int, tuple[Standing, Signs]]:
    """How everybody stands of whom anything is known. Clauses: sla.hours, channel.tickets."""
    unseen = unseen_for()
    return {agent: (duty_rules.standing(one, at=at, unseen=unseen), one) for agent, one in signs(at).items()}


def agents_by_id(keys: Iterable[int]) -> dict[int, Agent]:
    """Agents by key."""
    return Agent.objects.in_bulk(set(keys))
