"""How much work the next hours bring and how many people it needs, from the desk's own weeks. Pure; chance is handed in.

Erlang C answers how many agents keep the promise in a steady hour: of tickets that come by chance and take by chance as
long as an answer takes here, how many are begun in time. The next day is played through many times, because a queue that
builds up in the morning is still there at noon, which no single hour knows of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp
from random import Random

HOURS_OF_WEEK = 168
KEPT = 0.95
"""The share of tickets whose first answer shall come in time."""
_PRIOR_WEEKS = 2.0
_MOST_PEOPLE = 500
_RUNS = 200
_OUTER = 0.9


def waits_at_all(people: int, load: float) -> float:
    """Erlang C: the share of tickets that find everybody busy; `load` is work in agents (tickets an hour x hours of work).

    1 where the work is as much as the people or more: then the queue only grows.
    """
    if load <= 0:
        return 0.0
    if people <= load:
        return 1.0
    blocked = 1.0
    for one in range(1, people + 1):
        blocked = load * blocked / (one + load * blocked)
    return blocked / (1 - load / people * (1 - blocked))


def begun_within(people: int, *, an_hour: float, work_minutes: float, minutes: float) -> float:
    """The share of tickets that somebody begins within so many minutes of their arrival."""
    load = an_hour * work_minutes / 60
    if people <= load:
        return 0.0 if an_hour else 1.0
    return 1 - waits_at_all(people, load) * exp(-(people - load) * minutes / work_minutes)


def people_needed(*, an_hour: float, work_minutes: float, promise_minutes: float) -> int:
    """The fewest people with whom `KEPT` of the first answers come within the promise; 0 where nothing comes.

    What an answer itself takes is left of the promise for it: it has to be begun that much earlier.
    """
    if an_hour <= 0 or work_minutes <= 0:
        return 0
    soon = max(0.0, promise_minutes - work_minutes)
    for people in range(max(1, ceil(an_hour * work_minutes / 60)), _MOST_PEOPLE):
        if begun_within(people, an_hour=an_hour, work_minutes=work_minutes, minutes=soon) >= KEPT:
            return people
    return _MOST_PEOPLE


def arrivals_by_hour(counts: Mapping[int, int], weeks: Mapping[int, float]) -> list[float]:
    """Tickets expected in each hour of the week, Monday 00:00 first, from how many came in how many such hours.

    Where weeks are few, an hour leans on the same hour of other days and on the sum of its own day: of four Tuesdays at
    three nobody may have written, and somebody will.
    """
    seen = [max(0.0, weeks.get(hour, 0.0)) for hour in range(HOURS_OF_WEEK)]
    came = [counts.get(hour, 0) for hour in range(HOURS_OF_WEEK)]
    total = sum(came) / max(1.0, sum(seen))
    of_hour = [_rate(came[hour::24], seen[hour::24], total) for hour in range(24)]
    of_day = [
        _rate(came[day * 24 : day * 24 + 24], seen[day * 24 : day * 24 + 24], total) for day in range(7)
    ]
    found = []
    for hour in range(HOURS_OF_WEEK):
        usual = of_hour[hour % 24] * of_day[hour // 24] / total if total else 0.0
        found.append((came[hour] + _PRIOR_WEEKS * usual) / (seen[hour] + _PRIOR_WEEKS))
    return found


def _rate(came: Sequence[int], seen: Sequence[float], usual: float) -> float:
    return (sum(came) + usual) / (sum(seen) + 1)


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour to come: tickets that arrive, people there, and how many wait at its end (middle, and nine times in ten)."""

    arrivals: float
    people: float
    waiting: float
    least: float
    most: float


def next_hours(
    *,
    waiting: int,
    arrivals: Sequence[float],
    people: Sequence[float],
    work_minutes: float,
    chance: Random,
) -> list[Hour]:
    """Play these hours through many times from what waits now; one entry an hour."""
    ends: list[list[float]] = [[] for _ in arrivals]
    for _ in range(_RUNS):
        left = float(waiting)
        for hour, (coming, there) in enumerate(zip(arrivals, people, strict=True)):
            left += _by_chance(coming, chance)
            left -= min(left, _by_chance(there * 60 / work_minutes, chance))
            ends[hour].append(left)
    found = []
    for hour, lefts in enumerate(ends):
        lefts.sort()
        tail = int(_RUNS * (1 - _OUTER) / 2)
        found.append(Hour(arrivals[hour], people[hour], lefts[_RUNS // 2], lefts[tail], lefts[-1 - tail]))
    return found


def _by_chance(mean: float, chance: Random) -> int:
    """A number of independent events of this mean (Poisson)."""
    if mean > 30:  # noqa: PLR2004  (from here on the bell curve is as good and does not underflow)
        return max(0, round(chance.gauss(mean, mean**0.5)))
    limit, product, count = exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count
