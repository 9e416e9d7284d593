"""Keeping mails: the one insert that everything before `250` waits for."""

from __future__ import annotations

import errno
import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from hostdesk.mail.models import Disposition, InboundMail, RawMail

_SQLITE_FULL = ("database or disk is full",)
_POSTGRES_FULL = ("53100", "53200")  # disk_full, out_of_memory

_COLUMNS = (
    "digest",
    "route",
    "door",
    "envelope_from",
    "recipients",
    "client_ip",
    "helo",
    "size",
    "received_at",
    "next_try_at",
    "disposition",
    "reason",
    "settled_at",
)
_POSTGRES_TYPES = {
    "size": "bigint",
    "recipients": "jsonb",
    "received_at": "timestamptz",
    "next_try_at": "timestamptz",
    "settled_at": "timestamptz",
}
# What every new row begins with, as SQL: the tables have no defaults of their own.
_BEGINNING = {
    "tries": "0",
    **dict.fromkeys(
        ("claimed_by", "clause", "sender", "sender_name", "subject", "message_id", "trust", "resembles"), "''"
    ),
}
# How far the write-ahead log may grow before a commit carries it over by itself, which holds up everybody who
# waits for that commit; usually `rest` has done it by then. Half of what the settings keep of the file.
_MOST_PAGES_IN_LOG = 8_000
_RECIPIENTS = _COLUMNS.index("recipients")
_known = threading.local()


class CannotKeep(Exception):  # noqa: N818  (what the door says)
    """The mail is not kept; the sender should come back later. `disk_full` tells the two answers apart."""

    def __init__(self, *, disk_full: bool) -> None:
        super().__init__("disk full" if disk_full else "database away")
        self.disk_full = disk_full


@dataclass(frozen=True)
class Arrival:
    """One mail at the door: its envelope, and its bytes, which are None for one refused for its size.

    `size` is what was offered, in bytes; `reason` the sentence told to the sender of a refused mail.
    """

    route: str
    door: str
    envelope_from: str
    recipients: tuple[str, ...]
    client_ip: str
    helo: str
    received_at: datetime
    raw: bytes | None
    size: int
    reason: str = ""
    digest: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.raw is not None:
            object.__setattr__(self, "digest", hashlib.sha256(self.raw).hexdigest())


def keep(arrivals: Sequence[Arrival]) -> None:
    """Commit all of these, bytes and rows, in one transaction; what is kept already stays as it was.

    The same bytes on the same route are one mail. Raises `CannotKeep`; then none of them is kept.
    """
    try:
        if connection.vendor == "postgresql":
            _keep_in_postgres(arrivals)
        else:
            _keep_in_sqlite(arrivals)
    except (OperationalError, InterfaceError, OSError) as error:
        connection.close()
        raise CannotKeep(disk_full=_is_full(error)) from error
    except DatabaseError as error:
        raise CannotKeep(disk_full=_is_full(error)) from error


def rest() -> None:
    """Use a moment in which no mail comes: carry SQLite's write-ahead log over into the database file."""
    if connection.vendor != "sqlite":
        return
    try:
        _sqlite().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    except (DatabaseError, sqlite3.Error):
        # Nothing was asked for, and nothing is lost: whoever commits next carries it over, or hears what is wrong.
        connection.close()


def _row(mail: Arrival, received: str) -> tuple[object, ...]:
    """The values of _COLUMNS but for the recipients, which each database wants in its own way."""
    refused = mail.digest is None
    return (
        mail.digest,
        mail.route,
        mail.door,
        mail.envelope_from[:320],
        mail.recipients,
        mail.client_ip,
        mail.helo[:255],
        mail.size,
        received,
        received,
        Disposition.REFUSED.value if refused else None,
        mail.reason,
        received if refused else None,
    )


# Written out, and given to the driver itself, because this is the hot path of the house: rows as models, and
# Django's cursors, cost more than all else that a mail needs here. Rows that are there already are passed over.


