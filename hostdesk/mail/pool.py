"""The reading children of this process: one pool, made at first need, for all who read or show mails in it."""

from __future__ import annotations

import threading
from multiprocessing import util

from hostdesk.mail.child import ParserPool

_lock = threading.Lock()
_pool: ParserPool | None = None


def in_use() -> ParserPool:
    """The pool of this process."""
    global _pool  # noqa: PLW0603  (one set of children a process)
    with _lock:
        if _pool is None:
            _pool = ParserPool()
            # At the end of a command, and of a worker of the web server: those end without `atexit`.
            util.Finalize(None, end, exitpriority=0)
        return _pool


def end() -> None:
    """End the children of this process, if it has any; a part does so before it ends itself.

    They would end by themselves a moment later; whoever stops a part may ask at once whether all is gone.
    """
    global _pool
    with _lock:
        ending, _pool = _pool, None
    if ending is not None:
        ending.close()


def use(pool: ParserPool | None) -> None:
    """Let this pool be the one of this process; None forgets it."""
    global _pool  # noqa: PLW0603
    with _lock:
        _pool = pool
