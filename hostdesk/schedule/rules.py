"""When windows for larger work stand open: hours of a policy to stretches of time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hostdesk.policy.registry import rule
from hostdesk.sla.hours import Hours, Stretch

LONGEST = timedelta(days=1)
"""Windows are nights, not weeks: a longer stretch is cut at midnight."""
_LOOK_PAST = timedelta(days=2)
_DAY = timedelta(days=1)


@rule("sla.offpeak")
def windows_within(hours: Hours, *, at: datetime, ahead: timedelta) -> list[Stretch]:
    """The quiet times that begin after `at` and end by `at + ahead`, each whole, in UTC and in order.

    Read on the clock of the place: a night in which clocks change is an hour shorter or longer.
    Clause: sla.offpeak.
    """
    horizon = at + ahead
    found = hours.stretches(at - _LOOK_PAST, horizon + _LOOK_PAST)
    pieces = (piece for one in found for piece in _cut(one, hours.zone))
    return [(begin, end) for begin, end in pieces if begin > at and end <= horizon]


@rule("sla.offpeak")
def uncovered(stretch: Stretch, taken: Iterable[Stretch]) -> list[Stretch]:
    """What is left of a stretch beside others: no minute stands in two windows of one team. Clause: sla.offpeak."""
    left = [stretch]
    for begin, end in sorted(taken):
        left = [
            piece
            for first, last in left
            for piece in ((first, min(last, begin)), (max(first, end), last))
            if piece[0] < piece[1]
        ]
    return left


def overlap(one: Stretch, other: Stretch) -> bool:
    """Whether two stretches share time; those that touch do not."""
    return one[0] < other[1] and other[0] < one[1]


def _cut(stretch: Stretch, zone: ZoneInfo) -> Iterator[Stretch]:
    begin, end = stretch
    while end - begin > LONGEST:
        day = begin.astimezone(zone).date() + _DAY
        midnight = datetime.combine(day, time(0), zone).astimezone(UTC)
        yield begin, min(midnight, end)
        begin = min(midnight, end)
    if begin < end:
        yield begin, end
