"""The adapter for a connection to a panel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from hostdesk.ports.panels.twins import MEMORY
from hostdesk.ports.panels.wishes import Panel

Kind = Literal["cpanel", "directadmin", "plesk"]


@dataclass(frozen=True)
class Connection:
    """Where a server's panel answers and as whom we sign in; `secret` is a token, a login key or an API key."""

    kind: str
    url: str
    user: str
    secret: str = field(repr=False)


def panel_of(connection: Connection) -> Panel:
    """The adapter; `memory://` is the twin for tests, which no command can connect."""
    if connection.url.startswith("memory://"):
        return MEMORY
    return _ADAPTERS[connection.kind](connection)


_ADAPTERS: dict[str, Callable[[Connection], Panel]] = {}
