"""When a clock runs: round the clock, or in the working hours of a place, holidays left out. Pure.

An hour of work is an hour that passes: where a change of clocks repeats an hour of the working day both count, where it
skips one none does. Working hours are read on the clock of the place, to the minute, as policies write them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hostdesk.policy.week import DAY_MINUTES, Span, Week

_DAY = timedelta(days=1)
_NOTHING = timedelta(0)
_LONGEST_SEARCH = 3_660
Stretch = tuple[datetime, datetime]
"""From the first instant to the first one after it, in UTC."""


class NeverOpen(ValueError):  # noqa: N818
    """Ten years without an open hour: the holidays leave none."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the week on the clock of a zone, without the holidays (local dates)."""

    week: Week
    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()

    @property
    def is_always(self) -> bool:
        """Whether a clock never rests."""
        return self.week.is_always and not self.holidays

    def after(self, at: datetime, span: timedelta) -> datetime:
        """The instant at which `span` of running time has passed since `at`, in UTC.

        The first such instant: an hour that ends with the working day ends that evening and not the next morning.
        Nothing at all has passed at once. Raises `NeverOpen`.
        """
        if span <= _NOTHING:
            return at.astimezone(UTC)
        if self.is_always:
            return at.astimezone(UTC) + span
        for begin, end in self._stretches(at):
            if end - begin >= span:
                return begin + span
            span -= end - begin
        raise NeverOpen

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """How much running time lies between two instants; none when the second is not the later one."""
        if end <= begin:
            return _NOTHING
        if self.is_always:
            return end.astimezone(UTC) - begin.astimezone(UTC)
        total, last = _NOTHING, end.astimezone(UTC)
        for opens, closes in self._stretches(begin):
            if opens >= last:
                break
            total += min(closes, last) - opens
        return total

    def covers(self, at: datetime) -> bool:
        """Whether the clock runs at an instant."""
        local = at.astimezone(self.zone)
        return local.date() not in self.holidays and self.week.covers(at, self.zone)

    def stretches(self, begin: datetime, end: datetime) -> list[Stretch]:
        """The open stretches between two instants, in order, cut to them; those that touch are one."""
        if end <= begin:
            return []
        found: list[Stretch] = []
        last = end.astimezone(UTC)
        for opens, closes in self._stretches(begin):
            if opens >= last:
                break
            if found and found[-1][1] == opens:
                found[-1] = (found[-1][0], min(closes, last))
            else:
                found.append((opens, min(closes, last)))
        return found

    def _stretches(self, at: datetime) -> Iterator[Stretch]:
        """The open stretches from an instant on, the first one from there. Never endless."""
        start = at.astimezone(UTC)
        today = at.astimezone(self.zone).date()
        for ahead in range(-1, _LONGEST_SEARCH):
            day = today + ahead * _DAY
            if day in self.holidays:
                continue
            for begin, end in _open_on(self.week, self.zone, day):
                if end > start:
                    yield max(begin, start), end


@lru_cache(maxsize=4096)
def _open_on(week: Week, zone: ZoneInfo, day: date) -> tuple[Stretch, ...]:
    """The open stretches of one local day, in order, joined where they touch."""
    found: list[Stretch] = []
    spans = [span for span in week.spans if span.first_day <= day.weekday() <= span.last_day]
    for begin, end, offset in _pieces(zone, day):
        for span in sorted(spans, key=lambda one: one.from_minute):
            opens, closes = (
                max(begin, _at(day, span.from_minute) - offset),
                min(end, _at(day, span.to_minute) - offset),
            )
            if opens < closes:
                found.append((opens, closes))
    joined: list[Stretch] = []
    for opens, closes in sorted(found):
        if joined and joined[-1][1] == opens:
            joined[-1] = (joined[-1][0], closes)
        else:
            joined.append((opens, closes))
    return tuple(joined)


def _pieces(zone: ZoneInfo, day: date) -> list[tuple[datetime, datetime, timedelta]]:
    """The time around a local day in pieces of one offset each: (first instant, first one after it, offset)."""
    noon = datetime.combine(day, time(12), UTC)
    # No zone is further than 14 hours from UTC; a local day lies within these two instants.
    begin, end = noon - timedelta(hours=28), noon + timedelta(hours=28)
    first, last = _offset(zone, begin), _offset(zone, end)
    if first == last:
        return [(begin, end, first)]
    low, high = begin, end
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if _offset(zone, middle) == first else (low, middle)
    return [(begin, high, first), (high, end, last)]


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or _NOTHING


def _at(day: date, minute: int) -> datetime:
    """A local time of day, written as if it were UTC."""
    return datetime.combine(day, time(0), UTC) + timedelta(minutes=minute)


ROUND_THE_CLOCK = Hours(Week((Span(0, 6, 0, DAY_MINUTES),)), ZoneInfo("UTC"))
"""Every hour of every day: the default, and what the hosting policy promises (sla.hours)."""
