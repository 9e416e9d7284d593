"""What the costly mails are made of."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from dataclasses import dataclass

HEAD = (
    b"From: Rina <rina@acme.example>\r\nTo: support@itpossible.com\r\nSubject: Our site\r\n"
    b"Message-ID: <1@acme.example>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0200\r\nMIME-Version: 1.0\r\n"
)


@dataclass(frozen=True)
class Kind:
    """One kind of mail: what makes it, and the number that makes it as bad as the bench wants it."""

    make: Callable[[int], bytes]
    full: int


def typed(kind, body, *, encoding=b"8bit", more=b""):
    """A mail that is one part of this type."""
    return (
        HEAD
        + b"Content-Type: "
        + kind
        + b"\r\nContent-Transfer-Encoding: "
        + encoding
        + b"\r\n"
        + more
        + b"\r\n"
        + body
    )


def text(body):
    """A mail that is plain text."""
    return typed(b"text/plain; charset=utf-8", body)


def markup(body):
    """A mail that is HTML."""
    return typed(b"text/html; charset=utf-8", b"<html><body>" + body)


def filled(piece, size):
    """So many bytes of one piece."""
    return piece * (size // len(piece))


def parts(pieces, kind=b"multipart/mixed"):
    """A mail of these parts, each with its header."""
    return typed(
        kind + b"; boundary=b", b"".join(b"--b\r\n" + one + b"\r\n" for one in pieces) + b"--b--\r\n"
    )


def encoded(kind, content, *, name=b"file.bin"):
    """A file as a part, in base64."""
    return (
        b"Content-Type: "
        + kind
        + b"\r\nContent-Disposition: attachment; filename="
        + name
        + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(content)
    )


def noise(size):
    """Bytes by dice, always the same."""
    return random.Random(20261126).randbytes(size)


def attached(kind, content, name=b"file.bin"):
    """A mail of a few words and one file."""
    words = b"Content-Type: text/plain\r\n\r\nSee the file.\r\n"
    return parts([words, encoded(kind, content, name=name)])
