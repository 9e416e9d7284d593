"""Digest and seal of a link."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from hostdesk.audit.models import Link

BEGINNING = "0" * 64
"""Stands for the digest before the first link."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal and the name of the key it was made with."""

    seal: str
    key: str


def digest_of(link: Link, *, before: str) -> str:
    """What a link says, and with it everything before, in 64 hexadecimal digits."""
    instant = link.at.astimezone(UTC).isoformat(timespec="microseconds")
    heading = f"{before}\n{link.number}\n{link.book}\n{link.ids}\n{link.rows}\n{link.reached}\n{instant}\n"
    return sha256(heading.encode() + bytes(link.marks)).hexdigest()


def seal(digest: str) -> Seal:
    """Seal a digest under the key in force."""
    key = _key(settings.SECRET_KEY)
    return Seal(_sealed(key, digest), _name(key))


def is_ours(digest: str, given: Seal) -> bool | None:
    """Whether we made this seal; None when its key is not among those we have."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        key = _key(secret)
        if _name(key) == given.key:
            return hmac.compare_digest(_sealed(key, digest).encode(), given.seal.encode())
    return None


def _sealed(key: bytes, digest: str) -> str:
    return hmac.new(key, digest.encode(), sha256).hexdigest()


def _name(key: bytes) -> str:
    return sha256(b"name of " + key).hexdigest()[:16]


@lru_cache(maxsize=16)
def _key(secret_key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"audit.chain").derive(secret_key.encode())
