"""Transfer encodings undone: base64, quoted-printable and uuencode, damaged as they may be; in linear time."""

from __future__ import annotations

import binascii
import re

MAX_RUNS = 100_000
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_QP_BLANKS = re.compile(rb"=[ \t]+\r?\n")
_QP_PIECE = 1 << 20


def decoded(body: bytes, encoding: str) -> bytes:
    """Undo base64, quoted-printable or uuencode; anything else is returned as it is."""
    if encoding == "base64":
        return _base64(body)
    if encoding == "quoted-printable":
        return _quoted_printable(body)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uudecoded(body)
    return body


def _quoted_printable(body: bytes) -> bytes:
    """Blanks behind a soft break go with it. A long body piece by piece: each replacement costs memory of its own."""
    out, at = [], 0
    while at < len(body):
        end = body.find(b"\n", at + _QP_PIECE)
        end = len(body) if end == -1 else end + 1
        out.append(binascii.a2b_qp(_QP_BLANKS.sub(b"=\n", body[at:end])))
        at = end
    return b"".join(out)


_BASE64_LINE = re.compile(rb"[ \t]*+[A-Za-z0-9+/]++={0,3}[ \t\r]*+\Z")
_LETTERS = re.compile(rb"[A-Za-z0-9+/]")
_PROSE = re.compile(rb"(?<![A-Za-z])[A-Za-z]{2,}+[,.]?[ \t]++[A-Za-z]")


def base64_text(body: bytes) -> bytes:
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
    letters = body.translate(None, _NOT_BASE64)
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
