"""Keys of our links, found and blanked wherever they come back to us.

A reply quotes our mail, and with it a link behind which its reader says yes, proves an address or chooses a password.
Everybody who reads that reply (our staff, the other contacts of the account) could press it in its reader's name. What
is kept and shown of such a reply has the key taken out; the link itself goes on working for its reader.

A key is known by itself (`kit.keys`), wherever it stands and however a mail program broke it over lines, wrapped it into
a link of its own or wrote it in quoted-printable, base64 or UTF-16. What lies compressed in a file is not seen, nor what
somebody takes pains to hide: whoever wants to give a key of their own away can.
"""

from __future__ import annotations

import binascii
import html
import quopri
import re
import string
from collections.abc import Iterator
from itertools import islice
from typing import Final

from hostdesk.kit.keys import LENGTH, MARK, is_key

BLANK: Final = "(only-for-its-reader)"

# What mail programs put between the signs of one key: line ends, marks of a quotation, NULs of UTF-16, what nobody sees.
_BETWEEN = " \t\r\n\x0b\x0c>|=\x00"
_UNSEEN = "\u00a0\u00ad\u034f\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u2060\u2063\u3000\ufe0e\ufe0f\ufeff"
_MAYBE = rf"(?=({MARK}[A-Za-z0-9]{{{LENGTH - len(MARK)}}}))"
_IN_TEXT, _IN_BYTES = re.compile(_MAYBE), re.compile(_MAYBE.encode())
# In front of each quoted line: "IT> ", "- ", "12: ".
_MARKS = re.compile(r"(?m)^(?:[ \t]*(?:[>|*:#}\-]{1,20}|[A-Za-z]{1,4}>|[0-9]{1,4}[:.)])){1,12}+[ \t]*")
_MARKS_IN_BYTES = re.compile(_MARKS.pattern.encode())
_MOST_TRIED = 50_000
"""Places at which a key may begin; a content with more is made to hold one, or to be slow, and is taken to hold one."""
_ESCAPES = sorted(
    {
        (escape.encode(), sign.encode())
        for sign in string.ascii_letters + string.digits
        for escape in (f"%{ord(sign):02x}", f"%{ord(sign):02X}")
    }
)
_WORD = re.compile(r"[^\s<>\"']+")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_BASE64 = re.compile(rb"[A-Za-z0-9+/\r\n]{60,}={0,2}")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
LEFT_OUT = (
    b"This file holds a link of ours that only its reader may press, so it is not kept in the ticket.\r\n"
    b"Where a mail brought it, it lies in that mail, and an administrator can open it there.\r\n"
)
_LEAST_BASE64 = 60
_LOOKED_AT = 64_000
_DEEPEST = 3


def without_keys(text: str) -> str:
    """The same text with every key blanked that stands in it. Linear in its length."""
    if _stands_in(text.encode("utf-8", "replace")):
        text = _blank(text, [place for place, sign in enumerate(text) if _counts(sign)])
    bare = _MARKS.sub("", text)
    if bare != text and _stands_in(bare.encode("utf-8", "replace")):
        text = _blank_beside(text, _MARKS)
    return _WORD.sub(_blanked_escape, text) if "%" in text else text


def _blanked_escape(found: re.Match[str]) -> str:
    """An address with percent signs in it, which a browser takes for the signs that they stand for."""
    word = found[0]
    return BLANK if "%" in word and _stands_in(_unescaped(word.encode("utf-8", "replace"))) else word


def _unescaped(content: bytes) -> bytes:
    """Letters and digits that are written with percent signs as themselves; sign by sign, so that it takes no memory."""
    for escape, sign in _ESCAPES:
        content = content.replace(escape, sign)
    return content


def _blank_beside(text: str, left_out: re.Pattern[str]) -> str:
    """The text with the keys blanked that stand in it when what matches is left out."""
    counts = bytearray(b"\1" * len(text))
    for one in left_out.finditer(text):
        counts[one.start() : one.end()] = bytes(one.end() - one.start())
    return _blank(text, [place for place, sign in enumerate(text) if counts[place] and _counts(sign)])


