"""SPF, DKIM and DMARC of whole mails against a zone in memory."""

from datetime import UTC, datetime

import pytest

from hostdesk.mail.auth import Dkim, ZoneResolver
from hostdesk.mail.auth.checking import check
from hostdesk.mail.tests.auth.signing import ed25519_record, ed25519_signed, rsa_record, rsa_signed

pytestmark = [pytest.mark.db_free, pytest.mark.clause("contact.listed_sender")]

RAW = b"From: Alice <alice@acme.example>\r\nSubject: Help\r\nTo: support@desk.example\r\n\r\nHello\r\n"
IP = "192.0.2.10"
SPF = ["TXT", f"v=spf1 ip4:{IP} -all"]


def checked(
    raw=RAW,
    zone=None,
    *,
    ip=IP,
    mail_from="alice@acme.example",
    helo="mx.acme.example",
    domain="acme.example",
):
    return check(
        raw,
        client_ip=ip,
        helo=helo,
        envelope_from=mail_from,
        from_domain=domain,
        resolver=ZoneResolver(zone or {}),
        at=datetime.now(UTC),
    )


def verdict(found):
    return found.dmarc.result, found.dmarc.disposition, found.aligned


def dmarc(record, at="acme.example"):
    return {f"_dmarc.{at}": [["TXT", record]]}


def test_spf_of_the_authors_domain_passes_dmarc():
    found = checked(zone={"acme.example": [SPF], **dmarc("v=DMARC1; p=reject")})

    assert (found.spf.result, verdict(found), found.dmarc.by) == ("pass", ("pass", "none", ["spf"]), "spf")


def test_spf_of_another_domain_does_not():
    zone = {"evil.example": [SPF], **dmarc("v=DMARC1; p=reject")}

    assert verdict(checked(zone=zone, mail_from="x@evil.example")) == ("fail", "reject", [])


def test_an_empty_mail_from_is_checked_by_helo():
    found = checked(zone={"mx.acme.example": [SPF], **dmarc("v=DMARC1; p=reject")}, mail_from="")

    assert (found.spf.domain, verdict(found)) == ("mx.acme.example", ("pass", "none", ["spf"]))


@pytest.mark.parametrize("ip", [None, "", "not an address"])
def test_without_a_session_spf_counts_as_none(ip):
    found = checked(zone={"acme.example": [SPF], **dmarc("v=DMARC1; p=reject")}, ip=ip)

    assert (found.spf.result, found.dmarc.result) == ("none", "fail")


@pytest.mark.parametrize(
    ("signed", "record", "selector"),
    [
        (rsa_signed(RAW, domain="acme.example"), rsa_record(), "s1"),
        (ed25519_signed(RAW, domain="acme.example"), ed25519_record(), "ed"),
    ],
    ids=["rsa", "ed25519"],
)
def test_a_signature_of_the_authors_domain_passes_dmarc(signed, record, selector):
    zone = {f"{selector}._domainkey.acme.example": [["TXT", record]], **dmarc("v=DMARC1; p=reject")}
    found = checked(signed, zone, ip=None)

    assert (found.dkim, verdict(found)) == (
        [Dkim("acme.example", selector, "pass")],
        ("pass", "none", ["dkim:acme.example"]),
    )


@pytest.mark.parametrize(
    ("signed", "record"),
    [
        (rsa_signed(RAW, domain="acme.example").replace(b"Hello", b"Hellu"), rsa_record()),
        (rsa_signed(RAW, domain="acme.example").replace(b"Subject: Help", b"Subject: Halp"), rsa_record()),
        (rsa_signed(RAW, domain="acme.example"), "v=DKIM1; k=rsa; p="),
        (rsa_signed(RAW, domain="acme.example"), rsa_record("h=sha1; ")),
        (rsa_signed(RAW, domain="acme.example"), rsa_record("t=y; ")),
        (rsa_signed(RAW, domain="acme.example"), ed25519_record()),
        (rsa_signed(RAW, domain="acme.example"), "v=DKIM2; p=x"),
        (
            ed25519_signed(RAW, domain="acme.example", selector="s1").replace(b"Hello", b"Hellu"),
            ed25519_record(),
        ),
        (
            ed25519_signed(RAW, domain="acme.example", selector="s1").replace(b"Help", b"Halp"),
            ed25519_record(),
        ),
        (rsa_signed(RAW, domain="acme.example", length=True) + b"and more\r\n", rsa_record()),
    ],
    ids=[
        "body",
        "header",
        "revoked",
        "hash",
        "test key",
        "kind",
        "version",
        "ed body",
        "ed header",
        "length",
    ],
)
def test_a_signature_that_is_broken_or_promises_too_little_does_not_count(signed, record):
    zone = {"s1._domainkey.acme.example": [["TXT", record]], **dmarc("v=DMARC1; p=reject")}
    found = checked(signed, zone, ip=None)

    assert ([one.result == "pass" and one.counts for one in found.dkim], verdict(found)) == (
        [False],
        ("fail", "reject", []),
    )


def test_one_good_signature_among_bad_ones_is_enough():
    signed = rsa_signed(rsa_signed(RAW, domain="acme.example"), domain="esp.example")
    zone = {"s1._domainkey.acme.example": [["TXT", rsa_record()]], **dmarc("v=DMARC1; p=reject")}
    found = checked(signed, zone, ip=None)

    assert [(one.domain, one.result) for one in found.dkim] == [
        ("esp.example", "permerror"),
        ("acme.example", "pass"),
    ]
    assert verdict(found) == ("pass", "none", ["dkim:acme.example"])


