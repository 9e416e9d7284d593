"""Mails damaged by dice: the same seed damages the same mail in the same way."""

from __future__ import annotations

import base64
import re

CHARSETS = (
    b"utf-8", b"us-ascii", b"iso-8859-1", b"windows-1252", b"utf-7", b"utf-16", b"utf-32", b"gb2312", b"big5", b"hz-gb-2312",
    b"iso-2022-jp", b"iso-2022-kr", b"shift_jis", b"koi8-r", b"euc-kr", b"x-unknown", b"idna", b"unicode_escape", b"'\"", b"", b"\xff",
)  # fmt: skip
ENCODINGS = (
    b"base64",
    b"quoted-printable",
    b"7bit",
    b"8bit",
    b"binary",
    b"x-uuencode",
    b"nonsense",
    b"",
    b"BASE64 (x)",
)
TYPES = (
    b"text/plain", b"text/html", b"text/enriched", b"text/calendar; method=REQUEST", b"multipart/mixed; boundary=b",
    b"multipart/alternative", b"multipart/related", b"multipart/signed", b"multipart/encrypted", b"multipart/digest",
    b"multipart/report; report-type=delivery-status", b"message/rfc822", b"message/delivery-status", b"message/partial",
    b"application/ms-tnef", b"application/pkcs7-mime", b"application/octet-stream; name=winmail.dat", b"image/png", b"/", b"",
)  # fmt: skip
WORDS = (
    b"=?utf-8?B?4oKs?=", b"=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?=", b"=?utf-7?Q?+2AA-?=", b"=?x?Q??=", b"=?utf-8?B?====?=", b"=?",
    b"?=", b"=?iso-2022-jp?B?GyRC?=", b"=?utf-16?B?/v8=?=", b"=?utf-8*en?Q?=0D=0A?=", b"<a@b.example>", b'"', b"(", b")", b"\\",
    b"\0", b"\xc3", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b$B", b"\x78\x9f\x3e\x22", b"\r", b"\n", b"\r\n\r\n", b"--", b"> ", b"-- \n",
    b"begin 644 x\n", b"\nend\n", b"BEGIN:VEVENT\n", b"DTSTART;TZID=x:99999999T999999\n", b"{\\rtf1\\fromhtml1 ", b"&#x110000;",
    b"<blockquote>", b"<!--", b"filename*0*=utf-8''%ff;", b"filename*1*=", b"charset=", b";", b"=", b"From: ", b"Content-Type: ",
)  # fmt: skip


def mutated(raw, dice, others):
    """A mail after one to six damages; `others` are mails to take pieces of."""
    for _ in range(dice.randint(1, 6)):
        raw = dice.choice(KINDS)(raw, dice, others)
    return raw


def _flip_bits(raw, dice, _):
    out = bytearray(raw)
    for _ in range(dice.randint(1, 20)):
        if out:
            out[dice.randrange(len(out))] ^= 1 << dice.randrange(8)
    return bytes(out)


def _splice(raw, dice, others):
    other = dice.choice(others)
    return raw[: dice.randrange(len(raw) + 1)] + other[dice.randrange(len(other) + 1) :]


def _insert(raw, dice, _):
    at = dice.randrange(len(raw) + 1)
    return raw[:at] + dice.choice(WORDS) * dice.choice((1, 1, 1, 2, 30)) + raw[at:]


def _cut_out(raw, dice, _):
    at = dice.randrange(len(raw) + 1)
    return raw[:at] + raw[at + dice.randint(1, 400) :]


def _truncate(raw, dice, _):
    return raw[: dice.randrange(len(raw) + 1)]


def _double_a_header(raw, dice, _):
    lines = raw.split(b"\n")
    at = dice.randrange(min(len(lines), 40))
    return b"\n".join([*lines[: at + 1], *lines[at : at + 1] * dice.choice((1, 1, 3, 50)), *lines[at + 1 :]])


def _move_a_line(raw, dice, _):
    lines = raw.split(b"\n")
    line = lines.pop(dice.randrange(len(lines)))
    lines.insert(dice.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def _damage_a_boundary(raw, dice, _):
    found = re.search(rb"boundary=\"?([^\"\s;]+)", raw, re.IGNORECASE)
    if found is None:
        return b"Content-Type: multipart/mixed; boundary=b\r\n" + raw + b"\r\n--b\r\n\r\nx\r\n--b--"
    marks = [one.start() for one in re.finditer(re.escape(found[1]), raw)]
    at = dice.choice(marks)
    return (
        raw[:at] + dice.choice((b"", b"x", b" ", b"\n", b"--")) + raw[at + dice.randint(0, len(found[1])) :]
    )


def _swap(pattern, choices):
    def swap(raw, dice, _):
        found = list(pattern.finditer(raw))
        if not found:
            return raw
        one = dice.choice(found)
        return raw[: one.start(1)] + dice.choice(choices) + raw[one.end(1) :]

    return swap


def _change_line_ends(raw, dice, _):
    plain = raw.replace(b"\r\n", b"\n")
    return plain.replace(b"\n", dice.choice((b"\n", b"\r\n", b"\r", b"\r\r\n", b"\n\r", b" \n", b"\n\n")))


def _damage_a_word(raw, dice, _):
    found = list(re.finditer(rb"=\?[^?\s]{1,30}\?[bqBQ]\?[^?]{0,200}\?=", raw))
    if not found:
        return _insert(raw, dice, _)
    one = dice.choice(found)
    at = dice.randrange(one.start(), one.end())
    return raw[:at] + dice.choice((b"", b" ", b"?", b"=", b"\r\n ", b"\xff")) + raw[at + dice.randint(0, 3) :]


def _attach(raw, dice, others):
    inner = dice.choice(others)
    kind = dice.choice(TYPES)
    if dice.random() < 0.5:
        return (
            b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\nContent-Type: "
            + kind
            + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + base64.encodebytes(inner[:3000])
            + b"\r\n--out\r\nContent-Type: message/rfc822\r\n\r\n"
            + raw
        )
    return raw + b"\r\n" + inner


KINDS = (
    _flip_bits, _splice, _insert, _insert, _cut_out, _truncate, _double_a_header, _move_a_line, _damage_a_boundary,
    _swap(re.compile(rb"charset=\"?([\w.:-]+)", re.IGNORECASE), CHARSETS),
    _swap(re.compile(rb"content-transfer-encoding:[ \t]*([\w-]+)", re.IGNORECASE), ENCODINGS),
    _swap(re.compile(rb"content-type:[ \t]*([\w-]+/[\w.+-]+)", re.IGNORECASE), TYPES),
    _change_line_ends, _damage_a_word, _attach,
)  # fmt: skip
