"""Header values for showing: decoded, unfolded, lenient and linear. Judgements about the author stand in author.py."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from hostdesk.mail.reading import charsets
from hostdesk.mail.reading.shapes import Address

MAX_ADDRESSES = 500
LONGEST_ID = 990
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*+\)")
_QUOTED_LOCAL = re.compile(r'"(?:[^"\\]|\\.){1,64}"@[^\s<>"(),:;]{1,255}')
_CONTROLS = re.compile("[\0-\x08\x0a-\x1f\x7f\x85\u2028\u2029]+")
_BLANKS = re.compile(r"[ \t\xa0]+")
_ID = re.compile(r"<([^<>\s\x00-\x1f\x7f]{1,990})>")
_ID_IN_PIECES = re.compile(r"<([^<>]{1,990})>")
# Each way in begins where a run of its letters begins: from every letter of a long word the search would be quadratic.
_LOOKS_LIKE_ADDRESS = re.compile(
    r"(?<![^\s<>\"(),:;\[\]])[^\s<>\"(),:;\[\]]+@[^\s<>\"(),:;\[\]]+"
    r"|(?<![^\s<>\"(),:;])[^\s<>\"(),:;]+@\[[^\]\s]{1,255}\]"
)


def unfold(raw: bytes, hint: str | None = None) -> str:
    """A raw value as one line of text, encoded words still encoded; `hint` is a charset for bare 8-bit bytes."""
    return re.sub(r"\r?\n[ \t]?", lambda _: " ", charsets.header_text(raw, hint)).strip()


def text_of(raw: bytes | None, hint: str | None = None) -> str:
    """A header for people: words decoded, on one line, without control characters (T22: no line break survives)."""
    if raw is None:
        return ""
    return clean(charsets.decode_words(unfold(raw, hint)))


def clean(text: str) -> str:
    """One line without control characters, line separators or doubled blanks."""
    return _BLANKS.sub(" ", _CONTROLS.sub(" ", text)).strip()


def message_ids(raw: bytes | None) -> list[str]:
    """Message ids in order, with their angle brackets; bare ids of broken clients get brackets."""
    if raw is None:
        return []
    text = unfold(raw)
    found = [f"<{one}>" for one in _ID.findall(text)]
    if not found:
        # Folded in the middle, or with blanks that its writer left there.
        pieces = (re.sub(r"[\s\x00-\x1f\x7f]+", "", one) for one in _ID_IN_PIECES.findall(text))
        found = [f"<{one}>" for one in pieces if one]
    if not found:
        found = [
            f"<{one}>"
            for one in re.split(r"[\s,]+", text.strip("<> "))
            if "@" in one and len(one) < LONGEST_ID
        ]
    return found[:MAX_ADDRESSES]


def instant(raw: bytes | None) -> datetime | None:
    """The Date header as an aware UTC instant; None when absent, nonsense or out of the calendar."""
    if raw is None:
        return None
    text = _COMMENT.sub(" ", unfold(raw)[:200]).strip()
    try:
        found = parsedate_tz(text)
        if found is None or _ISO.match(text):
            return _iso(text)
        zone = timezone(timedelta(seconds=_offset(found[9])))
        return datetime(*found[:6], tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


_ISO = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d))?(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?"
)


def _iso(text: str) -> datetime | None:
    """2026-03-03T10:00:00+02:00 and its relatives; without a zone it is UTC."""
    found = _ISO.match(text)
    if found is None:
        return None
    numbers = [int(one or 0) for one in found.groups()[:6]]
    sign = found[7] or "Z"
    offset = timedelta()
    if sign != "Z":
        offset = timedelta(hours=int(sign[1:3]), minutes=int(sign[-2:])) * (-1 if sign[0] == "-" else 1)
    year, month, day, hour, minute, second = numbers
    return datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset)).astimezone(UTC)


def _offset(seconds: int | None) -> int:
    """An offset of a day or more is a slip of its writer's; the time is then taken as UTC."""
    return seconds if seconds is not None and abs(seconds) < 24 * 3600 else 0


def addresses(raws: list[bytes]) -> list[Address]:
    """All mailboxes of these fields, as far as anything there looks like one; groups are opened."""
    out: list[Address] = []
    for raw in raws:
        for piece in _split_list(unfold(raw)):
            one = _mailbox(piece)
            if one is not None and len(out) < MAX_ADDRESSES:
                out.append(one)
    return out


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|<[^<>]*+>|[,;()\\]|[^",;()<\\]++|.', re.DOTALL)


def _split_list(text: str) -> list[str]:
    """Pieces between commas and semicolons that stand outside quotes, angle brackets and comments."""
    pieces: list[str] = []
    current: list[str] = []
    comment = 0
    for found in _TOKEN.finditer(text):
        mark = found[0]
        if mark == "(":
            comment += 1
        elif mark == ")" and comment:
            comment -= 1
        elif mark in (",", ";") and not comment:
            pieces.append("".join(current))
            current = []
            continue
        current.append(mark)
    pieces.append("".join(current))
    return [piece for piece in (piece.strip() for piece in pieces) if piece]


def _mailbox(piece: str) -> Address | None:
    """One piece as name and address; None when there is neither."""
    angle = piece.rfind("<")
    if angle != -1:
        end = piece.find(">", angle)
        inner = _COMMENT.sub("", piece[angle + 1 : end if end != -1 else None]).strip()
        address = _bare(charsets.decode_words(inner))
        name = piece[:angle].rstrip("< ")
        if not address and "@" in name:
            return _mailbox(name)
        group = name.find(":")
        if group != -1 and '"' not in name[: group + 1]:
            name = name[group + 1 :]
        if not address and not name.strip():
            return None
        return Address(address=address, name=_name(name))
    if ":" in piece and "@" in piece.partition(":")[2] and '"' not in piece.partition(":")[0]:
        piece = piece.partition(":")[2]
    quoted = _QUOTED_LOCAL.fullmatch(piece)
    if quoted:
        return Address(address=_bare(piece))
    decoded = charsets.decode_words(piece)
    found = _LOOKS_LIKE_ADDRESS.search(_COMMENT.sub("", decoded)) or _LOOKS_LIKE_ADDRESS.search(decoded)
    if found is None:
        name = _name(piece)
        return Address(address="", name=name) if name and not piece.endswith(":") else None
    comment = re.search(r"\(([^()]*)\)", decoded)
    name = comment[1] if comment else decoded.partition(found[0])[0]
    return Address(address=_bare(found[0]), name=_name(name))


def _bare(text: str) -> str:
    """An address without route, mailto or blanks; the domain in lower case."""
    text = clean(text).strip(" '<>")
    if not _QUOTED_LOCAL.fullmatch(text):
        text = text.strip(" '\"<>")
    text = re.sub(r"\A(?:mailto:|@[^:]*:)", "", text, flags=re.IGNORECASE)
    text = re.sub(r"\s*@\s*", "@", text)
    local, at, domain = text.rpartition("@")
    return f"{local}{at}{domain.lower().rstrip('.')}" if at else text


def _name(text: str) -> str:
    """A display name without its quotes, decoded; words are decoded inside quotes too, as clients write them."""
    text = text.strip()
    if len(text) > 1 and text[0] == '"' and text[-1] == '"':
        text = text[1:-1]
    text = re.sub(r"\\(.)", r"\1", text) if "\\" in text else text
    return clean(charsets.decode_words(text).replace('"', "")).strip(" '")
