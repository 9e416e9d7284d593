"""The ledger of a clock: every step with its cause, clause and instant, from which the same figures come out again. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hostdesk.sla import engine
from hostdesk.sla.engine import Clock, Target

Word = Literal["start", "pause", "resume", "agree", "retarget", "stop", "restart", "warned", "breached"]


@dataclass(frozen=True, slots=True)
class Step:
    """One entry: what happened, why, by which clause, when, and where the end stood afterwards.

    `target` is the promise from then on, for `start`, `retarget` and `restart`; `until` the agreed time, for `agree`.
    """

    step: Word
    cause: str
    at: datetime
    due_at: datetime
    target: Target | None = None
    until: datetime | None = None


class Torn(ValueError):  # noqa: N818
    """The ledger does not begin with a start, starts what still runs, or lacks the promise where one belongs."""


def replayed(steps: Iterable[Step]) -> Clock:
    """The clock that these steps, in order, lead to. Raises `Torn`."""
    clock: Clock | None = None
    for step in steps:
        clock = followed(clock, step)
    if clock is None:
        raise Torn("there is no step at all")
    return clock


def first_difference(steps: Iterable[Step]) -> Step | None:
    """The first step after which the end did not stand where the ledger says; None when all do. Raises `Torn`."""
    clock: Clock | None = None
    for step in steps:
        clock = followed(clock, step)
        if clock.due_at != step.due_at:
            return step
    return None


def followed(clock: Clock | None, step: Step) -> Clock:  # noqa: PLR0911  (a table)
    """The clock after one step more. Raises `Torn`."""
    if clock is None or step.step == "start":
        runs = clock is not None and clock.stopped_at is None
        if step.step != "start" or step.target is None or runs:
            raise Torn(f"it says '{step.step}' where it must begin with a start and a promise")
        return engine.start(step.target, at=step.at)
    match step.step:
        case "pause":
            return engine.pause(clock, cause=step.cause, at=step.at)
        case "resume":
            return engine.resume(clock, cause=step.cause, at=step.at)
        case "agree":
            return engine.agree(clock, until=step.until, at=step.at)
        case "stop":
            return engine.stop(clock, at=step.at)
        case "warned" | "breached":
            return engine.tick(clock, at=step.at)
    if step.target is None:
        raise Torn(f"the promise of '{step.step}' is not known")
    if step.step == "restart":
        return engine.restart(clock, step.target, at=step.at)
    return engine.retarget(clock, step.target, at=step.at)
