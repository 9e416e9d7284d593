"""A mail as signatures see it: fields, body, and their canonical forms (RFC 6376 3.4). Linear in the mail's size."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Literal

Way = Literal["simple", "relaxed"]

# Some signers write a blank before the colon (obsolete syntax); the relaxed form drops it.
_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]+)[ \t]*:")
_BLANKS = re.compile(rb"[ \t]+")


class NoMail(Exception):  # noqa: N818
    """The header block holds a line that is no field: readers would not agree where the mail begins."""


def head_of(raw: bytes) -> bytes:
    """The bytes before the first empty line, whichever line ends it has; all of a mail without one.

    By plain searches: a pattern takes seconds for a large mail that has no such line.
    """
    first = raw.find(b"\n")
    if first == -1:
        return raw
    crlf = raw.find(b"\n\r\n", first)
    lf = raw.find(b"\n\n", first, crlf if crlf != -1 else len(raw))
    end = lf if lf != -1 else crlf
    return raw if end == -1 else raw[:end].removesuffix(b"\r")


class SignedMail:
    """One mail, taken apart once for all its signatures. Line ends of any kind but a lone CR count as CRLF.

    Raises NoMail where the header block cannot be read.
    """

    def __init__(self, raw: bytes) -> None:
        whole = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        head, _, self.body = (
            (b"", b"", whole[2:]) if whole.startswith(b"\r\n") else whole.partition(b"\r\n\r\n")
        )
        self.fields = [(name, value) for name, value in _fields(head)]
        self._places: dict[bytes, list[int]] = {}
        for place, (name, _) in enumerate(self.fields):
            self._places.setdefault(name.rstrip(b" \t").lower(), []).append(place)
        self._bodies: dict[Way, bytes] = {}
        self._hashes: dict[tuple[Way, int | None], bytes] = {}

    def values(self, name: bytes) -> list[tuple[bytes, bytes]]:
        """All fields of a lower-case name, from the top."""
        return [self.fields[place] for place in self._places.get(name, ())]

    def selected(self, names: Iterable[bytes]) -> list[tuple[bytes, bytes]]:
        """The fields that `h=` names: each name takes the lowest one not yet taken, and nothing when none is left."""
        taken: dict[bytes, int] = {}
        out = []
        for name in names:
            places = self._places.get(name, [])
            used = taken.get(name, 0)
            if used < len(places):
                taken[name] = used + 1
                out.append(self.fields[places[-1 - used]])
        return out

    def body_length(self, way: Way) -> int:
        """Octets of the canonical body."""
        return len(self._body(way))

    def body_hash(self, way: Way, length: int | None) -> bytes:
        """SHA-256 of the canonical body, or of its first octets; worked out once, however many signatures ask."""
        key = (way, length)
        if key not in self._hashes:
            self._hashes[key] = hashlib.sha256(memoryview(self._body(way))[:length]).digest()
        return self._hashes[key]

    def _body(self, way: Way) -> bytes:
        if way not in self._bodies:
            self._bodies[way] = relaxed_body(self.body) if way == "relaxed" else simple_body(self.body)
        return self._bodies[way]


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """Names as written (with blanks before the colon) and values with their folds, without the last line end."""
    fields: list[tuple[bytes, list[bytes]]] = []
    for number, line in enumerate(head.split(b"\r\n") if head else ()):
        if line[:1] in (b" ", b"\t"):
            if not fields:
                raise NoMail("the header begins with a folded line")
            fields[-1][1].append(line)
            continue
        found = _FIELD.match(line)
        if found is None:
            if number == 0 and line.startswith(b"From "):
                continue
            raise NoMail("a line of the header is no field")
        fields.append((line[: found.end() - 1], [line[found.end() :]]))
    return [(name, b"\r\n".join(lines)) for name, lines in fields]


def field(way: Way, name: bytes, value: bytes) -> bytes:
    """The canonical form of one field, without a line end."""
    if way == "simple":
        return name + b":" + value
    return name.rstrip(b" \t").lower() + b":" + _BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ")


def simple_body(body: bytes) -> bytes:
    """The body with all empty lines at its end made one line end."""
    return without_last_empty_lines(body) + b"\r\n"


def relaxed_body(body: bytes) -> bytes:
    """The same with blanks folded and those at line ends dropped; an empty body stays empty."""
    folded = _BLANKS.sub(b" ", body).replace(b" \r\n", b"\r\n").removesuffix(b" ")
    kept = without_last_empty_lines(folded)
    return kept + b"\r\n" if kept else b""


def without_last_empty_lines(body: bytes) -> bytes:
    """The body without the line ends at its end; lone CRs there are text and stay."""
    kept = body.rstrip(b"\r\n")
    tail = body[len(kept) :]
    if tail.endswith(b"\r"):
        return body
    return kept + tail[: tail.rfind(b"\r\r") + 1]
