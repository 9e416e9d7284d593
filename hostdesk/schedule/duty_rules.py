"""The plan of shifts as pure reckoning: from weekly rows and exceptions to instants, holes, and who is at work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from hostdesk.policy.registry import rule

DAY = timedelta(days=1)
Stretch = tuple[datetime, datetime]
"""From the first instant to the first one after it, in UTC."""
Standing = Literal["begun", "seen", "absent", "left", "off"]
"""Begun by the button; seen at the desk in a planned shift; planned and not there; ended early; not planned."""
ON_DUTY: frozenset[Standing] = frozenset({"begun", "seen"})


@dataclass(frozen=True, slots=True)
class Weekly:
    """One row of the weekly plan: each such weekday (0 is Monday) from `since` to `until`, both included.

    `from_minute` counts from local midnight; a shift that ends at or before its beginning ends the next day.
    """

    key: int
    agent: int
    team: int
    weekday: int
    from_minute: int
    to_minute: int
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What differs on some days, both included: `agent` is away, or (`is_extra`) works these hours as well.

    `stand_in` works the hours of whoever is away. Of two changes of one agent on one day the later key counts.
    """

    key: int
    agent: int
    team: int
    first_day: date
    last_day: date
    stand_in: int | None = None
    is_extra: bool = False
    from_minute: int = 0
    to_minute: int = 0

    def covers(self, day: date) -> bool:
        """Whether it is about this day."""
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True, order=True)
class Turn:
    """One planned shift of one agent in UTC; `day` is the local day on which it begins, `instead_of` who is away."""

    starts_at: datetime
    ends_at: datetime
    agent: int
    team: int
    day: date
    instead_of: int | None = None


def instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant of a local time of day, in UTC; `minute` may go past midnight.

    An hour that a change of clocks repeats is meant the first time. A time that it skips lies as long after the change
    as it stands behind it (02:30 is then 03:30): where one shift ends and the next begins, both move alike.
    """
    local = datetime.combine(day, time(0)) + timedelta(minutes=minute)
    return local.replace(tzinfo=zone).astimezone(UTC)


def turns(
    weekly: Iterable[Weekly], changes: Iterable[Change], begin: datetime, end: datetime, zone: ZoneInfo
) -> list[Turn]:
    """Who is to work when between two instants, in order: every shift that touches that time, whole.

    Shifts are read on the clock of `zone`: on the night of a change of clocks one is an hour shorter or longer.
    """
    rows, changed = list(weekly), sorted(changes, key=lambda one: -one.key)
    found: list[Turn] = []
    day = begin.astimezone(zone).date() - DAY
    last = end.astimezone(zone).date()
    while day <= last:
        planned = [
            (row.agent, row.team, row.from_minute, row.to_minute)
            for row in rows
            if row.weekday == day.weekday() and row.since <= day and (row.until is None or day <= row.until)
        ]
        planned += [
            (one.agent, one.team, one.from_minute, one.to_minute)
            for one in changed
            if one.is_extra and one.covers(day)
        ]
        for agent, team, from_minute, to_minute in planned:
            works = _who_works(agent, team, day, changed)
            if works is None:
                continue
            ends = to_minute if to_minute > from_minute else to_minute + 24 * 60
            found.append(
                Turn(
                    instant(day, from_minute, zone),
                    instant(day, ends, zone),
                    works,
                    team,
                    day,
                    agent if works != agent else None,
                )
            )
        day += DAY
    return sorted({one for one in found if one.starts_at < end and one.ends_at > begin}, key=_in_order)


def _in_order(turn: Turn) -> tuple[datetime, datetime, int, int]:
    return turn.starts_at, turn.ends_at, turn.agent, turn.team


def _who_works(agent: int, team: int, day: date, changed: Sequence[Change]) -> int | None:
    """The agent, or the stand-in, or the stand-in's own; None where the chain ends in nobody or in a circle."""
    asked: set[int] = set()
    works: int | None = agent
    while works is not None:
        away = next(
            (
                one
                for one in changed
                if one.agent == works and one.team == team and not one.is_extra and one.covers(day)
            ),
            None,
        )
        if away is None or away.stand_in == works:
            return works
        if works in asked:
            return None
        asked.add(works)
        if away.stand_in is None or away.stand_in == agent:
            return None
        # Two who swap stand in for each other, and neither is away from the other's hours.
        if _is_swap(works, away.stand_in, team, day, changed):
            return away.stand_in
        works = away.stand_in
    return None


