"""What opens a mailbox: its password, or an access token, got anew when it ends, from the grant kept sealed in its row."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from hostdesk.mail.fetching.naming import OAuthClient, Remote
from hostdesk.mail.models import Mailbox
from hostdesk.ports.imap import Access, AccessToken, Password
from hostdesk.ports.oauth import OAuthServer
from hostdesk.ports.outcomes import PortRefused

_SECONDS_BEFORE_THE_END = 120


@dataclass
class Key:
    """Opens one mailbox; remembers its access token while that is good."""

    remote: Remote
    _token: str = field(default="", repr=False)
    _good_until: float = 0.0
    _is_remembered: bool = False

    def access(self) -> Access:
        """Where to go and what to show there. Raises `PortDown`, or `PortRefused` when somebody must sign in anew."""
        remote = self.remote
        return Access(
            host=remote.host,
            port=remote.port,
            user=remote.user,
            encryption="tls" if remote.is_tls_at_once else "starttls",
            ca_file=remote.ca_file,
            sign_in=AccessToken(self._access_token(remote.oauth))
            if remote.oauth
            else Password(remote.password),
        )

    def forget(self) -> bool:
        """The mailbox did not take the token: get another one next time.

        True when the token was an older one, so that a new one may well be taken; False when there is nothing better.
        """
        self._good_until = 0.0
        return self._is_remembered

    def _access_token(self, client: OAuthClient) -> str:
        self._is_remembered = time.monotonic() < self._good_until
        if self._is_remembered:
            return self._token
        asked_at = time.monotonic()
        server = server_of(client)
        if client.flow == "app":
            tokens = server.as_ourselves()
        else:
            grant = stored_grant(self.remote)
            if not grant:
                raise PortRefused(f"nobody has signed in yet; run: hostdesk mail connect {self.remote.name}")
            try:
                tokens = server.refreshed(grant)
            except PortRefused as no:
                raise PortRefused(
                    f"{no.answer}; sign in anew: hostdesk mail connect {self.remote.name}"
                ) from no
            if tokens.refresh_token and tokens.refresh_token != grant:
                store_grant(self.remote, tokens.refresh_token)
        self._token = tokens.access_token
        self._good_until = asked_at + tokens.seconds - _SECONDS_BEFORE_THE_END
        return self._token


def server_of(client: OAuthClient) -> OAuthServer:
    """The token server of a mailbox's provider."""
    return OAuthServer(
        client_id=client.client_id,
        client_secret=client.client_secret,
        scope=client.scope,
        token_url=client.token_url,
        device_url=client.device_url,
    )


def store_grant(remote: Remote, refresh_token: str) -> None:
    """Keep what lets us in for months, encrypted; the mailbox's row must be there."""
    Mailbox.objects.filter(name=remote.name).update(
        sealed_grant=_box().encrypt(refresh_token.encode()).decode()
    )


def look_at_once(remote: Remote, *, at: datetime) -> None:
    """Do not wait out the pause that follows a refusal: what was refused may have been mended meanwhile."""
    Mailbox.objects.filter(name=remote.name, claimed_until=None).update(next_try_at=at, tries=0)


def stored_grant(remote: Remote) -> str:
    """What `store_grant` kept; "" for none, and for one that was sealed under a key that is gone."""
    sealed = Mailbox.objects.filter(name=remote.name).values_list("sealed_grant", flat=True).first()
    try:
        return _box().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        return ""


def _box() -> MultiFernet:
    return _box_of(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=4)
def _box_of(*keys: str) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_key(one))) for one in keys])


def _key(secret_key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"mail.mailbox").derive(secret_key.encode())
