"""The door: what it keeps before it says 250, and the only things that it refuses."""

from __future__ import annotations

import asyncio
import hashlib
import smtplib
import socket
import ssl
import subprocess
import threading
import time
from concurrent.futures import Future
from pathlib import Path

import pytest
from django.db import connection

from hostdesk.mail.door.keeping import CannotKeep, keep
from hostdesk.mail.door.waiting import Waiting
from hostdesk.mail.door.writer import Writer
from hostdesk.mail.models import InboundMail, RawMail
from hostdesk.mail.queries import tally
from hostdesk.mail.tests.conftest import COMPLAINT, DOMAIN, LARGEST, SUPPORT, mail_of, open_door

SENDER = "thandi@customer.example"


def fates() -> list[tuple[str, str | None, list[str]]]:
    return list(InboundMail.objects.order_by("id").values_list("route", "disposition", "recipients"))


def test_answered_mail_is_kept_byte_for_byte(client):
    mail = b"\x00\xff 8-bit\r\n..dots\r\n" + b"x" * 5000 + b"\r\n"
    client.helo("mx.customer.example")
    assert client.sendmail(SENDER, [SUPPORT], mail) == {}

    row = InboundMail.objects.get()
    assert bytes(RawMail.objects.get(digest=row.digest).raw) == mail
    assert row.digest == hashlib.sha256(mail).hexdigest()
    assert (row.envelope_from, row.recipients, row.client_ip, row.helo, row.door, row.size, row.disposition) == (
        SENDER, [SUPPORT], "127.0.0.1", "mx.customer.example", "smtp", len(mail), None,
    )  # fmt: skip


def test_250_is_said_only_after_the_commit(committed_db):
    """A writer that is stopped between the bytes and the commit must keep the sender waiting."""
    gate, committed = threading.Event(), []

    def keep_when_told(arrivals):
        assert gate.wait(10)
        keep(arrivals)
        committed.append(len(arrivals))

    with open_door(writer=Writer(keep_when_told)) as port:
        line = smtplib.SMTP("127.0.0.1", port, timeout=10)
        line.ehlo("x")
        line.mail(SENDER)
        line.rcpt(SUPPORT)
        line.putcmd("DATA")
        assert line.getreply()[0] == 354
        line.send(mail_of() + b".\r\n")
        line.sock.settimeout(0.5)
        with pytest.raises(TimeoutError):
            line.sock.recv(100)
        assert InboundMail.objects.count() == 0
        gate.set()
        line.sock.settimeout(10)
        assert line.sock.recv(100).startswith(b"250 ")
        assert (committed, InboundMail.objects.count(), RawMail.objects.count()) == ([1], 1, 1)
        line.close()


def test_same_bytes_twice_are_one_mail_and_both_are_answered_250(client):
    client.sendmail(SENDER, [SUPPORT], mail_of())
    client.sendmail(SENDER, [SUPPORT], mail_of())

    assert fates() == [("desk", None, [SUPPORT])]


def test_two_mails_with_one_message_id_are_two_mails(client):
    client.sendmail(SENDER, [SUPPORT], mail_of("the first"))
    client.sendmail(SENDER, [SUPPORT], mail_of("another"))

    assert len(fates()) == 2
    assert RawMail.objects.count() == 2


@pytest.mark.clause("conduct.complaints")
def test_complaint_among_the_recipients_takes_the_complaint_route(client):
    client.sendmail(SENDER, [SUPPORT, COMPLAINT.upper()], mail_of())
    client.sendmail(SENDER, [SUPPORT], mail_of())

    assert [(route, state) for route, state, _ in fates()] == [("complaint", None), ("desk", None)]
    assert RawMail.objects.count() == 1


@pytest.mark.parametrize(
    "recipient",
    [
        f"sales@{DOMAIN}",
        "support@elsewhere.example",
        f"supportx@{DOMAIN}",
        f"reply+short@{DOMAIN}",
        f"@{DOMAIN}x",
    ],
)
def test_unknown_recipient_is_refused(client, recipient):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail(SENDER, [recipient], mail_of())

    assert {code for code, _ in refused.value.recipients.values()} <= {550, 553}
    assert fates() == []


@pytest.mark.parametrize(
    "recipient",
    [SUPPORT.upper(), f"support+billing@{DOMAIN}", f"postmaster@{DOMAIN}", "postmaster", f"abuse@{DOMAIN}",
     f"reply+{'a' * 36}@{DOMAIN}", f"bounce+{'A' * 36}@{DOMAIN}"],
)  # fmt: skip
def test_our_addresses_are_taken_in_any_spelling(client, recipient):
    client.sendmail(SENDER, [recipient], mail_of())

    assert fates() == [("desk", None, [recipient])]


