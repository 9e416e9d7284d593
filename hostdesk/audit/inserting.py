"""Writes whose SQL is made once a process, and that go to the database together.

Django makes the SQL of an INSERT anew each time, and PostgreSQL then reads and plans it anew; both cost more than the
row itself. `insert` gives new rows their keys; `insert_later`, `update_later` and `write_later` are for what nobody
reads back within the transaction: inside `together` they wait for its end and travel in one journey.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

from django.db import connections
from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    FloatField,
    ForeignKey,
    IntegerField,
    JSONField,
    Model,
    TextField,
)

from hostdesk.audit.prepared import keeping_cursor

_DB = "default"
_MOST_ROWS = 50
"""In one statement; a mail with a thousand files needs several."""
_COLUMNS = (
    BooleanField,
    CharField,
    DateTimeField,
    FloatField,
    ForeignKey,
    IntegerField,
    JSONField,
    TextField,
)
Value = Any  # of a column, as the program has it or as the driver takes it
_thread = threading.local()


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL with `%s` for each value."""

    sql: str
    values: list[Value]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where rows go; rows of one place share a statement and keep their order."""

    model: type[Model]
    ignore_conflicts: bool = False


@dataclass
class _Together:
    """What waits for the end of `together`; `depth` counts the savepoints around it."""

    depth: int
    rows: dict[_Place, list[Model]] = field(default_factory=dict)
    statements: list[_Statement] = field(default_factory=list)


def insert(*rows: Model) -> None:
    """Insert new rows, which get their keys. Within a transaction; none may refer to another of the same call.

    Rows of one model stand side by side. On PostgreSQL all are one statement.
    """
    for first in range(0, len(rows), _MOST_ROWS):
        groups = [list(group) for _, group in groupby(rows[first : first + _MOST_ROWS], key=type)]
        statements = [_inserting(_Place(type(group[0])), group, returning=True) for group in groups]
        if len(groups) > 1 and _vendor() == "postgresql":
            _insert_at_once(groups, statements)
        else:
            for group, statement in zip(groups, statements, strict=True):
                _set_keys(group, [key for (key,) in _run(statement, fetch=True)])


def insert_later(*rows: Model, ignore_conflicts: bool = False) -> None:
    """Insert new rows whose keys nobody needs, at the latest at the end of `together`; else at once."""
    waiting = _waiting()
    for row in rows:
        if waiting is not None:
            waiting.rows.setdefault(_Place(type(row), ignore_conflicts), []).append(row)
    if waiting is None:
        for model, group in groupby(rows, key=type):
            for statement in _insertings(_Place(model, ignore_conflicts), list(group)):
                _run(statement)


def update_later(model: type[Model], pk: int, **columns: Value) -> None:
    """Write these columns of one row, at the latest at the end of `together`; else at once. No row twice within it."""
    as_sent = _shape(model, _vendor())
    values = [as_sent[name](value) for name, value in columns.items()]
    _write(_Statement(_update_sql(model, tuple(columns)), [*values, _plain(_vendor())(pk)]))


def write_later(sql: str, *values: str | int) -> None:
    """A statement of the caller's own, which returns nothing; waits as the others do."""
    _write(_Statement(sql, [_plain(_vendor())(value) for value in values]))


@contextmanager
def together() -> Iterator[None]:
    """What is to be written later goes to the database at the end of this: as one statement on PostgreSQL.

    Stands inside the transaction. What breaks inside has written nothing of it.
    """
    if getattr(_thread, "together", None) is not None:
        yield
        return
    mine = _thread.together = _Together(_depth())
    try:
        yield
    finally:
        _thread.together = None
    inserts = [one for place, rows in mine.rows.items() for one in _insertings(place, rows)]
    _run_all([*inserts, *mine.statements])


def _waiting() -> _Together | None:
    """Where to wait. Inside a savepoint nothing waits: with the savepoint it may yet be taken back."""
    waiting: _Together | None = getattr(_thread, "together", None)
    return waiting if waiting and waiting.depth == _depth() else None


def _depth() -> int:
    # A transaction within another that sets no savepoint stands there as None.
    return sum(name is not None for name in connections[_DB].savepoint_ids)


def _write(statement: _Statement) -> None:
    waiting = _waiting()
    if waiting is not None:
        waiting.statements.append(statement)
    else:
        _run(statement)


def _run_all(statements: Sequence[_Statement]) -> None:
    if len(statements) > 1 and _vendor() == "postgresql":
        *others, last = statements
        parts = ", ".join(f"w{place} AS ({one.sql})" for place, one in enumerate(others))
        _run(_Statement(f"WITH {parts} {last.sql}", [value for one in statements for value in one.values]))
    else:
        for statement in statements:
            _run(statement)


