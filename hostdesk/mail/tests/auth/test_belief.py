"""How far a listed sender is believed: every row of the sender rule, and what DNS trouble does to it."""

import pytest

from hostdesk.mail.auth import AuthResult, Dkim, Dmarc, Spf, believe, sentences_of
from hostdesk.mail.auth.sentences import dkim_sentence, dmarc_sentence, spf_sentence

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


def test_the_facts_are_sentences_for_a_person():
    auth = AuthResult(
        spf=Spf("softfail", "bounce.acme.example", client_ip="203.0.113.5"),
        dkim=[
            Dkim("esp.example", "x", "fail", "the signature does not match"),
            Dkim("acme.example", "s1", "pass"),
        ],
        dmarc=Dmarc(
            "pass", "acme.example", policy="reject", record_domain="acme.example", by="dkim:acme.example"
        ),
        arc="pass",
        aligned=["dkim:acme.example"],
    )
    belief = believe(auth, author_domain="acme.example")

    assert belief.facts == {
        "spf": "SPF: 203.0.113.5 probably may not send for bounce.acme.example.",
        "dkim": "DKIM: a signature of acme.example is valid; "
        "a signature of esp.example is not valid (the signature does not match).",
        "dmarc": "DMARC: passes by DKIM of acme.example; acme.example asks to reject failures.",
        "arc": "ARC: the seals of the forwarders are whole; this is information and proves no sender.",
        "dmarc_result": "pass",
        "dmarc_domain": "acme.example",
        "dmarc_policy": "reject",
        "aligned": "dkim:acme.example",
        "checked_by": "own",
    }
    assert belief.sentences == sentences_of(belief.facts) == list(belief.facts.values())[:4]


@pytest.mark.parametrize(
    ("spf", "sentence"),
    [
        (Spf("none"), "SPF: not checked, because the address of the sending server is not known."),
        (Spf("pass", "a.example", client_ip="2001:db8::1"), "SPF: 2001:db8::1 may send for a.example."),
        (Spf("fail", "a.example", client_ip="192.0.2.1"), "SPF: 192.0.2.1 may not send for a.example."),
        (
            Spf("neutral", "a.example", client_ip="192.0.2.1"),
            "SPF: a.example does not say whether 192.0.2.1 may send for it.",
        ),
        (
            Spf("none", "a.example", client_ip="192.0.2.1"),
            "SPF: a.example does not publish who may send for it.",
        ),
        (
            Spf("temperror", "a.example", client_ip="192.0.2.1"),
            "SPF: DNS did not answer, so it is not known whether 192.0.2.1 may send for a.example.",
        ),
        (
            Spf("permerror", "a.example", "two\n records", client_ip="192.0.2.1"),
            "SPF: the record of a.example cannot be followed (two records).",
        ),
    ],
)
def test_every_spf_result_is_a_sentence(spf, sentence):
    assert spf_sentence(spf) == sentence


@pytest.mark.parametrize(
    ("signatures", "sentence"),
    [
        ([], "DKIM: the mail carries no signature."),
        (
            [Dkim("a.example", "s", "temperror", "DNS")],
            "DKIM: the key for a signature of a.example could not be fetched.",
        ),
        (
            [Dkim("a.example", "s", "pass", "only a part of the body is signed", counts=False)],
            "DKIM: a signature of a.example is valid but does not count (only a part of the body is signed).",
        ),
        (
            [Dkim("a.example", "s", "pass")] * 5,
            (
                "DKIM: a signature of a.example is valid; a signature of a.example is valid; "
                "a signature of a.example is valid; 2 more."
            ),
        ),
        (
            [Dkim("", "", "permerror")],
            "DKIM: a signature of a nameless domain is not valid (no reason is known).",
        ),
    ],
)
def test_every_signature_is_a_sentence(signatures, sentence):
    assert dkim_sentence(signatures) == sentence


@pytest.mark.parametrize(
    ("dmarc", "sentence"),
    [
        (Dmarc("none", "a.example"), "DMARC: a.example publishes no policy."),
        (Dmarc("temperror", "a.example"), "DMARC: DNS did not answer about a.example."),
        (
            Dmarc("permerror", why="the mail has no single author"),
            "DMARC: cannot be evaluated (the mail has no single author).",
        ),
        (
            Dmarc("pass", "a.example", by="relay:mx.b.example"),
            "DMARC: passes by the relay's word of mx.b.example.",
        ),
        (
            Dmarc("pass", "a.example", record_domain="a.example", by="spf"),
            "DMARC: passes by SPF; a.example asks for nothing when it fails.",
        ),
        (
            Dmarc("fail", "x.a.example", policy="reject", record_domain="a.example", testing=True),
            (
                "DMARC: fails, nothing that passed belongs to x.a.example; a.example asks to reject failures, "
                "one step milder while it is testing."
            ),
        ),
        (
            Dmarc("temperror", "a.example", policy="quarantine", record_domain="a.example"),
            "DMARC: cannot be decided yet, DNS did not answer; a.example asks to quarantine failures.",
        ),
    ],
)
def test_every_dmarc_result_is_a_sentence(dmarc, sentence):
    assert dmarc_sentence(dmarc) == sentence


def test_facts_of_a_stranger_who_was_not_checked_hold_no_sentence():
    assert sentences_of({"mail": 4, "line": "unlisted"}) == []
