"""Outlook's envelope, and the rich text inside of it."""

from __future__ import annotations

import struct

from tests.worst_mails.shapes import Kind, attached, encoded, filled, parts

_SIGNATURE = b"\x78\x9f\x3e\x22\x01\x00"


def _attribute(level, name, value, *, size=None):
    return (
        bytes([level])
        + struct.pack("<HHI", name, 6, len(value) if size is None else size)
        + value
        + struct.pack("<H", sum(value) & 0xFFFF)
    )


def _property(kind, name, value):
    return struct.pack("<HHII", kind, name, 1, len(value)) + value + b"\0" * (-len(value) % 4)


def _of_message(*properties):
    return _attribute(1, 0x9003, struct.pack("<I", len(properties)) + b"".join(properties))


def _rtf(raw):
    """A stream whose text is this RTF, not compressed."""
    packed = struct.pack("<IIII", len(raw) + 12, len(raw), 0x414C454D, 0) + raw
    return _SIGNATURE + _of_message(_property(0x102, 0x1009, packed))


def _bomb(size):
    """Compressed RTF of which each pair of bytes says eighteen letters again."""
    body, at = bytearray(b"\x00{\\rtf1 a"), 207 + 8
    while len(body) < size:
        body.append(255)
        for _ in range(8):
            body += struct.pack(">H", (at - 1) % 4096 << 4 | 15)
            at += 17
    return struct.pack("<IIII", len(body) + 12, 2**31, 0x75465A4C, 0) + body


def _winmail(stream):
    return attached(b"application/ms-tnef", stream, b"winmail.dat")


def _tnef_file(name=b"", content=b"x"):
    return _attribute(2, 0x9002, b"\0" * 14) + _attribute(2, 0x8010, name) + _attribute(2, 0x800F, content)


def _inner_streams(many, size):
    """Mails inside of mails inside of a stream: each has a rich text that swells."""
    inner = _SIGNATURE + _of_message(_property(0x102, 0x1009, _bomb(size)))
    message = bytes.fromhex("0703020000000000c000000000000046") + inner
    properties = struct.pack("<I", 1) + _property(0x0D, 0x3701, message)
    return _SIGNATURE + (_attribute(2, 0x9002, b"\0" * 14) + _attribute(2, 0x9005, properties)) * many


TNEF = {
    "rich text that swells, bytes": Kind(
        lambda n: _winmail(_SIGNATURE + _of_message(_property(0x102, 0x1009, _bomb(n)))), 20_000_000
    ),
    "winmail.dat with rich text that swells": Kind(
        lambda n: parts(
            [
                encoded(
                    b"application/ms-tnef",
                    _SIGNATURE + _of_message(_property(0x102, 0x1009, _bomb(50_000))),
                    name=b"winmail.dat",
                )
            ]
            * n
        ),
        400,
    ),
    "mails in a winmail.dat, each of rich text": Kind(lambda n: _winmail(_inner_streams(n, 60_000)), 300),
    "rich text, \\u, bytes": Kind(
        lambda n: _winmail(_rtf(b"{\\rtf1 " + filled(b"\\u8364 ?", n))), 20_000_000
    ),
    "rich text, \\'ff, bytes": Kind(lambda n: _winmail(_rtf(b"{\\rtf1 " + filled(b"\\'e9", n))), 20_000_000),
    "rich text, \\bin with huge lengths, bytes": Kind(
        lambda n: _winmail(_rtf(b"{\\rtf1 " + filled(b"\\bin2147483647 x", n))), 20_000_000
    ),
    "groups of rich text": Kind(lambda n: _winmail(_rtf(b"{\\rtf1 " + b"{" * n)), 20_000_000),
    "groups of rich text, closed": Kind(
        lambda n: _winmail(_rtf(b"{\\rtf1 " + (b"{\\f1" * 400 + b"}" * 400) * (n // 400))), 4_000_000
    ),
    "fonts of rich text": Kind(
        lambda n: _winmail(
            _rtf(b"{\\rtf1{\\fonttbl" + b"".join(b"{\\f%d\\fcharset204 A;}" % i for i in range(n)) + b"}x")
        ),
        500_000,
    ),
    "rich text made from HTML, bytes": Kind(
        lambda n: _winmail(
            _rtf(b"{\\rtf1\\fromhtml1 " + filled(b"{\\*\\htmltag <p>}a\\htmlrtf b\\htmlrtf0 ", n))
        ),
        20_000_000,
    ),
    "attributes of a stream": Kind(
        lambda n: _winmail(_SIGNATURE + _attribute(1, 0x8004, b"x\0") * n), 1_000_000
    ),
    "attributes of a stream that lie about their lengths": Kind(
        lambda n: _winmail(_SIGNATURE + _attribute(1, 0x800C, b"x" * 100, size=2**32 - 20) * n), 100_000
    ),
    "properties of a stream that lie about their number": Kind(
        lambda n: _winmail(
            _SIGNATURE
            + _attribute(1, 0x9003, struct.pack("<I", 2**32 - 1) + _property(0x101F, 0x1000, b"x\0") * 2) * n
        ),
        100_000,
    ),
    "properties of a stream": Kind(
        lambda n: _winmail(
            _SIGNATURE
            + _of_message(*[_property(0x1F, 0x3000 + i % 4000, b"x\0") for i in range(3_000)]) * (n // 3_000)
        ),
        1_000_000,
    ),
    "a text of a stream, said again and again": Kind(
        lambda n: _winmail(_SIGNATURE + _attribute(1, 0x800C, b"x" * 100_000) * n), 200
    ),
    "files of a stream": Kind(lambda n: _winmail(_SIGNATURE + _tnef_file() * n), 300_000),
    "streams of three hundred files each": Kind(
        lambda n: parts(
            [encoded(b"application/ms-tnef", _SIGNATURE + _tnef_file() * 300, name=b"winmail.dat")] * n
        ),
        490,
    ),
}
