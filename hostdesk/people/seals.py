"""Secrets of the room: made, fingerprinted for the tables, and sealed where they must be read again."""

from __future__ import annotations

import base64
import hmac
import secrets
from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_TOKEN_BYTES = 32


def new_token() -> str:
    """A secret of 256 bits that may stand in an address."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def fingerprint(token: str) -> str:
    """What the tables keep of a random secret: its SHA-256, in hexadecimal."""
    return sha256(token.encode()).hexdigest()


def keyed(text: str) -> str:
    """A fingerprint of something guessable, such as an address, that only this installation can make."""
    return hmac.new(_key("people.keyed", settings.SECRET_KEY), text.encode(), sha256).hexdigest()


def seal(secret: str) -> str:
    """A secret that must be read again, encrypted for the table."""
    return _box(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str | None:
    """The secret that `seal` took; None when it was sealed under a key that is gone."""
    try:
        return _box(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


@lru_cache(maxsize=4)
def _box(*keys: str) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_key("people.seal", key))) for key in keys])


@lru_cache(maxsize=16)
def _key(purpose: str, secret_key: str) -> bytes:
    """32 bytes for one purpose, derived from the installation's secret key."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret_key.encode())
