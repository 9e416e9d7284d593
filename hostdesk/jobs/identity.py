"""Which process is this: a name that tells machines, containers and processes apart."""

from __future__ import annotations

import hashlib
import os
import socket
from functools import cache
from pathlib import Path


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
    """The name under which a thread of this process claims rows."""
    return f"{machine()}:{os.getpid()}:{thread}"[:64]


def is_dead(name: str) -> bool:
    """Whether a claimant was a process of this very machine that is gone; False for those of others."""
    where, _, rest = name.partition(":")
    pid = rest.partition(":")[0]
    if where != machine() or not pid.isdigit() or pid == "0":
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
