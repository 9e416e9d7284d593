"""The plan as pages show it: who is on duty now, the coming days, the rows that a supervisor changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hostdesk.kit import moments
from hostdesk.people.models import Agent, Team
from hostdesk.schedule import duty_rules, plan
from hostdesk.schedule.duty_rules import Signs, Standing, Stretch, Turn
from hostdesk.schedule.models import PlanChange, PlannedShift

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_OF_PLAN = 7
DAYS_OF_MINE = 14
_WIDTH = 960
"""Units of a whole day in the picture of a day."""
_WORDS: dict[Standing, tuple[str, str]] = {
    "begun": ("on duty", "good"),
    "seen": ("on duty", "good"),
    "absent": ("planned, not here", "late"),
    "left": ("ended early", "watch"),
    "off": ("off duty", "plain"),
}


@dataclass(frozen=True, slots=True)
class Somebody:
    """One agent now: `word` and `tone` of the state, and since or until when."""

    name: str
    role: str
    word: str
    tone: str
    detail: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of the picture of a day, in units of it."""

    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Line:
    """One planned shift in a list: `06:00 to 14:30`, who, instead of whom, and whether it is the reader's."""

    hours: str
    name: str
    instead_of: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One local day: its shifts by their beginning, its holes in words, and both as a picture."""

    label: str
    is_today: bool
    lines: tuple[Line, ...]
    holes: tuple[str, ...]
    held: tuple[Bar, ...]
    empty: tuple[Bar, ...]
    now: int | None


@dataclass(frozen=True, slots=True)
class Duty:
    """All that the page of shifts shows; `mine` are the reader's own coming shifts, `others` the plans of other teams."""

    people: tuple[Somebody, ...]
    missing: tuple[Somebody, ...]
    is_planned: bool
    is_anybody: bool
    is_promised: bool
    holes: tuple[str, ...]
    days: tuple[Day, ...]
    others: tuple[tuple[str, tuple[Day, ...]], ...]
    mine: tuple[str, ...]


def duty(agent: Agent, at: datetime) -> Duty:
    """The page of shifts for one agent."""
    end = at + timedelta(days=DAYS_OF_MINE)
    found = plan.plan(at - duty_rules.DAY, end)
    standings = plan.standings(at)
    names = {one.pk: one for one in Agent.objects.active().order_by("name", "pk")}
    team = Team.objects.get(slug=Team.SUPPORT)
    planned = plan.is_planned(at)
    empty = plan.holes_of(found, at, at + plan.AHEAD) if planned else []
    turns = found.turns(at - duty_rules.DAY, end)
    people = [
        (standings[one.pk][0], _somebody(one, *standings[one.pk], at, found.zone))
        for one in names.values()
        if one.pk in standings
    ]
    at_work = [one for standing, one in people if standing in duty_rules.ON_DUTY]
    missing = [one for standing, one in people if standing in ("absent", "left")]
    teams = {one.pk: one.name for one in Team.objects.order_by("name")}
    others = sorted({one.team for one in turns if one.team != team.pk}, key=lambda key: teams[key])

    seen = _Seen(names, agent, at, found.zone)

    def shown_days(key: int, gaps: Sequence[Stretch]) -> tuple[Day, ...]:
        own = [one for one in turns if one.team == key]
        today = at.astimezone(found.zone).date()
        days = (today + timedelta(days=ahead) for ahead in range(DAYS_OF_PLAN))
        return tuple(_day(day, own, gaps, seen) for day in days)

    mine = [one for one in turns if one.agent == agent.pk and one.ends_at > at]
    return Duty(
        people=tuple(at_work),
        missing=tuple(missing),
        is_planned=planned,
        is_anybody=bool(at_work),
        is_promised=bool(plan.promised(at, at + timedelta(seconds=1))),
        holes=tuple(spoken(one, found.zone, at) for one in empty),
        days=shown_days(team.pk, empty),
        others=tuple((teams[key], shown_days(key, [])) for key in others),
        mine=tuple(spoken((one.starts_at, one.ends_at), found.zone, at) for one in mine),
    )


def _somebody(agent: Agent, standing: Standing, signs: Signs, at: datetime, zone: ZoneInfo) -> Somebody:
    word, tone = _WORDS[standing]
    parts = []
    if signs.begun_at is not None:
        parts.append(f"since {_short(signs.begun_at, zone, at)}")
    elif standing == "seen":
        parts.append("seen at the desk")
    elif standing == "absent" and signs.turn is not None:
        parts.append(f"since {_short(signs.turn.starts_at, zone, at)}")
    if signs.turn is not None:
        parts.append(f"planned until {_short(signs.turn.ends_at, zone, at)}")
    elif signs.begun_at is not None and signs.planned_until and signs.planned_until > signs.begun_at:
        parts.append(f"was planned until {_short(signs.planned_until, zone, at)}")
    return Somebody(agent.name, agent.get_role_display(), word, tone, ", ".join(parts))


def _short(instant: datetime, zone: ZoneInfo, at: datetime) -> str:
    """`07:30` today, else as `moments.said`."""
    return moments.said(instant, zone, now=at).removeprefix("today ")


def spoken(stretch: Stretch, zone: ZoneInfo, at: datetime) -> str:
    """`tomorrow 22:00 to Sat 28 Nov, 06:00`; the second day is left out where it is the first."""
    begin, end = stretch
    same = begin.astimezone(zone).date() == end.astimezone(zone).date()
    last = f"{end.astimezone(zone):%H:%M}" if same else moments.said(end, zone, now=at)
    return f"{moments.said(begin, zone, now=at)} to {last}"


