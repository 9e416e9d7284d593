"""Splits raw bytes into MIME entities, with its limits inside the walk: linear time, no recursion without end.

The standard library's parser was left for three measured reasons: it raises on nesting of 1,500, needs seconds
for 50,000 parts, and hands every line through one generator for each level.
"""

from __future__ import annotations

import binascii
import codecs
import re
from dataclasses import dataclass, field

from hostdesk.mail.reading import params, smime

MAX_DEPTH = 30
MAX_PARTS = 500
MAX_HEADERS = 500
MAX_HEADER_BYTES = 16 * 1024
MAX_HEADER_BLOCK = 256 * 1024
MAX_TEXT_OF_MAIL, MAX_HTML_OF_MAIL = 4_000_000, 1_500_000
PKCS7 = ("application/pkcs7-mime", "application/x-pkcs7-mime")

_BLANK = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_GUESSED_BOUNDARY = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?\nContent-", re.MULTILINE | re.IGNORECASE)


_COMMENTS = re.compile(rb"\([^()]*\)")
_ENCODINGS = {
    "b64": "base64", "base-64": "base64", "base_64": "base64", "b": "base64", "quotedprintable": "quoted-printable",
    "quoted_printable": "quoted-printable", "quoted printable": "quoted-printable", "qp": "quoted-printable",
    "quote-printable": "quoted-printable", "quoted-printable8bit": "quoted-printable", "q": "quoted-printable",
}  # fmt: skip


@dataclass(slots=True)
class Entity:
    """One MIME entity: its own header fields and its body as a slice of the raw mail.

    `headers` holds (lower-case name, raw value) in order; values keep their folding.
    `path` is the position in the tree, for defects; `children` is filled for multiparts and for messages.
    """

    headers: list[tuple[str, bytes]]
    body: bytes
    content_type: str = "text/plain"
    params: dict[str, str] = field(default_factory=dict)
    children: list[Entity] = field(default_factory=list)
    depth: int = 0
    typed: bool = False

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
            return _base64_text(self.body)
        return decode_transfer(self.body, encoding)


@dataclass(slots=True)
class Walk:
    """Counts over one mail while it is split, and what was found wrong."""

    defects: list[str] = field(default_factory=list)
    parts: int = 0
    too_deep: bool = False
    too_many: bool = False
    text_left: int = MAX_TEXT_OF_MAIL
    html_left: int = MAX_HTML_OF_MAIL

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
    return _entity(raw, walk, depth=0), walk


