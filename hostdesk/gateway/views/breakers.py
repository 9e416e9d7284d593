"""Open breakers, ready to show on the mailroom's pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hostdesk.kit import numbers
from hostdesk.mail.models import Breaker
from hostdesk.web import times


@dataclass(frozen=True, slots=True)
class OpenBreaker:
    """One breaker that holds automatic mails back: `what` of, as a phrase, and until when at least."""

    what: str
    until: str
    stamp: str


def open_breakers(rows: Iterable[Breaker], now: datetime) -> list[OpenBreaker]:
    """Breakers as phrases, seen at `now`."""
    return [
        OpenBreaker(_what(row), times.spoken(row.open_until, now), times.stamp(row.open_until))
        for row in rows
    ]


def _what(row: Breaker) -> str:
    if row.scope == Breaker.Scope.DESK:
        return "of the whole desk"
    return (
        f"about ticket {numbers.shown(int(row.key))}"
        if row.scope == Breaker.Scope.TICKET
        else f"to {row.key}"
    )
