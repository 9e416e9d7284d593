"""A clock over time, as its ledger tells it: where it counted, where it waited, where it was late. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hostdesk.sla import engine
from hostdesk.sla.engine import Clock
from hostdesk.sla.ledger import Step, followed

What = Literal["counts", "waits", "late"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the clock did from `begin` to `end`, never the same instant."""

    what: What
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Picture:
    """All stretches in order, and the clock at `until`. `first_due_at` is the end that was promised at the beginning."""

    stretches: tuple[Stretch, ...]
    clock: Clock
    begin: datetime
    end: datetime
    first_due_at: datetime


def drawn(steps: Iterable[Step], *, until: datetime) -> Picture:
    """The picture of a ledger as it stands at `until`; its end is the latest of `until`, the promise and the end.

    A clock that has ended is drawn to its end. Raises `Torn`.
    """
    found: list[Stretch] = []
    clock: Clock | None = None
    begin = first_due = until
    for step in steps:
        if clock is not None:
            found += _between(clock, step.at)
        else:
            begin, first_due = step.at, step.due_at
        clock = followed(clock, step)
    assert clock is not None, "a ledger that was kept has a beginning"
    found += _between(clock, until)
    clock = engine.tick(clock, at=until)
    ends = [begin, clock.due_at, clock.stopped_at or until, *(one.end for one in found[-1:])]
    return Picture(tuple(_joined(found)), clock, begin, max(ends), first_due)


def _joined(found: list[Stretch]) -> list[Stretch]:
    """The same with neighbours of one kind made one: a warning changes nothing in what the clock does."""
    joined: list[Stretch] = []
    for one in found:
        if joined and (joined[-1].what, joined[-1].end) == (one.what, one.begin):
            joined[-1] = Stretch(one.what, joined[-1].begin, one.end)
        else:
            joined.append(one)
    return joined


def _between(clock: Clock, until: datetime) -> list[Stretch]:
    """What a clock does from its last change to the next."""
    begin = clock.last_at or clock.started_at
    if clock.stopped_at is not None or until <= begin:
        return []
    if clock.waits:
        return [Stretch("waits", begin, until)]
    if clock.late_at is not None:
        return [Stretch("late", begin, until)]
    if until <= clock.due_at:
        return [Stretch("counts", begin, until)]
    late = Stretch("late", max(begin, clock.due_at), until)
    return [Stretch("counts", begin, clock.due_at), late] if begin < clock.due_at else [late]
