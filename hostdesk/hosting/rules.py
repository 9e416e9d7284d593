"""Judgements of the room as pure functions."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

_DEDICATED = "dedicated"
_HOSTING = "shared"


def ruling_product(products: AbstractSet[str]) -> str:
    """The product whose policy covers an account with these current services (scope.dedicated).

    The dedicated servers' policy only where there is nothing else; an account without services counts as hosting.
    """
    return _DEDICATED if products == {_DEDICATED} else _HOSTING
