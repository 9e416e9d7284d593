"""Notices of failure in the words of many mail systems; and the same words from people, who are no mail systems."""

import re
from pathlib import Path

import pytest

from hostdesk.mail.reading import read

pytestmark = pytest.mark.db_free

NOTICES = sorted((Path(__file__).parents[4] / "tests/data/notices").glob("*.eml"))
each_notice = pytest.mark.parametrize("path", NOTICES, ids=lambda path: path.stem)


def expected(path):
    """What `X-Expected` says: `recipient status action`, between semicolons."""
    return re.search(r"^X-Expected: (.+)$", path.read_text(), re.MULTILINE)[1]


def halves(path):
    """Subject and words of a notice."""
    head, _, words = path.read_text().partition("\n\n")
    return re.search(r"^Subject: (.*)$", head, re.MULTILINE)[1], words


def letter(subject, words, *, sender="Thandi <thandi@acme.example>", head=""):
    return (
        f"From: {sender}\nTo: support@desk.example\nSubject: {subject}\n{head}MIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{words}"
    ).encode()


@each_notice
def test_a_notice_names_whose_address_failed_and_why(path):
    mail = read(path.read_bytes())
    found = [f"{one.recipient} {one.status} {one.action}" for one in mail.bounce.all] if mail.bounce else []

    assert "; ".join(found) == expected(path)
    assert (mail.machine.kind, mail.auto_submitted, mail.report) == ("bounce", True, "delivery")


@each_notice
def test_a_diagnostic_is_one_short_line(path):
    said = read(path.read_bytes()).bounce.diagnostic

    assert (0 < len(said) <= 300, "\n" in said) == (True, False)


def test_there_are_notices_of_many_systems():
    assert len(NOTICES) >= 70


def is_a_person_s(raw):
    mail = read(raw)
    return (mail.machine, mail.bounce, mail.report, mail.auto_submitted) == (None, None, None, False)


PREFIXES = ("Fwd: ", "FW: ", "WG: ", "Doorst: ", "TR: ", "RV: ", "Re: Fwd: ", "[Fwd: ")
ABOVE = (
    "Hi,\n\nI get this since yesterday, please help:\n\n",
    "Goeie dag,\n\nwat beteken dit?\n\n",
    "Dag,\n\nIk krijg dit:\n\n",
    "Guten Tag,\n\nwarum kommt das?\n\n",
    "Bonjour,\n\nje reçois ceci :\n\n",
    "Bom dia,\n\nrecebo isto:\n\n",
    "Sawubona,\n\n",
    "Why do I get this?\n\n",
    "Our client cannot reach us, see below.\n\n",
    "---------- Forwarded message ---------\n",
)
SENDERS = (
    "Thandi <thandi@acme.example>",
    "admin@acme.example",
    "postmaster@acme.example",
    "IT Exchange <it@acme.example>",
    "System Administrator <sys@acme.example>",
)


@each_notice
def test_a_notice_that_is_forwarded_is_a_person_s_mail(path):
    subject, words = halves(path)
    taken = [
        (prefix, sender)
        for prefix in PREFIXES
        for sender in SENDERS
        if not is_a_person_s(letter(prefix + subject, words, sender=sender))
    ]

    assert taken == []


@each_notice
def test_a_notice_that_somebody_pastes_is_a_person_s_mail(path):
    subject, words = halves(path)
    taken = [
        (above, sender)
        for above in ABOVE
        for sender in SENDERS
        if not is_a_person_s(letter(subject, above + words, sender=sender))
    ]

    assert taken == []


@each_notice
def test_a_notice_pasted_without_a_word_is_a_person_s_mail(path):
    subject, words = halves(path)

    assert is_a_person_s(letter(subject, words))
    assert is_a_person_s(letter("Re: my mail", "\n".join(f"> {line}" for line in words.split("\n"))))


@each_notice
def test_a_notice_written_in_a_mail_program_is_a_person_s_mail(path):
    subject, words = halves(path)
    head = "X-Mailer: Microsoft Outlook 16.0\n"

    assert is_a_person_s(letter(subject, words, sender="postmaster@acme.example", head=head))