def test_announced_size_is_refused_at_once_and_noted(client):
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        client.sendmail(SENDER, [SUPPORT], b"x" * (LARGEST + 1))

    assert refused.value.smtp_code == 552
    row = InboundMail.objects.get()
    assert (row.disposition, row.digest, row.envelope_from, row.settled_at is not None) == (
        "refused", None, SENDER, True,
    )  # fmt: skip
    assert row.reason == f"552 5.3.4 This message is too large; the limit is {LARGEST} bytes"


def test_unannounced_size_is_refused_after_the_dot_and_noted(client):
    client.helo("old.example")
    client.mail(SENDER)
    client.rcpt(SUPPORT)
    assert client.data(b"x" * 70 + b"\r\n" + b"y" * LARGEST)[0] == 552
    # The same conversation goes on.
    client.sendmail(SENDER, [SUPPORT], mail_of())

    assert [(state, recipients) for _, state, recipients in fates()] == [
        ("refused", [SUPPORT]),
        (None, [SUPPORT]),
    ]
    counts = tally()
    assert (counts.received, counts.waiting, counts.refused) == (2, 1, 1)


def test_mail_of_exactly_the_largest_size_is_kept(client):
    body = mail_of("z" * (LARGEST - len(mail_of(""))))
    assert len(body) == LARGEST
    client.helo("old.example")
    client.sendmail(SENDER, [SUPPORT], body)

    assert InboundMail.objects.get().size == LARGEST


