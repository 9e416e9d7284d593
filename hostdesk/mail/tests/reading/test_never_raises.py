"""Whatever the bytes: one answer, no exception, and values that can travel."""

import json
import os
import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostdesk.config.commands import mail_inspect
from hostdesk.mail.reading import ParsedMail, author, body, mime
from hostdesk.mail.reading.reader import read
from tests.mutating import mutated

pytestmark = pytest.mark.db_free

MAILS = sorted((Path(__file__).parents[4] / "tests/data/mails").glob("*.eml"))
PIECES = [
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"From: ", b"To: ", b"Subject: ", b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"--b", b"--b--", b"Content-Type: text/html; charset=", b"Content-Type: message/rfc822\r\n", b"utf-7\r\n", b"+2AA-", b"=?utf-7?Q?+2AA-?=", b"base64",
    b"Content-Transfer-Encoding: ", b"quoted-printable", b"=?utf-8?B?", b"?=", b"<", b">", b'"', b"(", b")", b";", b"\0", b"\xff",
    b"<blockquote>", b"<a href=", b"On 3 Mar 2026 a@b.example wrote:", b"-- \n", b"> ", b"Content-Disposition: attachment; filename*0*=",
    b"begin 644 x\n", b"end\n", b"Final-Recipient: rfc822; ", b"MAILER-DAEMON@", b"a@b.example", b"x" * 80, b"=", b"\xc3", b"\x1b$B",
    b"Content-Type: application/ms-tnef\r\n", b"\x78\x9f\x3e\x22", b"Content-Type: message/delivery-status\r\n",
]  # fmt: skip


def travels(raw):
    """The answer survives both ways it is handed on, and was not the emergency exit."""
    mail = read(raw)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(mail), type=ParsedMail) == mail
    json.dumps(mail_inspect.as_json("x", mail)).encode()
    return mail


@given(st.binary(max_size=2000))
def test_arbitrary_bytes(raw):
    travels(raw)


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join))
@settings(max_examples=400, deadline=None)
def test_pieces_of_mails_in_any_order(raw):
    mime.split(raw)
    author.read(raw)
    body.gather(*mime.split(raw))
    travels(raw)


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_mutations_of_real_mails(path):
    dice, raw, others = random.Random(20261123), path.read_bytes(), [one.read_bytes() for one in MAILS]
    exits = [
        mail.defects
        for mail in (travels(mutated(raw, dice, others)) for _ in range(150))
        if mail.error and "apart" in mail.error
    ]

    assert exits == []


@pytest.mark.skipif(
    not os.environ.get("HOSTDESK_MAIL_SAMPLES"),
    reason="needs a folder of mails in HOSTDESK_MAIL_SAMPLES",
)
def test_every_file_of_a_folder_of_samples_is_read():
    folder = Path(os.environ["HOSTDESK_MAIL_SAMPLES"])
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".json")]
    answers = [travels(path.read_bytes()) for path in files]

    assert len(files) > 0
    assert [mail.defects for mail in answers if mail.error and "apart" in mail.error] == []
