"""DMARC by RFC 9989: how a record is read, which record speaks for a domain, and who belongs to whom."""

import pytest

from hostdesk.mail.tests.auth.test_checking import IP, SPF, checked, dmarc, verdict

pytestmark = [pytest.mark.db_free, pytest.mark.clause("contact.listed_sender")]


@pytest.mark.parametrize(
    ("record", "domain", "mail_from", "expected"),
    [
        ("v=DMARC1; p=reject; aspf=s", "acme.example", "a@mail.acme.example", ("fail", "reject")),
        ("v=DMARC1; p=reject; aspf=r", "acme.example", "a@mail.acme.example", ("pass", "none")),
        ("v=DMARC1; p=none", "acme.example", "a@evil.example", ("fail", "none")),
        ("v=DMARC1; p=quarantine", "acme.example", "a@evil.example", ("fail", "quarantine")),
        ("v=DMARC1; p=reject; t=y", "acme.example", "a@evil.example", ("fail", "quarantine")),
        ("v=DMARC1; p=quarantine; t=y", "acme.example", "a@evil.example", ("fail", "none")),
        ("v=DMARC1; p=reject; pct=0", "acme.example", "a@evil.example", ("fail", "reject")),
        ("v=DMARC1", "acme.example", "a@evil.example", ("none", "none")),
        ("v=DMARC1; p=nonsense", "acme.example", "a@evil.example", ("none", "none")),
        ("v=DMARC1; p=", "acme.example", "a@evil.example", ("none", "none")),
        ("v=DMARC1; rua=mailto:x@acme.example", "acme.example", "a@evil.example", ("fail", "none")),
        ("v=DMARC1; rua=mailto:x@acme.example", "acme.example", "a@acme.example", ("pass", "none")),
        ("v=DMARC1; rua=nowhere", "acme.example", "a@evil.example", ("none", "none")),
        (
            "v=DMARC1; p=nonsense; rua=nowhere, https://x.example/r",
            "acme.example",
            "a@evil.example",
            ("fail", "none"),
        ),
        ("v=DMARC1; p=reject; sp=nonsense", "acme.example", "a@evil.example", ("none", "none")),
        (
            "v=DMARC1; p=reject; np=nonsense; rua=mailto:x@y.example",
            "acme.example",
            "a@evil.example",
            ("fail", "none"),
        ),
        ("v=DMARC1; P=Reject; ;; unknown; x=1", "acme.example", "a@evil.example", ("fail", "reject")),
        ("V=DMARC1; p=reject", "acme.example", "a@evil.example", ("fail", "reject")),
        ("v=DMARC1 p=reject", "acme.example", "a@evil.example", ("none", "none")),
        ("p=reject; v=DMARC1", "acme.example", "a@evil.example", ("none", "none")),
        ("v=DMARC1; p=reject; aspf=nonsense", "acme.example", "a@mail.acme.example", ("pass", "none")),
        ("v=DMARC1; p=reject; adkim=s", "acme.example", "a@mail.acme.example", ("pass", "none")),
        ("v=DMARC1; p=reject; aspf=S", "acme.example", "a@mail.acme.example", ("fail", "reject")),
        ("v=DMARC1; p=reject; sp=none", "nix.acme.example", "a@evil.example", ("fail", "none")),
        ("v=DMARC1; p=none; np=reject", "www.acme.example", "a@evil.example", ("fail", "none")),
        ("v=DMARC1; p=none; np=reject; t=y", "nix.acme.example", "a@evil.example", ("fail", "quarantine")),
        ("v=DMARC1; p=none; t=y", "acme.example", "a@evil.example", ("fail", "none")),
        ("v=DMARC1; p=quarantine; pct=0; t=n", "acme.example", "a@evil.example", ("fail", "quarantine")),
        ("v=DMARC1; p=none; sp=reject", "www.acme.example", "a@evil.example", ("fail", "reject")),
        (
            "v=DMARC1; p=none; sp=quarantine; np=reject",
            "nix.acme.example",
            "a@evil.example",
            ("fail", "reject"),
        ),
        (
            "v=DMARC1; p=none; sp=quarantine; np=reject",
            "www.acme.example",
            "a@evil.example",
            ("fail", "quarantine"),
        ),
        ("v=DMARC1; p=reject; psd=n", "www.acme.example", "a@acme.example", ("pass", "none")),
        (" v = DMARC1 ;p=reject", "acme.example", "a@evil.example", ("fail", "reject")),
        ("v=DMARC2; p=reject", "acme.example", "a@evil.example", ("none", "none")),
        ("v=dmarc1; p=reject", "acme.example", "a@evil.example", ("none", "none")),
    ],
)
def test_a_record_is_read_by_rfc_9989(record, domain, mail_from, expected):
    zone = {
        "mail.acme.example": [SPF],
        "acme.example": [SPF],
        "evil.example": [SPF],
        "www.acme.example": [["A", IP]],
        **dmarc(record),
    }
    found = checked(zone=zone, mail_from=mail_from, domain=domain)

    assert (found.dmarc.result, found.dmarc.disposition) == expected