FORMAL = (
    "--r\nContent-Type: text/plain\n\nIt failed.\n--r\nContent-Type: message/delivery-status\n\n"
    "Reporting-MTA: dns; mx.acme.example\n\nFinal-Recipient: rfc822; bob@acme.example\nAction: failed\nStatus: 5.1.1\n\n"
    "--r\nContent-Type: message/rfc822\n\nMessage-ID: <1@desk.example>\nFrom: support@desk.example\nTo: bob@acme.example\n\n"
    "Hi\n--r--\n"
)


def with_body(content_type, body, *, subject="Cannot mail Bob", sender="Thandi <thandi@acme.example>"):
    return f"From: {sender}\nTo: support@desk.example\nSubject: {subject}\nMIME-Version: 1.0\nContent-Type: {content_type}\n\n{body}".encode()


def test_a_report_attached_to_a_person_s_mail_stays_an_attachment():
    report = f'From: MAILER-DAEMON@mx.acme.example\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary="r"\n\n{FORMAL}'
    mixed = f"--m\nContent-Type: text/plain\n\nPlease look at this.\n--m\nContent-Type: message/rfc822\n\n{report}\n--m--\n"

    assert is_a_person_s(with_body('multipart/mixed; boundary="m"', mixed))
    assert is_a_person_s(with_body('multipart/mixed; boundary="m"', mixed, sender="postmaster@acme.example"))


@pytest.mark.parametrize("subject", ["Fwd: Undelivered Mail Returned to Sender", "Cannot mail Bob"])
def test_a_report_forwarded_part_by_part_is_a_person_s_mail(subject):
    assert is_a_person_s(with_body('multipart/mixed; boundary="r"', FORMAL, subject=subject))


def test_a_daemon_s_report_counts_in_any_form():
    for kind in ("multipart/report; report-type=delivery-status", "multipart/report", "multipart/mixed"):
        mail = read(with_body(f'{kind}; boundary="r"', FORMAL, sender="MAILER-DAEMON@mx.acme.example"))

        assert (mail.bounce.recipient, mail.bounce.original_message_id) == (
            "bob@acme.example",
            "<1@desk.example>",
        )


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("Mailbox full", "My mailbox bob@acme.example is full, I cannot receive mail."),
        ("550 5.1.1", "Why do I get 550 5.1.1 <bob@acme.example> User unknown when I write to Bob?"),
        ("Mail delivery failed", "Our mail to bob@acme.example failed again today."),
        ("Delivery status", "What is the delivery status of my new server?"),
        ("Undeliverable mails", "All mails to our domain are returned as undeliverable since you moved us."),
        ("Quota exceeded on info@acme.example", "Please raise it, our staff cannot work."),
        ("Failed payment notification", "The payment failed, and the shop could not be reached."),
        ("Bounced debit order", "Our debit order bounced, is our account suspended?"),
    ],
)
@pytest.mark.parametrize("sender", ["thandi@acme.example", "admin@acme.example", "postmaster@acme.example"])
def test_who_writes_about_failures_is_a_person(subject, words, sender):
    assert is_a_person_s(letter(subject, words, sender=sender))


@pytest.mark.parametrize(
    ("status", "diagnostic", "wanted"),
    [
        ("", "smtp; 550 5.1.1 no such user", "5.1.1"),
        ("5.0.0", "smtp; 550 5.1.1 no such user", "5.1.1"),
        ("", "smtp; 452 mailbox full", "4.2.2"),
        ("4.0.0", "smtp; 451 4.7.1 greylisted", "4.7.1"),
        ("5.4.4", "smtp; 550 5.1.1 no such user", "5.4.4"),
        ("", "", "5.0.0"),
    ],
)
def test_a_status_that_says_nothing_gives_way_to_the_diagnostic(status, diagnostic, wanted):
    fields = f"Final-Recipient: rfc822; bob@acme.example\nAction: failed\nStatus: {status}\nDiagnostic-Code: {diagnostic}\n"
    body = f"--r\n\nIt failed.\n--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n{fields}\n--r--\n"
    mail = read(with_body('multipart/report; report-type=delivery-status; boundary="r"', body))

    assert mail.bounce.status == wanted
