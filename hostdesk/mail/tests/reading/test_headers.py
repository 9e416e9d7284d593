"""Addresses, ids and dates as they are shown: whatever a sender wrote, read as well as may be."""

import pytest

from hostdesk.mail.reading import Address, read
from hostdesk.mail.tests.reading.test_mime import FROM

pytestmark = pytest.mark.db_free


def test_addresses_for_showing_are_read_leniently():
    raw = (
        b'To: "Dlamini, T" <t@acme.example>, =?utf-8?Q?J=C3=BCrgen?= <j@ACME.example>; friends: x@b.example, y@b.example;\r\n'
        b"Cc: (comment) z@b.example (Zed)\r\nReply-To: <mailto:r@b.example>\r\n" + FROM + b"\r\nx"
    )
    mail = read(raw)

    assert (mail.to, mail.cc, mail.reply_to) == (
        [
            Address("t@acme.example", "Dlamini, T"),
            Address("j@acme.example", "Jürgen"),
            Address("x@b.example"),
            Address("y@b.example"),
        ],
        [Address("z@b.example", "comment")],
        [Address("r@b.example")],
    )


def test_ids_and_dates_are_read_and_may_be_missing():
    mail = read(
        b"Message-ID: <1@acme.example>\r\nIn-Reply-To: <0@desk.example>\r\nReferences: <a@desk.example>\r\n"
        b"\t<0@desk.example>\r\nDate: Tue, 03 Mar 2026 10:00:00 +0200 (SAST)\r\n" + FROM + b"\r\nx"
    )
    bare = read(FROM + b"Date: yesterday\r\n\r\nx")

    assert (mail.message_id, mail.in_reply_to, mail.references, mail.date.isoformat()) == (
        "<1@acme.example>", "<0@desk.example>", ["<a@desk.example>", "<0@desk.example>"], "2026-03-03T08:00:00+00:00",
    )  # fmt: skip
    assert (bare.message_id, bare.in_reply_to, bare.references, bare.date) == (None, None, [], None)


@pytest.mark.parametrize(
    ("raw", "date"),
    [
        (b"Tue, 03 Mar 2026 10:00:00 +0200", "2026-03-03T08:00:00+00:00"),
        (b"3 Mar 26 10:00 GMT", "2026-03-03T10:00:00+00:00"),
        (b"Tue Mar  3 10:00:00 2026", "2026-03-03T10:00:00+00:00"),
        (b"2026-03-03T10:00:00+02:00", "2026-03-03T08:00:00+00:00"),
        (b"2026-03-03 10:00:00Z", "2026-03-03T10:00:00+00:00"),
        (b"2026-03-03", "2026-03-03T00:00:00+00:00"),
        (b"Tue, 3 Mar 2026 10:00:00 +9900", "2026-03-03T10:00:00+00:00"),
        (b"Tue, 3 Mar 2026 (Tue) 10:00:00 -0500 (EST)", "2026-03-03T15:00:00+00:00"),
        (b"Tue, 31 Feb 2026 10:00:00 +0200", None),
        (b"Tue, 3 Mar 99999 10:00:00 +0200", None),
        (b"0000-00-00 00:00:00", None),
        (b"\xff\x00", None),
        (b"", None),
    ],
)
def test_dates_are_read_or_unknown(raw, date):
    found = read(FROM + b"Date: " + raw + b"\r\n\r\nx").date

    assert (found.isoformat() if found else None) == date


@pytest.mark.parametrize(
    ("raw", "ids"),
    [
        (b"<a@b.example> <c@d.example>", ["<a@b.example>", "<c@d.example>"]),
        (b"<a@b.example>,<c@d.example>", ["<a@b.example>", "<c@d.example>"]),
        (b"<aaaa\r\n bbbb@c.example>", ["<aaaabbbb@c.example>"]),
        (b"a@b.example", ["<a@b.example>"]),
        (b'"Somebody" <a@b.example> wrote', ["<a@b.example>"]),
        (b"<>", []),
        (b"nonsense", []),
    ],
)
def test_references_are_cleaned(raw, ids):
    assert read(FROM + b"References: " + raw + b"\r\n\r\nx").references == ids


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"a@b.example", [Address("a@b.example")]),
        (b"<<a@b.example>>", [Address("a@b.example")]),
        (b'"a b"@b.example', [Address('"a b"@b.example')]),
        (b"A <a@b.example>, ; B <c@d.example>", [Address("a@b.example", "A"), Address("c@d.example", "B")]),
        ("J\u00fcrgen <j@m\u00fcnchen.example>".encode(), [Address("j@m\u00fcnchen.example", "J\u00fcrgen")]),
        ("\u7528\u6237@\u4f8b\u5b50.example".encode(), [Address("\u7528\u6237@\u4f8b\u5b50.example")]),
        (b"a@b.example (Zed (nested))", [Address("a@b.example", "nested")]),
        (b"<@route.example:a@b.example>", [Address("a@b.example")]),
        (b"undisclosed-recipients:;", []),
    ],
)
def test_odd_addresses_are_shown_as_well_as_may_be(raw, found):
    assert read(FROM + b"Cc: " + raw + b"\r\n\r\nx").cc == found
