"""The process that reads mails for a worker, and how the two speak.

It knows no Django and no database, and gets no secret in its environment. Frames on one socket: 4 bytes length and
the raw mail in; one kind byte, 4 bytes length and msgpack out, after one ready byte. The two highest bits of the length
say what is wanted: the mail read, or its formatting made fit to be shown, without or with pictures of other servers.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import socket
import sys

import msgspec

from hostdesk.mail.reading.shapes import Formatted, Unreadable

PARSED, UNREADABLE, READY, FORMATTED = b"P", b"U", b"R", b"F"
# What is wanted of a mail; a mail itself is shorter than a gigabyte.
READ, SHOW, SHOW_WITH_PICTURES = 0, 1 << 31, 1 << 30
LENGTH = (1 << 30) - 1
OUT_OF_MEMORY = 77


def serve(peer: socket.socket, *, cpu_seconds: int, idle_exit_seconds: float) -> int:
    """Answer mails on `peer` until it closes or nothing comes for `idle_exit_seconds`."""
    # Before it says that it is ready: the first mail must not wait for the words of all languages.
    from hostdesk.mail.reading import reader as reading

    encoder = msgspec.msgpack.Encoder()
    peer.sendall(READY)
    while True:
        asked = _next_mail(peer, idle_exit_seconds)
        if asked is None:
            return 0
        wish, raw = asked
        _allow_cpu(cpu_seconds)
        try:
            if wish == READ:
                kind, payload = PARSED, encoder.encode(reading.read(raw))
            else:
                shown = reading.show(raw, pictures=wish == SHOW_WITH_PICTURES)
                kind, payload = (
                    FORMATTED if isinstance(shown, Formatted) else UNREADABLE,
                    encoder.encode(shown),
                )
        except MemoryError:
            return OUT_OF_MEMORY
        except (OverflowError, ValueError, TypeError) as trouble:
            kind, payload = (
                UNREADABLE,
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
    wish, size = said & ~LENGTH, said & LENGTH
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
    # Whoever stops the desk may tell all its processes at once; the worker ends this one, after the mail that is being read.
    for told_to_end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told_to_end, signal.SIG_IGN)
    peer = socket.socket(fileno=0)
    # The worker's reset or end of the socket is the end of the child's work, not an error to print.
    with contextlib.suppress(ConnectionError, BrokenPipeError):
        try:
            return serve(peer, cpu_seconds=cpu_seconds, idle_exit_seconds=idle_exit_seconds)
        except MemoryError:
            # Already while the mail was taken in.
            return OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
