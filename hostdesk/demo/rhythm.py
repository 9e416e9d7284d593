"""When people write and when staff is there. Pure: chance is handed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

# How likely a customer writes in each hour of a day, by local time.
_HOURS = (1, 1, 1, 1, 1, 2, 6, 14, 24, 26, 24, 20, 16, 17, 20, 19, 16, 11, 7, 6, 6, 5, 3, 2)
# Requests a day, Monday to Sunday: at least, at most.
_DAYS = ((8, 12), (7, 10), (7, 9), (6, 9), (6, 9), (3, 5), (2, 4))
_WORKING_DAYS = 5
LIVELY = timedelta(minutes=106)
"""The last stretch before now, which is staged so that the queue looks alive at any time of day."""
LAST_CREW = timedelta(hours=4)
"""So long before now the crew comes on duty that is there now."""


@dataclass(frozen=True)
class Turn:
    """One agent on duty; `ends` is None for those who are there now."""

    agent: str
    starts: datetime
    ends: datetime | None


@dataclass(frozen=True)
class OddDay:
    """A local day unlike others: `times` as many requests come, and these agents stay away."""

    day: date
    times: int = 1
    away: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shift:
    """One line of the rota: minutes of the local day; one that ends after midnight goes on into the next day."""

    agent: str
    starts: int
    ends: int
    weekdays: bool = True
    weekends: bool = False


ROTA = (
    Shift("lerato", 6 * 60, 14 * 60 + 30, weekends=True),
    Shift("johan", 6 * 60 + 30, 15 * 60),
    Shift("naledi", 8 * 60, 17 * 60),
    Shift("pieter", 8 * 60, 17 * 60),
    Shift("anita", 8 * 60, 16 * 60),
    Shift("sipho", 13 * 60 + 30, 22 * 60 + 30),
    Shift("ayesha", 14 * 60, 22 * 60 + 30, weekends=True),
    Shift("ruan", 22 * 60, 30 * 60 + 30, weekends=True),
)
CREW_NOW = (("pieter", 236), ("johan", 231), ("lerato", 224), ("naledi", 172), ("ayesha", 118))


def requests(
    chance: Random, *, start: datetime, now: datetime, zone: ZoneInfo, odd: OddDay | None = None
) -> list[datetime]:
    """Instants at which ordinary requests arrive from `start` until the staged stretch before `now`, in order."""
    found = []
    for day in _local_days(start, now, zone):
        least, most = _DAYS[day.weekday()]
        count = chance.randint(least, most) * (odd.times if odd and odd.day == day else 1)
        for hour in chance.choices(range(24), weights=_HOURS, k=count):
            local = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
            found.append(local.astimezone(start.tzinfo) + timedelta(seconds=chance.randrange(3600)))
    return sorted(one for one in found if start < one < now - LIVELY)


def turns(
    chance: Random, *, start: datetime, now: datetime, zone: ZoneInfo, odd: OddDay | None = None
) -> list[Turn]:
    """Who was on duty from `start` on, by the rota and some minutes of chance; then the crew of now."""
    last = now - LAST_CREW
    found = []
    for day in _local_days(start - timedelta(days=1), now, zone):
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(start.tzinfo)
        for shift in ROTA:
            if not (shift.weekdays if day.weekday() < _WORKING_DAYS else shift.weekends):
                continue
            if odd and odd.day == day and shift.agent in odd.away:
                continue
            begins = midnight + timedelta(
                minutes=shift.starts + chance.randint(-6, 9), seconds=chance.randrange(60)
            )
            ends = midnight + timedelta(
                minutes=shift.ends + chance.randint(-4, 25), seconds=chance.randrange(60)
            )
            begins, ends = max(begins, start + timedelta(hours=1)), min(ends, last)
            if begins < ends:
                found.append(Turn(shift.agent, begins, ends))
    crew = [Turn(agent, now - timedelta(minutes=minutes), None) for agent, minutes in CREW_NOW]
    return [*found, *crew]


def patience(chance: Random, *, at: datetime, zone: ZoneInfo) -> timedelta:
    """How long a customer takes to write again; who is asked at night answers in the morning."""
    wait = timedelta(minutes=min(6 + chance.lognormvariate(3.6, 1.1), 20 * 60))
    local = (at + wait).astimezone(zone)
    if not 7 <= local.hour < 21:  # noqa: PLR2004  (people sleep)
        days = 1 if local.hour >= 21 else 0  # noqa: PLR2004
        morning = local.replace(hour=7, minute=0, second=0) + timedelta(days=days)
        return morning.astimezone(at.tzinfo) - at + timedelta(minutes=chance.randint(5, 150))
    return wait


def between(chance: Random, least: float, most: float) -> timedelta:
    """Some minutes from `least` to `most`, more often near the lower end."""
    return timedelta(seconds=int(60 * chance.triangular(least, most, least + (most - least) / 4)))


def _local_days(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[date]:
    day = start.astimezone(zone).date()
    while day <= end.astimezone(zone).date():
        yield day
        day += timedelta(days=1)
