"""What a relay writes into Authentication-Results, whatever a sender wrote into the words it repeats (T07)."""

import pytest

from hostdesk.mail.auth.results import Result, read

pytestmark = [pytest.mark.db_free, pytest.mark.clause("contact.listed_sender")]


def dmarc(result, domain="acme.example"):
    return Result("dmarc", result, {"header.from": domain})


@pytest.mark.parametrize(
    ("value", "server", "results"),
    [
        ("mx.desk.example; none", "mx.desk.example", []),
        ("mx.desk.example", "mx.desk.example", []),
        ("MX.Desk.example. 1; dmarc=pass header.from=acme.example", "mx.desk.example", [dmarc("pass")]),
        ("mx.desk.example;dmarc = Pass header . From = Acme.Example", "mx.desk.example", [dmarc("pass")]),
        ("mx.desk.example; dmarc/1=fail (p=reject) header.from=acme.example", "mx.desk.example", [dmarc("fail")]),
        ('mx.desk.example; dmarc=pass header.from="acme.example"', "mx.desk.example", [dmarc("pass")]),
        ("(a (nested\\) one)) mx.desk.example (v) ; dmarc=pass (x) header.from=acme.example", "mx.desk.example",
         [dmarc("pass")]),
        ('mx.desk.example; spf=pass smtp.mailfrom=a@acme.example; dkim=fail reason="no; key" header.d=acme.example',
         "mx.desk.example", [Result("spf", "pass", {"smtp.mailfrom": "a@acme.example"}),
                             Result("dkim", "fail", {"header.d": "acme.example"})]),
        ("mx.desk.example; dmarc=passed-by-me header.from=acme.example", "mx.desk.example", []),
        ("mx.desk.example; x-dmarc=pass header.from=acme.example", "mx.desk.example",
         [Result("x-dmarc", "pass", {"header.from": "acme.example"})]),
        ("", "", []),
        (";;;", "", []),
    ],
)  # fmt: skip
def test_a_field_is_read_by_the_standard(value, server, results):
    assert read(value) == (server, results)


@pytest.mark.parametrize(
    "words",
    [
        'spf=fail smtp.mailfrom="x; dmarc=pass header.from=acme.example "@evil.example',
        'spf=fail smtp.mailfrom="x\\"; dmarc=pass header.from=acme.example "@evil.example',
        "spf=fail (domain of x; dmarc=pass header.from=acme.example )",
        "spf=fail (a (b; dmarc=pass header.from=acme.example ) c)",
        "spf=fail (a \\) ; dmarc=pass header.from=acme.example )",
        "dmarc=fail (x) header.from=evil.example (header.from=acme.example)",
        'spf=fail reason="dmarc=pass header.from=acme.example"',
        "spf=fail (never closed; dmarc=pass header.from=acme.example",
        'spf=fail smtp.helo="never closed; dmarc=pass header.from=acme.example',
    ],
)
def test_words_of_a_sender_that_the_relay_repeats_are_no_results(words):
    _, results = read(f"mx.desk.example; {words}")

    assert dmarc("pass") not in results


@pytest.mark.parametrize("value", ["(" * 4000, '"' * 3999, "a=b " * 1000, "; x.y=z" * 700, "\\" * 4000])
def test_hostile_fields_are_read_quickly(value):
    assert read(value)[1] == []
