"""Reads whose SQL is made once a process: the ORM writes it, and is not asked again.

Making SQL from a queryset costs ten times what a small read costs; the pages that people have open all day make the
same dozen reads each time. Lives in the lowest room that needs it. Written against Django 5.2 (`klass_info`,
`get_related_populators`); `tests/test_prepared.py` compares every kind of read with the ORM's own answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from django.db import connections
from django.db.models import GenericIPAddressField, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
Argument = int | str | datetime
_DB = "default"
# How PostgreSQL sends values: as text, or as it holds them.
_TEXT, _BYTES = 0, 1
_taught: WeakSet[Any] = WeakSet()  # connections of a driver that may not be there
# Two sets of stand-ins: what changes with the set is an argument, what stays is a constant of the query.
# Numbers fit into the smallest column: PostgreSQL is not even asked about one that cannot be in it.
_SETS = ((31_000, datetime(1801, 1, 1, tzinfo=UTC)), (31_500, datetime(1802, 1, 1, tzinfo=UTC)))


@dataclass(frozen=True, slots=True)
class _Compiled:
    """One read as SQL. `places` says for each parameter which argument it is, or None for one of `constants`.

    `constants` has a value for every parameter, those of arguments included, so that the two run side by side.
    """

    sql: str
    constants: tuple[Any, ...]  # whatever the database driver takes
    places: tuple[int | None, ...]
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]  # Django's own shape
    make: Callable[[Sequence[Any]], Any]  # a row of columns to what the caller gets
    as_bytes: bool  # whether PostgreSQL's own form of all values becomes what Django would make of their text


class Prepared(Generic[Row]):
    """One read. `build` makes its queryset from stand-ins of the kinds in `kinds` (int, str, datetime), once.

    The queryset may be of models, with select_related, or of tuples (`values_list`). Every argument must reach the
    SQL as a plain parameter: no lists, no NULL, no arithmetic on it.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]], *kinds: type[Argument]) -> None:
        self._build = build
        self._kinds = kinds
        self._compiled: _Compiled | None = None

    def __call__(self, *arguments: Argument) -> list[Row]:
        """All rows for these arguments, in the order of `kinds`."""
        compiled = self._compiled or self._compile()
        rows: Sequence[Sequence[Any]] = _fetched(compiled.sql, compiled, arguments)  # columns of any type
        if compiled.converters:
            connection = connections[_DB]
            rows = [_converted(row, compiled.converters, connection) for row in rows]
        return [compiled.make(row) for row in rows]

    def count(self, *arguments: Argument) -> int:
        """How many rows there are, counted by the database; a slice of the queryset bounds what it costs."""
        compiled = self._compiled or self._compile()
        ((many,),) = _fetched(f"SELECT COUNT(*) FROM ({compiled.sql}) AS counted", compiled, arguments)
        return int(many)

    def first(self, *arguments: Argument) -> Row | None:
        """The first row, or None."""
        return next(iter(self(*arguments)), None)

    def _compile(self) -> _Compiled:
        (first, queryset, compiler, sql, parameters), (second, _, _, _, others) = [
            self._as_sql(number, instant) for number, instant in _SETS
        ]
        pairs = list(zip(first, second, strict=True))
        places = tuple(
            pairs.index(pair) if pair in pairs else None for pair in zip(parameters, others, strict=True)
        )
        missing = [place for place in range(len(pairs)) if place not in places]
        assert not missing, f"arguments {missing} are no plain parameters of the read"
        selected = compiler.select[: compiler.col_count]
        sql, left = _with_constants(sql, parameters, places)
        converters = compiler.get_converters([expression for expression, _, _ in selected])
        # Addresses come as objects otherwise, where Django has text.
        of_text = any(
            isinstance(expression.output_field, GenericIPAddressField) for expression, _, _ in selected
        )
        self._compiled = _Compiled(
            sql=sql,
            constants=tuple(parameters[one] for one in left),
            places=tuple(places[one] for one in left),
            converters=converters,
            as_bytes=not of_text,
            make=_maker(queryset, compiler),
        )
        return self._compiled

    def _as_sql(
        self, number: int, instant: datetime
    ) -> tuple[list[Any], QuerySet[Any, Row], SQLCompiler, str, Sequence[Any]]:
        """The read for one set of stand-ins: those as the driver sees them, and what the ORM makes of it."""
        stand_ins = [_stand_in(kind, place, number, instant) for place, kind in enumerate(self._kinds)]
        queryset = self._build(*stand_ins)
        compiler: SQLCompiler = queryset.query.get_compiler(_DB)
        sql, parameters = compiler.as_sql()
        adapt = connections[_DB].ops.adapt_datetimefield_value
        return (
            [adapt(one) if isinstance(one, datetime) else one for one in stand_ins],
            queryset,
            compiler,
            sql,
            parameters,
        )


