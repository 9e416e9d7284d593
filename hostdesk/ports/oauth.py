"""Tokens from an OAuth 2 server (RFC 6749, 7636, 8628): for ourselves, from a refresh token, and the first one of a person.

Raises `PortDown` when the server is away and `PortRefused` when it says no; secrets stand in no message.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

from hostdesk.ports.outcomes import PortDown, PortRefused

_SECONDS = 20.0
_LONGEST_ANSWER = 100_000
_LONGEST_SENTENCE = 300
_USUAL_SECONDS = 3600
_SERVER_ERRORS = 500
_TOO_MANY = 429
_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True)
class Tokens:
    """What a token server gave; `refresh_token` is "" when it gave none."""

    access_token: str = field(repr=False)
    seconds: int
    refresh_token: str = field(repr=False, default="")


@dataclass(frozen=True)
class DeviceCode:
    """What a person types in a browser anywhere, and how long we may wait for it."""

    address: str
    user_code: str
    device_code: str = field(repr=False)
    seconds: int
    pause: int


class NotYet(PortDown):
    """The person has not answered in the browser yet; `slower` says that we ask too often."""

    def __init__(self, *, slower: bool) -> None:
        super().__init__("nobody has answered in the browser yet")
        self.slower = slower


class TokenServer(Protocol):
    """Gives tokens; `OAuthServer` is the real one."""

    def as_ourselves(self) -> Tokens:
        """A token for the application itself (client credentials)."""

    def refreshed(self, refresh_token: str) -> Tokens:
        """A new token for whoever once agreed."""


@dataclass(frozen=True)
class OAuthServer:
    """One application at one provider. `device_url` is "" where there is no device flow."""

    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    token_url: str
    device_url: str = ""

    def as_ourselves(self) -> Tokens:
        """A token for the application itself (client credentials)."""
        return self._tokens({"grant_type": "client_credentials", "scope": self.scope})

    def refreshed(self, refresh_token: str) -> Tokens:
        """A new token for whoever once agreed."""
        return self._tokens(
            {"grant_type": "refresh_token", "refresh_token": refresh_token, "scope": self.scope}
        )

    def exchanged(self, code: str, *, verifier: str, redirect: str) -> Tokens:
        """The tokens for a code that came back through a browser."""
        return self._tokens(
            {
                "grant_type": "authorization_code",
                "code": code,
                "code_verifier": verifier,
                "redirect_uri": redirect,
            }
        )

    def device(self) -> DeviceCode:
        """Begin the device flow."""
        said = _post(self.device_url, {"client_id": self.client_id, "scope": self.scope})
        try:
            return DeviceCode(
                address=str(said.get("verification_uri") or said["verification_url"]),
                user_code=str(said["user_code"]),
                device_code=str(said["device_code"]),
                seconds=int(said.get("expires_in", 900)),
                pause=max(1, int(said.get("interval", 5))),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise PortDown("the server's answer holds no code") from error

    def answered(self, device: DeviceCode) -> Tokens:
        """The tokens, once the person has agreed. Raises `NotYet` before that."""
        return self._tokens({"grant_type": _DEVICE, "device_code": device.device_code})

    def _tokens(self, fields: dict[str, str]) -> Tokens:
        secret = {"client_secret": self.client_secret} if self.client_secret else {}
        said = _post(self.token_url, {"client_id": self.client_id, **secret, **fields})
        token = said.get("access_token")
        if not isinstance(token, str) or not token:
            raise PortDown("the server's answer holds no token")
        try:
            seconds = int(said.get("expires_in", _USUAL_SECONDS))
        except (TypeError, ValueError):
            seconds = _USUAL_SECONDS
        return Tokens(token, seconds, str(said.get("refresh_token") or ""))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A secret goes where the setting says and nowhere else."""

    # `Any`: urllib's own signature.
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


# `Any`: whatever JSON holds.
def _post(url: str, fields: dict[str, str]) -> dict[str, Any]:
    # Where to is https or this machine: the setting is checked (fetching.naming).
    request = urllib.request.Request(  # noqa: S310
        url, data=urlencode(fields).encode(), headers={"Accept": "application/json"}
    )
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=_SECONDS) as answer:
            return _json(answer.read(_LONGEST_ANSWER))
    except urllib.error.HTTPError as no:
        with no:
            raise _refusal(no.code, _json(no.read(_LONGEST_ANSWER))) from no
    except OSError as error:
        reason = getattr(error, "reason", None) or error
        raise PortDown(f"the token server does not answer ({reason})") from error


def _refusal(status: int, said: dict[str, Any]) -> PortDown | PortRefused:
    error = str(said.get("error", ""))
    if error in ("authorization_pending", "slow_down"):
        return NotYet(slower=error == "slow_down")
    words = " ".join(f"{error or status} {said.get('error_description', '')}".split())[
        :_LONGEST_SENTENCE
    ].rstrip(".")
    if (
        status >= _SERVER_ERRORS
        or status == _TOO_MANY
        or error in ("temporarily_unavailable", "server_error")
    ):
        return PortDown(f"the token server says: {words}")
    return PortRefused(f"the token server says: {words}")


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
