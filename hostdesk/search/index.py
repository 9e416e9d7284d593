"""Put words in, get numbers back. Works inside the caller's transaction, so that what is found is what is there."""

from __future__ import annotations

import re
import unicodedata

from django.db import connection

_WORD = re.compile(r"\w+", re.UNICODE)
_MOST_CHARACTERS = 100_000
_MOST_WORDS = 12


def add(kind: str, ref: int, words: str) -> None:
    """Make `ref` (a ticket's running number, say) findable by `words`; may be called again for more words."""
    text = words.replace("\x00", " ")[:_MOST_CHARACTERS]
    if not text.strip():
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "INSERT INTO search_words (kind, ref, words) VALUES (%s, %s, to_tsvector('simple', %s))",
                [kind, ref, " ".join(_plain_words(text))],
            )
        else:
            cursor.execute(
                "INSERT INTO search_words (words, kind, ref) VALUES (%s, %s, %s)", [text, kind, ref]
            )


def find(kind: str, typed: str, *, limit: int) -> list[int]:
    """Refs of the rows that hold every word typed (the last may be the beginning of one), newest row first.

    Reads at most `limit` rows of the index, so that a word that stands everywhere costs no more than a rare one;
    a ref can therefore come up fewer times than `limit`. Nothing typed finds nothing.
    """
    postgres = connection.vendor == "postgresql"
    words = (_plain_words(typed) if postgres else _WORD.findall(typed))[:_MOST_WORDS]
    if not words:
        return []
    with connection.cursor() as cursor:
        if postgres:
            query = " & ".join([f"'{word}'" for word in words[:-1]] + [f"'{words[-1]}':*"])
            cursor.execute(
                "SELECT ref FROM search_words WHERE kind = %s AND words @@ to_tsquery('simple', %s)"
                " ORDER BY id DESC LIMIT %s",
                [kind, query, limit],
            )
        else:
            query = " ".join([f'"{word}"' for word in words[:-1]] + [f'"{words[-1]}"*'])
            cursor.execute(
                "SELECT ref FROM search_words WHERE search_words MATCH %s AND kind = %s ORDER BY rowid DESC LIMIT %s",
                [f"words : ({query})", kind, limit],
            )
        return list(dict.fromkeys(int(row[0]) for row in cursor.fetchall()))


def _plain_words(text: str) -> list[str]:
    """Words in small letters without accents, parted as FTS5 parts them by itself.

    PostgreSQL's own parser keeps addresses, host names and paths whole: `acme` would not find bob@acme.example.
    """
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return _WORD.findall(text.casefold())
