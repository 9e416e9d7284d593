"""Rows made by the database itself, in the words of each kind of database."""

from __future__ import annotations

import json

FIRST = 1001
"""The running number of the first ticket."""
AGENTS = 10


class Speech:
    """How each database says what differs."""

    def __init__(self, vendor):
        self.postgres = vendor == "postgresql"

    def series(self, count):
        """Rows i = 0 to count - 1."""
        if self.postgres:
            return f"(SELECT i::bigint FROM generate_series(0, {count - 1}) AS s(i)) AS n"
        return f"(WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < {count - 1}) SELECT i FROM s) AS n"

    def moment(self, seconds):
        """An instant from seconds since 1970."""
        return f"to_timestamp({seconds})" if self.postgres else f"datetime({seconds}, 'unixepoch')"

    def json(self, text):
        """A JSON column's value from text."""
        return f"({text})::jsonb" if self.postgres else text

    def digest(self, number):
        """64 hexadecimal digits."""
        return f"lpad(to_hex({number}), 64, '0')" if self.postgres else f"printf('%064x', {number})"

    def raw(self, text):
        """Bytes from text."""
        return f"convert_to({text}, 'UTF8')" if self.postgres else f"CAST({text} AS BLOB)"


def put(cursor, table, source, columns, *, where=""):
    """INSERT ... SELECT of these columns, each an expression over `i`; a column that is not named gets its default."""
    columns = {**columns, **_defaults(table, columns)}
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(str(value) for value in columns.values())
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {source}" + (f" WHERE {where}" if where else "")
    )


def _defaults(table, columns):
    """The default of every other column of a table that must not be empty, as SQL."""
    from django.apps import apps

    options = [one._meta for one in apps.get_models(include_auto_created=True)]  # noqa: SLF001
    fields = next((one.concrete_fields for one in options if one.db_table == table), ())
    missing = [one for one in fields if one.column not in columns and not one.null and not one.primary_key]
    return {one.column: _literal(one.get_default()) for one in missing}


def _literal(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return quoted(value if isinstance(value, str) else json.dumps(value))


def quoted(text):
    return "'" + text.replace("'", "''") + "'"
