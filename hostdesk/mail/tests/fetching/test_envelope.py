"""What can be known of the envelope of a mail that lay in a mailbox."""

import pytest

from hostdesk.mail.door.recipients import OurAddresses
from hostdesk.mail.fetching.envelope import Envelope, envelope_of

pytestmark = [pytest.mark.db_free, pytest.mark.clause("contact.listed_sender")]

OURS = OurAddresses(domain="desk.example", support="support", complaint="complaint")
TOKEN = "reply+" + "a" * 30
RELAY = (
    "Return-Path: <alice@acme.example>\r\n"
    "Received: from mail.acme.example (mail.acme.example [192.0.2.10]) by mx.desk.example; Mon, 23 Nov 2026 10:00:00 +0200\r\n"
)


def read(head, *, relays=("mx.desk.example",), route=None):
    raw = f"{head}From: alice@acme.example\r\nSubject: x\r\n\r\nTo: nobody@desk.example\r\n".encode()
    return envelope_of(raw, ours=OURS, relays=relays, mailbox="box@provider.example", route=route)


def test_a_return_path_counts_only_beside_a_named_relays_line():
    assert read(RELAY).sender == "alice@acme.example"
    assert read(RELAY, relays=()).sender == "unknown"
    assert read(RELAY.replace("mx.desk.example", "mx.evil.example")).sender == "unknown"
    assert read("Return-Path: <alice@acme.example>\r\n").sender == "unknown"


def test_the_null_sender_of_a_bounce_is_known_from_a_relay_and_never_guessed():
    assert read(RELAY.replace("alice@acme.example>\r\nRec", ">\r\nRec")).sender == ""
    assert read("Return-Path: <>\r\n").sender == "unknown"


@pytest.mark.parametrize(
    ("head", "recipients", "route"),
    [
        ("To: Support <Support@desk.example>\r\n", ("Support@desk.example",), "desk"),
        (f"Delivered-To: {TOKEN}@desk.example\r\nTo: x@y.example\r\n", (f"{TOKEN}@desk.example",), "desk"),
        ("X-Original-To: complaint@desk.example\r\nTo: support@desk.example\r\n",
         ("complaint@desk.example", "support@desk.example"), "complaint"),
        ("To: a@b.example,\r\n\tsupport@desk.example, support@desk.example\r\n", ("support@desk.example",), "desk"),
        ("Cc: =?utf-8?q?Desk?= <support@desk.example>\r\n", ("support@desk.example",), "desk"),
        ("Delivered-To: box2@provider.example\r\nTo: x@y.example\r\n", ("box2@provider.example",), "desk"),
        ("", ("box@provider.example",), "desk"),
        ("To: undisclosed-recipients:;\r\n", ("box@provider.example",), "desk"),
    ],
)  # fmt: skip
def test_recipients_are_those_of_our_addresses_that_the_mail_names(head, recipients, route):
    assert read(head) == Envelope("unknown", recipients, route)


def test_the_settings_route_beats_the_recipients():
    assert read("To: support@desk.example\r\n", route="complaint").route == "complaint"


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00" * 5000, b"To: " + b"a@b.example," * 100_000, b"To: " + b"(" * 50_000 + b"\r\n\r\n", b"\xff\xfe\r\n\r\n", b'To: "' + b"\\" * 9999],
)  # fmt: skip
def test_no_bytes_break_it(raw):
    found = envelope_of(raw, ours=OURS, relays=("mx.desk.example",), mailbox="box", route=None)

    assert found == Envelope("unknown", ("box",), "desk") or found.recipients == ("a@b.example",)
