"""A named relay is believed about the session it saw; nobody else's header lines are."""

from datetime import UTC, datetime

import pytest

from hostdesk.mail.auth import ZoneResolver
from hostdesk.mail.auth.checking import check

pytestmark = [pytest.mark.db_free, pytest.mark.clause("contact.listed_sender")]

ZONE = {
    "mx.desk.example": [["A", "198.51.100.5"]],
    "acme.example": [["TXT", "v=spf1 ip4:192.0.2.10 -all"]],
    "_dmarc.acme.example": [["TXT", "v=DMARC1; p=reject"]],
}
RECEIVED = (
    b"Received: from mail.acme.example (mail.acme.example [192.0.2.10])\r\n"
    b"\tby mx.desk.example (Postfix) with ESMTPS id 4; Mon, 23 Nov 2026 10:00:00 +0200\r\n"
)
FOREIGN = b"Received: from x (x [192.0.2.10]) by mail.evil.example; Mon, 23 Nov 2026 09:59:00 +0200\r\n"
PASSED = b"Authentication-Results: mx.desk.example; dmarc=pass (p=reject) header.from=acme.example\r\n"
REST = b"Return-Path: <alice@acme.example>\r\nFrom: alice@acme.example\r\nSubject: x\r\n\r\nHello\r\n"


def checked(
    raw, *, ip=None, relays=("mx.desk.example",), mail_from="", domain="acme.example", neighbour=None
):
    found = check(
        raw,
        client_ip=ip,
        helo="",
        envelope_from=mail_from,
        from_domain=domain,
        resolver=ZoneResolver(ZONE),
        at=datetime.now(UTC),
        trusted_relays=relays,
        neighbour_ip=neighbour,
    )
    return found.spf.result, found.dmarc.result, found.source


def test_the_session_of_a_named_relay_is_checked():
    assert checked(RECEIVED + REST) == ("pass", "pass", "own")


def test_without_named_relays_no_line_counts():
    assert checked(PASSED + RECEIVED + REST, relays=()) == ("none", "fail", "own")


def test_a_line_of_somebody_else_on_top_ends_all_belief():
    assert checked(FOREIGN + PASSED + RECEIVED + REST) == ("none", "fail", "own")


def test_results_below_a_foreign_line_do_not_count():
    raw = RECEIVED.replace(b"192.0.2.10", b"203.0.113.9") + FOREIGN + PASSED + REST

    assert checked(raw) == ("fail", "fail", "own")


def test_results_under_another_name_do_not_count():
    raw = (
        PASSED.replace(b"mx.desk.example", b"mx.evil.example")
        + RECEIVED.replace(b"192.0.2.10", b"203.0.113.9")
        + REST
    )

    assert checked(raw) == ("fail", "fail", "own")


def test_a_relays_pass_stands_when_the_mail_was_changed_after_it():
    raw = PASSED + RECEIVED.replace(b"192.0.2.10", b"203.0.113.9") + REST

    assert checked(raw) == ("fail", "pass", "relay")


def test_a_relay_named_by_its_address_is_known_by_the_name_in_its_own_line():
    raw = PASSED + RECEIVED.replace(b"192.0.2.10", b"203.0.113.9") + REST
    foreign = PASSED.replace(b"mx.desk.example", b"mx.elsewhere.example") + raw.removeprefix(PASSED)
    relays = ("198.51.100.5",)

    assert checked(raw, ip="198.51.100.5", relays=relays) == ("fail", "pass", "relay")
    assert checked(foreign, ip="198.51.100.5", relays=relays) == ("fail", "fail", "own")


def test_a_relays_pass_for_another_domain_proves_nothing():
    raw = (
        PASSED.replace(b"acme.example", b"evil.example")
        + RECEIVED.replace(b"192.0.2.10", b"203.0.113.9")
        + REST
    )

    assert checked(raw) == ("fail", "fail", "own")


@pytest.mark.parametrize(
    ("ip", "relays", "expected"),
    [
        ("198.51.100.5", ("mx.desk.example",), ("pass", "pass", "own")),
        ("198.51.100.5", ("198.51.100.0/24",), ("pass", "pass", "own")),
        ("203.0.113.9", ("mx.desk.example",), ("fail", "fail", "own")),
        ("203.0.113.9", ("198.51.100.0/24",), ("fail", "fail", "own")),
    ],
)
def test_over_smtp_only_the_relays_own_address_makes_it_the_relay(ip, relays, expected):
    assert checked(PASSED + RECEIVED + REST, ip=ip, relays=relays, mail_from="alice@acme.example") == expected


