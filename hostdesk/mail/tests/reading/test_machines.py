"""Machines are told from people, and failures of delivery from complaints about them."""

import pytest

from hostdesk.mail.reading import read

pytestmark = pytest.mark.db_free

PERSON = (
    b"From: thandi@acme.example\r\nTo: support@desk.example\r\nSubject: Mailbox full\r\n\r\nPlease help.\r\n"
)


def with_field(field, raw=PERSON):
    return read(field + b"\r\n" + raw)


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        (b"Auto-Submitted: auto-replied", "Auto-Submitted: auto-replied"),
        (b"auto-submitted: Auto-Generated (failure)", "Auto-Submitted: auto-generated (failure)"),
        (b"Precedence: bulk", "Precedence: bulk"),
        (b"Precedence: auto_reply", "Precedence: auto_reply"),
        (b"X-Autoreply: yes", "header field x-autoreply"),
        (b"X-Autorespond: x", "header field x-autorespond"),
        (b"X-Auto-Response-Suppress: All", "X-Auto-Response-Suppress: all"),
        (b"List-Id: <news.acme.example>", "mailing list: list-id"),
        (b"List-Unsubscribe: <mailto:x@acme.example>", "mailing list: list-unsubscribe"),
        (b"Return-Path: <>", "empty return path"),
        (b"X-Loop: x", "header field x-loop"),
    ],
)
def test_header_fields_of_machines(field, reason):
    mail = with_field(field)

    assert (mail.auto_submitted, mail.auto_reason) == (True, reason)


@pytest.mark.parametrize(
    "field",
    [
        b"Auto-Submitted: no",
        b"Precedence: normal",
        b"X-Autoreply: no",
        b"X-Auto-Response-Suppress: None",
        b"Return-Path: <thandi@acme.example>",
        b"X-Mailer: Outlook",
        b"Sender: assistant@acme.example",
    ],
)
def test_header_fields_of_people(field):
    mail = with_field(field)

    assert (mail.auto_submitted, mail.auto_reason) == (False, "")


@pytest.mark.parametrize(
    "subject",
    ["Automatic reply: Mailbox", "Out of Office: Re: x", "Outomatiese antwoord: x", "Automatisch antwoord: x", "Afwezig: x", "Afwesig: x",
     "Abwesenheitsnotiz", "Automatische Antwort: x", "Réponse automatique : x", "Respuesta automática: x",
     "Resposta automática: x", "Auto: x", "Risposta automatica: x"],
)  # fmt: skip
def test_subjects_of_automatic_answers(subject):
    mail = read(f"From: t@acme.example\r\nSubject: {subject}\r\n\r\nI am away.".encode())

    assert mail.auto_reason == "subject of an automatic answer"


@pytest.mark.parametrize(
    "subject",
    ["My out of office does not work", "Automation of mails", "Re: Automatic reply", "Autoresponder help", "Vacation rental site",
     "Auto parts shop is down", "Absence of backups", "Afwezigheidsassistent instellen?"],
)  # fmt: skip
def test_subjects_of_people_who_write_about_them(subject):
    mail = read(f"From: t@acme.example\r\nSubject: {subject}\r\n\r\nHelp".encode())

    assert (subject, mail.auto_submitted) == (subject, False)


@pytest.mark.parametrize(
    "local", ["noreply", "no-reply", "MAILER-DAEMON", "do-not-reply", "noreply+12", "bounces"]
)
def test_addresses_of_robots(local):
    assert read(f"From: {local}@acme.example\r\nSubject: x\r\n\r\nx".encode()).auto_submitted is True


@pytest.mark.parametrize("local", ["postmaster", "norepl", "noreplying", "support", "robot"])
def test_addresses_of_people(local):
    assert read(f"From: {local}@acme.example\r\nSubject: x\r\n\r\nx".encode()).auto_submitted is False


REPORT = (
    b"From: Mail Delivery System <MAILER-DAEMON@mx.acme.example>\r\nTo: bounce@desk.example\r\nSubject: Undelivered\r\n"
    b'Content-Type: multipart/report; report-type=%s; boundary="b"\r\n\r\n--b\r\n\r\nSee below.\r\n--b\r\n'
    b"Content-Type: message/%s\r\n\r\n%s\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
    b"Message-ID: <our-1@desk.example>\r\nFrom: support@desk.example\r\nTo: x@acme.example\r\n\r\nHi\r\n--b--\r\n"
)


def delivery(fields):
    head = b"Reporting-MTA: dns; mx.acme.example\r\n\r\n"
    return read(REPORT % (b"delivery-status", b"delivery-status", head + fields))


