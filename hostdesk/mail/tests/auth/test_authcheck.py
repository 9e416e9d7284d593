"""`hostdesk mail authcheck`: one verdict a line, from the DNS in the line."""

import io
import json

import pytest

from hostdesk.config.commands import mail_authcheck
from hostdesk.mail.tests.auth.signing import rsa_record, rsa_signed

pytestmark = pytest.mark.db_free

RAW = b"From: a@acme.example\r\nSubject: x\r\n\r\nHello\r\n"


def answered(*cases):
    out = io.StringIO()
    code = mail_authcheck.answer(io.StringIO("\n".join(json.dumps(case) for case in cases) + "\n"), out)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def test_every_kind_of_case_is_judged():
    spf = {"acme.example": [["TXT", "v=spf1 ip4:192.0.2.1 -all"]]}
    session = {"ip": "192.0.2.9", "helo": "h.example", "mail_from": "a@acme.example"}
    key = {"s1._domainkey.acme.example": [["TXT", rsa_record()]]}
    policy = {"_dmarc.acme.example": [["TXT", "v=DMARC1; p=reject"]]}
    signed = rsa_signed(RAW, domain="acme.example").decode("latin-1").replace("\r\n", "\n")

    valid = {"domain": "acme.example", "selector": "s1", "result": "pass", "why": "", "counts": True}

    assert answered(
        {"id": "1", "kind": "spf", "zone": spf, **session},
        {"id": "2", "kind": "dkim", "zone": key, "message": signed},
        {"id": "3", "kind": "dkim", "zone": {}, "message": RAW.decode()},
        {"id": "4", "kind": "arc", "zone": {}, "message": RAW.decode()},
        {"id": "5", "kind": "dmarc", "zone": {**spf, **policy}, "message": RAW.decode(), **session},
        {"id": "6", "kind": "dmarc", "zone": {**key, **policy}, "message": signed, **session},
        {"id": "7", "kind": "orgdomain", "domain": "a.b.acme.co.za"},
        {"id": "8", "kind": "orgdomain", "domain": "co.za"},
    ) == (
        0,
        [
            {"id": "1", "result": "fail"},
            {"id": "2", "result": "pass", "signatures": [valid]},
            {"id": "3", "result": "none", "signatures": []},
            {"id": "4", "result": "none"},
            {"id": "5", "result": "fail", "disposition": "reject"},
            {"id": "6", "result": "pass", "disposition": "none"},
            {"id": "7", "result": "acme.co.za"},
            {"id": "8", "result": None},
        ],
    )


def test_a_line_that_is_no_case_is_answered_and_the_rest_goes_on():
    code, out = answered(
        {"id": "1", "kind": "riddle"}, {"id": "2", "kind": "orgdomain", "domain": "x.example"}
    )

    assert (code, [one["result"] for one in out]) == (1, [None, "x.example"])


@pytest.mark.parametrize(
    ("keys", "result"),
    [
        ({"s1": rsa_record()}, "pass"),
        ({"s1": "v=DKIM1; p="}, "fail"),
        ({"s1": "TIMEOUT"}, "temperror"),
        ({"s1": rsa_record(), "s2": "TIMEOUT"}, "pass"),
        ({"s2": "TIMEOUT"}, "temperror"),
        ({}, "fail"),
    ],
)
def test_one_valid_signature_of_several_is_enough_and_dns_trouble_leaves_it_open(keys, result):
    mail = rsa_signed(rsa_signed(RAW, domain="acme.example"), domain="acme.example", selector="s2")
    zone = {f"{name}._domainkey.acme.example": [["TXT", record]] for name, record in keys.items()}
    _, out = answered({"id": "1", "kind": "dkim", "zone": zone, "message": mail.decode("latin-1")})

    assert (out[0]["result"], len(out[0]["signatures"])) == (result, 2)


@pytest.mark.parametrize(
    ("domain", "result"),
    [
        (None, None),
        ("", None),
        ("com", None),
        ("COM", None),
        (".com", None),
        (".acme.example", None),
        ("acme..com", None),
        ("Acme.COM", "acme.com"),
        ("a.b.acme.com.", "acme.com"),
        ("nosuchtld", None),
        ("acme.nosuchtld", "acme.nosuchtld"),
        ("acme.co.za", "acme.co.za"),
        ("a.b.c.mm", "b.c.mm"),
        ("c.mm", None),
        ("www.ck", "www.ck"),
        ("test.ck", None),
        ("www.city.kobe.jp", "city.kobe.jp"),
        ("c.kobe.jp", None),
        ("github.io", None),
        ("b.acme.github.io", "acme.github.io"),
        ("www.食狮.公司.cn", "食狮.公司.cn"),
        ("公司.cn", None),
        ("公司。cn", None),
        ("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
        ("xn--55qx5d.cn", None),
        ("192.0.2.1", None),
        ("2001:db8::1", None),
        ("two words.com", None),
    ],
)
def test_the_organisational_domain_by_the_list_of_public_suffixes(domain, result):
    assert answered({"id": "1", "kind": "orgdomain", "domain": domain}) == (
        0,
        [{"id": "1", "result": result}],
    )


def test_a_case_that_cannot_be_judged_keeps_its_id():
    code, out = answered({"id": "7", "kind": "dkim", "zone": {}})

    assert (code, out[0]["id"], out[0]["result"], "error" in out[0]) == (1, "7", None, True)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("x", "Expecting value"),
        ("[" * 100_000, "nested too deeply"),
        ("[1]", "a JSON object is wanted"),
        ('{"id": 1}', "the kind must be one of spf, dkim, arc, dmarc, orgdomain"),
        ('{"kind": ["spf"]}', "the kind must be one of spf, dkim, arc, dmarc, orgdomain"),
        ('{"kind": "dkim"}', "message is missing"),
        ('{"kind": "spf", "zone": 5}', "a value is of the wrong kind"),
    ],
)
def test_a_line_that_is_no_case_is_answered_with_a_sentence_and_the_next_one_judged(line, why):
    out = io.StringIO()
    code = mail_authcheck.answer(
        io.StringIO(line + '\n{"id": "\\ud800", "kind": "orgdomain", "domain": "a.test"}\n'), out
    )
    first, second = [json.loads(one) for one in out.getvalue().splitlines()]

    assert code == 1
    assert first["error"].startswith(f"not a case: {why}")
    assert second == {"id": "\ud800", "result": "a.test"}


def test_a_closed_standard_input_is_said(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", None)

    assert mail_authcheck.run(None) == 1
    assert capsys.readouterr().err == "hostdesk mail authcheck: standard input is closed\n"