def test_a_signature_of_a_second_from_field_added_later_does_not_count():
    signed = b"From: boss@acme.example\r\n" + rsa_signed(RAW, domain="acme.example")
    zone = {"s1._domainkey.acme.example": [["TXT", rsa_record()]]}

    assert [one.result for one in checked(signed, zone, ip=None).dkim] == ["fail"]


def test_a_long_name_is_walked_in_at_most_eight_questions():
    resolver = ZoneResolver({})
    check(
        RAW,
        client_ip=None,
        helo="",
        envelope_from="",
        from_domain="a.b.c.d.e.f.g.h.i.j.example",
        resolver=resolver,
        at=datetime.now(UTC),
    )

    assert resolver.asked == 8


def test_dns_that_does_not_answer_is_a_temporary_error():
    found = checked(zone={"acme.example": [SPF], "_dmarc.acme.example": [["TXT", "TIMEOUT"]]})

    assert (found.dmarc.result, found.must_retry) == ("temperror", True)


def test_a_key_that_cannot_be_fetched_leaves_the_verdict_open():
    signed = rsa_signed(RAW, domain="acme.example")
    zone = {"s1._domainkey.acme.example": [["TXT", "TIMEOUT"]], **dmarc("v=DMARC1; p=reject")}
    found = checked(signed, zone, ip=None)

    assert ([one.result for one in found.dkim], found.dmarc.result) == (["temperror"], "temperror")


def test_a_foreign_key_that_cannot_be_fetched_changes_nothing():
    signed = rsa_signed(RAW, domain="slow.test")
    zone = {"s1._domainkey.slow.test": [["TXT", "TIMEOUT"]], **dmarc("v=DMARC1; p=reject")}

    assert verdict(checked(signed, zone, ip=None)) == ("fail", "reject", [])


@pytest.mark.parametrize(
    ("signer", "expected"),
    [
        ("acme.co.za", "temperror"),
        ("mail.acme.co.za", "temperror"),
        ("evil.co.za", "fail"),
        ("notacme.co.za", "fail"),
        ("slow.example", "fail"),
    ],
)
def test_a_stranger_whose_dns_is_slow_cannot_turn_a_forgery_into_an_open_question(signer, expected):
    signed = rsa_signed(RAW, domain=signer)
    zone = {f"s1._domainkey.{signer}": [["TXT", "TIMEOUT"]], **dmarc("v=DMARC1; p=reject", at="acme.co.za")}

    assert checked(signed, zone, domain="acme.co.za", ip=None).dmarc.result == expected


def test_the_authors_own_signature_is_looked_at_before_strangers():
    signed = rsa_signed(RAW, domain="acme.example")
    for number in range(9):
        signed = rsa_signed(signed, domain=f"slow{number}.example")
    zone = {"s1._domainkey.acme.example": [["TXT", rsa_record()]], **dmarc("v=DMARC1; p=reject")}
    found = checked(signed, zone, ip=None)

    assert (len(found.dkim), found.dkim[-1], verdict(found)) == (
        8,
        Dkim("acme.example", "s1", "pass"),
        ("pass", "none", ["dkim:acme.example"]),
    )


class _Slow:
    """A resolver over a zone in which strangers' names cost time, by a clock that only the test turns."""

    def __init__(self, zone, clock):
        self.zone, self.clock, self.asked = ZoneResolver(zone), clock, []

    def lookup(self, name, kind):
        self.asked.append(name)
        self.clock["now"] += 0 if name.endswith("acme.example") else 6
        return self.zone.lookup(name, kind)


def test_slow_names_of_a_forger_cost_little_time_and_do_not_hide_the_forgery(monkeypatch):
    clock = {"now": 0.0}
    monkeypatch.setattr("time.monotonic", lambda: clock["now"])
    record = ["TXT", "v=spf1 " + "a:host.evil.example " * 9 + "-all"]
    zone = {
        "evil.example": [record],
        "host.evil.example": [["A", "198.51.100.9"]],
        **dmarc("v=DMARC1; p=reject"),
    }
    raw = RAW
    for number in range(8):
        raw = rsa_signed(raw, domain=f"evil{number}.example")
    slow = _Slow(zone, clock)
    found = check(
        raw,
        client_ip=IP,
        helo="x.example",
        envelope_from="a@evil.example",
        from_domain="acme.example",
        resolver=slow,
        at=datetime.now(UTC),
    )

    assert (found.spf.result, verdict(found), len(slow.asked)) == ("temperror", ("fail", "reject", []), 8)


def test_a_mail_without_a_single_author_has_no_verdict():
    assert checked(domain=None).dmarc.result == "permerror"


def test_a_unicode_domain_is_asked_for_by_its_a_label():
    zone = {"xn--bcher-kva.example": [SPF], **dmarc("v=DMARC1; p=reject", at="xn--bcher-kva.example")}
    found = checked(zone=zone, domain="bücher.example", mail_from="a@xn--bcher-kva.example")

    assert (found.dmarc.domain, found.dmarc.result) == ("xn--bcher-kva.example", "pass")


@pytest.mark.parametrize("field", [b"DKIM-Signature: ", b"DKIM-Signature: v=1; a=rsa-sha256; d=; s=; b=; bh=; h=",
                                   b"DKIM-Signature: \xff\xfe; v=1", b"ARC-Seal: i=9999999999999; cv=pass",
                                   b"ARC-Seal: nonsense", b"DKIM-Signature: " + b"a=1;" * 5000])  # fmt: skip
def test_hostile_signature_fields_never_raise(field):
    found = checked(field + b"\r\n" + RAW, ip=None)

    assert (any(one.result == "pass" for one in found.dkim), found.arc == "pass") == (False, False)
