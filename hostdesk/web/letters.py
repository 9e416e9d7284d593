"""Plain text of other people as HTML: escaped, with paragraphs, links and folded quotations."""

from __future__ import annotations

import re

# The standard library's own: Django's gives the same text, and costs twice as much for each of a page's words.
from html import escape
from itertools import groupby

from django.utils.safestring import SafeString, mark_safe

# Linear on any input: no part of it can match what the next part matches.
_ADDRESS = re.compile(r"https?://[^\s<>\"'\x00-\x1f]{1,2000}", re.IGNORECASE)
_TRAILING = ".,;:!?)]}*_"
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_QUOTE = ">"


def letter(text: str) -> SafeString:
    """`text` as paragraphs; runs of lines that start with ">" are folded into a `<details>`."""
    pieces = []
    for quoted, run in groupby(text.replace("\r\n", "\n").split("\n"), key=_is_quoted):
        lines = list(run)
        pieces.append(
            folded("\n".join(map(_without_mark, lines))) if quoted else _paragraphs("\n".join(lines))
        )
    return mark_safe("".join(pieces))  # noqa: S308  (every piece went through escape)


def folded(text: str, label: str = "Quoted text") -> SafeString:
    """`text` behind a summary: what a message repeats of earlier ones. Nothing for nothing."""
    if not text.strip():
        return SafeString("")
    return mark_safe(  # noqa: S308  (escaped below)
        f'<details class="quoted"><summary>{escape(label)}</summary><div>{_paragraphs(text)}</div></details>'
    )


def linked(text: str) -> str:
    """`text` escaped, web addresses as links that give nothing away about us."""
    out: list[str] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(_TRAILING)
        out.append(escape(text[end : found.start()]))
        shown = escape(address)
        out.append(
            f'<a class="link" href="{shown}" rel="noopener noreferrer nofollow" target="_blank">{shown}</a>'
        )
        end = found.start() + len(address)
    out.append(escape(text[end:]))
    return "".join(out)


def _paragraphs(text: str) -> str:
    return "".join(
        f'<p dir="auto">{linked(part.strip(chr(10)))}</p>' for part in _BLANK_LINE.split(text) if part.strip()
    )


def _is_quoted(line: str) -> bool:
    return line.startswith(_QUOTE)


def _without_mark(line: str) -> str:
    return line[1:].removeprefix(" ")
