"""Header fields without end."""

from __future__ import annotations

from tests.worst_mails.shapes import HEAD, Kind, filled, typed


def _fields(lines):
    return lines + HEAD + b"\r\nHello"


HEADERS = {
    "addresses in To": Kind(
        lambda n: _fields(b"To: " + b",\r\n ".join(b"user%d@acme.example" % i for i in range(n)) + b"\r\n"),
        200_000,
    ),
    "addresses in twenty fields To": Kind(
        lambda n: _fields(
            (b"To: " + b", ".join(b"u%d <u%d@a.example>" % (i, i) for i in range(n // 20)) + b"\r\n") * 20
        ),
        10_000,
    ),
    "one field, bytes": Kind(lambda n: _fields(b"Subject: " + filled(b"long ", n) + b"\r\n"), 20_000_000),
    "one folded field, bytes": Kind(
        lambda n: _fields(b"References: x\r\n" + filled(b" <a@b.example>\r\n", n)), 20_000_000
    ),
    "fields": Kind(lambda n: _fields(b"X-A: b\r\n" * n), 1_000_000),
    "fields From": Kind(lambda n: _fields(b"From: a@b.example\r\n" * n), 1_000_000),
    "bare carriage returns in a field": Kind(lambda n: _fields(b"X-A: " + b"\rfro" * n + b"\r\n"), 5_000_000),
    "odd bytes before a colon": Kind(lambda n: _fields(b"\xff" * n + b":\r\n"), 20_000_000),
    "no header, only blanks": Kind(lambda n: b" \r\n" * n, 7_000_000),
    "encoded words": Kind(
        lambda n: _fields(b"Subject: x\r\n" + b" =?iso-8859-1?Q?gr=FCn?=\r\n" * n), 300_000
    ),
    "encoded words in every field": Kind(
        lambda n: _fields((b"Subject: " + b" =?utf-8?B?4oKs?=" * 900 + b"\r\n") * (n // 900)), 300_000
    ),
    "encoded words of ever other charsets": Kind(
        lambda n: _fields(b"Subject: " + b"".join(b"=?x%d?Q?=E9?= " % i for i in range(n)) + b"\r\n"), 300_000
    ),
    "continued parameters": Kind(
        lambda n: typed(
            b"application/pdf",
            b"x",
            more=b"Content-Disposition: attachment"
            + b"".join(b";\r\n filename*%d*=a%%20" % i for i in range(n))
            + b"\r\n",
        ),
        100_000,
    ),
    "fields Received": Kind(
        lambda n: _fields(
            b"Received: from mail.acme.example (mail.acme.example [192.0.2.7])\r\n"
            b"\tby mx.itpossible.com with ESMTP id 1; Mon, 23 Nov 2026 08:00:00 +0200\r\n" * n
        ),
        100_000,
    ),
    "DKIM signatures": Kind(
        lambda n: _fields(
            b"".join(
                b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=d%d.example; s=s;\r\n"
                b" h=from:to:subject; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=%s\r\n"
                % (i, b"QUJD" * 86)
                for i in range(n)
            )
        ),
        300,
    ),
    "ARC sets": Kind(
        lambda n: _fields(
            b"".join(
                b"ARC-Seal: i=%d; a=rsa-sha256; cv=%s; d=a.example; s=s; b=QUJD\r\n"
                b"ARC-Message-Signature: i=%d; a=rsa-sha256; c=relaxed/relaxed; d=a.example; s=s; h=from:subject;\r\n"
                b" bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=QUJD\r\n"
                b"ARC-Authentication-Results: i=%d; a.example; spf=pass\r\n"
                % (i, b"none" if i == 1 else b"pass", i, i)
                for i in range(n, 0, -1)
            )
        ),
        60,
    ),
    "results of others": Kind(
        lambda n: _fields(b"Authentication-Results: mx.example; dmarc=pass header.from=acme.example\r\n" * n),
        100_000,
    ),
}
