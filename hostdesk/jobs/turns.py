"""Those who all want to write the same thing at once, one after another in the order in which they came.

SQLite has one writer, and those who wait for it ask again and again without an order: among dozens some ask in vain
until their time is up. Where many come for the same, they stand in line before they ask. PostgreSQL needs none of this.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection


@contextmanager
def in_turn(name: str) -> Iterator[None]:
    """Stand in the line of this name, which all processes of one data folder share; on SQLite, outside a transaction.

    Inside a transaction, which holds the database already, nobody waits: who is first in line would wait for it.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with (Path(settings.DATA) / f".{name}-turn").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
