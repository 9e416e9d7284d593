"""The adapter for a connection to a panel."""

from __future__ import annotations

from dataclasses import dataclass, field

from hostdesk.ports.panels.directadmin import DirectAdminPanel
from hostdesk.ports.panels.line import Discreet
from hostdesk.ports.panels.plesk import PleskPanel
from hostdesk.ports.panels.twins import MEMORY
from hostdesk.ports.panels.whm import WhmPanel
from hostdesk.ports.panels.wishes import Panel


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
    return Discreet(_adapter(connection), connection.secret)


def _adapter(connection: Connection) -> Panel:
    match connection.kind:
        case "cpanel":
            return WhmPanel(connection.url, connection.user, connection.secret)
        case "directadmin":
            return DirectAdminPanel(connection.url, connection.user, connection.secret)
        case _:
            return PleskPanel(connection.url, connection.secret)