def _as_bytes_of_letters(raw: bytes) -> bytes:
    """A mail without the mark that editors put before text; one saved as UTF-16 as UTF-8."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace").encode("utf-8", "replace")
    return raw.removeprefix(codecs.BOM_UTF8)


def split_headers(raw: bytes, walk: Walk) -> tuple[list[tuple[str, bytes]], bytes]:
    """Header fields and body. Fields over 16 kB are cut to that, the 501st and later are dropped."""
    if raw[:1] == b"\n" or raw[:2] == b"\r\n":
        return [], raw[raw.index(b"\n") + 1 :]
    end = _BLANK.search(raw)
    block, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    if len(block) > MAX_HEADER_BLOCK:
        walk.defect("header block longer than 256 kB")
        block = block[:MAX_HEADER_BLOCK]
    lines = block.replace(b"\r\n", b"\n").split(b"\n")
    fields, stop = _fields(lines, walk)
    if stop is not None:
        # A line that is no header field: whatever follows is text (a missing blank line).
        rest = b"\n".join(lines[stop:])
        body = rest + (raw[end.start() :] if end else b"")
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


def _entity(raw: bytes, walk: Walk, *, depth: int, default: str = "text/plain") -> Entity:
    walk.parts += 1
    headers, body = split_headers(raw, walk)
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
            entity.children = [_entity(signed, walk, depth=depth + 1)]
    elif entity.content_type in ("message/rfc822", "message/global", "message/news"):
        inner = entity.content() if entity.encoding in ("base64", "quoted-printable") else body
        entity.children = [_entity(inner.lstrip(b"\r\n"), walk, depth=depth + 1)]
    return entity


def _open_multipart(entity: Entity, walk: Walk) -> None:
    boundary = entity.params.get("boundary", "").encode("latin-1", "replace").rstrip()
    body = entity.body
    if entity.encoding in ("base64", "quoted-printable") and boundary and b"--" + boundary not in body:
        body = entity.body = entity.content()
    pieces = _pieces(body, boundary) if boundary else []
    if not pieces:
        guessed = _GUESSED_BOUNDARY.search(body)
        if guessed:
            walk.defect("multipart with a boundary that does not occur")
            pieces = _pieces(body, guessed[1])
    if not pieces:
        walk.defect("multipart without parts")
        entity.content_type = "text/plain"
        if re.match(rb"\s*<(!doctype|html|body|div|p)\b", body, re.IGNORECASE):
            entity.content_type = "text/html"
        return
    default = "message/rfc822" if entity.content_type == "multipart/digest" else "text/plain"
    for piece in pieces:
        if walk.parts >= MAX_PARTS:
            walk.too_many = True
            walk.defect("more than 500 parts")
            break
        entity.children.append(_entity(piece, walk, depth=entity.depth + 1, default=default))


def _pieces(body: bytes, boundary: bytes) -> list[bytes]:
    """The raw parts between the delimiter lines; a missing closing delimiter is no loss."""
    marker = b"--" + boundary
    cuts: list[tuple[int, int, bool]] = []
    at = body.find(marker)
    while at != -1 and len(cuts) <= MAX_PARTS + 1:
        end = body.find(b"\n", at)
        end = len(body) if end == -1 else end
        tail = body[at + len(marker) : min(end, at + len(marker) + 200)].rstrip()
        if (at == 0 or body[at - 1 : at] == b"\n") and tail in (b"", b"--"):
            cuts.append((at, min(end + 1, len(body)), tail == b"--"))
        at = body.find(marker, max(end, at + 1))
    pieces = []
    for index, (_, start, closing) in enumerate(cuts):
        if closing:
            continue
        stop = cuts[index + 1][0] if index + 1 < len(cuts) else len(body)
        pieces.append(_without_last_break(body[start:stop]) if index + 1 < len(cuts) else body[start:stop])
    return pieces


def _without_last_break(piece: bytes) -> bytes:
    """The line break before a delimiter belongs to the delimiter (RFC 2046 5.1.1)."""
    if piece.endswith(b"\r\n"):
        return piece[:-2]
    return piece[:-1] if piece.endswith(b"\n") else piece


MAX_RUNS = 100_000
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_QP_SOFT = re.compile(rb"=[ \t]*\r?\n")


def decode_transfer(body: bytes, encoding: str) -> bytes:
    """Undo base64, quoted-printable or uuencode; anything else is returned as it is."""
    if encoding == "base64":
        return _base64(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(_QP_SOFT.sub(b"=\n", body))
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uudecoded(body)
    return body


_BASE64_LINE = re.compile(rb"[ \t]*+[A-Za-z0-9+/]++={0,3}[ \t\r]*+\Z")
_LETTERS = re.compile(rb"[A-Za-z0-9+/]")
_PROSE = re.compile(rb"(?<![A-Za-z])[A-Za-z]{2,}+[,.]?[ \t]++[A-Za-z]")


def _base64_text(body: bytes) -> bytes:
    """A text that says it is base64: one that plainly is none stays as it is, and so does a footer below it."""
    if b" " not in body and b"\t" not in body:
        return _base64(body)
    lines = body.split(b"\n")
    first = next((line for line in lines[:50] if line.strip()), b"")
    if _PROSE.search(first):
        return body
    for index, line in enumerate(lines):
        if _PROSE.search(line) and not _BASE64_LINE.match(line):
            while index and not _LETTERS.search(lines[index - 1]):
                index -= 1  # noqa: PLW2901  (the rule above a footer belongs to it)
            return _base64(b"\n".join(lines[:index])) + b"\n" + b"\n".join(lines[index:])
    return _base64(body)


def _base64(body: bytes) -> bytes:
    """What can be saved of base64: padding in the middle ends a run, as concatenated encodings write it."""
    letters = _NOT_BASE64.sub(b"", body)
    first = letters.find(b"=")
    if first == -1 or first >= len(letters) - 2:
        return _run(letters.replace(b"=", b""))
    # Runs of one or two groups each would take a step each: so many are not what anybody encoded.
    runs = letters.split(b"=", MAX_RUNS)
    return b"".join(_run(run.replace(b"=", b"")) for run in runs if run)


def _run(letters: bytes) -> bytes:
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _uudecoded(body: bytes) -> bytes:
    lines = iter(body.splitlines())
    if not any(line.startswith(b"begin ") for line in lines):
        return body
    out = []
    for line in lines:
        if line.strip() in (b"end", b"`"):
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            size = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                out.append(binascii.a2b_uu(line[:size]))
            except binascii.Error:
                continue
    return b"".join(out)
