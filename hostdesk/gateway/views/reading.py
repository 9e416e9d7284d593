"""What stands in a mail, ready to show: its letter with its headers and files, and its source piece by piece."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.safestring import SafeString

from hostdesk.kit import moments
from hostdesk.kit.keyed_links import without_keys
from hostdesk.mail.models import InboundMail
from hostdesk.mail.reading import Address, Note, ParsedMail
from hostdesk.web import letters

PIECE = 48_000
"""Bytes of a source on one page."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a mail; `place` counts from 1."""

    place: int
    name: str
    size: int
    kind: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it reads: `fresh` is what its author newly wrote, `whole` folds all of it where that is more."""

    headers: list[tuple[str, str]]
    date: datetime | None
    notes: list[Note]
    fresh: SafeString
    whole: SafeString
    files: list[File]
    has_formatting: bool
    error: str


def letter_of(mail: ParsedMail) -> Letter:
    """A mail that was read."""
    whole = without_keys(mail.text)
    fresh = without_keys(mail.reply_text) if mail.reply_text.strip() else whole
    is_more = " ".join(fresh.split()) != " ".join(whole.split())
    return Letter(
        headers=[(name, without_keys(value)) for name, value in _headers(mail) if value],
        date=mail.date,
        notes=mail.notes,
        fresh=letters.letter(fresh),
        whole=letters.folded(whole, "Whole message") if is_more else SafeString(""),
        files=[
            File(n, without_keys(f.filename) or f"file {n}", f.size, f.content_type)
            for n, f in enumerate(mail.attachments, 1)
        ],
        has_formatting=bool(mail.html_sanitized),
        error=mail.error or "",
    )


def _headers(mail: ParsedMail) -> Iterable[tuple[str, str]]:
    """The headers that matter to a reader, as their sender wrote them."""
    yield "From", _people([mail.from_] if mail.from_ else [])
    yield "Sender", _people([mail.sender] if mail.sender else [])
    yield "Reply to", _people(mail.reply_to)
    yield "To", _people(mail.to)
    yield "Cc", _people(mail.cc)
    yield "Answers", mail.in_reply_to or ""
    yield "List", mail.list_id or ""
    yield "Message-ID", mail.message_id or ""


def _people(people: Iterable[Address]) -> str:
    shown = [f"{one.name} <{one.address}>" if one.name else one.address for one in people]
    more = f" and {len(shown) - 10} more" if len(shown) > 10 else ""  # noqa: PLR2004  (a line of names, not a page)
    return ", ".join(shown[:10]) + more


def why_not_checked(mail: ParsedMail | None) -> str:
    """Why nothing was found out about a mail's sender; None is a mail that could not be read."""
    if mail is None:
        why = "the mail could not be read."
    elif mail.author.problem:
        why = "who wrote it cannot be told for certain."
    elif mail.machine is not None:
        why = "a program wrote it."
    else:
        why = "the address is not that of a contact."
    return f"Nobody asked how far this sender is believed: {why}"


def settled_after(mail: InboundMail) -> str:
    """How long it took until a mail had its place, in words; "" while it has none."""
    if mail.settled_at is None:
        return ""
    took = mail.settled_at - mail.received_at
    return (
        moments.in_words(took)
        if took >= timedelta(minutes=1)
        else f"{max(0.0, took.total_seconds()):.1f} seconds"
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a source: `first` and `last` byte of `whole`; where the pieces `before` and `after` it begin, if any."""

    text: str
    first: int
    last: int
    whole: int
    before: int | None
    after: int | None


def piece_of_source(raw: bytes, start: int) -> Piece:
    """The piece that begins at byte `start`, ended at a line's end where there is one near."""
    start = min(max(0, start), max(0, len(raw) - 1))
    end = min(len(raw), start + PIECE)
    line_end = raw.rfind(b"\n", start + PIECE // 2, end) + 1
    if end < len(raw) and line_end:
        end = line_end
    text = raw[start:end].decode("utf-8", "backslashreplace").replace("\r\n", "\n")
    before = max(0, start - PIECE) if start else None
    return Piece(spelled_out(text), start + 1, end, len(raw), before, end if end < len(raw) else None)


_SUSPECT = re.compile(r"[^\x20-\x7e\n\t]")


def spelled_out(text: str) -> str:
    """`text` with controls, marks that turn the reading direction and other invisible signs as their names."""
    return _SUSPECT.sub(lambda found: _spelled(found[0]), text)


def _spelled(sign: str) -> str:
    return (
        f"[U+{ord(sign):04X}]"
        if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Co", "Cn", "Cs")
        else sign
    )
