"""MIME: files, transfer encodings, parts, levels."""

from __future__ import annotations

import gzip
import zlib

from tests.worst_mails.shapes import HEAD, Kind, attached, encoded, filled, noise, parts, text, typed


def _nested(levels, inside=b"Content-Type: text/plain\r\n\r\ndeep\r\n"):
    opened = b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n'
    return HEAD + b"".join(opened % (level, level) for level in range(levels)) + inside


def _messages(levels):
    return HEAD + b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n" * levels + b"\r\nHello\r\n"


MIME = {
    "a file in base64, bytes": Kind(lambda n: attached(b"application/pdf", noise(n)), 50_000_000),
    "base64 padded after every byte, bytes": Kind(
        lambda n: typed(b"application/pdf", filled(b"QQ==\r\n", n), encoding=b"base64"), 30_000_000
    ),
    "base64 text in one line, bytes": Kind(
        lambda n: typed(b"text/plain", filled(b"QUJD", n), encoding=b"base64"), 30_000_000
    ),
    "soft breaks of quoted-printable, bytes": Kind(
        lambda n: typed(b"text/plain", filled(b"=\r\n", n), encoding=b"quoted-printable"), 30_000_000
    ),
    "quoted-printable of one byte a line, bytes": Kind(
        lambda n: typed(b"text/html", filled(b"=41= \r\n", n), encoding=b"quoted-printable"), 30_000_000
    ),
    "uuencoded files of nothing": Kind(lambda n: text(b"begin 644 a\r\n`\r\nend\r\n" * n), 200_000),
    "parts": Kind(lambda n: parts([b"Content-Type: text/plain\r\n\r\nx"] * n), 100_000),
    "delimiters in one line": Kind(lambda n: typed(b"multipart/mixed; boundary=b", b"--b" * n), 5_000_000),
    "levels of multiparts": Kind(_nested, 10_000),
    "levels of messages": Kind(_messages, 10_000),
    "a part 29 levels down, bytes": Kind(
        lambda n: _nested(29, b"Content-Type: text/plain\r\n\r\n" + filled(b"Hello there.\r\n", n)),
        30_000_000,
    ),
    "a file 29 messages down, bytes": Kind(
        lambda n: (
            HEAD
            + b"Content-Type: message/rfc822\r\n\r\n" * 29
            + encoded(b"application/pdf", noise(n * 3 // 4))
        ),
        30_000_000,
    ),
    "gzip that swells a thousandfold, bytes": Kind(
        lambda n: attached(b"application/gzip", gzip.compress(b"\0" * n, mtime=0), b"a.gz"), 500_000_000
    ),
    "zip in base64, bytes": Kind(
        lambda n: attached(b"application/zip", b"PK\x03\x04" + zlib.compress(b"\0" * n, 9) * 40, b"a.zip"),
        20_000_000,
    ),
}
