"""Secrets of the room: made, fingerprinted for the tables, and sealed where they must be read again."""

from __future__ import annotations

import hmac
from hashlib import sha256

from django.conf import settings

from hostdesk.kit import seals as sealing
from hostdesk.kit.keys import new_key

_PURPOSE = "people.seal"


def new_token() -> str:
    """A secret of 214 bits that may stand in an address, and is known for one of ours where it comes back (`kit.keys`)."""
    return new_key()


def fingerprint(token: str) -> str:
    """What the tables keep of a random secret: its SHA-256, in hexadecimal."""
    return sha256(token.encode()).hexdigest()


def keyed(text: str) -> str:
    """A fingerprint of something guessable, such as an address, that only this installation can make."""
    return hmac.new(sealing.key_for("people.keyed", settings.SECRET_KEY), text.encode(), sha256).hexdigest()


def seal(secret: str) -> str:
    """A secret that must be read again, encrypted for the table."""
    return sealing.seal(secret, purpose=_PURPOSE, keys=_keys())


def unseal(sealed: str) -> str | None:
    """The secret that `seal` took; None when it was sealed under a key that is gone."""
    return sealing.unseal(sealed, purpose=_PURPOSE, keys=_keys())


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
