"""Instants and lengths as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from hostdesk.kit import moments

_IN_DAYS = timedelta(hours=48)


def spoken(at: datetime, now: datetime) -> str:
    """`at` in local time as people say it at `now`: "today 15:10", "Sat 28 Nov, 22:00"."""
    return moments.said(at, timezone.get_default_timezone(), now=now)


def spoken_period(start: datetime, end: datetime, now: datetime) -> str:
    """From one instant to another: "Sat 28 Nov, 22:00 to 02:00"; the second day is named from 24 hours on."""
    local_end = timezone.localtime(end, timezone.get_default_timezone())
    short = end - start < timedelta(hours=24)
    return f"{spoken(start, now)} to {f'{local_end:%H:%M}' if short else spoken(end, now)}"


def exact(at: datetime) -> str:
    """The whole instant in local time with its zone: "Sat 28 Nov 2026, 22:00:05 SAST"."""
    local = timezone.localtime(at, timezone.get_default_timezone())
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S %Z}"


def stamp(at: datetime) -> str:
    """`at` for machines: "2026-11-28T20:00:05Z"."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def length(span: timedelta) -> str:
    """How long, rounded down to the minute: "0:52", "26:05", from 48 hours "2 days 4 h"; never negative."""
    minutes = max(0, int(span.total_seconds()) // 60)
    if span < _IN_DAYS:
        return f"{minutes // 60}:{minutes % 60:02}"
    return f"{minutes // 1440} days {minutes % 1440 // 60} h"


def tag(at: datetime, now: datetime) -> SafeString:
    """A `<time>` element that says it and keeps the exact instant for hover and machines."""
    # Nothing here comes from anybody: figures, names of days and months, the name of a time zone.
    return mark_safe(f'<time datetime="{stamp(at)}" title="{exact(at)}">{spoken(at, now)}</time>')  # noqa: S308
