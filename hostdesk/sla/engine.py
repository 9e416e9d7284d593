"""One clock: what start, pause, resume, agree, re-target, stop and restart do to it. Pure; every instant is handed in.

A clock counts the running time that has passed. It counts up to `used` at `since`, and on from there; while it waits for
something, or has ended, it does not count. Where its end lies follows from that and from the target, so that a new target,
another class or another policy changes the end and never what has passed.

Time never runs back in a clock: what is said to happen before its last change happens at that change. A machine whose
own clock jumps can neither count a minute twice nor take one away.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from hostdesk.sla.hours import ROUND_THE_CLOCK, Hours

ClockState = Literal["running", "paused", "warned", "breached", "met"]
_NOTHING = timedelta(0)


@dataclass(frozen=True)
class Target:
    """How long a promise lasts, in running time: a warning after `warn_after`, a breach after `due_after`."""

    warn_after: timedelta
    due_after: timedelta
    hours: Hours = field(default=ROUND_THE_CLOCK, repr=False)

    def __post_init__(self) -> None:
        assert timedelta(0) <= self.warn_after <= self.due_after, "a clock warns before it is due"


@dataclass(frozen=True)
class Clock:
    """The whole state of one clock.

    `used` has passed up to `since`; `since` is None while the clock waits or has ended. `waits` names everything that it
    waits for: it runs on when the last of them is over. `agreed_until` is the end of an agreed window: the promise is not
    due before it. `warn_at` and `due_at` are where they stand now; while the clock waits they stand where they stood
    when it began to. `late_at` is when the promise was broken, and stays. `stopped_at` is None until the end.
    `last_at` is the instant of the last change.
    """

    target: Target = field(compare=False)
    started_at: datetime
    warn_at: datetime
    due_at: datetime
    state: ClockState = "running"
    used: timedelta = _NOTHING
    since: datetime | None = None
    waits: frozenset[str] = frozenset()
    paused_at: datetime | None = None
    agreed_until: datetime | None = None
    late_at: datetime | None = None
    stopped_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def look_at(self) -> datetime | None:
        """The next instant at which something happens by itself; None when nothing will."""
        if self.state == "running":
            return self.warn_at
        return self.due_at if self.state == "warned" else None

    def passed(self, at: datetime) -> timedelta:
        """The running time that has passed by `at`."""
        return self.used if self.since is None else self.used + self.target.hours.between(self.since, at)


def start(target: Target, *, at: datetime) -> Clock:
    """A clock that begins to count at `at`."""
    return _placed(Clock(target=target, started_at=at, warn_at=at, due_at=at, since=at, last_at=at))


def tick(clock: Clock, *, at: datetime) -> Clock:
    """The clock as it stands at `at`: warned from `warn_at` on, breached from `due_at` on, to the second."""
    if clock.stopped_at is not None or clock.waits:
        return clock
    at = _forward(clock, at)
    late_at = clock.due_at if clock.late_at is None and at >= clock.due_at else clock.late_at
    seen = _named(replace(clock, late_at=late_at), at=at)
    return clock if seen == clock else replace(seen, last_at=at)


def pause(clock: Clock, *, cause: str, at: datetime) -> Clock:
    """Stop counting from `at`, for one cause more. A clock that has ended, or waits for it already, stays as it is."""
    if clock.stopped_at is not None or cause in clock.waits:
        return clock
    at = _forward(clock, at)
    now = tick(clock, at=at)
    return _named(
        replace(
            now,
            used=now.passed(at),
            since=None,
            waits=now.waits | {cause},
            paused_at=now.paused_at or at,
            last_at=at,
        ),
        at=at,
    )


def resume(clock: Clock, *, cause: str, at: datetime) -> Clock:
    """One cause of waiting is over; when it was the last, the clock counts again from `at`."""
    if cause not in clock.waits:
        return clock
    at, left = _forward(clock, at), clock.waits - {cause}
    if left:
        return replace(clock, waits=left, last_at=at)
    return tick(_placed(replace(clock, waits=left, since=at, paused_at=None, last_at=at)), at=at)


def agree(clock: Clock, *, until: datetime | None, at: datetime) -> Clock:
    """Another time was agreed: the promise is not due before `until`; None takes the agreement back.

    A clock that has ended stays as it is, and a promise that is broken already stays broken. Taken back too late, the
    promise is broken from `at` on.
    """
    if clock.stopped_at is not None:
        return clock
    at = _forward(clock, at)
    return _moved(replace(_counted(tick(clock, at=at), at), agreed_until=until, last_at=at), at=at)


def retarget(clock: Clock, target: Target, *, at: datetime) -> Clock:
    """The same clock under another promise: what has passed has passed, and pauses still do not count.

    A clock that has ended stays as it is, and one that counts towards this promise already counts on: what was late stays
    late since then. One may become late by it, and is then late from `at`, or be late no more: it is another promise that is judged.
    """
    if clock.stopped_at is not None:
        return clock
    at = _forward(clock, at)
    if target == clock.target:
        return tick(replace(clock, last_at=at), at=at)
    return _moved(replace(_counted(clock, at), target=target, late_at=None, last_at=at), at=at)


def stop(clock: Clock, *, at: datetime) -> Clock:
    """End the clock at `at`: met when that is before it was due, else breached and over."""
    if clock.stopped_at is not None:
        return clock
    at = _forward(clock, at)
    now = tick(clock, at=at)
    ended = replace(
        now,
        used=now.passed(at),
        since=None,
        waits=frozenset(),
        paused_at=None,
        agreed_until=None,
        stopped_at=at,
        last_at=at,
    )
    return _named(ended, at=at)


def restart(clock: Clock, target: Target, *, at: datetime) -> Clock:
    """A reopened promise: the time already used stays used, the time it stood stopped does not count.

    A clock that has not ended stays as it is. One that was breached stays breached, and is open again.
    """
    if clock.stopped_at is None:
        return clock
    at = _forward(clock, at)
    return tick(_placed(replace(clock, target=target, stopped_at=None, since=at, last_at=at)), at=at)


def if_it_ran_on(clock: Clock, *, at: datetime) -> datetime:
    """When the promise would be due if the clock counted on from `at`; of one that runs, when it is due."""
    if clock.stopped_at is not None or clock.since is not None:
        return clock.due_at
    return _placed(clock, since=_forward(clock, at)).due_at


def _forward(clock: Clock, at: datetime) -> datetime:
    """`at`, or the instant of the last change where that is later."""
    return at if clock.last_at is None or at >= clock.last_at else clock.last_at


def _counted(clock: Clock, at: datetime) -> Clock:
    """The same clock, counted up to `at`: whatever changes its end now cannot have broken it before."""
    if clock.since is None or at <= clock.since:
        return clock
    return replace(clock, used=clock.passed(at), since=at)


def _moved(clock: Clock, *, at: datetime) -> Clock:
    """Ends put anew, also for a clock that waits: shown as if it ran on now."""
    if clock.since is not None:
        return tick(_placed(clock), at=at)
    return _named(_placed(clock, since=at), at=at)


def _placed(clock: Clock, *, since: datetime | None = None) -> Clock:
    """The clock with the instants of warning and breach that follow from what has passed."""
    begin = since or clock.since
    assert begin is not None, "only a clock that counts has an end"
    target = clock.target
    warn_at = target.hours.after(begin, target.warn_after - clock.used)
    due_at = target.hours.after(begin, target.due_after - clock.used)
    if clock.agreed_until is not None and clock.agreed_until > due_at:
        # The warning keeps its distance from the end, in time that passes on a wall.
        warn_at, due_at = (
            max(warn_at, clock.agreed_until - (target.due_after - target.warn_after)),
            clock.agreed_until,
        )
    return replace(clock, warn_at=warn_at, due_at=due_at)


def _named(clock: Clock, *, at: datetime) -> Clock:
    """The clock with the word for its state."""
    state: ClockState
    if clock.late_at is not None:
        state = "breached"
    elif clock.stopped_at is not None:
        state = "met"
    elif clock.waits:
        state = "paused"
    else:
        state = "warned" if at >= clock.warn_at else "running"
    return replace(clock, state=state)
