"""Text parts as text: transfer encoding, charset and line ends undone, soft breaks joined, what is no text cut out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hostdesk.mail.reading import charsets, structure, transfer
from hostdesk.mail.reading.mime import Entity
from hostdesk.mail.reading.shapes import Sealed

MAX_TEXT = 2_000_000
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)


def decoded_text(entity: Entity) -> str:
    """A text part as text: transfer encoding, charset and line ends undone, format=flowed joined."""
    content = entity.content()[: 4 * MAX_TEXT]
    charset = entity.params.get("charset")
    if entity.content_type == "text/html" and not charset:
        said = _META.search(content[:4000])
        charset = said[1].decode("ascii", "replace") if said else None
    text = charsets.decode(content, charset)[:MAX_TEXT]
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = structure.unmarked(text)
    if entity.params.get("format", "").lower() == "flowed" and entity.content_type == "text/plain":
        text = unflowed(text, delsp=entity.params.get("delsp", "").lower() == "yes")
    return text


_QUOTE_MARKS = re.compile(r"(>*)( ?)(.*)", re.DOTALL)


def unflowed(text: str, *, delsp: bool = False) -> str:
    """Join the soft line breaks of RFC 3676; quoted lines join only within their own depth."""
    out: list[str] = []
    joined: list[str] = []
    depth = 0

    def flush() -> None:
        if joined:
            out.append((">" * depth + " " if depth else "") + "".join(joined))
            joined.clear()

    for line in text.split("\n"):
        found = _QUOTE_MARKS.match(line)
        assert found is not None, "the pattern matches every line"
        marks, content = len(found[1]), found[3]
        if marks != depth:
            flush()
        depth = marks
        if content == "-- ":
            flush()
            out.append(line)
            continue
        soft = content.endswith(" ")
        joined.append(content[:-1] if soft and delsp else content)
        if not soft:
            flush()
    flush()
    return "\n".join(out)


def enriched(text: str) -> str:
    """text/enriched (RFC 1896) without its marks."""
    text = re.sub(r"<param>.{0,200}?</param>", "", text, flags=re.IGNORECASE | re.DOTALL)
    text = text.replace("<<", "\0")
    text = re.sub(r"</?[a-zA-Z0-9-]{1,60}>", "", text).replace("\0", "<")
    return re.sub(r"\n(\n*)", lambda found: found[1] or " ", text)


_UU = re.compile(
    r"^begin [0-7]{3,4} (\S[^\n]{0,200})\n((?:[ -`][^\n]{0,90}\n)*?)[ `]?\n?end[ \t]*$", re.MULTILINE
)
_UU_SHOWN = 20_000
_PGP = re.compile(r"^-----BEGIN PGP (MESSAGE|SIGNED MESSAGE)-----[ \t]*$", re.MULTILINE)
_PGP_HEAD = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Z][\w-]{1,40}: [^\n]{0,200}\n)*\n?", re.MULTILINE)  # fmt: skip
_PGP_TAIL = re.compile(r"^-----BEGIN PGP SIGNATURE-----(?:\n(?!-----)[^\n]{0,200})*+\n-----END PGP SIGNATURE-----", re.MULTILINE)  # fmt: skip


@dataclass(slots=True)
class Plain:
    """A plain text looked through: `noise` are the pieces of `text` that nobody reads; `files` stood inside it."""

    text: str
    noise: list[str] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    sealed: Sealed | None = None


def looked_through(text: str) -> Plain:
    """Find uuencoded files and PGP armour in a text. Files that are long leave the text, short ones are its noise."""
    plain = Plain(text)
    if "\nend" in text and re.search(r"^begin [0-7]{3,4} ", text, re.MULTILINE):
        _take_files(plain)
    if "-----BEGIN PGP " in text:
        _take_armour(plain)
    return plain


def _take_files(plain: Plain) -> None:
    def cut(found: re.Match[str]) -> str:
        content = transfer.decoded(found[0].encode("latin-1", "replace"), "uuencode")
        plain.files.append((found[1], content))
        if len(found[0]) > _UU_SHOWN:
            return ""
        plain.noise.append(found[0])
        return found[0]

    plain.text = _UU.sub(cut, plain.text)


def _take_armour(plain: Plain) -> None:
    found = _PGP.search(plain.text)
    if found is None:
        return
    if found[1] == "MESSAGE":
        plain.sealed = "pgp-encrypted"
        return
    plain.sealed = "pgp-signed"
    for pattern in (_PGP_HEAD, _PGP_TAIL):
        plain.noise.extend(one[0] for one in pattern.finditer(plain.text))
