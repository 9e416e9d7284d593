"""Delivery reports in the forms that servers really send, sound and broken; and programs that only speak of failures."""

import base64

import pytest

from hostdesk.mail.reading import read

pytestmark = pytest.mark.db_free

HEAD = (
    "From: MAILER-DAEMON@mx.acme.example\nTo: reply@desk.example\nSubject: Undelivered\nMIME-Version: 1.0\n"
)
BOB = [("bob@acme.example", "5.1.1", "failed")]
FIELDS = "Final-Recipient: rfc822; bob@acme.example\nAction: failed\nStatus: 5.1.1\n"


def report(fields, text="It failed."):
    return (
        f'{HEAD}Content-Type: multipart/report; report-type=delivery-status; boundary="r"\n\n--r\n\n{text}\n--r\n'
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.acme.example\n\n{fields}\n--r--\n"
    )


def read_words(raw):
    return read(raw if isinstance(raw, bytes) else raw.encode())


def failed_in(raw):
    mail = read_words(raw)
    return [(one.recipient, one.status, one.action) for one in mail.bounce.all] if mail.bounce else None


FORMS = {
    "angle brackets": report(FIELDS.replace("bob@acme.example", "<bob@acme.example>")),
    "comments": report("Final-Recipient: rfc822;bob@acme.example (Bob)\nAction: failed (was)\nStatus: 5.1.1 (unknown)\n"),
    "a local name": report("Original-Recipient: rfc822;bob@acme.example\nFinal-Recipient: LOCAL; bob\nAction: failed\nStatus: 5.1.1\n"),
    "no type": report(FIELDS.replace("rfc822; ", "")),
    "X.400": report("Final-Recipient: x400; /C=ZA/S=bob/\nAction: failed\nStatus: 5.1.1\n", "Mail to bob@acme.example could not be delivered: unknown user"),
    "folded": report("Final-Recipient: rfc822;\n bob@acme.example\nAction: failed\nStatus: 5.1.1\n"),
    "no action": report("Final-Recipient: rfc822; bob@acme.example\nStatus: 5.1.1\n"),
    "one delivered": report(f"Final-Recipient: rfc822; eve@acme.example\nAction: delivered\nStatus: 2.0.0\n\n{FIELDS}"),
    "cut in two": report("Final-Recipient: rfc822; bob@acme.example\n\nAction: failed\nStatus: 5.1.1\n"),
    "one group": report(FIELDS).replace("mx.acme.example\n\nFinal", "mx.acme.example\nFinal"),
    "a reply for a status": report("Final-Recipient: rfc822; bob@acme.example\nAction: failed\nStatus: 550\nDiagnostic-Code: smtp; 550 user unknown\n"),
    "only a link": f"{HEAD}Content-Type: text/html\n\n<p>Delivery has failed to these recipients:</p><a href='mailto:bob@acme.example'>Bob</a><p>#550 5.1.1 RESOLVER.ADR.RecipNotFound##</p>",
    "only the mail": f'{HEAD}Content-Type: multipart/mixed; boundary="r"\n\n--r\n\nIt could not be delivered: no such user.\n--r\nContent-Type: message/rfc822\n\nFrom: reply@desk.example\nTo: bob@acme.example\n\nHi\n--r--\n',
    "base64": report("").replace("status\n\nReporting-MTA: dns; mx.acme.example\n\n", "status\nContent-Transfer-Encoding: base64\n\n" + base64.b64encode(f"Reporting-MTA: dns; x\n\n{FIELDS}".encode()).decode()),
    "wrapped by the daemon": f'{HEAD}Content-Type: multipart/mixed; boundary="m"\n\n--m\n\nattached\n--m\nContent-Type: message/rfc822\n\n{report(FIELDS)}\n--m--\n',
    "cut off": f"{HEAD}Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\nbob@acme.example: 550 5.1.1 unknown\n",
    "to the address that failed": HEAD.replace("reply@desk", "bob@acme") + "\n<bob@acme.example>: 550 5.1.1 unknown\n",
    "only an empty path": "Return-Path: <>\nFrom: x@y.example\nSubject: failure\n\nMail to <bob@acme.example> could not be delivered: 550 5.1.1 no\n",
    "japanese": HEAD.encode() + b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + "配信できませんでした。\n\n<bob@acme.example>\n550 5.1.1\n".encode("iso-2022-jp"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_report_is_read_in_any_form(form):
    assert failed_in(FORMS[form]) == BOB


def test_recipients_are_kept_as_written():
    quoted = report('Final-Recipient: rfc822; "bob smith"@acme.example\nAction: failed\nStatus: 5.1.1\n')
    international = report("Final-Recipient: utf-8; bób@acme.example\nAction: failed\nStatus: 5.1.1\n")
    header = f"{HEAD}X-Failed-Recipients: bob@acme.example,\n eve@acme.example\n\nMail delivery failed. 550 unknown user\n"

    assert failed_in(quoted) == [('"bob smith"@acme.example', "5.1.1", "failed")]
    assert failed_in(international) == [("bób@acme.example", "5.1.1", "failed")]
    assert failed_in(header) == [*BOB, ("eve@acme.example", "5.1.1", "failed")]


def test_success_without_an_action_is_no_failure():
    mail = read_words(report("Final-Recipient: rfc822; bob@acme.example\nStatus: 2.0.0\n"))

    assert (mail.bounce, mail.machine.kind) == (None, "report")


AWAY = "Return-Path: <>\nFrom: Bob <bob@acme.example>\nAuto-Submitted: auto-replied\n"
OTHERS = {
    "away in a daemon's name": ("automatic answer", "From: Bob <bob@acme.example>\nReturn-Path: <>\nSubject: Automatic reply: x\n\nI am out of the office. Mail eve@acme.example, my account is disabled.\n"),
    "away and undelivered": ("automatic answer", f"{AWAY}Subject: Out of office: ticket\n\nYour message was not delivered to anyone else. Mail eve@acme.example.\n"),
    "away on a failure": ("automatic answer", f"{AWAY}Subject: Automatic reply: Mail delivery failed\n\nThis mailbox is not monitored. Contact eve@acme.example\n"),
    "gone": ("automatic answer", f"{AWAY}Subject: Re: ticket\n\nBob left; this address is invalid and your mail was not delivered. Write to eve@acme.example.\n"),
    "cron": ("notification", "Auto-Submitted: auto-generated\nFrom: root <root@acme.example>\nSubject: Cron <root@srv> mailq\n\nbob@acme.example: 550 5.1.1 unknown user\n"),
    "monitor": ("notification", "Auto-Submitted: auto-generated\nFrom: Zabbix <zabbix@acme.example>\nSubject: Problem: SMTP failed\n\nmail delivery failed on mail.acme.example, see eve@acme.example\n"),
    "list": ("notification", "Auto-Submitted: auto-generated\nFrom: mailman@list.example\nSubject: Bounce action notification\n\nbob@acme.example disabled due to excessive bounces\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_another_program_that_speaks_of_failures_reports_none(name):
    """Else the address in it would be taken for one that cannot be reached."""
    kind, raw = OTHERS[name]
    mail = read_words(raw)

    assert (mail.bounce, mail.machine.kind) == (None, kind)
