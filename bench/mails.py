"""Mixed mails to measure with: the samples of HOSTDESK_MAIL_SAMPLES, else the suite's own, else some made here."""

from __future__ import annotations

import json
import os
import random
import re
from email.message import EmailMessage
from functools import cache
from pathlib import Path

from bench.places import TOP

LARGEST = 500_000
_HEADERS_OF_OURS = re.compile(
    rb"^(?:from|sender|reply-to|return-path|message-id|to|x-bench)[ \t]*:.*\n(?:[ \t].*\n)*",
    re.IGNORECASE | re.MULTILINE,
)


@cache
def mixed():
    """(where they come from, [raw mails with CRLF]), always in the same order; none over half a megabyte."""
    folder = os.environ.get("HOSTDESK_MAIL_SAMPLES", "")
    if folder and Path(folder).is_dir():
        return "the folder of sample mails", _shuffled(_samples(Path(folder)))
    own = sorted((TOP / "tests" / "data" / "mails").rglob("*.eml"))
    if len(own) >= 20:
        return "the suite's own mails", _shuffled([file.read_bytes() for file in own])
    return "mails made here", _shuffled(_made())


def numbered(raw, number):
    """The same mail with a line of its own on top, so that no two are the same bytes."""
    return b"X-Bench: %d\r\n" % number + raw


def from_somebody(raw, *, sender, name, number):
    """The same mail as written by this person to our support address, under a Message-ID of its own."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    kept = _HEADERS_OF_OURS.sub(b"", head + b"\r\n").strip(b"\r\n")
    ours = (
        f"From: {name} <{sender}>\r\nTo: support@itpossible.com\r\n"
        f"Message-ID: <bench.{number}@{sender.rpartition('@')[2]}>\r\n"
    )
    return ours.encode() + kept + (gap or b"\r\n\r\n") + body


def _samples(folder):
    found = []
    for about in sorted(folder.rglob("*.expected.json")):
        expected = json.loads(about.read_text(encoding="utf-8"))
        content = about.with_name(about.name.removesuffix(".expected.json")).read_bytes()
        if expected.get("form") == "mail":
            found.append(content)
        elif expected.get("form") in ("text", "html"):
            found.append(_wrapped(content, expected["form"]))
    return found


def _wrapped(body, form):
    """A body alone, in a customer's mail."""
    kind = b"text/html" if form == "html" else b"text/plain"
    return (
        b"From: Somebody <somebody@client.example>\r\nTo: support@itpossible.com\r\nSubject: Re: our mailbox\r\n"
        b"Date: Mon, 23 Nov 2026 08:00:00 +0200\r\nMIME-Version: 1.0\r\nContent-Type: "
        + kind
        + b"; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\n" + body
    )


def _shuffled(raws):
    clean = [
        re.sub(rb"\r?\n|\r", b"\r\n", raw).rstrip(b"\r\n") + b"\r\n" for raw in raws if len(raw) <= LARGEST
    ]
    random.Random(2026).shuffle(clean)
    return [raw for raw in clean if b"\r\n\r\n" in raw]


def _made():
    """Sixty plain, sixty with HTML beside, thirty with a file of 5 to 100 kB, ten marked as automatic."""
    chance = random.Random(55)
    raws = []
    for number in range(160):
        letter = EmailMessage()
        letter["From"] = f"Person {number} <person{number}@client.example>"
        letter["To"] = "support@itpossible.com"
        letter["Subject"] = f"Mailbox {number} takes no more mail"
        letter["Date"] = "Mon, 23 Nov 2026 08:00:00 +0200"
        words = "\n".join(
            f"Line {chance.random():.9f} of what went wrong with the site." for _ in range(5 + number % 40)
        )
        letter.set_content(words)
        if 60 <= number < 120:
            letter.add_alternative(f"<html><body><p>{words}</p></body></html>", subtype="html")
        if 120 <= number < 150:
            content = chance.randbytes(5000 + 3000 * (number % 30))
            letter.add_attachment(
                content, maintype="application", subtype="pdf", filename=f"invoice-{number}.pdf"
            )
        if number >= 150:
            letter["Auto-Submitted"] = "auto-replied"
        raws.append(letter.as_bytes())
    return raws
