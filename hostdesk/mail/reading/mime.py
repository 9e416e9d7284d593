"""Splits raw bytes into MIME entities, with its limits inside the walk: linear time, no recursion without end.

The standard library's parser was left for three measured reasons: it raises on nesting of 1,500, needs seconds
for 50,000 parts, and hands every line through one generator for each level.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from hostdesk.mail.reading import params, smime, transfer

MAX_DEPTH = 30
MAX_PARTS = 500
MAX_HEADERS = 500
MAX_HEADER_BYTES = 16 * 1024
MAX_HEADER_BLOCK = 256 * 1024
MAX_TEXT_OF_MAIL, MAX_HTML_OF_MAIL, MAX_TAGS_OF_MAIL = 4_000_000, 1_500_000, 100_000
MAX_CALENDARS_OF_MAIL, MAX_RICH_OF_MAIL, MAX_FILES_OF_MAIL = 400_000, 1_500_000, 500
PKCS7 = ("application/pkcs7-mime", "application/x-pkcs7-mime")

_BLANK = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_NO_BREAK = re.compile(rb"[^\r\n]")
_BEGINS_AS_HTML = re.compile(rb"\s*<(!doctype|html|body|div|p)\b", re.IGNORECASE)
_GUESSED_BOUNDARY = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?\nContent-", re.MULTILINE | re.IGNORECASE)


_COMMENTS = re.compile(rb"\([^()]*\)")
_ENCODINGS = {
    "b64": "base64", "base-64": "base64", "base_64": "base64", "b": "base64", "quotedprintable": "quoted-printable",
    "quoted_printable": "quoted-printable", "quoted printable": "quoted-printable", "qp": "quoted-printable",
    "quote-printable": "quoted-printable", "quoted-printable8bit": "quoted-printable", "q": "quoted-printable",
}  # fmt: skip


class Span(NamedTuple):
    """A stretch of bytes in larger ones, not copied: thirty levels of one mail share its bytes."""

    whole: bytes
    start: int
    stop: int

    @property
    def content(self) -> bytes:
        """The bytes, as a copy."""
        return self.whole[self.start : self.stop]


@dataclass(slots=True)
class Entity:
    """One MIME entity: its own header fields, and where its body stands in the mail.

    `headers` holds (lower-case name, raw value) in order; values keep their folding.
    `children` is filled for multiparts and for messages.
    """

    headers: list[tuple[str, bytes]]
    span: Span
    content_type: str = "text/plain"
    params: dict[str, str] = field(default_factory=dict)
    children: list[Entity] = field(default_factory=list)
    depth: int = 0
    typed: bool = False

    @property
    def body(self) -> bytes:
        """The body as it stands in the mail; made anew each time it is asked for."""
        return self.span.content

    def raw(self, name: str) -> bytes | None:
        """The first field of that lower-case name, as it stands in the mail."""
        for found, value in self.headers:
            if found == name:
                return value
        return None

    def raws(self, name: str) -> list[bytes]:
        """All fields of that lower-case name."""
        return [value for found, value in self.headers if found == name]

    @property
    def encoding(self) -> str:
        """Content-Transfer-Encoding in lower case, without comments, by the name that the standard gives it."""
        value = self.raw("content-transfer-encoding") or b""
        word = _COMMENTS.sub(b"", value).strip().split(b";")[0].strip(b" \t\r\n\"'.,")
        name = word.decode("ascii", "replace").lower()
        return _ENCODINGS.get(name, name)

    @property
    def disposition(self) -> tuple[str, dict[str, str]]:
        """`("attachment", {"filename": ...})`; an empty word when the field is absent."""
        value = self.raw("content-disposition")
        return params.parse(value) if value is not None else ("", {})

    def content(self) -> bytes:
        """The body with its transfer encoding undone; damaged encodings give what can be saved."""
        encoding = self.encoding
        if encoding == "base64" and self.content_type.startswith("text/"):
            return transfer.base64_text(self.body)
        return transfer.decoded(self.body, encoding)


@dataclass(slots=True)
class Walk:
    """Counts over one mail while it is split, and what was found wrong."""

    defects: list[str] = field(default_factory=list)
    parts: int = 0
    too_deep: bool = False
    too_many: bool = False
    text_left: int = MAX_TEXT_OF_MAIL
    html_left: int = MAX_HTML_OF_MAIL
    tags_left: int = MAX_TAGS_OF_MAIL
    calendars_left: int = MAX_CALENDARS_OF_MAIL
    rich_left: int = MAX_RICH_OF_MAIL

    def defect(self, words: str) -> None:
        """Note a defect once."""
        if words not in self.defects:
            self.defects.append(words)


def split(raw: bytes) -> tuple[Entity, Walk]:
    """The tree of a whole mail. Beyond 30 levels or 500 parts the rest stays one opaque part, with a defect."""
    walk = Walk()
    raw = _as_bytes_of_letters(raw)
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    elif b"\r\r\n" in raw[:MAX_HEADER_BYTES]:
        # Line ends that some program on the way "corrected" once too often.
        raw = raw.replace(b"\r\r\n", b"\r\n")
    raw = raw.lstrip(b"\r\n") if raw[:1] in (b"\r", b"\n") else raw
    return _entity(Span(raw, 0, len(raw)), walk, depth=0), walk


def _as_bytes_of_letters(raw: bytes) -> bytes:
    """A mail without the mark that editors put before text; one saved as UTF-16 as UTF-8."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace").encode("utf-8", "replace")
    return raw.removeprefix(codecs.BOM_UTF8)


