"""Put words in, get numbers back. Works inside the caller's transaction, so that what is found is what is there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django.db import connection

from hostdesk.audit.inserting import write_later

_WORD = re.compile(r"\w+", re.UNICODE)
_MOST_CHARACTERS = 100_000
_MOST_WORDS = 12


# Mails are far more than tickets: apart from them, a search for tickets never walks over mails.
_TABLES = {"mail": "search_mails", "outbound": "search_mails"}


def add(kind: str, ref: int, words: str) -> None:
    """Make `ref` (a ticket's running number, say) findable by `words`; may be called again for more words."""
    add_all(kind, [(ref, words)])


def add_all(kind: str, rows: Iterable[tuple[int, str]]) -> None:
    """`add` for many."""
    table, postgres = _table(kind), connection.vendor == "postgresql"
    kept = [(ref, words.replace("\x00", " ")[:_MOST_CHARACTERS]) for ref, words in rows]
    kept = [(ref, text) for ref, text in kept if text.strip()]
    if not kept:
        return
    # The table is one of two names written above.
    if postgres:
        statement = f"INSERT INTO {table} (kind, ref, words) VALUES (%s, %s, to_tsvector('simple', %s::text))"
        values = [(kind, ref, " ".join(_plain_words(text))) for ref, text in kept]
    else:
        statement = f"INSERT INTO {table} (kind, ref, words) VALUES (%s, %s, %s)"
        values = [(kind, ref, text) for ref, text in kept]
    if len(values) == 1:
        write_later(statement, *values[0])
        return
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def find(kind: str, typed: str, *, limit: int) -> list[int]:
    """Refs of the rows that hold every word typed (the last may be the beginning of one), newest row first.

    Reads at most `limit` rows of the index, so that a word that stands everywhere costs no more than a rare one;
    a ref can therefore come up fewer times than `limit`. Nothing typed finds nothing.
    """
    table, postgres = _table(kind), connection.vendor == "postgresql"
    words = (_plain_words(typed) if postgres else _WORD.findall(typed))[:_MOST_WORDS]
    if not words:
        return []
    with connection.cursor() as cursor:
        if postgres:
            query = " & ".join([f"'{word}'" for word in words[:-1]] + [f"'{words[-1]}':*"])
            cursor.execute(
                f"SELECT ref FROM {table} WHERE kind = %s AND words @@ to_tsquery('simple', %s)"
                " ORDER BY id DESC LIMIT %s",
                [kind, query, limit],
            )
        else:
            query = " ".join([f'"{word}"' for word in words[:-1]] + [f'"{words[-1]}"*'])
            cursor.execute(
                f"SELECT ref FROM {table} WHERE {table} MATCH %s AND kind = %s ORDER BY rowid DESC LIMIT %s",
                [f"words : ({query})", kind, limit],
            )
        return list(dict.fromkeys(int(row[0]) for row in cursor.fetchall()))


def _table(kind: str) -> str:
    return _TABLES.get(kind, "search_words")


def _plain_words(text: str) -> list[str]:
    """Words in small letters without accents, parted as FTS5 parts them by itself.

    PostgreSQL's own parser keeps addresses, host names and paths whole: `acme` would not find bob@acme.example.
    """
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return _WORD.findall(text.casefold())
