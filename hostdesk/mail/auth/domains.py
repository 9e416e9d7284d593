"""Names of domains: A-labels for DNS, and the organisational domain by the public suffix list (the old reading)."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

MAX_NAME = 253
MAX_LABEL = 63
# What people type for a dot in Chinese and Japanese (UTS 46).
_FULL_STOPS = str.maketrans("\u3002\uff0e\uff61", "...")


@lru_cache(maxsize=4096)
def ascii_name(domain: str) -> str | None:
    """The domain as DNS knows it, in lower case; None when it cannot be one.

    RFC 9989: a U-label in From becomes an A-label before anything is looked up.
    """
    domain = domain.strip().rstrip(".")
    if not domain.isascii():
        import idna

        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    domain = domain.lower()
    labels = domain.split(".")
    if len(domain) > MAX_NAME or not all(0 < len(label) <= MAX_LABEL for label in labels):
        return None
    return domain


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


def registrable(domain: str) -> str | None:
    """The domain one label below a public suffix, in the letters it was asked in, lower case.

    None for a suffix itself, and for what is no domain: nothing, an address, an empty label.
    """
    name = domain.strip().lower().translate(_FULL_STOPS).removesuffix(".")
    if any(not label or label != "".join(label.split()) for label in name.split(".")) or _is_address(name):
        return None
    found = _suffixes().privatesuffix(name)
    return str(found) if found else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
