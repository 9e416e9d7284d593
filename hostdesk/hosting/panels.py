"""The control panels of our servers: connect them, and find the one that looks after an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from hostdesk.audit.actions import note
from hostdesk.hosting.models import Account, PanelKind, Product, Server, ServerPanel
from hostdesk.kit import seals
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.ports.panels import choosing
from hostdesk.ports.panels.twins import ByHand
from hostdesk.ports.panels.wishes import Panel

_PURPOSE = "hosting.panel"
_NEEDS_NO_USER = (PanelKind.PLESK,)
_LONGEST_SECRET = 1000


@dataclass(frozen=True)
class Keeper:
    """Who looks after an account: `panel` does, named `name` for people, such as "WHM/cPanel on web01"."""

    panel: Panel
    name: str


def keeper_of(account: Account) -> Keeper:
    """The panel of the server on which an account lives; the hands of an agent when there is none, or more than one."""
    served = ServerPanel.objects.filter(
        server__services__account=account,
        server__services__ended_at=None,
        server__services__product__in=_KEPT,
    )
    found = list(served.select_related("server").order_by("pk").distinct()[:2])
    if not found:
        return by_hand("No control panel is connected for the server of this account.")
    if len(found) > 1:
        return by_hand("This account lives on several servers with control panels.")
    return Keeper(panel_of(found[0]), name_of(found[0]))


def by_hand(because: str) -> Keeper:
    """An agent, with the reason why no panel does it."""
    return Keeper(ByHand(because), "By hand")


_KEPT = (Product.SHARED, Product.RESELLER, Product.EMAIL)
"""Products of which a panel looks after single accounts; a machine of one's own has its own master."""


def panel_of(row: ServerPanel) -> Panel:
    """The adapter for a connection; by hand when its secret was sealed under a key that is gone."""
    secret = seals.unseal(row.sealed_secret, purpose=_PURPOSE, keys=_keys())
    if secret is None:
        return ByHand("The secret of the panel cannot be read any more; connect the panel again.")
    return choosing.panel_of(choosing.Connection(row.kind, row.url, row.user, secret))


def name_of(row: ServerPanel) -> str:
    """The panel's name for people."""
    return f"{row.get_kind_display()} on {row.server.name}"


def kind_shown(kind: str) -> str:
    """What kind of panel it is, for people, such as "WHM/cPanel" for `cpanel`; one that is unknown as it is written."""
    return dict(PanelKind.choices).get(kind, kind)


def panels() -> list[ServerPanel]:
    """All connections, by server."""
    return list(ServerPanel.objects.select_related("server").order_by("server__name"))


def connect(
    server_name: str, *, kind: str, url: str, user: str, secret: str, by: Actor, at: datetime
) -> ServerPanel:
    """Connect a server's panel, or change the connection; the secret is sealed and never shown again.

    Refused: an address without HTTPS, a panel that needs a user without one, an empty secret. `Missing`: no such server.
    """
    if kind not in PanelKind.values:
        raise Refused("", f"The kind of panel is one of {', '.join(PanelKind.values)}.")
    if not secret or len(secret) > _LONGEST_SECRET or not secret.isascii() or not secret.isprintable():
        raise Refused("", "The secret is one line of letters, digits and signs of ASCII.")
    if not user and kind not in _NEEDS_NO_USER:
        raise Refused("", f"{PanelKind(kind).label} needs the user to whom the secret belongs: --user NAME.")
    if not user.isascii() or not user.isprintable() or ":" in user:
        raise Refused("", "The user is a name as the panel knows it.")
    with transaction.atomic():
        server = Server.objects.select_for_update().filter(name__iexact=server_name.strip()).first()
        if server is None:
            raise Missing(f"there is no server {server_name}; 'hostdesk servers list' shows all")
        facts = {
            "kind": kind,
            "url": _origin(url),
            "user": user,
            "sealed_secret": seals.seal(secret, purpose=_PURPOSE, keys=_keys()),
            "connected_at": at,
        }
        row, _ = ServerPanel.objects.update_or_create(server=server, defaults=facts)
        told = {"kind": kind, "url": row.url, "user": user}
        note("server", server.pk, "panel connected", by=by, at=at, facts=told)
    return row


def disconnect(server_name: str, *, by: Actor, at: datetime) -> None:
    """Look after a server by hand again. `Missing` when no panel is connected."""
    with transaction.atomic():
        row = ServerPanel.objects.filter(server__name__iexact=server_name.strip()).first()
        if row is None:
            raise Missing(f"no panel is connected for {server_name}; 'hostdesk servers list' shows all")
        note("server", row.server_id, "panel disconnected", by=by, at=at, facts={"kind": row.kind})
        row.delete()


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        sound = parts.scheme == "https" and bool(parts.hostname) and parts.path in ("", "/")
        sound = sound and not parts.username and not parts.password and not parts.query and not parts.fragment
        _ = parts.port
    except ValueError:
        sound = False
    if not sound:
        raise Refused(
            "", "The address is that of the panel, by HTTPS, such as https://web01.example.com:2087."
        )
    return f"https://{parts.netloc}"


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
