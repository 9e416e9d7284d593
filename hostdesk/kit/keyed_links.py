"""Links of ours that act for whoever holds them: found and blanked wherever they come back to us.

A reply quotes our mail, and with it a link behind which its reader says yes, proves an address or chooses a password.
Everybody who reads that reply (our staff, the other contacts of the account) could press it in its reader's name. What
is kept and shown of such a reply has the key taken out; the link itself goes on working for its reader.
"""

from __future__ import annotations

import binascii
import quopri
import re
from typing import Final

PLACES: Final = (
    "account-choice",
    "calendar",
    "contacts/verification",
    "desk/invitation",
    "details",
    "quiet-times",
    "recovery/address",
    "recovery/domain",
    "recovery/password",
    "recovery/stop",
    "requests/confirmation",
    "sign-in/link",
)
"""The addresses of pages behind which a key stands, without it."""
BLANK: Final = "(only-for-its-reader)"
LEAST_KEY: Final = 30
"""A key has 43 characters at least, of both cases; one that a mail program has cut or changed a little is blanked as well."""

# As it is; as a link inside of another link; as programs that follow links for their readers write it (%2F, _).
_SLASH = r"(?:/|%2[Ff]|%252[Ff]|_)"
_PLACE = "|".join(place.replace("/", _SLASH) for place in sorted(PLACES, key=len, reverse=True))
_SIGN = r"[\w:.=~-]"
# A key that a mail program broke over two lines of a quotation goes on behind the marks of the next one.
_KEY = re.compile(
    rf"({_SLASH}(?:{_PLACE}){_SLASH})({_SIGN}*)(?:(=?\r?\n[> \t]{{0,20}})({_SIGN}+))?", re.ASCII
)
# The address was broken before the key: a line of a quotation that begins within it.
_TORN = re.compile(
    rf"(?m)^([> \t]{{0,20}}[a-z-]{{0,30}}(?:/[a-z-]{{1,30}})?/)({_SIGN}{{43}})(?!{_SIGN})", re.ASCII
)
_WORDS = tuple(place.rpartition("/")[2] for place in PLACES)
_LINES_OF_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4,}={0,2}[ \t]*\r?\n?)+")
_LEAST_BASE64 = 40
_DEEPEST = 3


def without_keys(text: str) -> str:
    """The same text or HTML, with every key of a link of ours blanked. Linear in its length."""
    if not any(word in text for word in _WORDS) and "/" not in text:
        return text
    return _TORN.sub(_blanked_torn, _KEY.sub(_blanked, text))


def _blanked(found: re.Match[str]) -> str:
    place, key, fold, rest = found.groups()
    if _is_key(key):
        return f"{place}{BLANK}{fold or ''}{rest or ''}"
    if rest and _is_key(key + rest):
        return f"{place}{BLANK}"
    return found[0]


def _blanked_torn(found: re.Match[str]) -> str:
    return f"{found[1]}{BLANK}" if _is_key(found[2]) else found[0]


def _is_key(signs: str) -> bool:
    """Random signs, and not the name of somebody's page: those are long as well, but in small letters."""
    return len(signs) >= LEAST_KEY and signs.lower() != signs and signs.upper() != signs


def holds_keys(content: bytes) -> bool:
    """Whether a key stands in a text, a page or a mail, also where it is written as quoted-printable or base64."""
    return _holds(content, _DEEPEST)


def _holds(content: bytes, deeper: int) -> bool:
    if _stands_in(content):
        return True
    if b"=" in content and _stands_in(quopri.decodestring(content)):
        return True
    if not deeper:
        return False
    return any(
        _holds(_decoded(block[0]), deeper - 1)
        for block in _LINES_OF_BASE64.finditer(content)
        if len(block[0]) >= _LEAST_BASE64
    )


def _stands_in(content: bytes) -> bool:
    text = content.decode("latin-1")
    return without_keys(text) != text


def _decoded(block: bytes) -> bytes:
    """What lines of base64 say, as far as they say something."""
    joined = b"".join(block.split()).rstrip(b"=")
    joined = joined[: len(joined) - (len(joined) % 4 == 1)]
    return binascii.a2b_base64(joined + b"=" * (-len(joined) % 4))


def blanked(content: bytes) -> bytes | None:
    """The bytes of a text, a page or a mail without keys; None where one stands in it that cannot be taken out."""
    if not holds_keys(content):
        return content
    clean = without_keys(content.decode("latin-1")).encode("latin-1")
    return None if holds_keys(clean) else clean