@dataclass(frozen=True, slots=True)
class _Seen:
    """Who looks at the plan, when and where, and the names of everybody in it."""

    names: Mapping[int, Agent]
    reader: Agent
    at: datetime
    zone: ZoneInfo


def _day(day: date, turns: Sequence[Turn], holes: Sequence[Stretch], seen: _Seen) -> Day:
    names, reader, at, zone = seen.names, seen.reader, seen.at, seen.zone
    begin, end = duty_rules.instant(day, 0, zone), duty_rules.instant(day, 24 * 60, zone)
    today = at.astimezone(zone).date()
    lines = [
        Line(
            hours=f"{one.starts_at.astimezone(zone):%H:%M} to {one.ends_at.astimezone(zone):%H:%M}",
            name=names[one.agent].name if one.agent in names else "somebody who has left",
            instead_of=_name(names, one.instead_of),
            is_mine=one.agent == reader.pk,
        )
        for one in turns
        # Whoever began yesterday and is still to work stands in today's line.
        if one.day == day or (day == today and one.starts_at <= at < one.ends_at)
    ]
    label = {0: "Today", 1: "Tomorrow"}.get((day - today).days, WEEKDAYS[day.weekday()])
    inside = [one for one in holes if one[0] < end and one[1] > begin]
    return Day(
        label=f"{label}, {day.day} {day:%b}",
        is_today=day == today,
        lines=tuple(lines),
        holes=tuple(_hours_of(max(one[0], begin), min(one[1], end), zone) for one in inside),
        held=tuple(
            _bar(one.starts_at, one.ends_at, begin, end)
            for one in turns
            if one.starts_at < end and one.ends_at > begin
        ),
        empty=tuple(_bar(*one, begin, end) for one in inside),
        now=_place(at, begin, end) if day == today else None,
    )


def _name(names: Mapping[int, Agent], key: int | None) -> str:
    found = names.get(key) if key is not None else None
    return found.name if found else ""


def _hours_of(begin: datetime, end: datetime, zone: ZoneInfo) -> str:
    last = f"{end.astimezone(zone):%H:%M}"
    return f"{begin.astimezone(zone):%H:%M} to {'24:00' if last == '00:00' else last}"


def _bar(starts: datetime, ends: datetime, begin: datetime, end: datetime) -> Bar:
    x = _place(max(starts, begin), begin, end)
    return Bar(x, max(1, _place(min(ends, end), begin, end) - x))


def _place(at: datetime, begin: datetime, end: datetime) -> int:
    return round((at - begin) / (end - begin) * _WIDTH)


@dataclass(frozen=True, slots=True)
class WeeklyRow:
    """The weekly shifts of one agent with the same hours: `days` in words, `each` as (key, weekday) to be ended."""

    name: str
    team: str
    days: str
    hours: str
    since: date | None
    each: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One exception as a supervisor takes it back."""

    pk: int
    name: str
    kind: str
    days: str
    stand_in: str
    hours: str


def weekly_rows(at: datetime) -> list[WeeklyRow]:
    """The weekly plan in force and to come, by beginning and name, the days of the same hours together."""
    today = at.astimezone(plan.zone()).date()
    rows = PlannedShift.objects.filter(agent__active=True, until=None).select_related("agent", "team")
    found: dict[tuple[object, ...], list[PlannedShift]] = {}
    for row in rows.order_by("from_minute", "agent__name", "agent_id", "weekday", "pk"):
        since = row.since if row.since > today else None
        found.setdefault((row.from_minute, row.to_minute, row.agent_id, row.team_id, since), []).append(row)
    return [
        WeeklyRow(
            some[0].agent.name,
            some[0].team.name,
            _weekdays([row.weekday for row in some]),
            _clocks(some[0].from_minute, some[0].to_minute),
            some[0].since if some[0].since > today else None,
            tuple((row.pk, WEEKDAYS[row.weekday]) for row in some),
        )
        for some in found.values()
    ]


def _weekdays(days: Sequence[int]) -> str:
    """`every day`, `Mon to Fri`, `Mon, Wed`."""
    chosen = sorted(set(days))
    short = [WEEKDAYS[day][:3] for day in chosen]
    if len(chosen) == len(WEEKDAYS):
        return "every day"
    if len(chosen) > 2 and chosen[-1] - chosen[0] == len(chosen) - 1:  # noqa: PLR2004  (two are named)
        return f"{short[0]} to {short[-1]}"
    return ", ".join(short)


def change_rows(at: datetime) -> list[ChangeRow]:
    """Exceptions that are not over, by their first day."""
    today = at.astimezone(plan.zone()).date()
    rows = PlanChange.objects.filter(last_day__gte=today).select_related("agent", "stand_in")
    return [
        ChangeRow(
            row.pk,
            row.agent.name,
            row.get_kind_display(),
            _days_of(row.first_day, row.last_day),
            row.stand_in.name if row.stand_in else "",
            _clocks(row.from_minute, row.to_minute) if row.kind == PlanChange.Kind.EXTRA else "",
        )
        for row in rows.order_by("first_day", "pk")
    ]


def _clocks(from_minute: int, to_minute: int) -> str:
    clock = f"{from_minute // 60:02d}:{from_minute % 60:02d} to {to_minute // 60:02d}:{to_minute % 60:02d}"
    return clock if to_minute > from_minute else f"{clock} the next day"


def _days_of(first: date, last: date) -> str:
    said = [f"{WEEKDAYS[one.weekday()][:3]} {one.day} {one:%b}" for one in (first, last)]
    return said[0] if first == last else f"{said[0]} to {said[1]}"