def test_a_formal_report_names_recipient_status_and_our_message():
    mail = delivery(
        b"Final-Recipient: rfc822; X@acme.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        b"Diagnostic-Code: smtp; 550 5.1.1 <x@acme.example>:\r\n User unknown\r\n\r\n"
        b"Final-Recipient: rfc822;y@acme.example\r\nAction: delayed\r\nStatus: 4.4.1 (no answer)\r\n"
    )
    bounce = mail.bounce

    assert (mail.report, mail.auto_submitted, bounce.formal, bounce.original_message_id, bounce.is_permanent) == (
        "delivery", True, True, "<our-1@desk.example>", True,
    )  # fmt: skip
    assert [(one.recipient, one.status, one.action, one.diagnostic) for one in bounce.all] == [
        ("X@acme.example", "5.1.1", "failed", "smtp; 550 5.1.1 <x@acme.example>: User unknown"),
        ("y@acme.example", "4.4.1", "delayed", ""),
    ]


@pytest.mark.parametrize("action", [b"delivered", b"relayed", b"expanded"])
def test_a_report_of_success_is_a_machines_mail_but_no_bounce(action):
    mail = delivery(b"Final-Recipient: rfc822; x@acme.example\r\nAction: %s\r\nStatus: 2.0.0\r\n" % action)

    assert (mail.bounce, mail.report, mail.auto_submitted) == (None, "delivery", True)


@pytest.mark.parametrize(
    ("report", "part", "fields", "kind"),
    [
        (b"feedback-report", b"feedback-report", b"Feedback-Type: abuse\r\nVersion: 1\r\n", "abuse"),
        (b"feedback-report", b"feedback-report", b"Feedback-Type: auth-failure\r\n", "auth-failure"),
        (b"disposition-notification", b"disposition-notification", b"Disposition: manual-action; displayed\r\n",
         "read-receipt"),
    ],
)  # fmt: skip
def test_other_reports_are_told_apart(report, part, fields, kind):
    mail = read(REPORT % (report, part, fields))

    assert (mail.report, mail.bounce, mail.auto_submitted) == (kind, None, True)


NOTICES = {
    "qmail": "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the "
    "following addresses.\nThis is a permanent error; I've given up.\n\n<x@acme.example>:\n{why}\n\n"
    "--- Below this line is a copy of the message.\n\nReturn-Path: <support@desk.example>\nTo: other@acme.example\n",
    "exim": "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
    "delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
    "  x@acme.example\n    {why}\n\n------ This is a copy of the message, including all the headers. ------\n\n"
    "To: other@acme.example\n",
    "postfix": "I'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n"
    "For further assistance, please send mail to postmaster.\n\n<x@acme.example>: {why}\n",
    "exchange": "Your message\n\n  To: other@acme.example\n  Subject: Hi\n\ndid not reach the following recipient(s):\n\n"
    "x@acme.example on Tue, 3 Mar 2026 10:00:00 +0200\n    {why}\n",
    "german": "Ihre Nachricht konnte nicht zugestellt werden an:\n\n<x@acme.example>\n{why}\n",
    "afrikaans": "Jou boodskap kon nie afgelewer word nie:\n\n<x@acme.example>\n{why}\n",
}  # fmt: skip
REASONS = {
    "550 5.1.1 User unknown": "5.1.1",
    "550 User unknown": "5.1.1",
    "552 5.2.2 Mailbox full": "5.2.2",
    "552 over quota": "5.2.2",
    "The recipient name is not recognized": "5.1.1",
    "554 Message rejected as spam": "5.7.1",
}


@pytest.mark.parametrize("kind", NOTICES)
@pytest.mark.parametrize("why", REASONS)
def test_notices_in_free_words(kind, why):
    text = NOTICES[kind].format(why=why)
    mail = read(
        b"From: MAILER-DAEMON@mx.example\r\nTo: support@desk.example\r\nSubject: failure notice\r\n\r\n"
        + text.encode()
    )

    assert [(one.recipient, one.status, one.action) for one in mail.bounce.all] == [
        ("x@acme.example", REASONS[why], "failed")
    ]


def test_a_notice_of_delay_is_not_final():
    mail = read(
        b"From: MAILER-DAEMON@mx.example\r\nSubject: Warning: could not send message for past 4 hours\r\n\r\n"
        b"Delivery to the following recipient has been delayed:\n\n  x@acme.example\n\nMessage will be retried.\n"
    )

    assert (mail.bounce.action, mail.bounce.status[:1], mail.bounce.is_permanent) == ("delayed", "4", False)


@pytest.mark.parametrize("kind", NOTICES)
def test_a_customer_who_forwards_a_bounce_is_a_person(kind):
    raw = (
        b"From: Thandi <thandi@acme.example>\r\nTo: support@desk.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        b"\r\nHello, I get this since yesterday, please help:\n\n"
        + NOTICES[kind].format(why="550 User unknown").encode()
    )
    mail = read(raw)

    assert (mail.bounce, mail.auto_submitted, mail.report) == (None, False, None)


def test_our_own_marks_are_shown_as_hints():
    assert with_field(b"X-Hostdesk-Loop: 7").own_headers == {"x-hostdesk-loop": "7"}
