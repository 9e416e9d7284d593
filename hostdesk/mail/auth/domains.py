"""Names of domains: A-labels for DNS, and the organisational domain by the public suffix list (the old reading)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

MAX_NAME = 253
MAX_LABEL = 63


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
    """The domain one label below a public suffix, in the letters it was asked in; None for a suffix itself."""
    found = _suffixes().privatesuffix(domain.lower().rstrip("."))
    return str(found) if found else None
