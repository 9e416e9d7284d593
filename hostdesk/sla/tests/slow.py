"""The clock again, slowly: every minute of two years is looked at by itself, and a history is reckoned from its beginning.

Nothing of it is shared with `hostdesk.sla.engine` or `hostdesk.sla.hours`; what the two agree on is right, or wrong twice.
Instants are whole seconds since EPOCH.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from hostdesk.policy.week import read

EPOCH = datetime(2027, 9, 1, tzinfo=UTC)
MINUTES = 60 * 24 * 520


@dataclass(frozen=True)
class Working:
    """Hours of work as a policy writes them."""

    lines: tuple[str, ...]
    zone: str
    holidays: tuple[date, ...] = ()


@cache
def opened(working: Working) -> list[int]:
    """How many open minutes lie before each minute since EPOCH; each minute is asked on the clock of the place."""
    week, zone = read(working.lines), ZoneInfo(working.zone)
    spans = [(s.first_day, s.last_day, s.from_minute, s.to_minute) for s in week.spans]
    holidays = {day.toordinal() for day in working.holidays}
    inside = [
        [any(a <= weekday <= b and c <= of_day < d for a, b, c, d in spans) for of_day in range(1440)]
        for weekday in range(7)
    ]
    is_open = []
    for minute in range(MINUTES):
        local = (EPOCH + timedelta(minutes=minute)).astimezone(zone)
        there = inside[local.weekday()][local.hour * 60 + local.minute]
        is_open.append(int(there and local.toordinal() not in holidays))
    return [0, *accumulate(is_open)]


def seconds_open(working: Working, until: int) -> int:
    """Open seconds between EPOCH and an instant."""
    table = opened(working)
    minute, rest = divmod(until, 60)
    return table[minute] * 60 + (rest if table[minute + 1] > table[minute] else 0)


def first_with(working: Working, wanted: int) -> int:
    """The first instant by which so many open seconds have passed since EPOCH."""
    table = opened(working)
    minute = bisect_left(table, -(-wanted // 60))
    return minute * 60 - (-wanted % 60)


@dataclass(frozen=True)
class Promise:
    """Seconds of running time to the warning and to the end, in these hours."""

    warn: int
    due: int
    working: Working


@dataclass
class Slow:
    """One clock by its whole history: a list of stretches in which it counted, each with its own hours."""

    promise: Promise
    begun: int
    counted: list[tuple[int, int, Working]] = field(default_factory=list)
    since: int | None = None
    waits: set[str] = field(default_factory=set)
    agreed: int | None = None
    late: int | None = None
    stopped: int | None = None
    shown: tuple[int, int] = (0, 0)
    warned: bool = False
    last: int = 0

    def used(self, at: int | None = None) -> int:
        """Open seconds of every stretch, and of the one that runs up to `at`."""
        running = (
            []
            if at is None or self.since is None
            else [(self.since, max(at, self.since), self.promise.working)]
        )
        return sum(
            seconds_open(hours, b) - seconds_open(hours, a) for a, b, hours in [*self.counted, *running]
        )

    def now(self, at: int) -> int:
        """Time does not run back behind the last thing that happened."""
        return max(at, self.last)

    def look(self, at: int) -> None:
        """What time alone does."""
        at = self.now(at)
        if self.since is None or self.late is not None:
            return
        if self.shown[1] <= at:
            self.late, self.last = self.shown[1], at
        elif self.shown[0] <= at and not self.warned:
            self.warned, self.last = True, at

    def _count_to(self, at: int) -> None:
        """Let it run to `at`, and be late on the way."""
        if self.since is None:
            return
        if self.late is None:
            end = self._ends(self.since)[1]
            if end <= at:
                self.late = end
        if at > self.since:
            self.counted.append((self.since, at, self.promise.working))
            self.since = at

    def _ends(self, at: int) -> tuple[int, int]:
        """Warning and end, if it counted on from `at` without a pause."""
        p, passed = self.promise, self.used(at)
        before = seconds_open(p.working, at)
        warn, due = (
            at if passed >= wanted else first_with(p.working, before + wanted - passed)
            for wanted in (p.warn, p.due)
        )
        if self.agreed is not None and self.agreed > due:
            return max(warn, self.agreed - (p.due - p.warn)), self.agreed
        return warn, due

    def _show(self, at: int) -> None:
        self.shown = self._ends(at if self.since is None else self.since)
        self.warned = False
        self.last = at

    def begin(self) -> None:
        self.since = self.last = self.begun
        self._show(self.begun)

    def pause(self, cause: str, at: int) -> None:
        if self.stopped is not None or cause in self.waits:
            return
        at = self.now(at)
        self._count_to(at)
        self.waits.add(cause)
        self.since, self.last = None, at

    def resume(self, cause: str, at: int) -> None:
        if cause not in self.waits:
            return
        at = self.last = self.now(at)
        self.waits.discard(cause)
        if not self.waits:
            self.since = at
            self._show(at)
            self._count_to(at)

    def agree(self, until: int | None, at: int) -> None:
        if self.stopped is not None:
            return
        at = self.now(at)
        self._count_to(at)
        self.agreed = until
        self._show(at)
        self._count_to(at)

    def retarget(self, promise: Promise, at: int) -> None:
        if self.stopped is not None:
            return
        at = self.now(at)
        self._count_to(at)
        if promise == self.promise:
            return
        self.promise, self.late = promise, None
        self._show(at)
        self._count_to(at)

    def stop(self, at: int) -> None:
        if self.stopped is not None:
            return
        at = self.last = self.now(at)
        self._count_to(at)
        self.since, self.stopped, self.agreed = None, at, None
        self.waits.clear()

    def restart(self, promise: Promise, at: int) -> None:
        if self.stopped is None:
            return
        at = self.now(at)
        self.promise, self.stopped, self.since = promise, None, at
        self._show(at)
        self._count_to(at)

    def state(self) -> str:
        if self.late is not None:
            return "breached"
        if self.stopped is not None:
            return "met"
        if self.waits:
            return "paused"
        return "warned" if self.warned else "running"


HOURS = (
    Working(("mon-sun 00:00-24:00",), "Africa/Johannesburg"),
    Working(
        ("mon-fri 08:00-17:00",),
        "Africa/Johannesburg",
        (date(2027, 12, 16), date(2027, 12, 25), date(2028, 2, 29)),
    ),
    Working(("mon-sat 00:00-06:30", "sun 01:15-04:45"), "Europe/Berlin"),
    Working(("mon-sun 01:30-02:30", "fri 20:00-24:00"), "America/New_York"),
    Working(("sun 00:00-24:00", "mon-wed 01:45-02:15"), "Australia/Lord_Howe"),
    Working(("mon-fri 07:45-16:10", "sat 23:50-24:00"), "Asia/Kathmandu", (date(2028, 1, 3),)),
)
_EDGES = tuple(
    int((datetime(*day, tzinfo=UTC) - EPOCH).total_seconds())
    for day in (
        (2027, 10, 31),
        (2027, 11, 7),
        (2028, 3, 12),
        (2028, 3, 26),
        (2028, 4, 2),
        (2028, 2, 29),
        (2027, 12, 31),
    )
)


def promise(chance: random.Random) -> Promise:
    """A promise of some minutes to some days."""
    due = chance.choice((60, 600, 3600, 3 * 3600, 6 * 3600, 40 * 3600)) + chance.randrange(0, 300)
    return Promise(chance.randrange(0, due + 1), due, chance.choice(HOURS))


def history(chance: random.Random) -> tuple[Promise, int, list[tuple[str, int, object]]]:
    """(promise, beginning, events) of one clock: often around a change of clocks, a leap day, a year's end.

    Now and then the clock on the wall jumps back before an event.
    """
    at = chance.choice(_EDGES) + chance.randrange(-4 * 86_400, 2 * 86_400)
    if chance.random() < 0.3:
        at = chance.randrange(86_400, 300 * 86_400)
    first, begun, events = promise(chance), at, []
    for _ in range(chance.randrange(1, 14)):
        at += int(
            chance.choice((1, 59, 60, 1800, 3600, 7200, 30_000, 90_000)) * chance.random()
        ) + chance.choice((0, 0, 1))
        if chance.random() < 0.08:
            at = max(86_400, at - chance.choice((1, 60, 3600, 40_000)))
        kind = chance.choice(
            (
                "pause",
                "pause",
                "resume",
                "resume",
                "resume",
                "tick",
                "tick",
                "agree",
                "retarget",
                "stop",
                "restart",
            )
        )
        told: object = None
        if kind in ("pause", "resume"):
            told = chance.choice(("customer", "window", "details"))
        elif kind in ("retarget", "restart"):
            told = promise(chance)
        elif kind == "agree":
            told = None if chance.random() < 0.3 else at + chance.randrange(-3600, 200_000)
        events.append((kind, at, told))
    return first, begun, events
