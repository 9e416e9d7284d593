"""The chain of forwarders' seals (RFC 8617): whole, broken, or not there; and that it never raises trust."""

import pytest

from hostdesk.mail.auth import ZoneResolver, arc
from hostdesk.mail.tests.auth.signing import rsa_record, sealed

pytestmark = [pytest.mark.db_free, pytest.mark.clause("contact.listed_sender")]

RAW = b"From: Alice <alice@acme.example>\r\nSubject: Help\r\n\r\nHello\r\n"
ZONE = {"s1._domainkey.acme.example": [["TXT", rsa_record()]]}
AT = 1_800_000_000
ONE = sealed(RAW)
TWO = sealed(ONE, number=2)


def checked(raw, zone=None):
    return arc.check(raw, resolver=ZoneResolver(ZONE if zone is None else zone), now=AT)


def chain(length):
    raw = RAW
    for number in range(1, length + 1):
        raw = sealed(raw, number=number)
    return raw


def test_a_mail_that_nobody_sealed_has_no_chain():
    assert checked(RAW) == "none"


@pytest.mark.parametrize("length", [1, 2, 5, 50])
def test_a_whole_chain_passes(length):
    assert checked(chain(length)) == "pass"


def test_more_than_fifty_sets_fail():
    assert checked(chain(51)) == "fail"


@pytest.mark.parametrize(
    "raw",
    [
        sealed(RAW, message={"c": "simple/simple"}),
        sealed(RAW, message={"c": "relaxed/simple"}),
        sealed(RAW, message={"h": "from"}),
        sealed(RAW, order=(0, 1, 2)),
        sealed(RAW, results=b"ARC-Authentication-Results:\r\n i = 1 ; lists.example; none\r\n"),
        ONE.replace(b"From: Alice ", b"FROM:   Alice\r\n  "),
        sealed(ONE.replace(b"Subject: Help", b"Subject: [list] Help"), number=2),
        TWO.replace(b"\r\n", b"\n"),
    ],
    ids=[
        "simple",
        "mixed",
        "few fields",
        "order",
        "folds",
        "refolded",
        "changed before the last seal",
        "bare LF",
    ],
)
def test_what_the_standard_allows_passes(raw):
    assert checked(raw) == "pass"


@pytest.mark.parametrize(
    "raw",
    [
        ONE.replace(b"Hello", b"Hullo"),
        ONE.replace(b"Subject: Help", b"Subject: Halp"),
        ONE.replace(b"dmarc=pass", b"dmarc=fail"),
        b"From: boss@acme.example\r\n" + ONE,
        sealed(RAW, cv="pass"),
        sealed(RAW, cv="fail"),
        sealed(RAW, cv="nonsense"),
        sealed(ONE, number=2, cv="none"),
        sealed(ONE, number=2, cv="fail"),
        sealed(sealed(RAW, cv="pass"), number=2),
        sealed(RAW, number=2),
        sealed(ONE, number=3),
        sealed(ONE, number=1),
        sealed(RAW, seal={"h": "from"}),
        sealed(RAW, seal={"i": None}),
        sealed(RAW, seal={"d": None}),
        sealed(RAW, seal={"s": None}),
        sealed(RAW, seal={"a": "rsa-sha1"}),
        sealed(RAW, seal={"t": "yesterday"}),
        sealed(RAW, message={"i": None}),
        sealed(RAW, message={"i": "0"}),
        sealed(RAW, message={"bh": ""}),
        sealed(RAW, message={"d": None}),
        sealed(RAW, message={"c": "nowsp"}),
        sealed(RAW, message={"h": "from:arc-seal"}),
        sealed(RAW, results=b"ARC-Authentication-Results: lists.example; none\r\n"),
        sealed(RAW, results=b"ARC-Authentication-Results: i=0; lists.example; none\r\n"),
        sealed(RAW, results=b"ARC-Authentication-Results: i=x; lists.example; none\r\n"),
        ONE.replace(b"ARC-Authentication-Results", b"X-Results", 1),
        ONE.replace(b"ARC-Message-Signature", b"X-Signature", 1),
        ONE.replace(b"ARC-Seal", b"X-Seal", 1),
        b"ARC-Seal: i=1; nonsense\r\n" + ONE,
        ONE.replace(b"ARC-Seal: ", b"ARC-Seal: ;; ", 1),
        ONE.replace(b"ARC-Seal: ", b"ARC-Seal: a=rsa-sha256; ", 1),
        b"no field\r\n" + ONE,
    ],
    ids=range(35),
)
def test_a_chain_that_is_not_whole_fails(raw):
    assert checked(raw) == "fail"


def test_the_seals_of_all_forwarders_must_hold_but_only_the_last_ones_message():
    changed = sealed(ONE.replace(b"Hello", b"Hello and more"), number=2)
    forged = sealed(ONE.replace(b"lists.example", b"evil.example", 1), number=2)

    assert (checked(changed), checked(forged)) == ("pass", "fail")


@pytest.mark.parametrize("zone", [{}, {"s1._domainkey.acme.example": [["TXT", "TIMEOUT"]]},
                                  {"s1._domainkey.acme.example": [["TXT", "v=DKIM1; p="]]}])  # fmt: skip
def test_without_its_keys_a_chain_is_not_whole(zone):
    assert checked(ONE, zone) == "fail"


def test_flags_of_a_key_that_are_about_dkim_do_not_break_a_seal():
    assert checked(ONE, {"s1._domainkey.acme.example": [["TXT", rsa_record("t=s:y; ")]]}) == "pass"
