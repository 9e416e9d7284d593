"""`Authentication-Results` as RFC 8601 writes them, read so that nobody's quoted words become results."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RESULT = re.compile(r"([A-Za-z][A-Za-z0-9-]*)(?:\s*/\s*[0-9]+)?\s*=\s*([A-Za-z]+)(?=\s|\Z)")
_PROPERTY = re.compile(r"(?:\A|\s)([a-z]+)\s*\.\s*([A-Za-z0-9-]+)\s*=\s*(\S+)")
_IN_QUOTES = re.compile(r"[^\w.@+-]")


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result with its properties, such as `header.from`; all in lower case."""

    method: str
    result: str
    properties: dict[str, str]


def read(value: str) -> tuple[str, list[Result]]:
    """The server that wrote the field, and its results; ("", []) when quotes or comments in it do not close.

    Whoever sends a mail chooses words that the server repeats in comments and quoted strings. Comments are left out,
    and of a quoted string only letters that cannot part anything are kept.
    """
    plain = _plain(value)
    if plain is None:
        return "", []
    server, *pieces = plain.split(";")
    name = server.split()
    results = []
    for piece in pieces:
        found = _RESULT.match(piece.strip())
        if found:
            said = {f"{kind}.{key}".lower(): it.lower() for kind, key, it in _PROPERTY.findall(piece)}
            results.append(Result(found[1].lower(), found[2].lower(), said))
    return (name[0].lower().rstrip(".") if name else ""), results


def _plain(value: str) -> str | None:
    """The value without comments and with quoted strings made harmless; None when one of them does not close."""
    out: list[str] = []
    quoted: list[str] | None = None
    depth = 0
    escaped = False
    for sign in value:
        if escaped:
            escaped = False
            if quoted is not None:
                quoted.append(sign)
        elif sign == "\\" and (quoted is not None or depth):
            escaped = True
        elif quoted is not None:
            if sign == '"':
                out.append(_IN_QUOTES.sub("_", "".join(quoted)))
                quoted = None
            else:
                quoted.append(sign)
        elif sign == "(":
            depth += 1
        elif depth:
            depth -= sign == ")"
            out.append("" if depth else " ")
        elif sign == '"':
            quoted = []
        else:
            out.append(sign)
    return None if quoted is not None or depth or escaped else "".join(out)
