"""Several parts as child processes of one: forked, watched, started again, stopped together."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import structlog
from django.db import connections

from hostdesk.config.parser import EXIT_REFUSED
from hostdesk.kit.refusals import Misconfigured

log = structlog.get_logger()

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 30.0
_SETTLED_AFTER = 60.0
_SECONDS_TO_STOP = 30.0
_PR_SET_PDEATHSIG = 1
_LOOK_EVERY = 0.2


@dataclass
class Child:
    """One part as a process; `pid` 0 while it is not running. Times are of the monotonic clock."""

    name: str
    run: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    start_at: float = 0.0
    pause: float = _FIRST_PAUSE

    def ended(self, *, now: float) -> None:
        """Note that it died; quick deaths in a row make the next start later."""
        self.pause = (
            _FIRST_PAUSE if now - self.started > _SETTLED_AFTER else min(self.pause * 2, _LONGEST_PAUSE)
        )
        self.pid, self.start_at = 0, now + self.pause


class Family:
    """The children of this process. It keeps none but them: no thread, no connection, little memory."""

    def __init__(self, parts: dict[str, Callable[[], None]]) -> None:
        self._children = [Child(name, run) for name, run in parts.items()]
        self._stopping = False

    def live(self, *, when_started: Callable[[], None]) -> None:
        """Run all parts until SIGTERM or SIGINT; one that dies is started again."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        # What is loaded by now is shared by all children; the collector must not touch, and so copy, it.
        connections.close_all()
        gc.collect()
        gc.freeze()
        gc.enable()
        self._start_due()
        when_started()
        while not self._stopping:
            self._reap()
            self._start_due()
            if not self._stopping:
                time.sleep(_LOOK_EVERY)
        self._end_all()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _start_due(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if not self._stopping and not child.pid and child.start_at <= now:
                child.pid, child.started = fork(child.run, name=child.name), now

    def _reap(self) -> None:
        for child in self._children:
            if not child.pid:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                child.ended(now=time.monotonic())
                if not self._stopping:
                    log.error("part died", part=child.name, code=os.waitstatus_to_exitcode(status))

    def _end_all(self) -> None:
        for child in self._children:
            if child.pid:
                os.kill(child.pid, signal.SIGTERM)
        end = time.monotonic() + _SECONDS_TO_STOP
        while any(child.pid for child in self._children) and time.monotonic() < end:
            self._reap()
            time.sleep(0.02)
        for child in self._children:
            if child.pid:
                log.error("part did not stop", part=child.name)
                os.kill(child.pid, signal.SIGKILL)
                os.waitpid(child.pid, 0)


def fork(run: Callable[[], None], *, name: str) -> int:
    """A child process that does `run` and ends; it is told to end when its parent dies."""
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        end_with_parent(parent)
        run()
        code = 0
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else 1
    except BaseException:  # the child's last line: whatever it was, it is told once and the parent counts it
        log.exception("part failed", part=name)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def beside(work: Callable[[], None]) -> Callable[[], None]:
    """Begin `work` in a child process, beside whatever this one does next; the answer waits until it is done.

    For what is needed before the parts start and leaves nothing in memory that they need. Call it before there is a
    thread or a connection. The answer raises `Misconfigured` where the work did, and `RuntimeError` where it failed.
    """
    reader, writer = os.pipe()

    def report() -> None:
        os.close(reader)
        try:
            work()
        except Misconfigured as no:
            os.write(writer, f"{no.place}\0{no.sentence}".encode())
            sys.exit(EXIT_REFUSED)

    pid = fork(report, name="preparing")
    os.close(writer)

    def done() -> None:
        with os.fdopen(reader, "rb") as pipe:
            said = pipe.read().decode()
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if said:
            place, _, sentence = said.partition("\0")
            raise Misconfigured(place, sentence)
        if code:
            raise RuntimeError(f"preparing the data folder ended with {code}; the reason stands above")

    return done


def end_with_parent(parent: int) -> None:
    """Have the kernel send SIGTERM to this process when its parent dies, however that happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
