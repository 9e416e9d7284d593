"""Hours of the week as policies write them: `mon-sun 00:00-24:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
_LONG = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SPAN = re.compile(r"\A([a-z]{3})(?:-([a-z]{3}))? ([0-2]\d):([0-5]\d)-([0-2]\d):([0-5]\d)\Z")


@dataclass(frozen=True, slots=True)
class Span:
    """The same hours on some neighbouring days; minutes count from local midnight, 1440 is the end of the
    day.
    """

    first_day: int
    last_day: int
    from_minute: int
    to_minute: int

    def shown(self) -> str:
        """`Saturday and Sunday, 00:00 to 06:00`."""
        days = _LONG[self.first_day]
        if self.last_day != self.first_day:
            joined = "and" if self.last_day == self.first_day + 1 else "to"
            days += f" {joined} {_LONG[self.last_day]}"
        return f"{days}, {_clock(self.from_minute)} to {_clock(self.to_minute)}"


@dataclass(frozen=True, slots=True)
class Week:
    """The hours of a week in which something holds, in local time."""

    spans: tuple[Span, ...]

    @property
    def is_always(self) -> bool:
        """Whether every minute of the week belongs to it."""
        return self.spans == (Span(0, 6, 0, DAY_MINUTES),)

    def covers(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether an instant lies within these hours, read on a clock of this zone."""
        local = at.astimezone(zone)
        minute = local.hour * 60 + local.minute
        return any(
            span.first_day <= local.weekday() <= span.last_day and span.from_minute <= minute < span.to_minute
            for span in self.spans
        )

    def next_from(self, at: datetime, zone: ZoneInfo) -> datetime:
        """`at` itself when these hours cover it, else the instant at which they next begin, in UTC.

        A begin that a change of clocks skips is the first instant after the gap.
        """
        if self.covers(at, zone):
            return at
        today = at.astimezone(zone).date()
        begins = [
            datetime(day.year, day.month, day.day, span.from_minute // 60, span.from_minute % 60, tzinfo=zone)
            for day in (today + timedelta(days=ahead) for ahead in range(8))
            for span in self.spans
            if span.first_day <= day.weekday() <= span.last_day
        ]
        return min(begin for begin in (one.astimezone(UTC) for one in begins) if begin > at)

    def until(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """When these hours end that cover `at`, in UTC; None where they do not cover it, or never end."""
        if self.is_always or not self.covers(at, zone):
            return None
        end = at
        while end < at + timedelta(days=8) and self.covers(end, zone):
            local = end.astimezone(zone)
            minute = local.hour * 60 + local.minute
            span = next(
                one
                for one in self.spans
                if one.first_day <= local.weekday() <= one.last_day
                and one.from_minute <= minute < one.to_minute
            )
            day = local.date() + timedelta(days=span.to_minute // DAY_MINUTES)
            clock = span.to_minute % DAY_MINUTES
            end = datetime(day.year, day.month, day.day, clock // 60, clock % 60, tzinfo=zone).astimezone(UTC)
        return end

    def shown(self) -> str:
        """In words for a customer."""
        if self.is_always:
            return "24 hours a day, 7 days a week"
        return " and ".join(span.shown() for span in self.spans)


def read(lines: tuple[str, ...]) -> Week:
    """The week that these lines describe.

    Raises `ValueError` with a sentence: another form, a day that does not exist, an end before its beginning,
    overlap.
    """
    spans = tuple(_span(line) for line in lines)
    taken: set[tuple[int, int]] = set()
    for line, span in zip(lines, spans, strict=True):
        for day in range(span.first_day, span.last_day + 1):
            minutes = {(day, minute) for minute in range(span.from_minute, span.to_minute)}
            if minutes & taken:
                raise ValueError(f"'{line}' overlaps with an earlier line")
            taken |= minutes
    return Week(spans)


def _span(line: str) -> Span:
    match = _SPAN.match(line)
    if match is None or match[1] not in DAYS or (match[2] or match[1]) not in DAYS:
        raise ValueError(f"'{line}' must be written like 'mon-fri 08:00-17:00'")
    first, last = DAYS.index(match[1]), DAYS.index(match[2] or match[1])
    begin, end = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
    if last < first or not 0 <= begin < end <= DAY_MINUTES:
        raise ValueError(f"'{line}' must begin before it ends, within one week and one day")
    return Span(first, last, begin, end)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
