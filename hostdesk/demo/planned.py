"""The plan of the demo's shifts: the rota as weekly rows, who stands in today, and one hole that nobody has filled yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hostdesk.demo.company import Company
from hostdesk.demo.rhythm import CREW_NOW, ROTA
from hostdesk.people.models import Agent, Team
from hostdesk.people.queries import team
from hostdesk.schedule import plan, planning
from hostdesk.schedule.planning import Difference, Hours

_DAY_MINUTES = 24 * 60
_WEEKDAYS, _WEEKEND = range(5), range(5, 7)
_SHIFT_MINUTES = 8 * 60 + 30
_STAND_INS = ("naledi", "johan", "ayesha", "lerato")
_AWAY_NIGHTS = ((3, "sipho"), (4, None))
"""Days from now on which the night technician is on leave, and who works instead: for the second night nobody, yet."""


def plan_weeks(company: Company, *, at: datetime, zone: ZoneInfo) -> None:
    """Plan the rota, week by week, from before the demo's first day on."""
    by, support = company.staff["pieter"], team(Team.SUPPORT)
    since = at.astimezone(zone).date() - timedelta(days=1)
    for shift in ROTA:
        days = [*(_WEEKDAYS if shift.weekdays else ()), *(_WEEKEND if shift.weekends else ())]
        hours = Hours(shift.starts % _DAY_MINUTES, shift.ends % _DAY_MINUTES)
        planning.plan_shift(company.staff[shift.agent], support, days, hours, since=since, by=by, at=at)


def plan_leave(company: Company, *, now: datetime, at: datetime, zone: ZoneInfo) -> None:
    """The night technician is away for two nights to come; one of them is a hole that is said aloud."""
    by, support = company.staff["pieter"], team(Team.SUPPORT)
    for ahead, name in _AWAY_NIGHTS:
        day = now.astimezone(zone).date() + timedelta(days=ahead)
        stand_in = company.staff[name] if name else None
        away = Difference("leave", day, day, stand_in=stand_in)
        planning.change_plan(company.staff["ruan"], support, away, by=by, at=at)


def fit_to_crew(company: Company, *, now: datetime, at: datetime, zone: ZoneInfo) -> None:
    """At whatever hour the demo is made, the plan says that those work who are there: swaps and extra shifts of today."""
    by, support = company.staff["pieter"], team(Team.SUPPORT)
    crew = {company.staff[name].pk: (name, minutes) for name, minutes in CREW_NOW}
    turns = [
        one
        for one in plan.plan(now, now + timedelta(minutes=1)).turns(now, now + timedelta(minutes=1))
        if one.starts_at <= now
    ]
    planned = {one.agent for one in turns}
    free = [company.staff[name] for name in _STAND_INS if company.staff[name].pk not in planned]
    for turn in turns:
        if turn.agent not in crew:
            away = Agent.objects.get(pk=turn.agent)
            stand_in = free.pop(0) if free else None
            change = Difference("swap" if stand_in else "leave", turn.day, turn.day, stand_in=stand_in)
            planning.change_plan(away, support, change, by=by, at=at)
            planned |= {stand_in.pk} if stand_in else set()
    for key, (name, minutes) in crew.items():
        if key not in planned:
            begins = (now - timedelta(minutes=minutes)).astimezone(zone)
            first = (begins.hour * 60 + begins.minute) // 30 * 30
            hours = Hours(first, (first + _SHIFT_MINUTES) % _DAY_MINUTES)
            extra = Difference("extra", begins.date(), begins.date(), hours=hours)
            planning.change_plan(company.staff[name], support, extra, by=by, at=at)
