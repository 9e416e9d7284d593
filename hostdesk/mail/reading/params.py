"""Values with parameters (`text/plain; charset=x; name*0*=...`), read in one linear pass, RFC 2231 included."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from hostdesk.mail.reading import charsets

_PIECE = re.compile(r"([^=;\"\s]+?)(\*(\d{1,3}))?(\*)?\Z")
MAX_PARAMETERS = 100


def parse(raw: bytes) -> tuple[str, dict[str, str]]:
    """The leading word and the parameters by lower-case name, decoded; the first of a doubled name wins."""
    text = charsets.header_text(raw).replace("\r", "").replace("\n", "")
    pieces = _pieces(text)
    word = _without_comments(pieces[0]).strip().strip("\"'") if pieces else ""
    plain: dict[str, str] = {}
    numbered: dict[str, dict[int, tuple[str, bool]]] = {}
    for piece in pieces[1 : MAX_PARAMETERS + 1]:
        name, equals, value = piece.partition("=")
        if not equals:
            continue
        found = _PIECE.match(name.strip())
        if found is None:
            continue
        key = found[1].lower()
        section, extended = int(found[3]) if found[3] else None, bool(found[4])
        value = _unquoted(value.strip())
        if section is None and not extended:
            plain.setdefault(key, value)
        else:
            numbered.setdefault(key, {}).setdefault(section or 0, (value, extended))
    out = {key: _encoded_words(key, value) for key, value in plain.items()}
    for key, sections in numbered.items():
        out[key] = _joined(sections)
    return word, out


def _pieces(text: str) -> list[str]:
    """Split at semicolons outside quotes; comments stay inside their piece."""
    if '"' not in text:
        return text.split(";")
    pieces: list[str] = []
    current: list[str] = []
    quoted = escaped = False
    for char in text:
        if escaped:
            escaped = False
        elif char == "\\" and quoted:
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            pieces.append("".join(current))
            current = []
            continue
        current.append(char)
    pieces.append("".join(current))
    if quoted and len(pieces) < 2:  # noqa: PLR2004  (a quote that never closes swallowed the parameters)
        return text.replace('"', "").split(";")
    return pieces


def _without_comments(text: str) -> str:
    return re.sub(r"\([^()]*\)", "", text)


def _unquoted(value: str) -> str:
    if value.startswith('"'):
        end = value.rfind('"')
        inner = value[1:end] if end > 0 else value[1:]
        # A Windows path is not a row of escapes: only quotes and backslashes are taken as quoted pairs.
        return re.sub(r'\\(["\\])', r"\1", inner)
    if value.startswith("'") and value.endswith("'") and value.count("'") == 2 and len(value) > 1:  # noqa: PLR2004
        return value[1:-1]
    return re.sub(r"\s*\([^()]*\)\s*\Z", "", value)


def _encoded_words(key: str, value: str) -> str:
    """RFC 2047 words in parameters are forbidden and common; a boundary is never one."""
    if key != "boundary" and "=?" in value:
        return charsets.decode_words(value)
    return value


def _joined(sections: dict[int, tuple[str, bool]]) -> str:
    """RFC 2231: continuations in number order, percent encoding where marked, charset from the first."""
    charset = ""
    out: list[bytes] = []
    any_extended = any(extended for _, extended in sections.values())
    for number in sorted(sections):
        value, extended = sections[number]
        if extended and number == min(sections):
            head = value.split("'", 2)
            if len(head) == 3:  # noqa: PLR2004
                charset, value = head[0], head[2]
        if extended or (any_extended and "%" in value):
            out.append(unquote_to_bytes(value))
        else:
            out.append(value.encode("utf-8", "surrogateescape"))
    joined = charsets.decode(b"".join(out), charset or None)
    return charsets.decode_words(joined) if "=?" in joined else joined