@pytest.mark.parametrize(
    ("neighbour", "relays", "expected"),
    [
        ("192.0.2.10", (), ("none", "fail", "own")),
        ("192.0.2.10", ("mx.desk.example",), ("pass", "pass", "own")),
        ("198.51.100.5", ("198.51.100.5",), ("pass", "pass", "own")),
        ("192.0.2.10", ("198.51.100.5",), ("none", "fail", "own")),
    ],
)
def test_over_lmtp_the_neighbour_is_never_taken_for_the_sender(neighbour, relays, expected):
    raw = RECEIVED + REST

    assert checked(raw, neighbour=neighbour, relays=relays, mail_from="alice@acme.example") == expected


def received(client, by="mx.desk.example"):
    return f"Received: {client} by {by} with ESMTPS id 4; Mon, 23 Nov 2026 10:00:00 +0200\r\n".encode()


EVIL = "from mail.acme.example (mail.evil.example [203.0.113.9])"


@pytest.mark.parametrize(
    "taken_from_outside",
    [
        EVIL,
        "from mail.acme.example (unknown [203.0.113.9])",
        "from mail.acme.example (203.0.113.9)",
        "from mail.acme.example (2001:db8:6::9)",
        "from [192.0.2.10] (unknown [203.0.113.9])",
        "from [203.0.113.9] (helo=[192.0.2.10])",
        "from [203.0.113.9] (port=4711 helo=192.0.2.10)",
        "from mail.evil.example ([203.0.113.9]:4711 helo=[192.0.2.10])",
        "from mx.desk.example (mail.evil.example [203.0.113.9])",
        "from [192.0.2.10] (unknown [unknown])",
    ],
)
def test_below_the_line_in_which_a_relay_took_the_mail_from_outside_its_own_name_is_not_believed(
    taken_from_outside,
):
    forged = received("from mail.acme.example (mail.acme.example [192.0.2.10])")

    assert checked(received(taken_from_outside) + forged + REST)[1] == "fail"


@pytest.mark.parametrize(
    ("inside", "by", "relays"),
    [
        ("from localhost (localhost [127.0.0.1])", "mx.desk.example", ("mx.desk.example",)),
        ("from filter (filter.lan [10.1.2.3])", "mx.desk.example", ("mx.desk.example",)),
        ("from mx.desk.example (mx.desk.example [198.51.100.5])", "mx.desk.example", ("mx.desk.example",)),
        ("", "mx.desk.example", ("mx.desk.example",)),
        ("", "2002:a05:6a10::1", ("mx.desk.example", "2002:a05::/32")),
        ("from x.desk.example (2001:db8:5::2)", "y.desk.example", ("*.desk.example", "2001:db8:5::/48")),
    ],
)
def test_steps_within_the_house_are_passed_on_the_way_to_who_brought_the_mail(inside, by, relays):
    line = received(inside, by).replace(b":  by", b": by")
    raw = line + received("from mail.acme.example (mail.acme.example [192.0.2.10])") + REST

    assert checked(raw, relays=relays) == ("pass", "pass", "own")


@pytest.mark.parametrize(
    "words",
    [
        'spf=fail smtp.mailfrom="x; dmarc=pass header.from=acme.example "@evil.example; dmarc=fail',
        "spf=fail (x; dmarc=pass header.from=acme.example ); dmarc=fail header.from=acme.example",
        "dmarc=fail header.from=acme.example; dmarc=pass header.from=acme.example",
        "arc=pass; dkim=pass header.d=acme.example; spf=pass smtp.mailfrom=acme.example",
        "none",
    ],
)
def test_only_a_dmarc_result_of_the_relay_itself_counts(words):
    outside = RECEIVED.replace(b"192.0.2.10", b"203.0.113.9")

    assert checked(f"Authentication-Results: mx.desk.example; {words}\r\n".encode() + outside + REST) == (
        "fail",
        "fail",
        "own",
    )


def test_the_topmost_result_of_a_relay_counts():
    outside = RECEIVED.replace(b"192.0.2.10", b"203.0.113.9")
    failed = PASSED.replace(b"dmarc=pass", b"dmarc=fail")

    assert [checked(raw + outside + REST)[1] for raw in (PASSED + failed, failed + PASSED)] == [
        "pass",
        "fail",
    ]


def test_a_seal_by_a_relay_is_information_only():
    sealed = (
        b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=mx.desk.example; s=s1; b=AAAA\r\n"
        b"ARC-Authentication-Results: i=1; mx.desk.example; dmarc=pass header.from=acme.example\r\n"
    )

    assert checked(sealed + RECEIVED.replace(b"192.0.2.10", b"203.0.113.9") + REST) == ("fail", "fail", "own")
