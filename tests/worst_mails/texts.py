"""Plain text, quotation and charsets."""

from __future__ import annotations

from tests.worst_mails.shapes import HEAD, Kind, filled, noise, text, typed

TEXT = {
    "a quotation a thousand deep, bytes": Kind(
        lambda n: text(filled(b">" * 1_000 + b" so it goes\r\n", n)), 10_000_000
    ),
    "quotations ever deeper, lines": Kind(
        lambda n: text(b"".join(b">" * (i % 1_000) + b" a\r\n" for i in range(n))), 20_000
    ),
    "hyphens in one line": Kind(lambda n: text(b"Hello\r\n" + b"-" * n + b"x"), 5_000_000),
    "underscores in one line": Kind(lambda n: text(b"Hello\r\n" + b"_" * n + b"x"), 5_000_000),
    "blanks in one line": Kind(lambda n: text(b"Hello\r\n" + b" " * n + b"x"), 5_000_000),
    "lines of hyphens and blanks, bytes": Kind(
        lambda n: text(filled(b"- " * 500 + b"-x\r\n" + b"-" * 999 + b" \r\n", n)), 10_000_000
    ),
    "letters in one line": Kind(lambda n: text(b"a" * n), 5_000_000),
    "words in one line, bytes": Kind(
        lambda n: text(filled(b"On 3 May 2026 at 10:00 Rina wrote ", n)), 5_000_000
    ),
    "attributions": Kind(
        lambda n: text(b"On 3 May 2026 at 10:00, Rina <rina@acme.example> wrote:\r\n" * n), 100_000
    ),
    "attributions cut in two": Kind(
        lambda n: text(b"On Mon, 3 May 2026 at 10:00, Rina\r\n<rina@acme.example> wrote:\r\n> a\r\n\r\n" * n),
        100_000,
    ),
    "blocks of fields": Kind(
        lambda n: text(b"From: Rina\r\nSent: 3 May 2026\r\nTo: us\r\nSubject: x\r\n\r\n" * n), 100_000
    ),
    "signatures": Kind(lambda n: text(b"-- \r\nRina\r\nSent from my iPhone\r\n" * n), 200_000),
    "dots and blanks in one line, bytes": Kind(lambda n: text(filled(b". , ", n)), 5_000_000),
    "digits and colons in one line, bytes": Kind(lambda n: text(filled(b"10:00 1/1/2026 ", n)), 5_000_000),
    "empty lines": Kind(lambda n: text(b"a" + b"\r\n" * n + b"b"), 10_000_000),
    "flowed lines": Kind(lambda n: typed(b"text/plain; format=flowed", b"> a \r\n" * n), 2_000_000),
    "PGP armour left open": Kind(
        lambda n: text(b"-----BEGIN PGP SIGNED MESSAGE-----\r\n-----BEGIN PGP SIGNATURE-----\r\na\r\n" * n),
        50_000,
    ),
    "enriched text, bytes": Kind(lambda n: typed(b"text/enriched", filled(b"<param>a<<", n)), 10_000_000),
    "fields, then a text of fields": Kind(lambda n: HEAD + b"no field\r\n" * n, 1_000_000),
}


def _in(charset, body):
    return typed(b"text/plain; charset=" + charset, body)


CHARSETS = {
    "UTF-7, bytes": Kind(lambda n: _in(b"utf-7", filled(b"+AOk- +2AA- ", n)), 30_000_000),
    "ISO-2022-JP, escapes only, bytes": Kind(
        lambda n: _in(b"iso-2022-jp", filled(b"\x1b$B\x1b(B", n)), 30_000_000
    ),
    "ISO-2022-KR, shifts only, bytes": Kind(
        lambda n: _in(b"iso-2022-kr", b"\x1b$)C" + filled(b"\x0e\x0f", n)), 30_000_000
    ),
    "HZ, escapes only, bytes": Kind(lambda n: _in(b"hz-gb-2312", filled(b"~{~}", n)), 30_000_000),
    "bytes of no charset": Kind(lambda n: typed(b"text/plain", noise(n)), 30_000_000),
    "UTF-8 that is none, bytes": Kind(lambda n: _in(b"utf-8", filled(b"\xc3\xa9\xe9 \xff", n)), 30_000_000),
    "UTF-16 undeclared, bytes": Kind(
        lambda n: typed(b"text/plain", filled("grüne Grüße\n".encode("utf-16-le"), n)), 30_000_000
    ),
    "UTF-32, bytes": Kind(lambda n: _in(b"utf-32", filled("aé\n".encode("utf-32-le"), n)), 30_000_000),
    "GB 18030, bytes": Kind(lambda n: _in(b"gb18030", filled(b"\x81\x30\x81\x30\xfe\xff", n)), 30_000_000),
    "Big5-HKSCS, bytes": Kind(lambda n: _in(b"big5-hkscs", filled(b"\x88\x62\x81\xff", n)), 30_000_000),
    "a whole mail in UTF-16, bytes": Kind(
        lambda n: (HEAD + b"\r\n" + filled(b"Hello there.\r\n", n // 2)).decode().encode("utf-16"),
        30_000_000,
    ),
    "line ends of old Macintosh, bytes": Kind(
        lambda n: (HEAD + b"\r\n" + filled(b"Hello there.\r\n", n)).replace(b"\r\n", b"\r"), 30_000_000
    ),
    "doubled carriage returns, bytes": Kind(
        lambda n: (HEAD + b"\r\n" + filled(b"Hello there.\r\n", n)).replace(b"\r\n", b"\r\r\n"), 30_000_000
    ),
    "NULs": Kind(lambda n: _in(b"utf-8", b"\0" * n), 30_000_000),
}
