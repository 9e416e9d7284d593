"""How far a listed sender is believed: every row of the sender rule, and what DNS trouble does to it."""

import pytest

from hostdesk.mail.auth import AuthResult, Dkim, Dmarc, Spf, believe

pytestmark = [pytest.mark.db_free, pytest.mark.clause("contact.listed_sender")]

NONE = Spf("none")


def judged(dmarc, *, aligned=(), domain="acme.example"):
    found = believe(AuthResult(spf=NONE, dkim=[], dmarc=dmarc, aligned=list(aligned)), author_domain=domain)
    return found.trust, found.retry


@pytest.mark.parametrize("policy", ["none", "quarantine", "reject"])
def test_dmarc_pass_is_proven_whatever_the_policy_asks(policy):
    passed = Dmarc("pass", "acme.example", policy=policy, record_domain="acme.example")

    assert judged(passed, aligned=["spf"]) == ("proven", False)


@pytest.mark.parametrize("aligned", [["spf"], ["dkim:acme.example"]])
def test_without_a_record_something_aligned_makes_plausible(aligned):
    assert judged(Dmarc("none", "acme.example"), aligned=aligned) == ("plausible", False)


@pytest.mark.parametrize(
    ("dmarc", "retry"),
    [
        (Dmarc("none", "acme.example"), False),
        (
            Dmarc("fail", "acme.example", policy="none", disposition="none", record_domain="acme.example"),
            False,
        ),
        (Dmarc("permerror", "acme.example"), False),
        (Dmarc("temperror", "acme.example"), True),
        (Dmarc("temperror", "acme.example", policy="reject", record_domain="acme.example"), True),
    ],
)
def test_no_record_no_policy_and_trouble_are_unproven(dmarc, retry):
    assert judged(dmarc) == ("unproven", retry)


@pytest.mark.parametrize("wish", ["quarantine", "reject"])
def test_failing_under_quarantine_or_reject_is_forged(wish):
    failed = Dmarc("fail", "acme.example", policy=wish, disposition=wish, record_domain="acme.example")

    assert judged(failed) == ("forged", False)


@pytest.mark.parametrize("domain", [None, "evil.example", "sub.acme.example", "example"])
def test_a_pass_for_another_domain_than_the_authors_proves_nothing(domain):
    passed = Dmarc("pass", "acme.example", record_domain="acme.example")

    assert judged(passed, aligned=["spf"], domain=domain) == ("unproven", False)


def test_a_unicode_author_is_compared_by_its_a_label():
    passed = Dmarc("pass", "xn--bcher-kva.example", record_domain="xn--bcher-kva.example")

    assert judged(passed, domain="bücher.example") == ("proven", False)


def test_the_facts_are_words_for_a_person():
    auth = AuthResult(
        spf=Spf("softfail", "bounce.acme.example"),
        dkim=[
            Dkim("acme.example", "s1", "pass"),
            Dkim("esp.example", "x", "fail", "the signature does not match"),
        ],
        dmarc=Dmarc(
            "pass", "acme.example", policy="reject", record_domain="acme.example", by="dkim:acme.example"
        ),
        arc="pass",
        aligned=["dkim:acme.example"],
    )

    assert believe(auth, author_domain="acme.example").facts == {
        "spf": "bounce.acme.example softfail",
        "dkim": "acme.example pass, esp.example fail",
        "dmarc": "pass",
        "dmarc_domain": "acme.example",
        "dmarc_policy": "reject",
        "aligned": "dkim:acme.example",
        "arc": "pass",
        "checked_by": "own",
    }
