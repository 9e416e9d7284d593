"""A desk as a queue and nothing else: who came when, who was there, when each was answered. For expected times.

Agents take the oldest ticket, work on it, answer, and have other work between (replies, breaks), so that they are not
always looking. Nothing of `hostdesk.tickets.expecting` is used to make it.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Africa/Johannesburg")
MONDAY = datetime(2026, 3, 2, tzinfo=ZONE)
DAYS = 30
ODD_DAY = 21
"""The day of the month (a Monday) on which something is out of the ordinary."""
_HOURS = (2, 1, 1, 1, 1, 2, 5, 12, 22, 26, 25, 21, 17, 18, 21, 20, 17, 12, 8, 7, 6, 5, 4, 3)
_WEEK = (1.3, 1.1, 1.0, 1.0, 0.95, 0.5, 0.4)
# Beginning and end in hours of the local day; the second number of agents is for Saturday and Sunday.
_ROTA = ((6, 14.5, 2, 1), (8, 17, 3, 1), (13.5, 22.5, 2, 1), (22, 30.5, 1, 1))


@dataclass(frozen=True)
class Came:
    """One ticket: when it came, and when a person answered it."""

    arrived: datetime
    answered: datetime


@dataclass(frozen=True)
class Month:
    """A month of one team: tickets in the order of their arrival, and (begin, end) of every turn of duty."""

    tickets: list[Came]
    turns: list[tuple[datetime, datetime]]


def month(seed, *, a_day=55, surge=1.0, sick=0):
    """A month; on the odd day `surge` times as many write between 9 and 13, or `sick` agents of each turn stay away."""
    chance = Random(seed)
    arrivals = sorted(_arrivals(chance, a_day, surge))
    turns = list(_turns(chance, sick))
    return Month(_served(chance, arrivals, turns), turns)


def _arrivals(chance, a_day, surge):
    for day in range(DAYS):
        midnight = MONDAY + timedelta(days=day)
        wanted = a_day * _WEEK[day % 7] * chance.uniform(0.85, 1.15)
        for hour, weight in enumerate(_HOURS):
            more = surge if day == ODD_DAY and 9 <= hour < 13 else 1.0
            at, rate = 0.0, wanted * more * weight / sum(_HOURS)
            while (at := at + chance.expovariate(rate)) < 1:
                yield (midnight + timedelta(hours=hour + at)).astimezone(UTC)


def _turns(chance, sick):
    for day in range(DAYS):
        midnight = MONDAY + timedelta(days=day)
        for begins, ends, weekdays, weekends in _ROTA:
            there = (weekdays if day % 7 < 5 else weekends) - (sick if day == ODD_DAY else 0)
            # Somebody is always there: the last one does not call in sick.
            for _ in range(max(there, 1)):
                starts = midnight + timedelta(hours=begins, minutes=chance.uniform(-5, 10))
                yield (
                    starts.astimezone(UTC),
                    (midnight + timedelta(hours=ends, minutes=chance.uniform(-5, 20))).astimezone(UTC),
                )


def _served(chance, arrivals, turns):
    """First come, first served; an answer takes 8 to 40 minutes, and who is idle looks every few minutes."""
    order = count()
    looks = [(begins, next(order), ends) for begins, ends in turns]
    heapq.heapify(looks)
    waiting, found = list(reversed(arrivals)), []
    while waiting and looks:
        at, _, ends = heapq.heappop(looks)
        if at >= ends:
            continue
        if waiting[-1] > at:
            soon = max(at, waiting[-1]) + timedelta(minutes=chance.expovariate(1 / 6))
            heapq.heappush(looks, (soon, next(order), ends))
            continue
        arrived = waiting.pop()
        answered = at + timedelta(minutes=min(90, chance.lognormvariate(2.6, 0.6)))
        found.append(Came(arrived, answered))
        # Other work of the same length comes between, as often as not.
        rest = chance.expovariate(1 / 14) if chance.random() < 0.5 else 1.0
        heapq.heappush(looks, (answered + timedelta(minutes=rest), next(order), ends))
    return sorted(found, key=lambda one: one.arrived)
