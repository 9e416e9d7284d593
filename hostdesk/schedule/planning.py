"""Changing the plan: weekly shifts, exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from hostdesk.audit.actions import Fact, note
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent, Team
from hostdesk.people.queries import team_ids_of
from hostdesk.schedule import plan
from hostdesk.schedule.models import PlanChange, PlannedShift

LONGEST = timedelta(days=366)
"""Of one exception."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of a local day in minutes from midnight; an end not after the beginning is on the next day."""

    from_minute: int
    to_minute: int


@transaction.atomic
def plan_shift(
    agent: Agent,
    team: Team,
    weekdays: Iterable[int],
    hours: Hours,
    *,
    since: date,
    by: Agent,
    at: datetime,
    until: date | None = None,
) -> list[PlannedShift]:
    """Let an agent work these hours on these weekdays (0 is Monday) of every week; the new rows.

    Refused: somebody who has left or is not in the team; no weekday; no hours; an end before the beginning. What is
    planned already is not planned twice.
    """
    _ask_whether_can(agent, team)
    _ask_for_hours(hours)
    chosen = sorted(set(weekdays))
    if not chosen:
        raise Refused("", "Choose at least one day of the week.")
    if until is not None and until < since:
        raise Refused("", "The last day lies before the first.")
    same = PlannedShift.objects.filter(
        agent=agent, team=team, from_minute=hours.from_minute, to_minute=hours.to_minute
    ).filter(until=None)
    known = set(same.values_list("weekday", flat=True))
    rows = [
        PlannedShift(
            agent=agent,
            team=team,
            weekday=day,
            from_minute=hours.from_minute,
            to_minute=hours.to_minute,
            since=since,
            until=until,
        )
        for day in chosen
        if day not in known
    ]
    for row in rows:
        row.save(force_insert=True)
    if rows:
        facts: dict[str, Fact] = {
            "weekdays": [str(row.weekday) for row in rows],
            "hours": f"{_clock(hours.from_minute)}-{_clock(hours.to_minute)}",
            "since": since.isoformat(),
            "team": team.name,
        }
        note("agent", agent.pk, "planned", by=by.actor(), at=at, facts=facts)
    return rows


@transaction.atomic
def end_planned(row: PlannedShift, *, by: Agent, at: datetime) -> None:
    """Plan this weekly shift no longer, from today on; one that runs now goes on to its end."""
    today = at.astimezone(plan.zone()).date()
    facts: dict[str, Fact] = {
        "weekday": row.weekday,
        "hours": f"{_clock(row.from_minute)}-{_clock(row.to_minute)}",
    }
    if row.since >= today:
        row.delete()
    else:
        row.until = today - timedelta(days=1)
        row.save(update_fields=["until"])
    note("agent", row.agent_id, "no longer planned", by=by.actor(), at=at, facts=facts)


@dataclass(frozen=True, slots=True)
class Difference:
    """An exception as it is asked for; `hours` only for an extra shift."""

    kind: str
    first_day: date
    last_day: date
    stand_in: Agent | None = None
    hours: Hours | None = None


@transaction.atomic
def change_plan(agent: Agent, team: Team, wanted: Difference, *, by: Agent, at: datetime) -> PlanChange:
    """Keep that the plan differs on some days: sick, on leave, swapped, or an extra shift.

    Refused: somebody who has left or is not in the team, as agent or as stand-in; a swap without anybody to swap with;
    an extra shift without hours; days in the wrong order or more than a year of them.
    """
    _ask_whether_can(agent, team)
    if wanted.last_day < wanted.first_day:
        raise Refused("", "The last day lies before the first.")
    if wanted.last_day - wanted.first_day > LONGEST:
        raise Refused("", "That is more than a year. End the weekly shift instead.")
    if wanted.kind == PlanChange.Kind.SWAP and wanted.stand_in is None:
        raise Refused("", "Say who works instead.")
    if wanted.stand_in is not None:
        if wanted.stand_in.pk == agent.pk:
            raise Refused("", "Nobody stands in for themselves.")
        _ask_whether_can(wanted.stand_in, team)
    hours = Hours(0, 0)
    if wanted.kind == PlanChange.Kind.EXTRA:
        if wanted.hours is None:
            raise Refused("", "An extra shift needs its hours.")
        hours = wanted.hours
        _ask_for_hours(hours)
    row = PlanChange.objects.create(
        agent=agent,
        team=team,
        kind=wanted.kind,
        first_day=wanted.first_day,
        last_day=wanted.last_day,
        stand_in=wanted.stand_in if wanted.kind != PlanChange.Kind.EXTRA else None,
        from_minute=hours.from_minute,
        to_minute=hours.to_minute,
    )
    note("agent", agent.pk, "plan changed", by=by.actor(), at=at, facts=_facts(row))
    return row


@transaction.atomic
def take_back(row: PlanChange, *, by: Agent, at: datetime) -> None:
    """The exception holds no longer; the history keeps what it was."""
    note("agent", row.agent_id, "plan change taken back", by=by.actor(), at=at, facts=_facts(row))
    row.delete()


def _facts(row: PlanChange) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "kind": row.kind,
        "from": row.first_day.isoformat(),
        "to": row.last_day.isoformat(),
    }
    if row.stand_in is not None:
        facts["stand_in"] = row.stand_in.name
    return facts


def _ask_whether_can(agent: Agent, team: Team) -> None:
    if not agent.active:
        raise Refused("", f"{agent.name} has left.")
    if team.pk not in team_ids_of(agent):
        raise Refused("", f"{agent.name} is not in the team {team.name}.")


def _ask_for_hours(hours: Hours) -> None:
    if hours.from_minute == hours.to_minute:
        raise Refused("", "The shift needs an end that is not its beginning.")


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
