"""A database in which commits are real, for tests of threads, processes and servers; put back afterwards.

Django's own way empties every table, which append-only tables refuse and which would lose the rows that migrations
bring. Here the untouched database is copied once and copied back: a file under SQLite, a template under PostgreSQL.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from django.db import connection, connections


def remember() -> None:
    """Copy the database as the migrations left it; only the first call of a run does anything."""
    if connection.vendor == "sqlite":
        path = _path()
        if not _pristine(path).exists():
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connections.close_all()
            shutil.copyfile(path, _pristine(path))
        return
    name = _name()
    connections.close_all()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [f"{name}_pristine"])
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE DATABASE "{name}_pristine" TEMPLATE "{name}"')


def put_back() -> None:
    """Make the database again what it was when it was remembered; nobody may be using it."""
    connections.close_all()
    if connection.vendor == "sqlite":
        path = _path()
        for leftover in (f"{path}-wal", f"{path}-shm"):
            Path(leftover).unlink(missing_ok=True)
        shutil.copyfile(_pristine(path), path)
        return
    name = _name()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{name}_pristine"')


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _path() -> Path:
    return Path(_name())


def _pristine(path: Path) -> Path:
    return path.with_name(f"{path.name}.pristine")
