"""Reads mails in small processes with limits, so that no mail can hurt the worker (T16 to T18).

A child that dies, or takes too long, costs its one mail; the mails behind it go to another child. What a child
does stands in `child_process.py`.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self

import msgspec

from hostdesk.mail.child_process import (
    FORMATTED,
    LENGTH,
    OUT_OF_MEMORY,
    PARSED,
    READ,
    SHOW,
    SHOW_WITH_PICTURES,
)
from hostdesk.mail.reading.shapes import Formatted, ParsedMail, Unreadable

_ROOT = Path(__file__).resolve().parents[2]
# A child that has almost been idle long enough to leave is not given another mail.
_IDLE_MARGIN = 1.0
_START_SECONDS = 30.0
_LOW_PRIORITY = 10
# Made before there are threads: msgspec learns a shape at its first use, and a second thread that uses it at that
# moment finds it half learnt, which ends the whole process (0.22).
_UNREADABLE = msgspec.msgpack.Decoder(Unreadable)
_DECODERS: dict[bytes, msgspec.msgpack.Decoder[ParsedMail] | msgspec.msgpack.Decoder[Formatted]] = {
    PARSED: msgspec.msgpack.Decoder(ParsedMail),
    FORMATTED: msgspec.msgpack.Decoder(Formatted),
}


class SetAside(Exception):  # noqa: N818  (no error: the mail is fine, its turn comes later)
    """A mail proved slow while every place for slow mails was taken, or the pool was closed: read it again later."""


class ParserPool:
    """A few limited children, started when they are needed, replaced when they die, gone when idle.

    May be used from many threads; each reading holds one child, others wait for their turn. A reading that takes
    longer than `patience_seconds` gives its place among `size` back and goes on beside, at low priority, in one of
    `slow` further places; where those are taken it is broken off. So no number of slow mails stops the others, and
    there are never more than `size + slow` children.
    """

    def __init__(
        self,
        size: int = 2,
        *,
        slow: int = 4,
        patience_seconds: float = 0.5,
        cpu_seconds: int = 5,
        memory_mb: int = 512,
        wall_seconds: float = 20,
        idle_exit_seconds: float = 60,
    ) -> None:
        self.size, self.wall_seconds, self.idle_exit_seconds = size, wall_seconds, idle_exit_seconds
        self.patience_seconds = patience_seconds
        self._limits = [str(cpu_seconds), str(memory_mb), str(idle_exit_seconds)]
        self._cpu_seconds = cpu_seconds
        self._free, self._slow = threading.Semaphore(size), threading.Semaphore(slow)
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._threads = ThreadPoolExecutor(size + slow, thread_name_prefix="parser-pool")
        self._closed = False

    def read(self, raw: bytes) -> ParsedMail | Unreadable:
        """Read one mail within the limits. Never raises for anything the mail does but SetAside."""
        answer = self._wants(READ, raw)
        assert not isinstance(answer, Formatted), "a mail was to be read, not shown"
        return answer

    def formatted(self, raw: bytes, *, pictures: bool) -> Formatted | Unreadable:
        """A mail's own formatting, made fit to be shown; `pictures` lets those of other servers load."""
        try:
            answer = self._wants(SHOW_WITH_PICTURES if pictures else SHOW, raw)
        except SetAside:
            return Unreadable(
                "This mail takes long to be shown, and others do so already; try again in a moment."
            )
        assert not isinstance(answer, ParsedMail), "a mail was to be shown, not read"
        return answer

    def _wants(self, wish: int, raw: bytes) -> ParsedMail | Formatted | Unreadable:
        turn = _Turn(self._free, self._slow)
        with turn:
            child = self._take()
            try:
                answer = self._ask(child, wish, raw, turn)
                if answer is None:
                    # It left of its own accord before it saw the mail.
                    self._drop(child)
                    child = self._take(fresh=True)
                    answer = self._ask(child, wish, raw, turn)
            except BaseException:
                self._drop(child)
                raise
            # A child of low priority stays so: it is not used again.
            if child.is_usable and not turn.is_slow:
                self._give_back(child)
            else:
                self._drop(child)
            if self._closed and not isinstance(answer, ParsedMail | Formatted):
                # It was ended by us: that says nothing about the mail.
                raise SetAside
            return answer or Unreadable("The reader of mails could not be started.")

    def submit(self, raw: bytes) -> Future[ParsedMail | Unreadable]:
        """Begin to read one mail; as many are read at once as there are places."""
        return self._threads.submit(self.read, raw)

    def read_many(self, raws: Iterable[bytes]) -> list[ParsedMail | Unreadable]:
        """Read a batch, in order, as many at once as there are places; waits for the slowest."""
        return list(self._threads.map(self.read, raws))

    @property
    def running(self) -> int:
        """Children alive now; those that left by themselves are counted out."""
        with self._lock:
            return sum(1 for child in [*self._idle, *self._busy] if child.is_alive)

    def close(self) -> None:
        """End all children; a reading in progress raises SetAside."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for child in self._busy:
                # Its socket is in use: whoever reads from it closes it.
                child.process.kill()
        for child in idle:
            child.end()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(
        self, child: _Child, wish: int, raw: bytes, turn: _Turn
    ) -> ParsedMail | Formatted | Unreadable | None:
        return child.ask(
            wish,
            raw,
            wall_seconds=self.wall_seconds,
            cpu_seconds=self._cpu_seconds,
            patience_seconds=self.patience_seconds,
            turn=turn,
        )

    def _take(self, *, fresh: bool = False) -> _Child:
        stale: list[_Child] = []
        child = None
        with self._lock:
            while self._idle and child is None:
                candidate = self._idle.pop()
                too_old = time.monotonic() - candidate.used_at > self.idle_exit_seconds - _IDLE_MARGIN
                if fresh or too_old or not candidate.is_alive:
                    stale.append(candidate)
                else:
                    child = candidate
            child = child or _Child(self._limits)
            self._busy.add(child)
        for old in stale:
            old.end()
        return child

    def _give_back(self, child: _Child) -> None:
        with self._lock:
            self._busy.discard(child)
            if not self._closed:
                self._idle.append(child)
                return
        child.end()

    def _drop(self, child: _Child) -> None:
        with self._lock:
            self._busy.discard(child)
        child.end()


class _Turn:
    """One reading's place: first among the quick ones, then, once it proved slow, among the slow ones."""

    def __init__(self, quick: threading.Semaphore, slow: threading.Semaphore) -> None:
        self._quick, self._slow = quick, slow
        self.is_slow = False

    def is_slow_now(self) -> bool:
        """Move to the slow places; False when they are all taken."""
        if not self.is_slow and self._slow.acquire(blocking=False):
            self.is_slow = True
            self._quick.release()
        return self.is_slow

    def __enter__(self) -> None:
        self._quick.acquire()

    def __exit__(self, *_: object) -> None:
        (self._slow if self.is_slow else self._quick).release()


