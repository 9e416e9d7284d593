"""Where something listens: `HOST:PORT` on the command line and in settings."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from hostdesk.kit.refusals import Misconfigured

_LARGEST_PORT = 65535


def host_and_port(text: str, *, setting: str) -> tuple[str, int]:
    """`127.0.0.1:8000`, `[::1]:8000`, `:8000` (all addresses). Raises `Misconfigured` naming the setting."""
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port
    except ValueError:
        port = None
    if port is None or parts.path or not 0 < port <= _LARGEST_PORT:
        raise Misconfigured(setting, f"{text!r} is not HOST:PORT")
    return parts.hostname or "0.0.0.0", port  # noqa: S104  (asked for: no host before the colon)


def refuse_taken(host: str, port: int, *, setting: str) -> None:
    """Raises `Misconfigured` when nobody can listen there now: our web server would share or fail in silence."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        raise Misconfigured(setting, f"cannot listen on {host}:{port} ({error.strerror or error})") from error
