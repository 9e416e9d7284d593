"""Instants as people say them. Local time exists only here, in templates and in `schedule`."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_and_time(instant: datetime, zone: ZoneInfo, *, now: datetime) -> str:
    """`Sat 28 Nov, 22:00`; with the year when it is not this one. For mails, which are read on another day."""
    local = instant.astimezone(zone)
    year = f" {local.year}" if local.year != now.astimezone(zone).year else ""
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}{year}, {local:%H:%M}"


def stretch(begin: datetime, end: datetime, zone: ZoneInfo, *, now: datetime) -> str:
    """`Sat 28 Nov, 22:00 to 04:00`; the day of the end as well where it is a day or more later.

    Where clocks change in between, both say which clock is meant: `02:00 (+02:00) to 06:00 (+01:00)`.
    """
    first, last = begin.astimezone(zone), end.astimezone(zone)
    marks = ("", "")
    if first.utcoffset() != last.utcoffset():
        marks = (f" ({_offset(first)})", f" ({_offset(last)})")
    day = (
        ""
        if end - begin < timedelta(days=1)
        else f"{_DAYS[last.weekday()]} {last.day} {_MONTHS[last.month - 1]}, "
    )
    return f"{day_and_time(begin, zone, now=now)}{marks[0]} to {day}{last:%H:%M}{marks[1]}"


def _offset(local: datetime) -> str:
    digits = f"{local:%z}"
    return f"{digits[:3]}:{digits[3:5]}"


def said(instant: datetime, zone: ZoneInfo, *, now: datetime) -> str:
    """`today 15:10`, `yesterday 09:00`, `tomorrow 08:30`, else as `day_and_time`. For screens."""
    days = (instant.astimezone(zone).date() - now.astimezone(zone).date()).days
    word = {0: "today", -1: "yesterday", 1: "tomorrow"}.get(days)
    return f"{word} {instant.astimezone(zone):%H:%M}" if word else day_and_time(instant, zone, now=now)


def hours_and_minutes(length: timedelta) -> str:
    """`0:08`, `2:41`, `26:05`: whole minutes, rounded down; a negative length is shown without its sign."""
    minutes = int(abs(length).total_seconds() // 60)
    return f"{minutes // 60}:{minutes % 60:02}"


def in_words(length: timedelta) -> str:
    """`3 hours`, `1 hour`, `45 minutes`, `1 hour 30 minutes`, `2 days`: exact for whole minutes."""
    minutes = int(abs(length).total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [
        f"{n} {word}{'' if n == 1 else 's'}"
        for n, word in ((days, "day"), (hours, "hour"), (rest, "minute"))
        if n
    ]
    return " ".join(parts) or "0 minutes"
