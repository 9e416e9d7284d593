"""The same histories through the engine and through the slow model."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hostdesk.policy.week import read
from hostdesk.sla import engine
from hostdesk.sla.hours import Hours
from hostdesk.sla.tests import slow


@cache
def hours_of(working: slow.Working) -> Hours:
    return Hours(read(working.lines), ZoneInfo(working.zone), frozenset(working.holidays))


def fast_promise(promise: slow.Promise) -> engine.Target:
    return engine.Target(
        timedelta(seconds=promise.warn), timedelta(seconds=promise.due), hours_of(promise.working)
    )


def instant(second: int) -> datetime:
    return slow.EPOCH + timedelta(seconds=second)


def compared(chance: random.Random, many: int) -> list[str]:
    """What differs, after every event of so many histories; empty when nothing does."""
    said = []
    for number in range(many):
        first, begun, events = slow.history(chance)
        fast = engine.start(fast_promise(first), at=instant(begun))
        model = slow.Slow(first, begun)
        model.begin()
        for kind, at, told in events:
            fast = engine.tick(after_event(fast, kind, at, told), at=instant(at))
            slow_step(model, kind, at, told)
            differs = difference(fast, model, at)
            if differs:
                said.append(f"history {number}, {kind} at {at}: {differs}")
                break
    return said


def after_event(clock: engine.Clock, kind: str, at: int, told: object) -> engine.Clock:
    """What one event does, without a look at the time afterwards."""
    when = instant(at)
    if kind == "pause":
        clock = engine.pause(clock, cause=str(told), at=when)
    elif kind == "resume":
        clock = engine.resume(clock, cause=str(told), at=when)
    elif kind == "agree":
        clock = engine.agree(clock, until=None if told is None else instant(told), at=when)
    elif kind == "retarget":
        clock = engine.retarget(clock, fast_promise(told), at=when)
    elif kind == "restart":
        clock = engine.restart(clock, fast_promise(told), at=when)
    elif kind == "stop":
        clock = engine.stop(clock, at=when)
    elif kind == "tick":
        clock = engine.tick(clock, at=when)
    return clock


def slow_step(model: slow.Slow, kind: str, at: int, told: object) -> None:
    if kind in ("pause", "resume", "agree", "retarget", "restart"):
        getattr(model, kind)(told, at)
    elif kind == "stop":
        model.stop(at)
    model.look(at)


def difference(fast: engine.Clock, model: slow.Slow, at: int) -> str:
    wanted = {
        "state": (fast.state, model.state()),
        "used": (fast.passed(instant(at)), timedelta(seconds=model.used(at))),
        "late": (fast.late_at, None if model.late is None else instant(model.late)),
        "stopped": (fast.stopped_at, None if model.stopped is None else instant(model.stopped)),
    }
    if fast.stopped_at is None and not fast.waits:
        ends = model._ends(model.now(at))
        if model.late is None:
            wanted["due"] = (fast.due_at, instant(ends[1]))
        if fast.state == "running":
            wanted["warn"] = (fast.warn_at, instant(ends[0]))
    return "; ".join(f"{name}: {a} and not {b}" for name, (a, b) in wanted.items() if a != b)
