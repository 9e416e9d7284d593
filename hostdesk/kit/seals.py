"""Secrets that must be read again, encrypted for a table under a key of their purpose. Pure: the keys are arguments."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def seal(secret: str, *, purpose: str, keys: Sequence[str]) -> str:
    """The secret, encrypted under the first of `keys`."""
    return _box(purpose, *keys).encrypt(secret.encode()).decode()


def unseal(sealed: str, *, purpose: str, keys: Sequence[str]) -> str | None:
    """The secret that `seal` took for this purpose under any of `keys`; None when its key is gone."""
    try:
        return _box(purpose, *keys).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


@lru_cache(maxsize=16)
def key_for(purpose: str, secret_key: str) -> bytes:
    """32 bytes for one purpose, derived from the installation's secret key."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret_key.encode())


@lru_cache(maxsize=8)
def _box(purpose: str, *keys: str) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key_for(purpose, key))) for key in keys])