def _keep_in_sqlite(arrivals: Sequence[Arrival]) -> None:
    """Two statements in one transaction."""
    driver = _sqlite()
    raws = [value for mail in arrivals if mail.raw is not None for value in (mail.digest, mail.raw)]
    rows: list[object] = []
    for mail in arrivals:
        row = _row(mail, mail.received_at.astimezone(UTC).replace(tzinfo=None).isoformat(" "))
        rows += (*row[:_RECIPIENTS], json.dumps(mail.recipients), *row[_RECIPIENTS + 1 :])
    with connection.wrap_database_errors, _one_transaction(driver):
        if raws:
            driver.execute(_sqlite_raws(len(raws) // 2), raws)
        driver.execute(_sqlite_rows(len(arrivals)), rows)


def _sqlite() -> sqlite3.Connection:
    """The driver's connection of this thread, told once to leave its log for `rest`."""
    connection.ensure_connection()
    driver: sqlite3.Connection = connection.connection
    if getattr(_known, "driver", None) is not driver:
        driver.execute(f"PRAGMA wal_autocheckpoint={_MOST_PAGES_IN_LOG}")
        _known.driver = driver
    return driver


@contextmanager
def _one_transaction(driver: sqlite3.Connection) -> Iterator[None]:
    """All or nothing: a transaction of our own, or part of the one that the caller is in."""
    if connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    driver.execute("BEGIN IMMEDIATE")
    try:
        yield
        driver.execute("COMMIT")
    except BaseException:
        driver.rollback()
        raise


@cache
def _sqlite_raws(many: int) -> str:
    return (
        f"INSERT INTO {RawMail._meta.db_table} (digest, raw)"  # noqa: SLF001
        f" VALUES {', '.join(['(?, ?)'] * many)} ON CONFLICT DO NOTHING"
    )


@cache
def _sqlite_rows(many: int) -> str:
    row = ", ".join(["?"] * len(_COLUMNS) + list(_BEGINNING.values()))
    return (
        f"INSERT INTO {InboundMail._meta.db_table} ({', '.join((*_COLUMNS, *_BEGINNING))})"  # noqa: SLF001
        f" VALUES {', '.join([f'({row})'] * many)} ON CONFLICT DO NOTHING"
    )


def _keep_in_postgres(arrivals: Sequence[Arrival]) -> None:
    """Both inserts as one statement, which is its own transaction: one journey to the server for a whole batch.

    Bytes travel as one array and rows as one JSON text, so that the statement is the same for every batch and
    stays prepared; an array for each column costs both sides half as much again.
    """
    # A cursor of the driver's own: Django's writes values into the statement, bytes as hexadecimal text,
    # which for a mail of 30 MB would be several copies of twice that.
    import psycopg

    rows = [dict(zip(_COLUMNS, _row(mail, mail.received_at.isoformat()), strict=True)) for mail in arrivals]
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(
            _postgres_statement(), ([mail.raw for mail in arrivals], json.dumps(rows)), prepare=True
        )


@cache
def _postgres_statement() -> str:
    """The statement of `_keep_in_postgres`: bytes into one table, rows into the other, side by side by their order."""
    names = ", ".join(_COLUMNS)
    typed = ", ".join(f"{name} {_POSTGRES_TYPES.get(name, 'text')}" for name in _COLUMNS)
    return (
        "WITH arriving AS (SELECT * FROM"
        f" ROWS FROM (unnest(%b::bytea[]), json_to_recordset(%t::json) AS ({typed})) AS one (raw, {names})),"
        f" kept AS (INSERT INTO {RawMail._meta.db_table} (digest, raw)"  # noqa: SLF001
        " SELECT digest, raw FROM arriving WHERE raw IS NOT NULL ON CONFLICT DO NOTHING)"
        f" INSERT INTO {InboundMail._meta.db_table} ({names}, {', '.join(_BEGINNING)})"  # noqa: SLF001
        f" SELECT {names}, {', '.join(_BEGINNING.values())} FROM arriving ON CONFLICT DO NOTHING"
    )


def _is_full(error: BaseException) -> bool:
    """Whether the storage has no room, rather than being away."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) in _POSTGRES_FULL:
        return True
    return any(words in str(error) for words in _SQLITE_FULL)
