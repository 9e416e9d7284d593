"""Keeping mails: the one insert that everything before `250` waits for."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from hostdesk.mail.models import Disposition, InboundMail, RawMail

_SQLITE_FULL = ("database or disk is full",)
_POSTGRES_FULL = ("53100", "53200")  # disk_full, out_of_memory

_RAW_COLUMNS = ("digest", "raw")
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
    "tries": "smallint",
    "received_at": "timestamptz",
    "next_try_at": "timestamptz",
    "settled_at": "timestamptz",
}
# Columns that every new row fills with nothing: the tables have no defaults of their own.
_EMPTY = ("claimed_by", "clause", "sender", "sender_name", "subject", "message_id", "trust", "resembles")


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


def _all_columns() -> tuple[str, ...]:
    return (*_COLUMNS, "tries", *_EMPTY)


def _row(mail: Arrival) -> tuple[object, ...]:
    received = connection.ops.adapt_datetimefield_value(mail.received_at)
    refused = mail.digest is None
    return (
        mail.digest,
        mail.route,
        mail.door,
        mail.envelope_from[:320],
        json.dumps(list(mail.recipients)),
        mail.client_ip,
        mail.helo[:255],
        mail.size,
        received,
        received,
        Disposition.REFUSED.value if refused else None,
        mail.reason,
        received if refused else None,
        0,
        *("" for _ in _EMPTY),
    )


# Written out because this is the hot path of the house: building the rows as models costs more than all
# else that a mail needs here. Rows that are there already are passed over.


def _keep_in_sqlite(arrivals: Sequence[Arrival]) -> None:
    """Two statements in one transaction."""
    with transaction.atomic():
        _insert(RawMail, _RAW_COLUMNS, [(mail.digest, mail.raw) for mail in arrivals if mail.raw is not None])
        _insert(InboundMail, _all_columns(), [_row(mail) for mail in arrivals])


# `Any`: every model class has `_meta`; columns are of several types.
def _insert(model: type[Any], columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    places = f"({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES'  # noqa: SLF001
            f" {', '.join([places] * len(rows))} ON CONFLICT DO NOTHING",
            [value for row in rows for value in row],
        )


def _keep_in_postgres(arrivals: Sequence[Arrival]) -> None:
    """Both inserts as one statement, which is its own transaction: one journey to the server for a whole batch.

    Columns travel as arrays, so that the statement is the same for every batch and stays prepared.
    """
    # A cursor of the driver's own: Django's writes values into the statement, bytes as hexadecimal text,
    # which for a mail of 30 MB would be several copies of twice that.
    import psycopg

    rows = [_row(mail) for mail in arrivals]
    # `Any`: columns of several types.
    columns: list[Any] = [
        [mail.raw for mail in arrivals],
        *(list(column) for column in zip(*rows, strict=True)),
    ]
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(_postgres_statement(), columns, prepare=True)


@cache
def _postgres_statement() -> str:
    """The statement of `_keep_in_postgres`: the arrays unfolded, bytes into one table, rows into the other."""
    names = _all_columns()
    arrays = ", ".join(f"%b::{_POSTGRES_TYPES.get(name, 'text')}[]" for name in names)
    values = ", ".join("recipients::jsonb" if name == "recipients" else name for name in names)
    return (
        f"WITH arriving AS (SELECT * FROM unnest(%b::bytea[], {arrays}) AS one (raw, {', '.join(names)})),"
        f" kept AS (INSERT INTO {RawMail._meta.db_table} (digest, raw)"  # noqa: SLF001
        " SELECT digest, raw FROM arriving WHERE raw IS NOT NULL ON CONFLICT DO NOTHING)"
        f" INSERT INTO {InboundMail._meta.db_table} ({', '.join(names)})"  # noqa: SLF001
        f" SELECT {values} FROM arriving ON CONFLICT DO NOTHING"
    )


def _is_full(error: BaseException) -> bool:
    """Whether the storage has no room, rather than being away."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) in _POSTGRES_FULL:
        return True
    return any(words in str(error) for words in _SQLITE_FULL)