def page_without_keys(source: str) -> str:
    """The same page (HTML) with every key blanked, also one that tags break into pieces; "" where one still stands in it.

    Between two places in the words of a page only whole tags are left out, so nothing becomes a tag that was none.
    """
    clean = without_keys(source)
    if _stands_in(_TAG.sub("", clean).encode("utf-8", "replace")):
        clean = _blank_beside(clean, _TAG)
    return "" if holds_keys(clean.encode("utf-8", "replace")) else clean


def _counts(sign: str) -> bool:
    return sign not in _BETWEEN and sign not in _UNSEEN


def _blank(text: str, kept: list[int]) -> str:
    """The text with the keys blanked that its signs at the places `kept` spell."""
    squeezed = "".join(text[place] for place in kept)
    pieces, end = [], 0
    for found in islice(_IN_TEXT.finditer(squeezed), _MOST_TRIED):
        start, stop = found.span(1)
        if is_key(found[1]) and kept[start] >= end:
            pieces += [text[end : kept[start]], BLANK]
            end = kept[stop - 1] + 1
    return "".join([*pieces, text[end:]])


def holds_keys(content: bytes) -> bool:
    """Whether a key stands in a text, a page, a mail or another file that is not compressed."""
    return _holds(content, _DEEPEST)


def blanked(content: bytes) -> bytes | None:
    """The bytes of a file without keys; None where one stands in it that cannot be taken out."""
    if not holds_keys(content):
        return content
    try:
        clean = without_keys(content.decode()).encode()
    except UnicodeDecodeError:
        return None
    return None if b"\0" in content or holds_keys(clean) else clean


def as_a_file(content: bytes, filename: str) -> tuple[bytes, str]:
    """(content, name) of a file as it may lie in a ticket: without keys, or a word instead of it where they stay in it."""
    clean = blanked(content)
    name = without_keys(filename)
    return (clean, name) if clean is not None else (LEFT_OUT, f"{name}.txt")


def _holds(content: bytes, deeper: int) -> bool:
    if any(_stands_in(written) for written in _ways_of_writing(content)):
        return True
    return bool(deeper) and any(
        _holds(_decoded(piece), deeper - 1)
        for run in ([] if _is_no_text(content) else _BASE64.finditer(content))
        for piece in _BLANK_LINE.split(run[0])
        if len(piece) >= _LEAST_BASE64
    )


def _is_no_text(content: bytes) -> bool:
    """Whether it is no text with one byte a sign, and so no page and no mail."""
    return b"\0" in content[:_LOOKED_AT]


def _ways_of_writing(content: bytes) -> Iterator[bytes]:
    """The content, and what is meant by it when it is a page, a mail or an address."""
    yield content
    if _is_no_text(content):
        return
    if b"<" in content or b"&" in content:
        yield html.unescape(_TAG.sub("", content.decode("utf-8", "replace"))).encode("utf-8", "replace")
    if b"=" in content:
        yield quopri.decodestring(content)
    if b"%" in content:
        yield _unescaped(content)
    yield _MARKS_IN_BYTES.sub(b"", content)


def _stands_in(content: bytes) -> bool:
    squeezed = content.translate(None, _BETWEEN.encode())
    for sign in _UNSEEN:
        squeezed = squeezed.replace(sign.encode(), b"")
    for tried, found in enumerate(_IN_BYTES.finditer(squeezed)):
        if tried >= _MOST_TRIED or is_key(found[1].decode()):
            return True
    return False


def _decoded(lines: bytes) -> bytes:
    """What lines of base64 say, as far as they say something."""
    joined = b"".join(lines.split()).rstrip(b"=")
    joined = joined[: len(joined) - (len(joined) % 4 == 1)]
    return binascii.a2b_base64(joined + b"=" * (-len(joined) % 4))