class _Child:
    """One process and our end of its socket."""

    def __init__(self, limits: list[str]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  (our own module, no input in the arguments)
                [sys.executable, "-m", "hostdesk.mail.child_process", *limits],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_bare_environment(),
                cwd="/",
            )
        self.socket = ours
        self.is_usable, self.has_started = True, False
        self.used_at = time.monotonic()

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def ask(
        self,
        wish: int,
        raw: bytes,
        *,
        wall_seconds: float,
        cpu_seconds: int,
        patience_seconds: float,
        turn: _Turn,
    ) -> ParsedMail | Formatted | Unreadable | None:
        """The child's answer, or why there is none; None when it had left before. SetAside: see the pool."""
        try:
            self._await_start()
        except (TimeoutError, EOFError, OSError):
            self.is_usable = False
            self._set_aside_when_told_to_end()
            return Unreadable("The reader of mails could not be started.")
        deadline = time.monotonic() + wall_seconds
        try:
            self._send(wish, raw, deadline)
            if not self._answers_within(patience_seconds):
                if not turn.is_slow_now():
                    raise SetAside
                self._step_back()
            kind = self._receive(1, deadline)
            payload = self._receive(int.from_bytes(self._receive(4, deadline)), deadline)
        except TimeoutError:
            self.is_usable = False
            return Unreadable(f"Reading this mail took longer than {wall_seconds:g} seconds.")
        except (EOFError, OSError):
            self.is_usable = False
            return self._reason_of_death(cpu_seconds)
        self.used_at = time.monotonic()
        return answer_of(kind, payload)

    def _await_start(self) -> None:
        """Wait for the child's first word once: starting up is not the mail's fault."""
        if not self.has_started:
            self._receive(1, time.monotonic() + _START_SECONDS)
            self.has_started = True

    def _answers_within(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.socket], [], [], seconds)
        return bool(ready)

    def _step_back(self) -> None:
        """Take the processor only when nobody else wants it."""
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.process.pid, _LOW_PRIORITY)

    def end(self) -> None:
        """Kill the process and wait for it; it has nothing to lose."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()

    def _send(self, wish: int, raw: bytes, deadline: float) -> None:
        self.socket.settimeout(max(0.001, deadline - time.monotonic()))
        assert len(raw) <= LENGTH, "no door lets a mail of a gigabyte in"
        head = (wish | len(raw)).to_bytes(4)
        if len(raw) < 65536:  # noqa: PLR2004  (one system call for all but big mails)
            self.socket.sendall(head + raw)
        else:
            self.socket.sendall(head)
            self.socket.sendall(raw)

    def _receive(self, size: int, deadline: float) -> bytearray:
        out = bytearray(size)
        view, at = memoryview(out), 0
        while at < size:
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            got = self.socket.recv_into(view[at:])
            if got == 0:
                raise EOFError
            at += got
        return out

    def _set_aside_when_told_to_end(self) -> None:
        """Whoever stops the whole desk may tell its readers first, before they can turn a deaf ear."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self.process.wait(timeout=2) == -signal.SIGTERM:
                raise SetAside

    def _reason_of_death(self, cpu_seconds: int) -> Unreadable | None:
        self._set_aside_when_told_to_end()
        try:
            code = self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            return Unreadable("The reader of this mail stopped answering.")
        if code == 0:
            return None
        if code == -signal.SIGXCPU:
            return Unreadable(f"Reading this mail needed more than {cpu_seconds} seconds of computing.")
        if code == OUT_OF_MEMORY:
            return Unreadable("Reading this mail needed more memory than is allowed.")
        return Unreadable("The reader of this mail broke down.")


def answer_of(kind: bytearray, payload: bytearray) -> ParsedMail | Formatted | Unreadable:
    """What a child said, by its first byte. Any number of threads may ask at once."""
    return _DECODERS.get(bytes(kind), _UNREADABLE).decode(payload)


def _bare_environment() -> dict[str, str]:
    """What a child needs, and nothing of what the worker knows."""
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
    return {
        "PYTHONPATH": path,
        "PATH": os.environ.get("PATH", ""),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
