"""E-mail addresses and domain names in the one form in which they are kept and compared."""

from __future__ import annotations

import re
import string

import idna

# Only A-Z change. `str.lower()` would fold the Kelvin sign to "k", and so let a stranger's address equal a contact's.
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_LOCAL = re.compile(r"\A[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z", re.ASCII)
_LABEL = re.compile(r"\A[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\Z", re.ASCII)
_LONGEST_LOCAL = 64
_LONGEST_DOMAIN = 253
_LONGEST_ADDRESS = 254


def normalised(address: str) -> str | None:
    """`Alice@ACME.example` as `alice@acme.example`, a U-label domain as A-label; None for what we do not accept.

    Accepted is one plain dot-atom of ASCII before the last `@` (RFC 5321 allows more, contacts do not have it)
    and a domain that `normalised_domain` accepts. Nothing is guessed, trimmed or folded: spaces, quotes, comments
    and look-alike letters end in None, so that two addresses are equal exactly when these texts are.
    """
    local, at, domain = address.rpartition("@")
    if not at or len(local) > _LONGEST_LOCAL or not local.isascii():
        return None
    local = local.translate(_ASCII_LOWER)
    name = normalised_domain(domain)
    if name is None or _LOCAL.match(local) is None:
        return None
    whole = f"{local}@{name}"
    return whole if len(whole) <= _LONGEST_ADDRESS else None


def normalised_domain(domain: str) -> str | None:
    """`ACME.Example` as `acme.example`, `bücher.example` as `xn--bcher-kva.example`; None when it is no such name.

    At least two labels, no trailing dot, no address literal. U-labels go through IDNA 2008 without any mapping.
    """
    name = domain.translate(_ASCII_LOWER)
    if not name.isascii():
        try:
            name = idna.encode(name, strict=True, uts46=False).decode("ascii")
        except idna.IDNAError:
            return None
    labels = name.split(".")
    if len(name) > _LONGEST_DOMAIN or len(labels) < 2 or labels[-1].isdigit():  # noqa: PLR2004
        return None
    return name if all(map(_LABEL.match, labels)) else None


def domain_of(address: str) -> str:
    """The part behind the last `@` of a normalised address."""
    return address.rpartition("@")[2]


def lies_within(name: str, domain: str) -> bool:
    """Whether a domain name is `domain` itself or one below it, compared label by label."""
    return name == domain or name.endswith("." + domain)
