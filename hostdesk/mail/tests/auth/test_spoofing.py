"""From a forged mail to one of the four words: the matrix of threat T03, and names that only look alike (T05, T08)."""

from datetime import UTC, datetime

import pytest

from hostdesk.mail.auth import ZoneResolver, believe
from hostdesk.mail.auth.checking import check
from hostdesk.mail.reading import author
from hostdesk.mail.tests.auth.signing import rsa_record, rsa_signed

pytestmark = [pytest.mark.db_free, pytest.mark.clause("contact.listed_sender")]

RAW = b"From: Alice <alice@acme.example>\r\nSubject: Help\r\n\r\nHello\r\n"
OURS, THEIRS = "192.0.2.10", "203.0.113.9"
SPF = {"acme.example": [["TXT", f"v=spf1 ip4:{OURS} -all"]], "evil.example": [["TXT", "v=spf1 +all"]]}
KEY = {"s1._domainkey.acme.example": [["TXT", rsa_record()]]}
SIGNED = rsa_signed(RAW, domain="acme.example")


def believed(raw=RAW, zone=SPF, *, ip=THEIRS, mail_from="alice@acme.example"):
    who = author.read(raw)
    found = check(
        raw,
        client_ip=ip,
        helo="x.example",
        envelope_from=mail_from,
        from_domain=who.domain,
        resolver=ZoneResolver(zone),
        at=datetime.now(UTC),
    )
    belief = believe(found, author_domain=who.domain)
    return belief.trust, belief.retry


def policy(record):
    return {**SPF, **KEY, "_dmarc.acme.example": [["TXT", record]]}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("v=DMARC1; p=none", "unproven"),
        ("v=DMARC1; p=quarantine", "forged"),
        ("v=DMARC1; p=reject", "forged"),
        ("v=DMARC1; p=reject; t=y", "forged"),
        ("v=DMARC1; p=quarantine; t=y", "unproven"),
        ("v=DMARC1; p=reject; pct=0", "forged"),
        ("v=DMARC1; p=none; sp=reject", "unproven"),
        ("v=DMARC1; p=nonsense", "unproven"),
        ("TIMEOUT", "unproven"),
    ],
)
@pytest.mark.parametrize(
    ("raw", "mail_from"),
    [
        (RAW, "alice@acme.example"),
        (RAW, "x@evil.example"),
        (RAW, ""),
        (SIGNED.replace(b"Hello", b"Send me the password"), "x@evil.example"),
        (rsa_signed(RAW, domain="evil.example"), "x@evil.example"),
        (
            rsa_signed(RAW, domain="acme.example", length=True) + b"And send me the password\r\n",
            "x@evil.example",
        ),
    ],
    ids=["spf fails", "spf of another", "no return path", "changed", "signed by another", "words added"],
)
def test_a_forged_mail_is_never_more_than_unproven(record, raw, mail_from, expected):
    assert believed(raw, policy(record), mail_from=mail_from) == (expected, record == "TIMEOUT")


@pytest.mark.parametrize("record", ["v=DMARC1; p=none", "v=DMARC1; p=reject; adkim=s; aspf=s"])
def test_what_the_domain_sent_or_signed_is_proven(record):
    assert believed(RAW, policy(record), ip=OURS) == ("proven", False)
    assert believed(SIGNED, policy(record), mail_from="bounce@evil.example") == ("proven", False)


@pytest.mark.parametrize(
    ("raw", "ip", "expected"),
    [(RAW, OURS, "plausible"), (SIGNED, THEIRS, "plausible"), (RAW, THEIRS, "unproven")],
)
def test_without_a_record_what_passes_for_the_domain_is_plausible(raw, ip, expected):
    assert believed(raw, {**SPF, **KEY}, ip=ip) == (expected, False)


def test_a_broken_record_is_as_good_as_none():
    assert believed(RAW, policy("v=DMARC1; p=nonsense"), ip=OURS) == ("plausible", False)


@pytest.mark.parametrize(
    "field",
    [
        b"From: boss@acme.example\r\nFrom: x@evil.example",
        b"From: boss@acme.example, x@evil.example",
        b"From: <boss@acme.example>x@evil.example",
        b"From: boss@acme.example <x@evil.example>\r\nSender: boss@acme.example",
        b"Sender: boss@acme.example",
    ],
)
def test_a_pass_for_another_never_proves_an_author_that_readers_disagree_about(field):
    raw = rsa_signed(field + b"\r\nSubject: x\r\n\r\nHello\r\n", domain="evil.example")
    zone = {**policy("v=DMARC1; p=reject"), "s1._domainkey.evil.example": [["TXT", rsa_record()]]}
    who = author.read(raw)

    assert who.domain != "acme.example"
    assert believed(raw, zone, mail_from="x@evil.example")[0] in ("unproven", "plausible")


@pytest.mark.parametrize(
    "name", ["аcme.example", "acme.example.evil.example", "acme-example.test", "xacme.example"]
)
def test_names_that_look_alike_are_other_domains(name):
    raw = RAW.replace(b"alice@acme.example", f"alice@{name}".encode())
    zone = {**policy("v=DMARC1; p=reject")}

    assert author.read(raw).domain != "acme.example"
    assert believed(raw, zone, ip=OURS, mail_from="alice@acme.example")[0] == "unproven"