def _fetched(
    sql: str, compiled: _Compiled, arguments: Sequence[Argument]
) -> list[tuple[Any, ...]]:  # columns of any type
    """The rows of a statement that takes the parameters of `compiled`."""
    connection = connections[_DB]
    adapt = connection.ops.adapt_datetimefield_value
    given = [adapt(one) if isinstance(one, datetime) else one for one in arguments]
    parameters = [
        constant if place is None else given[place]
        for constant, place in zip(compiled.constants, compiled.places, strict=True)
    ]
    with keeping_cursor(connection, as_bytes=compiled.as_bytes) as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def keeping_cursor(connection: Any, *, as_bytes: bool = False) -> Any:  # Django's own shapes
    """A cursor for statements that come again and again; seen and counted by Django as any other.

    PostgreSQL is given each to keep: Django's own cursor writes the values into the text, which driver and server
    then read anew every time. `as_bytes` has values come as the server holds them: instants need no parsing,
    which Django does in Python.
    """
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    driver = connection.connection
    if driver not in _taught:
        driver.adapters.register_loader("jsonb", _json_as_text())
        _taught.add(driver)
    keeping = _keeping_cursor()(driver)
    keeping.format = _BYTES if as_bytes else _TEXT
    return (
        connection.make_debug_cursor(keeping)
        if connection.queries_logged
        else connection.make_cursor(keeping)
    )


@cache
def _json_as_text() -> type[Any]:  # the driver's, which is there only where it is used
    from psycopg.adapt import Loader
    from psycopg.pq import Format

    class JsonAsText(Loader):
        """Leaves JSON to Django's converters: its text stands behind one byte that tells the version of the form."""

        format = Format.BINARY

        def load(self, sent: Any) -> str:  # bytes, or a view of them
            return bytes(sent[1:]).decode()

    return JsonAsText


@cache
def _keeping_cursor() -> type[Any]:  # the driver's, which is there only where it is used
    import psycopg

    class KeepingCursor(psycopg.Cursor[Any]):
        """Has the server keep every statement it is given."""

        # `Any`: the driver's own types, of which it has many.
        def execute(  # type: ignore[override]  # one of its two ways, the one that Django uses
            self, query: Any, parameters: Any = None, **options: Any
        ) -> KeepingCursor:
            return super().execute(query, parameters, **{**options, "prepare": True})

        def _convert_query(self, query: Any, params: Any = None) -> Any:
            # For Django's list of what was asked: of a statement that is kept the driver itself says nothing.
            self._query = super()._convert_query(query, params)
            return self._query

    return KeepingCursor


def _with_constants(
    sql: str,
    parameters: Sequence[Any],  # whatever the database driver takes
    places: Sequence[int | None],
) -> tuple[str, list[int]]:
    """The statement with the query's own words and numbers written into it, and which parameters are left.

    SQLite serves a query from a partial index only where it can read the index's condition in the statement
    (`state IN ('new', 'open')`); behind a parameter it cannot see it. Only constants of the program are written in.
    """
    left: list[int] = []
    numbers = iter(range(len(parameters)))

    def written(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return found[0]
        number = next(numbers)
        value = parameters[number]
        if places[number] is None and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if places[number] is None and isinstance(value, str):
            return "'" + value.replace("'", "''").replace("%", "%%") + "'"
        left.append(number)
        return found[0]

    return re.sub(r"%[%s]", written, sql), left


def _stand_in(kind: type[Argument], place: int, number: int, instant: datetime) -> Argument:
    if kind is int:
        return number + place
    return f"argument {number + place}" if kind is str else instant + timedelta(seconds=place)


def _converted(
    row: Sequence[Any], converters: dict[int, Any], connection: Any
) -> list[Any]:  # Django's own shapes
    values = list(row)
    for place, (steps, expression) in converters.items():
        value = values[place]
        for step in steps:
            value = step(value, expression, connection)
        values[place] = value
    return values


def _maker(queryset: QuerySet[Any, Any], compiler: SQLCompiler) -> Callable[[Sequence[Any]], Any]:
    """From columns to a tuple, or to a model with what stands beside it."""
    if queryset.query.values_select:
        return tuple
    info: dict[str, Any] = compiler.klass_info  # type: ignore[assignment]  # set by as_sql; Django's own shape
    model, columns = info["model"], info["select_fields"]
    start, end = columns[0], columns[-1] + 1
    names = [selected[0].target.attname for selected in compiler.select[start:end]]  # type: ignore[attr-defined]
    # The stubs describe a later Django.
    beside = get_related_populators(info, compiler.select, _DB)  # type: ignore[call-arg]

    def make(row: Sequence[Any]) -> Any:  # an instance of the queryset's model
        made = model.from_db(_DB, names, row[start:end])
        for populator in beside:
            populator.populate(row, made)
        return made

    return make