def test_two_records_are_as_good_as_none():
    zone = {
        "acme.example": [SPF],
        "_dmarc.acme.example": [["TXT", "v=DMARC1; p=reject"], ["TXT", "v=DMARC1; p=none"]],
    }

    assert verdict(checked(zone=zone)) == ("none", "none", ["spf"])


def test_two_records_do_not_hide_the_organisations_one():
    zone = {
        **dmarc("v=DMARC1; p=none; sp=reject"),
        "www.acme.example": [["A", IP]],
        "_dmarc.www.acme.example": [["TXT", "v=DMARC1; p=none"], ["TXT", "v=DMARC1; p=none"]],
    }

    assert verdict(checked(zone=zone, domain="www.acme.example")) == ("fail", "reject", [])


def test_other_text_beside_the_record_does_not_matter():
    zone = {"_dmarc.acme.example": [["TXT", "v=spf1 -all"], ["TXT", ["v=DMARC1; ", "p=reject"]]]}

    assert verdict(checked(zone=zone)) == ("fail", "reject", [])


def test_the_record_nearest_to_the_root_makes_the_organisation():
    zone = {
        "a.acme.example": [SPF],
        **dmarc("v=DMARC1; p=reject; sp=none"),
        **dmarc("v=DMARC1; p=quarantine", at="b.acme.example"),
    }
    sibling = checked(zone=zone, domain="b.acme.example", mail_from="x@a.acme.example")
    stranger = checked(zone=zone, domain="b.acme.example", mail_from="x@evil.example")

    assert (verdict(sibling), verdict(stranger)) == (("pass", "none", ["spf"]), ("fail", "quarantine", []))


def test_a_public_suffix_that_writes_mail_itself_is_its_own_organisation():
    zone = {
        "bank.example": [SPF],
        "a.bank.example": [SPF],
        **dmarc("v=DMARC1; p=reject; psd=y", at="bank.example"),
    }
    own = checked(zone=zone, domain="bank.example", mail_from="x@bank.example")
    below = checked(zone=zone, domain="bank.example", mail_from="x@a.bank.example")

    assert (verdict(own), verdict(below)) == (("pass", "none", ["spf"]), ("fail", "reject", []))


def test_names_that_are_the_same_need_no_walk():
    zone = {"acme.example": [SPF], **dmarc("v=DMARC1; p=reject"), "_dmarc.example": [["TXT", "TIMEOUT"]]}

    assert verdict(checked(zone=zone)) == ("pass", "none", ["spf"])
    assert checked(zone=zone, mail_from="x@mail.acme.example").dmarc.result == "temperror"


def test_a_public_suffix_record_speaks_for_names_below_it_but_owns_nobody():
    zone = {"a.bank.example": [SPF], **dmarc("v=DMARC1; p=reject; psd=y", at="bank.example")}
    own = checked(zone=zone, domain="a.bank.example", mail_from="x@a.bank.example")
    neighbour = checked(zone=zone, domain="b.bank.example", mail_from="x@a.bank.example")

    assert (verdict(own), verdict(neighbour)) == (("pass", "none", ["spf"]), ("fail", "reject", []))


def test_a_department_that_declares_itself_is_not_its_parent():
    zone = {"acme.example": [SPF], **dmarc("v=DMARC1; p=reject; psd=n", at="lab.acme.example")}

    assert verdict(checked(zone=zone, domain="lab.acme.example")) == ("fail", "reject", [])


def test_a_parent_may_speak_for_a_lone_subdomain_but_a_public_suffix_may_not():
    lone = {"acme.co.za": [SPF], "co.za": [SPF], **dmarc("v=DMARC1; p=reject", at="news.acme.co.za")}
    parent = checked(zone=lone, domain="news.acme.co.za", mail_from="x@acme.co.za")
    suffix = checked(zone=lone, domain="news.acme.co.za", mail_from="x@co.za")

    assert (verdict(parent), verdict(suffix)) == (("pass", "none", ["spf"]), ("fail", "reject", []))


def test_a_subdomain_does_not_speak_for_a_parent_without_a_record():
    found = checked(zone={"customer.acme.example": [SPF]}, mail_from="x@customer.acme.example")

    assert (found.spf.result, verdict(found)) == ("pass", ("none", "none", []))


@pytest.mark.parametrize("other", ["notacme.example", "acme.example.evil.example", "acme.example2"])
def test_names_that_only_look_alike_are_not_aligned(other):
    zone = {other: [SPF], **dmarc("v=DMARC1; p=reject")}

    assert verdict(checked(zone=zone, mail_from=f"x@{other}")) == ("fail", "reject", [])
