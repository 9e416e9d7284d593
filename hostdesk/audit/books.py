"""The books that the chain seals, and the one form in which a row is sealed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Any

from django.db.models import Q

from hostdesk.audit.models import Decision, Entry, Look
from hostdesk.audit.ranges import Range

MARK_BYTES = 16
_RANGES_A_READ = 100

BOOKS: dict[str, type[Entry | Decision | Look]] = {
    "entry": Entry,
    "decision": Decision,
    "look": Look,
}
"""By the name that a link carries. A book's columns are never changed or reordered: add a new book instead."""

_COLUMNS: dict[str, tuple[str, ...]] = {
    "entry": (
        "id", "subject_type", "subject_id", "verb", "actor_kind", "actor_id", "actor_name", "at", "facts",
    ),
    "decision": (
        "id", "subject_type", "subject_id", "clause", "policy_version_id", "outcome", "facts", "at",
    ),
    "look": (
        "id", "agent_id", "agent_name", "session_id", "token_id", "kind", "thing_id", "customer_id", "words",
        "slot", "at",
    ),
}  # fmt: skip

BELOW: Range = (-(2**62), 0)
"""Numbers that no book gives out; a row there was put in by somebody else."""
Row = tuple[int, bytes]
"""A row's number and its mark."""


def rows_after(book: str, number: int, *, limit: int) -> list[Row]:
    """The first rows of a book behind a number."""
    rows = BOOKS[book].objects.filter(pk__gt=number).order_by("pk")
    return [_row(values) for values in rows.values_list(*_COLUMNS[book])[:limit]]


def rows_within(book: str, ranges: list[Range], *, limit: int) -> list[Row]:
    """The rows of a book that lie in any of some ascending ranges, in their order."""
    found: list[Row] = []
    for start in range(0, len(ranges), _RANGES_A_READ):
        if len(found) >= limit:
            break
        pairs = ranges[start : start + _RANGES_A_READ]
        wanted = reduce(or_, (Q(pk__range=pair) for pair in pairs))
        rows = BOOKS[book].objects.filter(wanted).order_by("pk")
        found += [_row(values) for values in rows.values_list(*_COLUMNS[book])[: limit - len(found)]]
    return found


def behind(book: str, number: int) -> int:
    """How many rows a book has behind a number."""
    return BOOKS[book].objects.filter(pk__gt=number).count()


def _row(values: tuple[Any, ...]) -> Row:  # columns of any type
    text = json.dumps(
        [_plain(one) for one in values], sort_keys=True, ensure_ascii=True, separators=(",", ":")
    )
    return values[0], sha256(text.encode()).digest()[:MARK_BYTES]


def _plain(value: Any) -> Any:  # a column of any type
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
