"""Reads mails in small processes with limits, so that no mail can hurt the worker (T16 to T18).

Run as a module this file is the child: it knows no Django and no database, and gets no secret in its environment.
Frames on one socket: 4 bytes length and the raw mail in; one kind byte, 4 bytes length and msgpack out, after one ready byte. The two
highest bits of the length say what is wanted: the mail read, or its formatting made fit to be shown, without or with
pictures of other servers. A child that dies, or takes too long, costs its one mail; the mails behind it go to another child.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

import msgspec

from hostdesk.mail.reading.shapes import Formatted, ParsedMail, Unreadable

_PARSED, _UNREADABLE, _READY, _FORMATTED = b"P", b"U", b"R", b"F"
# What is wanted of a mail; a mail itself is shorter than a gigabyte.
_READ, _SHOW, _SHOW_WITH_PICTURES = 0, 1 << 31, 1 << 30
_LENGTH = (1 << 30) - 1
_ROOT = Path(__file__).resolve().parents[2]
_OUT_OF_MEMORY = 77
# A child that has almost been idle long enough to leave is not given another mail.
_IDLE_MARGIN = 1.0
_START_SECONDS = 30.0


class ParserPool:
    """A few limited children, started when they are needed, replaced when they die, gone when idle.

    May be used from many threads; each reading holds one child, others wait for their turn. `size` children are
    never exceeded; with two or more, a mail that eats its whole time delays nobody.
    """

    def __init__(
        self,
        size: int = 2,
        *,
        cpu_seconds: int = 5,
        memory_mb: int = 512,
        wall_seconds: float = 10,
        idle_exit_seconds: float = 60,
    ) -> None:
        self.size, self.wall_seconds, self.idle_exit_seconds = size, wall_seconds, idle_exit_seconds
        self._limits = [str(cpu_seconds), str(memory_mb), str(idle_exit_seconds)]
        self._cpu_seconds = cpu_seconds
        self._free = threading.Semaphore(size)
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._threads: ThreadPoolExecutor | None = None
        self._closed = False

    def read(self, raw: bytes) -> ParsedMail | Unreadable:
        """Read one mail within the limits. Never raises for anything the mail does."""
        answer = self._wants(_READ, raw)
        assert not isinstance(answer, Formatted), "a mail was to be read, not shown"
        return answer

    def formatted(self, raw: bytes, *, pictures: bool) -> Formatted | Unreadable:
        """A mail's own formatting, made fit to be shown; `pictures` lets those of other servers load."""
        answer = self._wants(_SHOW_WITH_PICTURES if pictures else _SHOW, raw)
        assert not isinstance(answer, ParsedMail), "a mail was to be shown, not read"
        return answer

    def _wants(self, wish: int, raw: bytes) -> ParsedMail | Formatted | Unreadable:
        with self._free:
            child = self._take()
            try:
                answer = self._ask(child, wish, raw)
                if answer is None:
                    # It left of its own accord before it saw the mail.
                    self._drop(child)
                    child = self._take(fresh=True)
                    answer = self._ask(child, wish, raw)
            except BaseException:
                self._drop(child)
                raise
            if child.is_usable:
                self._give_back(child)
            else:
                self._drop(child)
            return answer or Unreadable("The reader of mails could not be started.")

    def read_many(self, raws: Iterable[bytes]) -> list[ParsedMail | Unreadable]:
        """Read a batch, in order, as many at once as there are children."""
        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(self.size, thread_name_prefix="parser-pool")
        return list(self._threads.map(self.read, raws))

    @property
    def running(self) -> int:
        """Children alive now; those that left by themselves are counted out."""
        with self._lock:
            return sum(1 for child in [*self._idle, *self._busy] if child.is_alive)

    def close(self) -> None:
        """End all children; a reading in progress answers `Unreadable`."""
        with self._lock:
            self._closed = True
            children, self._idle = [*self._idle, *self._busy], []
        for child in children:
            child.end()
        if self._threads is not None:
            self._threads.shutdown(wait=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, child: _Child, wish: int, raw: bytes) -> ParsedMail | Formatted | Unreadable | None:
        return child.ask(wish, raw, wall_seconds=self.wall_seconds, cpu_seconds=self._cpu_seconds)

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