@pytest.mark.parametrize("end", [b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n"])
def test_smuggled_end_of_data_never_makes_two_mails(door, end):
    smuggled = (
        b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<"
        + SUPPORT.encode()
        + b">\r\nDATA\r\nSubject: 2\r\n\r\nhi\r\n"
    )
    with socket.create_connection(("127.0.0.1", door), timeout=10) as raw:
        line = raw.makefile("rwb")
        line.readline()
        for command in (
            b"HELO x",
            b"MAIL FROM:<a@b.example>",
            b"RCPT TO:<" + SUPPORT.encode() + b">",
            b"DATA",
        ):
            line.write(command + b"\r\n")
            line.flush()
            line.readline()
        line.write(b"Subject: 1\r\n\r\nhello" + end + smuggled + b"\r\n.\r\nQUIT\r\n")
        line.flush()
        answers = line.read().splitlines()

    assert [answer[:3] for answer in answers] == [b"550", b"221"]
    assert fates() == []


def test_long_lines_and_bare_line_feeds_are_kept_as_they_are(client):
    mail = b"Subject: x\n\n" + b"w" * 70_000 + b"\nend\r\n"
    client.sendmail(SENDER, [SUPPORT], mail)

    assert bytes(RawMail.objects.get().raw) == mail


def test_null_sender_is_kept_as_empty(client):
    client.sendmail("", [SUPPORT], mail_of())

    assert InboundMail.objects.get().envelope_from == ""


def test_lmtp_answers_once_a_recipient(committed_db):
    with open_door(lmtp=True) as port, smtplib.LMTP("127.0.0.1", port, timeout=10) as line:
        line.ehlo("relay")
        line.mail(SENDER)
        line.rcpt(SUPPORT)
        line.rcpt(COMPLAINT)
        line.putcmd("DATA")
        assert line.getreply()[0] == 354
        line.send(mail_of() + b".\r\n")
        assert [line.getreply()[0] for _ in range(2)] == [250, 250]

    assert [(route, len(to)) for route, _, to in fates()] == [("complaint", 2)]


def test_lmtp_refuses_an_announced_size_with_a_sentence_and_notes_it(committed_db):
    with open_door(lmtp=True) as port, smtplib.LMTP("127.0.0.1", port, timeout=10) as line:
        line.ehlo("relay")
        code, said = line.mail(SENDER, [f"size={LARGEST + 1}"])

    assert (code, said.decode()) == (552, f"5.3.4 This message is too large; the limit is {LARGEST} bytes")
    assert [(row.disposition, row.door) for row in InboundMail.objects.all()] == [("refused", "lmtp")]


def test_lmtp_refuses_size_after_the_dot_once_a_recipient_and_the_next_mail_is_kept(committed_db):
    sentence = f"5.3.4 This message is too large; the limit is {LARGEST} bytes"
    with open_door(lmtp=True) as port, smtplib.LMTP("127.0.0.1", port, timeout=10) as line:
        line.ehlo("relay")
        answers = []
        for body in (b"y" * (LARGEST + 100) + b"\r\n", mail_of()):
            line.mail(SENDER)
            line.rcpt(SUPPORT)
            line.rcpt(COMPLAINT)
            line.putcmd("DATA")
            assert line.getreply()[0] == 354
            line.send(body + b".\r\n")
            answers += [line.getreply() for _ in range(2)]

    assert [(code, said.decode()) for code, said in answers[:2]] == [(552, sentence)] * 2
    assert [code for code, _ in answers[2:]] == [250, 250]
    assert [(route, state, len(to)) for route, state, to in fates()] == [
        ("complaint", "refused", 2), ("complaint", None, 2),
    ]  # fmt: skip


def test_full_disk_is_452_and_flows_again(committed_db):
    trouble = [CannotKeep(disk_full=True), CannotKeep(disk_full=False)]

    def keep_or_fail(arrivals):
        if trouble:
            raise trouble.pop(0)
        keep(arrivals)

    with open_door(writer=Writer(keep_or_fail)) as port, smtplib.SMTP("127.0.0.1", port, timeout=10) as line:
        codes = []
        for _ in range(3):
            try:
                line.sendmail(SENDER, [SUPPORT], mail_of())
                codes.append(250)
            except smtplib.SMTPDataError as error:
                codes.append(error.smtp_code)

    assert codes == [452, 451, 250]
    assert len(fates()) == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="limits the pages of an SQLite file")
def test_sqlite_without_room_is_told_apart_from_sqlite_away(committed_db):
    from hostdesk.mail.tests.arrivals import arrival

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count={pages + 10}")
    try:
        with pytest.raises(CannotKeep) as cannot:
            keep([arrival(b"x" * 500_000)])
        assert cannot.value.disk_full
    finally:
        connection.close()
    keep([arrival(b"x" * 500_000)])

    assert InboundMail.objects.count() == 1


def test_database_away_is_told_apart_from_full_disk(committed_db, settings):
    from hostdesk.mail.tests.arrivals import arrival

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE mail_rawmail RENAME TO mail_rawmail_away")
    try:
        with pytest.raises(CannotKeep) as cannot:
            keep([arrival(b"x")])
        assert not cannot.value.disk_full
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE mail_rawmail_away RENAME TO mail_rawmail")
    keep([arrival(b"x")])

    assert InboundMail.objects.count() == 1


def test_mails_of_many_connections_share_commits_and_none_is_lost(committed_db):
    commits = []

    def counting(arrivals):
        keep(arrivals)
        commits.append(len(arrivals))

    def send(port, sender):
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as line:
            for number in range(10):
                line.sendmail(SENDER, [SUPPORT], mail_of(f"{sender}-{number}"))

    with open_door(writer=Writer(counting)) as port:
        threads = [threading.Thread(target=send, args=(port, sender)) for sender in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert (sum(commits), InboundMail.objects.count()) == (60, 60)
    assert len(commits) < 60


def test_one_impossible_mail_does_not_hold_up_its_neighbours(committed_db):
    from hostdesk.mail.tests.arrivals import arrival

    def keep_unless_bad(arrivals):
        if any(one.raw == b"bad" for one in arrivals):
            raise CannotKeep(disk_full=False)
        keep(arrivals)

    writer = Writer(keep_unless_bad)
    futures = [writer.take(arrival(raw)) for raw in (b"one", b"bad", b"two")]
    writer.start()
    writer.stop()

    assert [future.exception() is None for future in futures] == [True, False, True]
    assert InboundMail.objects.count() == 2


def test_starttls_is_offered_with_a_certificate(committed_db, tmp_path):
    from hostdesk.mail.door.listening import tls_context

    pair = (str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mx"]
    subprocess.run([*command, "-keyout", pair[1], "-out", pair[0]], check=True, capture_output=True)
    with open_door(tls=tls_context(*pair)) as port, smtplib.SMTP("127.0.0.1", port, timeout=10) as line:
        line.starttls(context=ssl._create_unverified_context())
        line.sendmail(SENDER, [SUPPORT], mail_of())
        assert not line.has_extn("auth")

    assert len(fates()) == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="looks into an SQLite file")
def test_mails_move_from_the_log_into_the_database_file_once_nobody_waits(committed_db, client):
    words = b"x" * 3000 + b"moved"
    client.sendmail(SENDER, [SUPPORT], mail_of() + words + b"\r\n")

    file = Path(connection.settings_dict["NAME"])
    end = time.monotonic() + 5
    while words not in file.read_bytes() and time.monotonic() < end:
        time.sleep(0.05)
    assert words in file.read_bytes()


def test_conversation_that_gives_up_leaves_its_neighbours_their_answers():
    async def talk():
        waiting, fates = Waiting(), [Future() for _ in range(3)]
        impatient, *others = (asyncio.ensure_future(waiting.until_done(fate)) for fate in fates)
        await asyncio.sleep(0)
        impatient.cancel()
        threading.Thread(target=end_all, args=(fates,)).start()
        return await asyncio.wait_for(asyncio.gather(*others, return_exceptions=True), 10)

    def end_all(fates):
        fates[0].set_result(None)
        fates[1].set_exception(CannotKeep(disk_full=True))
        fates[2].set_result(None)

    refused, kept = asyncio.run(talk())
    assert (refused.disk_full, kept) == (True, None)
