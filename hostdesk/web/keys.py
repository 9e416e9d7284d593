"""Keys of rows as they come in addresses and forms."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 18
"""Digits of a key; a longer number is none, and no database takes it."""


def key_of(typed: str) -> int | None:
    """The key that a text is; None for what could be none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST else None


def keys_of(typed: Iterable[str]) -> list[int]:
    """The keys among texts, in their order; what is none is left out."""
    return [key for one in typed if (key := key_of(one)) is not None]