class _Child:
    """One process and our end of its socket."""

    def __init__(self, limits: list[str]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  (our own module, no input in the arguments)
                [sys.executable, "-m", "hostdesk.mail.child", *limits],
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
        self, wish: int, raw: bytes, *, wall_seconds: float, cpu_seconds: int
    ) -> ParsedMail | Formatted | Unreadable | None:
        """The child's answer, or why there is none; None when it had left before."""
        try:
            self._await_start()
        except (TimeoutError, EOFError, OSError):
            self.is_usable = False
            return Unreadable("The reader of mails could not be started.")
        deadline = time.monotonic() + wall_seconds
        try:
            self._send(wish, raw, deadline)
            kind = self._receive(1, deadline)
            payload = self._receive(int.from_bytes(self._receive(4, deadline)), deadline)
        except TimeoutError:
            self.is_usable = False
            return Unreadable(f"Reading this mail took longer than {wall_seconds:g} seconds.")
        except (EOFError, OSError):
            self.is_usable = False
            return self._reason_of_death(cpu_seconds)
        self.used_at = time.monotonic()
        if kind == _PARSED:
            return msgspec.msgpack.decode(payload, type=ParsedMail)
        if kind == _FORMATTED:
            return msgspec.msgpack.decode(payload, type=Formatted)
        return msgspec.msgpack.decode(payload, type=Unreadable)

    def _await_start(self) -> None:
        """Wait for the child's first word once: starting up is not the mail's fault."""
        if not self.has_started:
            self._receive(1, time.monotonic() + _START_SECONDS)
            self.has_started = True

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
        assert len(raw) <= _LENGTH, "no door lets a mail of a gigabyte in"
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

    def _reason_of_death(self, cpu_seconds: int) -> Unreadable | None:
        try:
            code = self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            return Unreadable("The reader of this mail stopped answering.")
        if code == 0:
            return None
        if code == -signal.SIGXCPU:
            return Unreadable(f"Reading this mail needed more than {cpu_seconds} seconds of computing.")
        if code == _OUT_OF_MEMORY:
            return Unreadable("Reading this mail needed more memory than is allowed.")
        return Unreadable("The reader of this mail broke down.")


def _bare_environment() -> dict[str, str]:
    """What a child needs, and nothing of what the worker knows."""
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
    return {
        "PYTHONPATH": path,
        "PATH": os.environ.get("PATH", ""),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


# The child's side


def serve(peer: socket.socket, *, cpu_seconds: int, idle_exit_seconds: float) -> int:
    """Answer mails on `peer` until it closes or nothing comes for `idle_exit_seconds`."""
    from hostdesk.mail import reading

    encoder = msgspec.msgpack.Encoder()
    peer.sendall(_READY)
    while True:
        asked = _next_mail(peer, idle_exit_seconds)
        if asked is None:
            return 0
        wish, raw = asked
        _allow_cpu(cpu_seconds)
        try:
            if wish == _READ:
                kind, payload = _PARSED, encoder.encode(reading.read(raw))
            else:
                shown = reading.show(raw, pictures=wish == _SHOW_WITH_PICTURES)
                kind, payload = (
                    _FORMATTED if isinstance(shown, Formatted) else _UNREADABLE,
                    encoder.encode(shown),
                )
        except MemoryError:
            return _OUT_OF_MEMORY
        except (OverflowError, ValueError, TypeError) as trouble:
            kind, payload = (
                _UNREADABLE,
                encoder.encode(Unreadable(f"The mail could not be passed on: {trouble}")),
            )
        peer.sendall(kind + len(payload).to_bytes(4))
        peer.sendall(payload)
        asked, raw, payload = None, b"", b""


def _next_mail(peer: socket.socket, idle_exit_seconds: float) -> tuple[int, bytes] | None:
    """What is wanted, and of which mail; None when no more come."""
    peer.settimeout(idle_exit_seconds)
    try:
        head = peer.recv(4, socket.MSG_WAITALL)
    except TimeoutError:
        return None
    if len(head) < 4:  # noqa: PLR2004
        return None
    peer.settimeout(None)
    said, out = int.from_bytes(head), bytearray()
    wish, size = said & ~_LENGTH, said & _LENGTH
    while len(out) < size:
        piece = peer.recv(min(1 << 20, size - len(out)))
        if not piece:
            return None
        out += piece
    return wish, bytes(out)


def _allow_cpu(seconds: int) -> None:
    """Let this process use so many seconds more; the kernel ends it beyond."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))


def main(arguments: list[str]) -> int:
    """The child: limits first, then the loop."""
    cpu_seconds, memory_mb, idle_exit_seconds = int(arguments[0]), int(arguments[1]), float(arguments[2])
    for limit, most in ((resource.RLIMIT_AS, memory_mb << 20), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(limit, (most, most))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    peer = socket.socket(fileno=0)
    # The worker's reset or end of the socket is the end of the child's work, not an error to print.
    with contextlib.suppress(ConnectionError, BrokenPipeError):
        return serve(peer, cpu_seconds=cpu_seconds, idle_exit_seconds=idle_exit_seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