def _is_swap(one: int, other: int, team: int, day: date, changed: Sequence[Change]) -> bool:
    """Whether `other` is away on that day only because `one` works for them in exchange."""
    back = next(
        (
            row
            for row in changed
            if row.agent == other and row.team == team and not row.is_extra and row.covers(day)
        ),
        None,
    )
    return back is not None and back.stand_in == one


@rule("sla.hours")
def holes(covered: Iterable[Stretch], promised: Iterable[Stretch]) -> list[Stretch]:
    """The parts of the promised time in which nobody is to work, in order, joined where they touch. Clause: sla.hours."""
    held = sorted(covered)
    found: list[Stretch] = []
    for opens, closes in sorted(promised):
        at = opens
        for begin, end in held:
            if end <= at:
                continue
            if begin >= closes:
                break
            if begin > at:
                found.append((at, begin))
            at = max(at, end)
        if at < closes:
            found.append((at, closes))
    joined: list[Stretch] = []
    for begin, end in sorted(found):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of one agent: when the shift was begun that has not ended, the end of the last one, the last look at
    the desk, the planned shift of now, and the end of the last planned one.
    """

    begun_at: datetime | None = None
    ended_at: datetime | None = None
    seen_at: datetime | None = None
    turn: Turn | None = None
    planned_until: datetime | None = None


@rule("sla.hours", "channel.tickets")
def standing(signs: Signs, *, at: datetime, unseen: timedelta | None) -> Standing:
    """Whether an agent is at work. Clauses: sla.hours, channel.tickets.

    A shift begun by the button counts. Without the button, a planned shift counts once its agent was seen at the desk
    during it, and as long as the last look is not older than `unseen`. A planned shift without either is an absence;
    one that was ended by the button before its time is over.
    """
    if signs.begun_at is not None:
        return "begun"
    turn = signs.turn
    if turn is None:
        return "off"
    if signs.ended_at is not None and signs.ended_at > turn.starts_at:
        return "left"
    earliest = turn.starts_at if unseen is None else max(turn.starts_at, at - unseen)
    if signs.seen_at is not None and signs.seen_at >= earliest:
        return "seen"
    return "absent"


def off_since(signs: Signs, *, at: datetime) -> datetime | None:
    """Since when somebody who is off duty has been gone: the last sign of work; None when there never was one.

    A sign from after `at`, left by a clock that has been set back since, counts as just now.
    """
    known = [one for one in (signs.ended_at, signs.seen_at, signs.planned_until) if one is not None]
    return min(max(known), at) if known else None


@rule("channel.tickets")
def is_forgotten(signs: Signs, *, at: datetime, grace: timedelta, unseen: timedelta) -> bool:
    """Whether a begun shift was left open by somebody who has gone. Clause: channel.tickets.

    Within the planned hours it never was. After them it is, once nobody has seen the agent for the grace time; without
    any plan, once nobody has seen the agent for `unseen`.
    """
    if signs.begun_at is None or signs.turn is not None:
        return False
    was_planned = signs.planned_until is not None and signs.planned_until > signs.begun_at
    known = [one for one in (signs.begun_at, signs.seen_at, signs.planned_until) if one is not None]
    return at - max(known) >= (grace if was_planned else unseen)


@rule("channel.tickets")
def is_gone(
    signs: Signs, at_work: Standing, *, at: datetime, grace: timedelta, unseen: timedelta | None
) -> bool:
    """Whether what this agent holds may be taken back: off duty for the grace time. Clause: channel.tickets.

    Whoever does not work by shifts at all is gone once unseen for `unseen`. Whoever is planned and not here yet gets the
    grace time from the beginning of the shift. Of whom there never was a sign is gone.
    """
    if at_work in ON_DUTY:
        return False
    since = off_since(signs, at=at)
    if at_work == "absent" and signs.turn is not None:
        since = max(signs.turn.starts_at, since) if since is not None else signs.turn.starts_at
    if since is None:
        return True
    by_shifts = signs.ended_at is not None or signs.planned_until is not None or signs.turn is not None
    return at - since >= (grace if by_shifts or unseen is None else max(grace, unseen))
