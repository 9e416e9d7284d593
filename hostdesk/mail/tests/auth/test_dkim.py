"""DKIM signature by signature: what RFC 6376, 8301, 8463 and 8616 ask of signers and of their keys."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from hostdesk.mail.auth import Dkim, ZoneResolver, dkim
from hostdesk.mail.tests.auth.signing import (
    ed25519_record,
    ed25519_signed,
    rsa_public,
    rsa_record,
    rsa_signed,
    signed,
)
from tests.growth import IN_STEP, growth

pytestmark = [pytest.mark.db_free, pytest.mark.clause("contact.listed_sender")]

RAW = b"From: Alice <alice@acme.example>\r\nSubject: Help\r\nTo: support@desk.example\r\n\r\nHello\r\n"
AT = 1_800_000_000
NAME = "s1._domainkey.acme.example"

# RFC 8463, appendix A.3.
FOOTBALL = b"""\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
"""
BRISBANE = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


def checked(raw, record=None, *, zone=None, now=AT):
    zone = {NAME: [["TXT", record or rsa_record()]]} if zone is None else zone
    return [(one.result, one.why) for one in dkim.check(raw, resolver=ZoneResolver(zone), now=now)]


GOOD = [("pass", "")]


def test_the_example_of_the_standard_verifies():
    zone = {"brisbane._domainkey.football.example.com": [["TXT", BRISBANE]]}

    assert dkim.check(FOOTBALL, resolver=ZoneResolver(zone), now=AT) == [
        Dkim("football.example.com", "brisbane", "pass")
    ]


@pytest.mark.parametrize("header", [b"simple", b"relaxed"])
@pytest.mark.parametrize("body_way", [b"simple", b"relaxed"])
@pytest.mark.parametrize(
    "body", [b"", b"\r\n", b"Hello", b" a  b \t\r\n\r\n \r\n\r\n", b"\xff 8 bit\r\n.\r\n", b"a\rb\r\n\r\r\n"]
)
def test_what_another_signer_signs_verifies_in_every_canonical_form(header, body_way, body):
    raw = b"From:  Alice\r\n\t<alice@acme.example> \r\nSubject: caf\xc3\xa9  \r\nX-Empty:\r\n\r\n" + body
    include = (b"from", b"from", b"subject", b"x-empty", b"x-none")
    mail = rsa_signed(raw, domain="acme.example", canonicalize=(header, body_way), include=include)

    assert checked(mail, now=int(time.time())) == GOOD


def test_a_mail_whose_lines_ended_up_with_bare_line_feeds_still_verifies():
    assert checked(signed(RAW).replace(b"\r\n", b"\n")) == GOOD


@pytest.mark.parametrize(
    ("way", "old", "new", "expected"),
    [
        ("relaxed/relaxed", b"Subject: Help", b"SUBJECT :\r\n  Help  ", "pass"),
        ("simple/relaxed", b"Subject: Help", b"SUBJECT: Help", "fail"),
        ("simple/relaxed", b"Subject: Help", b"Subject: Help ", "fail"),
        ("relaxed/relaxed", b"Subject: Help", b"Subject: He lp", "fail"),
        ("relaxed/relaxed", b"Hello\r\n", b"Hello \t\r\n\r\n \r\n", "pass"),
        ("relaxed/relaxed", b"Hello\r\n", b" Hello\r\n", "fail"),
        ("relaxed/simple", b"Hello\r\n", b"Hello\r\n\r\n\r\n", "pass"),
        ("relaxed/simple", b"Hello\r\n", b"Hello", "pass"),
        ("relaxed/simple", b"Hello\r\n", b"Hello \r\n", "fail"),
        ("relaxed", b"Hello\r\n", b"Hello \r\n", "fail"),
        ("relaxed/relaxed", b"Hello\r\n", b"Hello\r\n\r", "fail"),
        ("relaxed/relaxed", b"To: support@desk.example", b"To: other@desk.example", "pass"),
    ],
)
def test_a_change_on_the_way_is_forgiven_as_far_as_the_canonical_form_says(way, old, new, expected):
    mail = signed(RAW, {"c": way}).replace(old, new)

    assert [result for result, _ in checked(mail)] == [expected]


@pytest.mark.parametrize(
    "tags",
    [
        {"c": None, "h": "from"},
        {"c": "simple/simple"},
        {"c": "Relaxed/Simple"},
        {"a": "RSA-SHA256"},
        {"h": "From : Subject"},
        {"h": "from:from:subject:subject:to:x-not-there"},
        {"q": "dns/txt"},
        {"q": "future/thing:dns/txt"},
        {"i": "@acme.example"},
        {"i": "alice@Mail.ACME.example"},
        {"t": str(AT), "x": str(AT + 60)},
        {"t": str(AT + 3600)},
        {"x": str(AT - 3600)},
        {"z": "From:alice@acme.example|Subject:=20x"},
        {"unknown": "value", "A": "another case is another tag"},
        {"l": "7"},
    ],
    ids=str,
)
def test_a_signature_by_the_standard_verifies(tags):
    assert checked(signed(RAW, tags)) == GOOD


@pytest.mark.parametrize("fold", ["\r\n\t", " \r\n  ", ""])
def test_a_signature_may_be_folded_between_its_tags(fold):
    assert checked(signed(RAW, {"c": "relaxed/relaxed"}, fold=fold)) == GOOD
    assert checked(signed(RAW, {"c": "simple/simple"}, fold=fold)) == GOOD


def test_a_signature_may_be_named_in_any_case_and_folded_inside_its_octets():
    mail = signed(RAW)
    at = mail.index(b" b=") + 20

    assert checked(mail[:at] + b"\r\n\t" + mail[at:]) == GOOD
    assert checked(mail.replace(b"DKIM-Signature:", b"dkim-SIGNATURE:", 1)) == GOOD
    assert checked(signed(RAW, {"z": "last"}).replace(b"; b=", b";\r\n b=\r\n ")) == GOOD


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"v": None}, ("permerror", "the tag v is missing")),
        ({"v": "2"}, ("permerror", "the version is unknown")),
        ({"d": None}, ("permerror", "the tag d is missing")),
        ({"s": None}, ("permerror", "the tag s is missing")),
        ({"bh": None}, ("permerror", "the tag bh is missing")),
        ({"bh": ""}, ("permerror", "the body hash is not base64")),
        ({"bh": "AAA"}, ("permerror", "the body hash is not base64")),
        ({"bh": "AA*A"}, ("permerror", "the body hash is not base64")),
        ({"h": "subject:to"}, ("permerror", "the From field is not signed")),
        ({"a": "rsa-sha1"}, ("permerror", "signed with SHA-1, which RFC 8301 forbids")),
        ({"a": "rsa-sha512"}, ("permerror", "the algorithm is unknown")),
        ({"a": "dsa-sha256"}, ("permerror", "the algorithm is unknown")),
        ({"c": "nowsp/simple"}, ("permerror", "the canonical form is unknown")),
        ({"c": "relaxed/relaxed/simple"}, ("permerror", "the canonical form is unknown")),
        ({"d": "acme..example"}, ("permerror", "the signing domain is no domain")),
        ({"d": "acme.example, evil.example"}, ("permerror", "the signing domain is no domain")),
        ({"i": "@evil.example"}, ("permerror", "the identity does not belong to the signing domain")),
        ({"i": "@notacme.example"}, ("permerror", "the identity does not belong to the signing domain")),
        ({"i": "acme.example"}, ("permerror", "the identity does not belong to the signing domain")),
        ({"q": "http/web"}, ("permerror", "the key cannot be asked for in DNS")),
        ({"l": "-1"}, ("permerror", "the length is no number")),
        ({"l": "8"}, ("fail", "more of a body was signed than there is")),
        ({"t": "12 345"}, ("permerror", "the time t is no number")),
        ({"t": str(AT + 40_000)}, ("permerror", "signed in the future")),
        ({"t": str(AT), "x": str(AT)}, ("permerror", "it expires before it was signed")),
        ({"x": str(AT - 40_000)}, ("fail", "the signature has expired")),
    ],
    ids=str,
)  # fmt: skip
def test_a_signature_against_the_standard_does_not_verify(tags, expected):
    assert checked(signed(RAW, tags)) == [expected]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"v=1; ", b"v=1; v=1; ", "the tag v stands twice"),
        (b"v=1; ", b"v=1;; ", "the tags cannot be read"),
        (b"v=1; ", b"v=1; nothing; ", "the tags cannot be read"),
        (b"v=1; ", b"v=1; 1x=2; ", "the tags cannot be read"),
        (b"v=1; ", b"v=1; x\xff=2; ", "the tags are not text"),
    ],
)
def test_a_list_of_tags_that_cannot_be_read_is_no_signature(old, new, why):
    assert checked(signed(RAW).replace(old, new, 1)) == [("permerror", why)]


def test_tag_names_keep_their_case():
    assert checked(signed(RAW).replace(b" d=", b" D=")) == [("permerror", "the tag d is missing")]


def test_a_part_of_the_body_verifies_but_does_not_count():
    mail = signed(RAW, {"l": "7"}) + b"Please send me the password\r\n"
    found = dkim.check(mail, resolver=ZoneResolver({NAME: [["TXT", rsa_record()]]}), now=AT)

    assert found == [Dkim("acme.example", "s1", "pass", "only a part of the body is signed", counts=False)]


def test_nothing_of_the_body_signed_does_not_count_either():
    found = dkim.check(
        signed(RAW, {"l": "0"}), resolver=ZoneResolver({NAME: [["TXT", rsa_record()]]}), now=AT
    )

    assert [(one.result, one.counts) for one in found] == [("pass", False)]


SMALL = rsa.generate_private_key(public_exponent=65537, key_size=1024)
TINY = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAIWmlgix/84GJ+dfgjm7LTc9EPdfkftlgiPpCq4/kbDAZmU0VvYKDljjleJ1dfvS+CGy9U/kk1tG3EeEvb82xAcCAwEAAQ=="


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (f"p={rsa_public()}", ("pass", "")),
        (f"v=DKIM1; p={rsa_public()};", ("pass", "")),
        (f"v=DKIM1 ; k = rsa ; n=a note ; p = {rsa_public()[:40]} {rsa_public()[40:]}", ("pass", "")),
        (rsa_record("h=sha1:sha256; "), ("pass", "")),
        (rsa_record("s=email; "), ("pass", "")),
        (rsa_record("s=other:*; "), ("pass", "")),
        (rsa_record("t=future; x=unknown; "), ("pass", "")),
        (rsa_record("t=s; "), ("pass", "")),
        (rsa_record("t=s:y; "), ("pass", "the key is marked as a test")),
        ([rsa_record()[:200], rsa_record()[200:]], ("pass", "")),
        (rsa_record("h=sha1; "), ("permerror", "the key does not allow this hash")),
        (rsa_record("s=tlsrpt; "), ("permerror", "the key is not for mail")),
        ("v=DKIM1; p=", ("permerror", "the key has been revoked")),
        ("v=DKIM1; k=rsa", ("permerror", "the key record holds no key")),
        ("v=DKIM2; p=x", ("permerror", "the key record is of another version")),
        (f"k=rsa; v=DKIM1; p={rsa_public()}", ("permerror", "the key record is of another version")),
        ("v=DKIM1; k=rsa; nonsense", ("permerror", "the key record cannot be read")),
        ("v=DKIM1; k=rsa; p=AAAA", ("permerror", "the key cannot be read")),
        (f"v=DKIM1; k=ed448; p={rsa_public()}", ("permerror", "the key is of another kind than the signature")),
        (ed25519_record(), ("permerror", "the key is of another kind than the signature")),
        (f"v=DKIM1; p={TINY}", ("permerror", "the key is too short (512 bits)")),
        (rsa_record(key=SMALL), ("fail", "the signature does not match")),
    ],
    ids=range(22),
)  # fmt: skip
def test_a_key_record_is_read_by_the_standard(record, expected):
    assert checked(signed(RAW), record) == [expected]


def test_a_key_of_1024_bits_is_the_least():
    assert checked(signed(RAW, key=SMALL), rsa_record(key=SMALL)) == GOOD


def test_a_key_that_serves_no_subdomains_refuses_their_identities():
    said = [
        checked(signed(RAW, {"i": who}), rsa_record("t=s; "))
        for who in ("x@acme.example", "x@a.acme.example")
    ]

    assert said == [GOOD, [("permerror", "the key does not serve subdomains")]]


def test_of_several_key_records_any_may_fit():
    other, own = rsa_record(key=SMALL), rsa_record()

    assert checked(signed(RAW), zone={NAME: [["TXT", "v=spf1 -all"], ["TXT", other], ["TXT", own]]}) == GOOD


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ({}, ("permerror", "there is no key for this signature")),
        ({NAME: [["A", "192.0.2.1"]]}, ("permerror", "there is no key for this signature")),
        ({NAME: [["TXT", "TIMEOUT"]]}, ("temperror", f"TXT {NAME}")),
        ({NAME: [["CNAME", "key.esp.example"]], "key.esp.example": [["TXT", rsa_record()]]}, ("pass", "")),
    ],
)
def test_a_key_that_is_not_there_is_told_from_dns_that_does_not_answer(zone, expected):
    assert checked(signed(RAW), zone=zone) == [expected]


def test_a_unicode_domain_is_asked_for_by_its_a_label():
    mail = signed(RAW, {"d": "bücher.example", "i": "@bücher.example"})
    zone = {"s1._domainkey.xn--bcher-kva.example": [["TXT", rsa_record()]]}

    assert dkim.check(mail, resolver=ZoneResolver(zone), now=AT) == [
        Dkim("xn--bcher-kva.example", "s1", "pass")
    ]


def test_a_tampered_ed25519_signature_fails():
    zone = {"ed._domainkey.acme.example": [["TXT", ed25519_record()]]}
    mail = ed25519_signed(RAW, domain="acme.example")

    assert [checked(one, zone=zone)[0][0] for one in (mail, mail.replace(b"Help", b"Halp"))] == [
        "pass",
        "fail",
    ]


def test_repeated_fields_are_taken_from_the_lowest_up():
    raw = b"Received: 1\r\nReceived: 2\r\n" + RAW
    mail = signed(raw, {"h": "from:received"})

    assert checked(b"Received: 3\r\n" + mail) == GOOD
    assert [one for one, _ in checked(mail.replace(b"Received: 2", b"Received: x"))] == ["fail"]
    oversigned = signed(raw, {"h": "from:received:received:received"})
    assert [one for one, _ in checked(b"Received: 3\r\n" + oversigned)] == ["fail"]


@pytest.mark.parametrize("where", ["above", "below"])
def test_a_second_from_field_breaks_a_signature_that_covers_one(where):
    more, mail = b"From: boss@acme.example\r\n", signed(RAW)
    mail = more + mail if where == "above" else mail.replace(b"\r\n\r\n", b"\r\n" + more + b"\r\n", 1)

    assert [result for result, _ in checked(mail)] == ["fail"]


@pytest.mark.parametrize("line", [b"no field at all", b": nameless", b"na\xefme: x", b"two words: x"])
def test_a_header_that_readers_would_end_at_different_lines_verifies_nothing(line):
    assert checked(line + b"\r\n" + signed(RAW)) == [("permerror", "a line of the header is no field")]


def test_only_the_first_eight_signatures_are_looked_at():
    mail = RAW
    for number in range(9):
        mail = signed(mail, {"s": f"k{number}"}) if number else signed(mail)

    assert [why for _, why in checked(mail)] == ["there is no key for this signature"] * 8


def signed_a_hundred_times(body):
    """A mail of this body with the same signature a hundred times."""
    mail = signed(RAW + body)
    return mail[: mail.index(b"\r\n") + 2] * 99 + mail


@pytest.mark.parametrize(
    "piece",
    [b"   ", b"\r\n\r\n", b"\r\r\r", b" \r\n", b"\t x"],
    ids=["blanks", "empty lines", "lone CRs", "blank lines", "words"],
)
def test_a_hundred_signatures_on_a_huge_mail_are_judged_in_linear_time(piece):
    def huge(times):
        return signed_a_hundred_times(piece * times + b"x")

    assert checked(huge(1_000_000)) == GOOD * 8
    assert growth(checked, huge, 60_000) < IN_STEP


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b" v=1; b=!", b"\r\n "),
        (b" v=1; a=rsa-sha256; d=a.example; s=s; bh=AAAA; b=AAAA; h=", b"from:"),
        (b"", b" ;"),
        (b"", b" a"),
    ],
    ids=["folds", "names", "pieces", "words"],
)
def test_a_huge_signature_field_is_judged_in_linear_time(head, piece):
    def huge(times):
        return b"DKIM-Signature:" + head + piece * times + b"!\r\n" + RAW

    assert [result for result, _ in checked(huge(300_000))] == ["permerror"]
    assert growth(checked, huge, 20_000) < IN_STEP
