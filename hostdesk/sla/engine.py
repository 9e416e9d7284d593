"""One clock: what start, pause, resume, re-target and stop do to it. Pure; every instant is handed in.

A clock runs from `started_at` to its end; time while paused does not count, so a resumed clock's
instants of warning and breach lie later by the length of the pause.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

ClockState = Literal["running", "paused", "warned", "breached", "met"]


@dataclass(frozen=True)
class Target:
    """How long a promise lasts: a warning after `warn_after`, a breach after `due_after`, both from the start."""

    warn_after: timedelta
    due_after: timedelta

    def __post_init__(self) -> None:
        assert timedelta(0) <= self.warn_after <= self.due_after, "a clock warns before it is due"


@dataclass(frozen=True)
class Clock:
    """The whole state of one clock.

    `warn_at` and `due_at` are where they stand now; while paused they stand where they stood when the pause began.
    `stopped_at` is None until the promise is kept or too late; a late stop leaves the state breached.
    """

    started_at: datetime
    warn_at: datetime
    due_at: datetime
    state: ClockState = "running"
    paused_at: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def look_at(self) -> datetime | None:
        """The next instant at which something happens by itself; None when nothing will."""
        if self.state == "running":
            return self.warn_at
        return self.due_at if self.state == "warned" else None


def start(target: Target, *, at: datetime) -> Clock:
    """A clock that begins to run at `at`."""
    return Clock(started_at=at, warn_at=at + target.warn_after, due_at=at + target.due_after)


def tick(clock: Clock, *, at: datetime) -> Clock:
    """The clock as it stands at `at`: warned from `warn_at` on, breached from `due_at` on, to the second."""
    if clock.state not in ("running", "warned"):
        return clock
    if at >= clock.due_at:
        return replace(clock, state="breached")
    if at >= clock.warn_at:
        return replace(clock, state="warned")
    return clock


def pause(clock: Clock, *, at: datetime) -> Clock:
    """Stop counting from `at`. A clock that is paused, breached or met already stays as it is."""
    now = tick(clock, at=at)
    if now.state not in ("running", "warned"):
        return now
    return replace(now, state="paused", paused_at=at)


def resume(clock: Clock, *, at: datetime) -> Clock:
    """Count again from `at`; a clock that is not paused stays as it is."""
    if clock.state != "paused" or clock.paused_at is None:
        return clock
    waited = max(at - clock.paused_at, timedelta(0))
    moved = replace(
        clock, state="running", paused_at=None, warn_at=clock.warn_at + waited, due_at=clock.due_at + waited
    )
    return tick(moved, at=at)


def stop(clock: Clock, *, at: datetime) -> Clock:
    """End the clock at `at`: met when that is before it was due, else breached and over."""
    if clock.stopped_at is not None:
        return clock
    now = tick(resume(clock, at=at) if clock.state == "paused" else clock, at=at)
    return replace(now, state="breached" if now.state == "breached" else "met", stopped_at=at)


def restart(clock: Clock, target: Target, *, at: datetime) -> Clock:
    """A reopened promise: the time already used stays used, the time it stood stopped does not count.

    A clock that has not ended stays as it is. One that was breached stays breached, and is open again.
    """
    if clock.stopped_at is None:
        return clock
    if clock.state == "breached":
        return replace(clock, stopped_at=None)
    stood = max(at - clock.stopped_at, timedelta(0))
    moved = replace(
        clock,
        state="running",
        stopped_at=None,
        warn_at=max(clock.warn_at, clock.started_at + target.warn_after) + stood,
        due_at=max(clock.due_at, clock.started_at + target.due_after) + stood,
    )
    return tick(moved, at=at)


def retarget(clock: Clock, old: Target, new: Target, *, at: datetime) -> Clock:
    """The same clock under another promise: what has passed has passed, and pauses still do not count.

    A clock that has ended stays as it is. One may become late by it, or be late no more.
    """
    if clock.stopped_at is not None:
        return clock
    moved = replace(
        clock,
        state="paused" if clock.state == "paused" else "running",
        warn_at=clock.warn_at + (new.warn_after - old.warn_after),
        due_at=clock.due_at + (new.due_after - old.due_after),
    )
    return tick(moved, at=at)
