"""Hostile mails cost little: time grows with size and no faster, and depth, parts and headers have their limits."""

import pytest

from hostdesk.mail.reading import read
from tests.growth import IN_STEP, growth

pytestmark = pytest.mark.db_free

HEAD = b"From: a@acme.example\r\nSubject: x\r\n"


def nested(depth):
    out = HEAD
    for level in range(depth):
        out += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
    return out + b"Content-Type: text/plain\r\n\r\ndeep\r\n"


def messages(depth):
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"\r\nHello\r\n"


def parts(count):
    one = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + one * count + b"--b--\r\n"


def addresses(count):
    return (
        b"To: " + b", ".join(b"user%d@acme.example" % n for n in range(count)) + b"\r\n" + HEAD + b"\r\nHello"
    )


def text(body):
    return HEAD + b"\r\n" + body


def markup(body):
    return HEAD + b"Content-Type: text/html\r\n\r\n" + body


HOSTILE = {
    "depth": lambda n: nested(n // 60),
    "messages": lambda n: messages(n // 30),
    "parts": lambda n: parts(n // 40),
    "addresses": lambda n: addresses(n // 20),
    "one long word": lambda n: b"To: " + b"a" * n + b"\r\n" + text(b"Hello"),
    "long words": lambda n: (b"To: " + b"a" * 15_000 + b"\r\n") * (n // 15_000) + text(b"Hello"),
    "open literals": lambda n: (b"To: " + b"@[" * 7_500 + b"\r\n") * (n // 15_000) + text(b"Hello"),
    "header lines": lambda n: b"X-A: b\r\n" * (n // 8) + text(b"Hello"),
    "folds": lambda n: HEAD + b"X-A: b\r\n" + b" \tc\r\n" * (n // 5) + b"\r\nHello",
    "one header": lambda n: b"Subject: " + b"=?utf-8?Q?a?= " * (n // 14) + b"\r\n" + text(b"Hello"),
    "broken words": lambda n: b"Subject: " + b"=?a?b?" * (n // 6) + b"\r\n" + text(b"Hello"),
    "quotes in type": lambda n: HEAD + b"Content-Type: text/plain" + b';a="' * (n // 4) + b"\r\n\r\nHello",
    "comments": lambda n: b"From: " + b"(" * n + b"\r\n\r\nHello",
    "angle brackets": lambda n: b"To: " + b"<" * n + b"\r\n" + text(b"Hello"),
    "quotation": lambda n: text(b">" * n),
    "quotation lines": lambda n: text(b"> a\n" * (n // 4)),
    "on": lambda n: text(b"On " * (n // 3)),
    "on lines": lambda n: text(b"On 3 May 2026 at 10:00 a <a@b.c>\n" * (n // 33)),
    "attributions": lambda n: text(b"On 3 May 2026 at 10:00 a <a@b.c> wrote:\n" * (n // 40)),
    "attributions in prose": lambda n: text(b"x On 3 May 2026 at 10:00 a <a@b.c> wrote:\n" * (n // 42)),
    "quoted attributions": lambda n: text(b"> On 3 May 2026 at 10:00 a <a@b.c> wrote:\n\n" * (n // 43)),
    "signature marks": lambda n: text(b"x\n-- \ny\n> q\n" * (n // 11)),
    "greetings": lambda n: text(b"Regards\nA\ntel: 012 345 6789\n> q\n" * (n // 31)),
    "advertisements": lambda n: text(b"Sent from my iPhone\n" * (n // 20)),
    "lawyers": lambda n: text(
        b"This e-mail is confidential, intended recipient, in error, delete.\n\n" * (n // 68)
    ),
    "tables of notes": lambda n: text(b"3 May 2026 10:00\nTo\n" * (n // 20)),
    "figures": lambda n: text((b"1.1.1-1/" * 70 + b":\n") * (n // 562)),
    "beginnings": lambda n: text((b"On " * 190 + b":\n") * (n // 572)),
    "from lines": lambda n: text(b"From: a\n" * (n // 8)),
    "blanks": lambda n: text(b" " * n + b"x"),
    "blank lines": lambda n: text(b"\n" * n + b"x"),
    "underscores": lambda n: text(b"_" * n),
    "rules": lambda n: text(b"-----\n" * (n // 6)),
    "base64 line": lambda n: text(b"QUJD" * (n // 4)),
    "at signs": lambda n: text(b"a@" * (n // 2)),
    "addresses in text": lambda n: text(b"<a@b.example>: " * (n // 15)),
    "daemon": lambda n: (
        b"From: MAILER-DAEMON@b.example\r\nSubject: failure notice\r\n\r\n" + b"a@b.example " * (n // 12)
    ),
    "refusals": lambda n: (
        b"From: MAILER-DAEMON@b.example\r\nSubject: failure notice\r\n\r\n"
        + b"550 5.1.1 deliver " * (n // 18)
    ),
    "status groups": lambda n: (
        b"From: MAILER-DAEMON@b.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\n" + b"a: b\n\n" * (n // 6)
    ),
    "empty status": lambda n: (
        b"From: MAILER-DAEMON@b.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\n" + b"\n" * n
    ),
    "begin": lambda n: text(b"begin 644 a\n" * (n // 12)),
    "uuencode": lambda n: text(b"begin 644 a\n" + b"M" * n + b"\nend"),
    "tags": lambda n: markup(b"<div>" * (n // 5)),
    "open tags": lambda n: markup(b"<" * n),
    "half tags": lambda n: markup(b"<a href='" * (n // 9)),
    "comments in html": lambda n: markup(b"<!--" * (n // 4)),
    "conditionals": lambda n: markup(b"<!--[if " * (n // 8)),
    "declarations": lambda n: markup(b"<![if" * (n // 5)),
    "entities": lambda n: markup(b"&" * n),
    "references": lambda n: markup(b"&amp;" * (n // 5)),
    "formatting left open": lambda n: markup(
        b"".join(b"<font color=%d><p>a" % i for i in range(900)) + b"<p>a" * (n // 5)
    ),
    "formatting closed wrongly": lambda n: markup(b"<b></i><p>a" * (n // 11)),
    "pictures in the markup": lambda n: markup(
        b"<img src='data:image/png;base64," + b"QUJD" * (n // 4) + b"'>"
    ),
    "blockquotes": lambda n: markup(b"<blockquote>a" * (n // 13)),
    "lists": lambda n: markup(b"<ul><li>a" * (n // 9)),
    "tables": lambda n: markup(b"<table><tr><td>" * (n // 15)),
    "attributes": lambda n: markup(b"<p " + b"a=b " * (n // 4) + b">"),
    "8-bit": lambda n: text(b"\xe9\xa0" * (n // 2)),
    "base64 in one line": lambda n: HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUJD" * (n // 4),
    "base64 of blanks": lambda n: (
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nQQ==\r\n" + b"a   " * (n // 4)
    ),
    "no UTF-8": lambda n: text(bytes(range(160, 256)) * (n // 96)),
    "UTF-8 with much else": lambda n: text(b"\xc3\xa9\xc3\xa9\xc3\xa9\xe9 " * (n // 8)),
    "holes": lambda n: HEAD + b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\n" + b"\x81" * n,
    "small pages": lambda n: (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + (b"--b\r\nContent-Type: text/html\r\n\r\n" + b"<p>a</p>" * 200 + b"\r\n") * (n // 1640)
    ),
    "soft breaks": lambda n: (
        HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=\r\n" * (n // 3)
    ),
    "padding": lambda n: HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QQ==" * (n // 4),
    "flowed": lambda n: HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \r\n" * (n // 4),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_reading_time_grows_with_size_and_no_faster(kind):
    assert growth(read, HOSTILE[kind], 30_000) < IN_STEP


def test_depth_ends_at_thirty_levels_and_says_so():
    mail = read(nested(300))

    assert (mail.error is not None, "parts nested deeper than 30 levels" in mail.defects) == (True, True)


def test_parts_end_at_five_hundred_and_say_so():
    mail = read(parts(50_000))

    assert (mail.text.count("x"), mail.error is not None) == (499, True)


def test_a_header_of_more_than_sixteen_kilobytes_is_cut():
    mail = read(b"To: " + b"a" * 40_000 + b"\r\n" + HEAD + b"\r\nHello")

    assert (mail.text, mail.subject, mail.defects) == ("Hello", "x", ["header field to longer than 16 kB"])


def test_ordinary_mails_have_no_defects_and_no_error():
    mail = read(parts(3))

    assert (mail.error, mail.defects, mail.text) == (None, [], "x\n\nx\n\nx")
