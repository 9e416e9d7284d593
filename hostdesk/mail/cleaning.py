"""Text that reaches a header: one line, no tricks, never refused. Pure.

A name or subject from outside must not end a header, add a recipient or turn the reading direction
round; and it must not stop the mail either.
"""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_MESSAGE_ID = re.compile(r"<[^\s<>\x00-\x20\x7f-\U0010ffff]{1,248}>")
_LOCAL = re.compile(r"[^\s\x00-\x20\x7f-\x9f\"(),:;<>@\[\\\]]{1,64}")
_DOMAIN = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)

MOST_REFERENCES = 12


def one_line(text: str, *, longest: int = 400) -> str:
    """`text` without controls, line breaks of any alphabet, bidirectional marks and lone surrogates."""
    kept = "".join(" " if _breaks(char) else char for char in _BIDI.sub("", text))
    return _SPACES.sub(" ", kept).strip()[:longest]


def _breaks(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")


def message_ids(text: str) -> list[str]:
    """All well-formed message ids in a header value, in order, without repeats."""
    return list(dict.fromkeys(_MESSAGE_ID.findall(text)))


def references(ids: list[str]) -> str:
    """A References value: the first id of the thread and its latest ones."""
    if len(ids) > MOST_REFERENCES:
        ids = ids[:1] + ids[-(MOST_REFERENCES - 1) :]
    return " ".join(ids)


def single_address(address: str) -> str | None:
    """The one plain mailbox in `address` with its domain in ASCII; None when it is not exactly one.

    Quoted local parts and address literals are not answered: none of our contacts has one.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or local.startswith("-"):
        return None
    try:
        ascii_domain = (
            domain.encode("idna").decode("ascii").lower() if not domain.isascii() else domain.lower()
        )
    except UnicodeError:
        return None
    return f"{local}@{ascii_domain}" if _DOMAIN.fullmatch(ascii_domain) else None
