"""Which process is this: a name that tells machines, containers, processes and their threads apart.

A thread has lives: after the database was away it does not know what of its work was noted, so it begins a new life,
and what the old one held is free for anybody, like the work of a process that died.
"""

from __future__ import annotations

import hashlib
import os
import socket
from functools import cache
from pathlib import Path

_lives: dict[str, int] = {}


@cache
def machine() -> str:
    """Twelve characters for this boot of this machine and its process numbering.

    Two containers with one host name, or the same host after a restart, are different machines: a process
    number means the same process only within one of these.
    """
    boot = Path("/proc/sys/kernel/random/boot_id")
    numbering = Path("/proc/self/ns/pid")
    parts = (
        socket.gethostname(),
        boot.read_text(encoding="ascii") if boot.exists() else "",
        str(numbering.readlink()) if numbering.is_symlink() else "",
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def claimant(thread: str) -> str:
    """The name under which a thread of this process claims rows in its present life."""
    return f"{machine()}:{os.getpid()}:{_lives.get(thread, 0)}:{thread}"[:64]


def begin_anew(thread: str) -> None:
    """Give up what the thread of this process claimed until now: its earlier names are dead from here on."""
    _lives[thread] = _lives.get(thread, 0) + 1


def is_dead(name: str) -> bool:
    """Whether a claimant is gone: a process of this very machine, or an earlier life of a thread of this process.

    False for those of other machines, of which nothing can be known from here.
    """
    where, pid, life, thread = [*name.split(":", 3), "", "", ""][:4]
    if where != machine() or not pid.isdigit() or pid == "0":
        return False
    if int(pid) == os.getpid():
        return life.isdigit() and int(life) < _lives.get(thread, 0)
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
