"""Calendars and delivery reports."""

from __future__ import annotations

from tests.worst_mails.shapes import HEAD, Kind, parts

_EVENT = b"BEGIN:VEVENT\r\nSUMMARY:Visit\r\nDTSTART:20261123T080000Z\r\nEND:VEVENT\r\n"
_STATUS = b"Final-Recipient: rfc822; user%d@acme.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"


def _calendar(body):
    return b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n" + body


def _report(*statuses):
    words = b"Content-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
    mail = parts([words, *statuses], b"multipart/report; report-type=delivery-status")
    return mail.replace(b"Rina <rina@acme.example>", b"MAILER-DAEMON@acme.example", 1)


def _statuses(many):
    return b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a.example\r\n\r\n" + b"".join(
        _STATUS % i for i in range(many)
    )


MACHINES = {
    "events of a calendar": Kind(lambda n: parts([_calendar(_EVENT * n)]), 100_000),
    "folded lines of a calendar": Kind(
        lambda n: parts([_calendar(b"BEGIN:VEVENT\r\nSUMMARY:a" + b"\r\n b" * n)]), 5_000_000
    ),
    "guests of a calendar": Kind(
        lambda n: parts(
            [
                _calendar(
                    b"BEGIN:VEVENT\r\n"
                    + b"".join(
                        b"ATTENDEE;PARTSTAT=ACCEPTED;CN=U%d:mailto:u%d@a.example\r\n" % (i, i)
                        for i in range(n)
                    )
                )
            ]
        ),
        100_000,
    ),
    "parameters of a calendar": Kind(
        lambda n: parts([_calendar(b"BEGIN:VEVENT\r\nDTSTART" + b';A="b",c' * n + b"\r\n")]), 100_000
    ),
    "calendars that never end": Kind(
        lambda n: parts([_calendar(b"BEGIN:VEVENT\r\n" + b"A;B=c:d\r\n" * 8_000)] * n), 400
    ),
    "recipients of a delivery report": Kind(lambda n: _report(_statuses(n)), 100_000),
    "delivery reports in one mail": Kind(lambda n: _report(*[_statuses(700)] * n), 400),
    "lines of a report in words": Kind(
        lambda n: (
            (HEAD + b"\r\n")
            .replace(b"Rina <rina@acme.example>", b"MAILER-DAEMON@acme.example")
            .replace(b"Our site", b"Undelivered Mail Returned to Sender")
            + b"<u@a.example>: host mx.a.example said: 550 5.1.1 User unknown (in reply to RCPT TO)\r\n" * n
        ),
        200_000,
    ),
}