def split_headers(part: Span, walk: Walk) -> tuple[list[tuple[str, bytes]], Span]:
    """Header fields and body. Fields over 16 kB are cut to that, the 501st and later are dropped."""
    whole, start, stop = part
    if whole[start : min(start + 2, stop)].removeprefix(b"\r").startswith(b"\n"):
        return [], Span(whole, whole.index(b"\n", start) + 1, stop)
    end = _BLANK.search(whole, start, stop)
    block_stop, body = (end.start(), Span(whole, end.end(), stop)) if end else (stop, Span(whole, stop, stop))
    if block_stop - start > MAX_HEADER_BLOCK:
        walk.defect("header block longer than 256 kB")
    lines = whole[start : min(block_stop, start + MAX_HEADER_BLOCK)].replace(b"\r\n", b"\n").split(b"\n")
    fields, text = _fields(lines, walk)
    if text is not None:
        # A line that is no header field: whatever follows is text (a missing blank line).
        rest = b"\n".join(lines[text:]) + whole[block_stop:stop]
        body = Span(rest, 0, len(rest))
    return fields, body


def _fields(lines: list[bytes], walk: Walk) -> tuple[list[tuple[str, bytes]], int | None]:
    """Fields of the lines, and the index of the line at which the body really starts, if it is not the end."""
    fields: list[tuple[str, bytes]] = []
    name, size = "", 0
    chunks: list[bytes] = []

    def flush() -> None:
        if name and len(fields) < MAX_HEADERS:
            fields.append((name, b"\n".join(chunks)))

    for index, line in enumerate(lines):
        if line[:1] in (b" ", b"\t") and name:
            size += len(line)
            if size <= MAX_HEADER_BYTES:
                chunks.append(line)
            else:
                walk.defect(f"header field {name} longer than 16 kB")
            continue
        found = _FIELD.match(line)
        if found is None:
            if _is_noise(line, index):
                continue
            walk.defect("a line in the header that is no header field")
            if _fields_follow(lines, index + 1):
                continue
            flush()
            return fields, index
        flush()
        name, value = found[1].decode("ascii").lower(), found[2]
        size = len(value)
        if size > MAX_HEADER_BYTES:
            walk.defect(f"header field {name} longer than 16 kB")
            value = value[:MAX_HEADER_BYTES]
        chunks = [value]
    flush()
    if len(fields) >= MAX_HEADERS:
        walk.defect("more than 500 header fields")
    return fields, None


def _is_noise(line: bytes, index: int) -> bool:
    """Lines that stand in header blocks without being fields: mbox separators, folded emptiness."""
    return (index == 0 and line.startswith((b"From ", b">From "))) or not line.strip()


def _fields_follow(lines: list[bytes], start: int) -> bool:
    """Whether the next lines are header fields again, so that one broken line does not end the header."""
    known = (
        b"from:",
        b"to:",
        b"subject:",
        b"date:",
        b"message-id:",
        b"mime-version:",
        b"received:",
        b"content-",
    )
    return any(line.lower().startswith(known) for line in lines[start : start + 40])