def _run(statement: _Statement, *, fetch: bool = False) -> list[tuple[Any, ...]]:
    with keeping_cursor(connections[_DB]) as cursor:
        cursor.execute(statement.sql, statement.values)
        return list(cursor.fetchall()) if fetch else []


def _insert_at_once(groups: Sequence[Sequence[Model]], statements: Sequence[_Statement]) -> None:
    parts = ", ".join(f"w{place} (key) AS ({one.sql})" for place, one in enumerate(statements))
    keys = " UNION ALL ".join(f"SELECT {place}, key FROM w{place}" for place in range(len(statements)))
    values = [value for one in statements for value in one.values]
    found = _run(_Statement(f"WITH {parts} {keys}", values), fetch=True)
    for place, group in enumerate(groups):
        _set_keys(group, [key for which, key in found if which == place])


def _set_keys(rows: Sequence[Model], keys: Sequence[int]) -> None:
    # Keys are given in the order of the rows; in which order they are told, no database promises.
    for row, key in zip(rows, sorted(keys), strict=True):
        row.pk = key
        row._state.adding = False  # noqa: SLF001  (as Django's own insert leaves it)
        row._state.db = _DB  # noqa: SLF001


def _insertings(place: _Place, rows: Sequence[Model]) -> Iterator[_Statement]:
    for first in range(0, len(rows), _MOST_ROWS):
        yield _inserting(place, rows[first : first + _MOST_ROWS])


def _inserting(place: _Place, rows: Sequence[Model], *, returning: bool = False) -> _Statement:
    columns = _shape(place.model, _vendor()).items()
    values = []
    for row in rows:
        assert row.pk is None, "only new rows are inserted"
        held = row.__dict__
        values += [as_sent(held[name]) for name, as_sent in columns]
    return _Statement(_insert_sql(place, len(rows), returning=returning), values)


@cache
def _shape(model: type[Model], vendor: str) -> dict[str, Callable[[Value], Value]]:
    """The columns of a model but for its key, by the attribute, with what makes the driver's value of each."""
    for one in _columns(model):
        # Other kinds make values of their own, or need a form that they do not get here.
        assert isinstance(one, _COLUMNS), f"{one} cannot be written so"
        assert not (getattr(one, "auto_now", False) or getattr(one, "auto_now_add", False)), (
            f"{one} is a clock"
        )
    return {one.attname: _as_sent(one, vendor) for one in _columns(model)}


def _as_sent(column: Field[Any, Any], vendor: str) -> Callable[[Value], Value]:
    if isinstance(column, JSONField):
        encoder = column.encoder
        return lambda value: None if value is None else json.dumps(value, cls=encoder)
    if isinstance(column, DateTimeField) and vendor != "postgresql":
        adapt = connections[_DB].ops.adapt_datetimefield_value
        return lambda value: None if value is None else adapt(value)
    return _plain(vendor)


def _plain(vendor: str) -> Callable[[Value], Value]:
    return _as_text if vendor == "postgresql" else _as_it_is


def _as_text(value: Value) -> str | None:
    """For PostgreSQL, all as text: it knows what the columns are, and sees one statement whatever the values."""
    if value is None:
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _as_it_is(value: Value) -> Value:
    # A word of a choice is a string of its own kind.
    return str(value) if isinstance(value, str) else value


def _vendor() -> str:
    return connections[_DB].vendor


@lru_cache(maxsize=1024)
def _insert_sql(place: _Place, many: int, *, returning: bool) -> str:
    names = [one.column for one in _columns(place.model)]
    row = f"({', '.join(['%s'] * len(names))})"
    meta = place.model._meta  # noqa: SLF001
    return (
        f'INSERT INTO "{meta.db_table}" ({", ".join(map(_quoted, names))}) VALUES {", ".join([row] * many)}'
        + (" ON CONFLICT DO NOTHING" if place.ignore_conflicts else "")
        + (f" RETURNING {_quoted(meta.pk.column)}" if returning else "")
    )


@lru_cache(maxsize=256)
def _update_sql(model: type[Model], attributes: tuple[str, ...]) -> str:
    by_attribute = {one.attname: one.column for one in _columns(model)}
    settings = ", ".join(f"{_quoted(by_attribute[name])} = %s" for name in attributes)
    meta = model._meta  # noqa: SLF001
    return f"UPDATE {_quoted(meta.db_table)} SET {settings} WHERE {_quoted(meta.pk.column)} = %s"


@cache
def _columns(model: type[Model]) -> tuple[Field[Any, Any], ...]:
    return tuple(one for one in model._meta.concrete_fields if not one.primary_key)  # noqa: SLF001


def _quoted(name: str | None) -> str:
    return f'"{name}"'
