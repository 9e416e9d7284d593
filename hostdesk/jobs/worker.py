"""The worker: runs the rounds of every room until it is told to stop.

One thread a room, so that sorting mail never waits for a slow mail server, and one for periodic work. An
error ends a step, never the loop: it is logged once and the round backs off until it goes well again.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from django.db import InterfaceError, OperationalError, connections

from hostdesk.jobs import beats, identity
from hostdesk.jobs.models import Part
from hostdesk.jobs.rounds import Periodic, Round, Work, note_failure, note_success, take_due

log = structlog.get_logger()

_LONGEST_PAUSE = 30.0
# Asking whether the database answers costs little, and everybody waits for it.
_LONGEST_PAUSE_WITHOUT_DATABASE = 5.0
_LOOK_FOR_PERIODIC = 1.0
# A step that takes longer than this is stuck: the worker then stops giving signs of life.
_STUCK_AFTER = 900.0
_SECONDS_TO_FINISH = 25.0


@dataclass
class Pace:
    """When a round comes next, in seconds of the monotonic clock, and how often in a row it failed."""

    next_turn: float = 0.0
    failures: int = 0
    last_error: str = ""
    lost_hold: bool = False
    """The database did not answer in a step: what the step had claimed is still held, and nobody works on it."""

    def went_well(self, *, now: float, pause: float) -> bool:
        """Note a good step; True when it ends a series of failures."""
        recovered = self.failures > 0
        self.next_turn, self.failures, self.last_error = now + pause, 0, ""
        return recovered

    def failed(self, error: str, *, now: float, longest: float = _LONGEST_PAUSE) -> bool:
        """Note a failure; True when it is a new one, to be logged. `longest` is the longest pause until the next turn."""
        is_new = error != self.last_error
        self.failures, self.last_error = self.failures + 1, error
        self.next_turn = now + min(longest, 0.5 * 2 ** min(self.failures - 1, 10))
        return is_new


@dataclass
class Loop:
    """One thread: a few rounds in turn. `began` is when its present step began, None between steps."""

    name: str
    rounds: list[Round]
    stop: threading.Event
    paces: dict[str, Pace] = field(default_factory=dict)
    began: float | None = None

    def run(self) -> None:
        """Turn until stopped; a step that has begun is finished."""
        identity_of_thread.name = self.name
        try:
            while not self.stop.is_set():
                for piece in self.rounds:
                    if not self.stop.is_set() and self._pace(piece).next_turn <= time.monotonic():
                        self._step(piece)
                pause = min(self._pace(piece).next_turn for piece in self.rounds) - time.monotonic()
                self.stop.wait(max(0.0, pause))
        finally:
            connections.close_all()

    def is_stuck(self) -> bool:
        """Whether its present step has taken so long that somebody should look."""
        began = self.began
        return began is not None and time.monotonic() - began > _STUCK_AFTER

    def _pace(self, piece: Round) -> Pace:
        return self.paces.setdefault(piece.name, Pace())

    def _step(self, piece: Round) -> None:
        pace = self._pace(piece)
        self.began = time.monotonic()
        try:
            done = piece.run(now_utc())
        except (OperationalError, InterfaceError) as error:
            # The connection may be the broken part: the next step gets a new one.
            connections.close_all()
            pace.lost_hold = True
            kind, longest = type(error).__name__, _LONGEST_PAUSE_WITHOUT_DATABASE
            if pace.failed(kind, now=time.monotonic(), longest=longest):
                log.warning("database does not answer", round=piece.name, error=str(error).strip())
        except Exception as error:  # the worker's loop is the one place that outlives any bug
            connections.close_all()
            if pace.failed(f"{type(error).__name__}: {error}", now=time.monotonic()):
                log.exception("round failed", round=piece.name)
        else:
            if pace.lost_hold:
                # It answers again: what the broken steps held is given back now, not when its lease ends.
                identity.begin_anew(self.name)
                pace.lost_hold = False
            pause = 0.0 if done else piece.every.total_seconds()
            if pace.went_well(now=time.monotonic(), pause=pause):
                log.info("round works again", round=piece.name)
        finally:
            self.began = None


class _Identity(threading.local):
    name = ""


identity_of_thread = _Identity()


def claimant() -> str:
    """The name under which the present thread claims rows; outside a worker, that of its process."""
    return identity.claimant(identity_of_thread.name or threading.current_thread().name)


def now_utc() -> datetime:
    """The instant of a step: the worker is an edge, and the one place below `config` that reads the clock."""
    return datetime.now(UTC)


def periodic_round(periodic: list[Periodic]) -> Round:
    """All periodic work as one round: each turn does the first piece that is due."""

    def run(at: datetime) -> int:
        piece = take_due(periodic, at=at)
        if piece is None:
            return 0
        try:
            piece.run(at)
        except Exception as error:
            note_failure(piece, f"{type(error).__name__}: {error}", at=at)
            raise
        note_success(piece)
        return 1

    return Round("periodic work", run, every=timedelta(seconds=_LOOK_FOR_PERIODIC))


class Sign(Protocol):
    """A sign of life; `beats.Pulse` is the one in use."""

    has_beaten: bool

    def beat(self) -> None:
        """Give the sign."""

    def end(self) -> None:
        """Say that this part ends because it was told to."""


def work(todo: Work, stop: threading.Event, *, pulse: Sign | None = None) -> None:
    """Run everything in `todo` until `stop` is set; returns when the steps under way have ended.

    `pulse` beats now and then, as long as no thread is stuck; by default it is the worker's row.
    """
    loops = [Loop(room, rounds, stop) for room, rounds in todo.rounds.items()]
    if todo.periodic:
        loops.append(Loop("periodic", [periodic_round(todo.periodic)], stop))
    threads = [threading.Thread(target=loop.run, name=loop.name, daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    pulse = pulse or beats.Pulse(Part.WORKER)
    while not stop.wait(beats.EVERY.total_seconds() if pulse.has_beaten else 0.2):
        if not any(loop.is_stuck() for loop in loops):
            pulse.beat()
    end = time.monotonic() + _SECONDS_TO_FINISH
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    pulse.end()