def _entity(part: Span, walk: Walk, *, depth: int, default: str = "text/plain") -> Entity:
    walk.parts += 1
    headers, body = split_headers(part, walk)
    entity = Entity(headers, body, content_type=default, depth=depth)
    value = entity.raw("content-type")
    if value is not None:
        word, found = params.parse(value)
        entity.params = found
        word = word.lower()
        if re.fullmatch(r"[\w.+-]+/[\w.+-]+", word):
            entity.content_type, entity.typed = word, True
        elif word in ("text", "html", "multipart"):
            entity.content_type = {"text": "text/plain", "html": "text/html", "multipart": "multipart/mixed"}[
                word
            ]
            entity.typed = True
    if depth >= MAX_DEPTH:
        if entity.content_type.startswith(("multipart/", "message/")):
            walk.too_deep = True
            walk.defect("parts nested deeper than 30 levels")
            entity.content_type = "application/octet-stream"
        return entity
    if entity.content_type.startswith("multipart/"):
        _open_multipart(entity, walk)
    elif entity.content_type in PKCS7:
        signed = smime.signed_content(entity.content())
        if signed is not None:
            entity.children = [_entity(Span(signed, 0, len(signed)), walk, depth=depth + 1)]
    elif entity.content_type in ("message/rfc822", "message/global", "message/news"):
        inner = _decoded(entity) if entity.encoding in ("base64", "quoted-printable") else body
        entity.children = [_entity(_without_first_breaks(inner), walk, depth=depth + 1)]
    return entity


def _decoded(entity: Entity) -> Span:
    content = entity.content()
    return Span(content, 0, len(content))


def _without_first_breaks(part: Span) -> Span:
    """A mail inside a mail may stand behind empty lines."""
    first = _NO_BREAK.search(part.whole, part.start, part.stop)
    return part._replace(start=first.start() if first else part.stop)


def _open_multipart(entity: Entity, walk: Walk) -> None:
    boundary = entity.params.get("boundary", "").encode("latin-1", "replace").rstrip()
    body = entity.span
    if (
        entity.encoding in ("base64", "quoted-printable")
        and boundary
        and body.whole.find(b"--" + boundary, body.start, body.stop) == -1
    ):
        body = entity.span = _decoded(entity)
    pieces = _pieces(body, boundary) if boundary else []
    if not pieces:
        guessed = _guessed_boundary(body)
        if guessed:
            walk.defect("multipart with a boundary that does not occur")
            pieces = _pieces(body, guessed)
    if not pieces:
        walk.defect("multipart without parts")
        is_html = _BEGINS_AS_HTML.match(body.whole, body.start, body.stop)
        entity.content_type = "text/html" if is_html else "text/plain"
        return
    default = "message/rfc822" if entity.content_type == "multipart/digest" else "text/plain"
    for piece in pieces:
        if walk.parts >= MAX_PARTS:
            walk.too_many = True
            walk.defect("more than 500 parts")
            break
        entity.children.append(_entity(piece, walk, depth=entity.depth + 1, default=default))


def _guessed_boundary(body: Span) -> bytes:
    """What stands before the first field of a part, where a line looks like a delimiter; b"" when none does."""
    found = _GUESSED_BOUNDARY.search(body.whole, body.start, body.stop)
    return found[1] if found else b""


def _pieces(body: Span, boundary: bytes) -> list[Span]:
    """Where the parts between the delimiter lines stand; a missing closing delimiter is no loss."""
    whole, first, last = body
    marker = b"--" + boundary
    cuts: list[tuple[int, int, bool]] = []
    at = whole.find(marker, first, last)
    while at != -1 and len(cuts) <= MAX_PARTS + 1:
        end = whole.find(b"\n", at, last)
        end = last if end == -1 else end
        tail = whole[at + len(marker) : min(end, at + len(marker) + 200)].rstrip()
        if (at == first or whole[at - 1 : at] == b"\n") and tail in (b"", b"--"):
            cuts.append((at, min(end + 1, last), tail == b"--"))
        at = whole.find(marker, max(end, at + 1), last)
    pieces = []
    for index, (_, start, closing) in enumerate(cuts):
        if closing:
            continue
        is_last = index + 1 == len(cuts)
        pieces.append(
            Span(whole, start, last if is_last else _before_break(whole, start, cuts[index + 1][0]))
        )
    return pieces


def _before_break(whole: bytes, start: int, stop: int) -> int:
    """The line break before a delimiter belongs to the delimiter (RFC 2046 5.1.1)."""
    if stop - 2 >= start and whole[stop - 2 : stop] == b"\r\n":
        return stop - 2
    return stop - 1 if stop - 1 >= start and whole[stop - 1 : stop] == b"\n" else stop
