"""SPF by RFC 7208, section by section: which record says what, what it may ask, and what breaks it."""

import pytest

from hostdesk.mail.auth import ZoneResolver, spf
from tests.growth import IN_STEP, growth

pytestmark = [pytest.mark.db_free, pytest.mark.clause("contact.listed_sender")]

IP, IP6 = "192.0.2.10", "2001:db8::10"
HOSTS = {
    "mx.acme.example": [["A", IP], ["AAAA", "2001:DB8:0::10"]],
    "other.example": [["A", "198.51.100.1"], ["MX", [10, "mx.acme.example"]]],
    "null.example": [["MX", [0, "."]]],
    "pass.example": [["TXT", f"v=spf1 ip4:{IP} -all"]],
    "fail.example": [["TXT", "v=spf1 -all"]],
    "broken.example": [["TXT", "v=spf1 moo"]],
    "bare.example": [["A", "192.0.2.99"]],
    "slow.example": [["*", "TIMEOUT"]],
    "10.2.0.192.in-addr.arpa": [["PTR", "liar.example"], ["PTR", "MX.acme.example."]],
    "liar.example": [["A", "198.51.100.1"]],
}


def checked(record, *, ip=IP, mail_from="u-ser.x@acme.example", helo="helo.example", **more):
    records = [["TXT", one] for one in ([record] if isinstance(record, str) else record)]
    zone = HOSTS | {"acme.example": [*records, ["A", "192.0.2.9"], ["MX", [5, "mx.acme.example"]]]} | more
    return spf.check(client_ip=ip, helo=helo, envelope_from=mail_from, resolver=ZoneResolver(zone), now=1234)


def result(record, **facts):
    return checked(record, **facts).result


@pytest.mark.parametrize(
    ("mail_from", "helo", "expected"),
    [
        ("a@acme.example", "x", ("pass", "acme.example")),
        ("a@ACME.Example.", "x", ("pass", "acme.example")),
        ("@acme.example", "x", ("pass", "acme.example")),
        ("acme.example", "x", ("pass", "acme.example")),
        ('"a@b"@acme.example', "x", ("pass", "acme.example")),
        ("", "acme.example", ("pass", "acme.example")),
        ("", "acme", ("none", "acme")),
        ("", "[192.0.2.10]", ("none", "[192.0.2.10]")),
        ("", "", ("none", "")),
        ("a@localhost", "acme.example", ("none", "localhost")),
        ("a@b..acme.example", "x", ("none", "b..acme.example")),
        ("a@" + "l" * 64 + ".example", "x", ("none", "l" * 64 + ".example")),
        ("a@nowhere.example", "acme.example", ("none", "nowhere.example")),
        ("a@bare.example", "x", ("none", "bare.example")),
        ("a@bücher.example", "x", ("pass", "xn--bcher-kva.example")),
        ("a@slow.example", "x", ("temperror", "slow.example")),
    ],
)  # fmt: skip
def test_the_domain_that_is_asked_is_that_of_mail_from_or_helo(mail_from, helo, expected):
    books = {"xn--bcher-kva.example": [["TXT", "v=spf1 +all"]]}
    found = checked("v=spf1 +all", mail_from=mail_from, helo=helo, **books)

    assert (found.result, found.domain) == expected


@pytest.mark.parametrize("ip", [None, "", "nonsense", "192.0.2.300"])
def test_without_a_client_there_is_nothing_to_judge(ip):
    found = checked("v=spf1 +all", ip=ip)

    assert (found.result, found.client_ip) == ("none", "")


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "none"),
        (["v=spf10 -all"], "none"),
        (["v=spf1-all"], "none"),
        ([" v=spf1 -all"], "none"),
        (["v=spf2.0/pra -all", "something else", "caf\xe9"], "none"),
        (["V=SPF1 -all"], "fail"),
        (["v=spf1"], "neutral"),
        (["v=spf1   -all  "], "fail"),
        (["v=spf1 -all", "v=spf1 +all"], "permerror"),
        (["v=spf1 -all", "v=spf1 -all"], "permerror"),
        (["v=spf1 -all", "caf\xe9"], "fail"),
        (["v=spf1 a:caf\xe9.example -all"], "permerror"),
        (["v=spf1\t-all"], "none"),
        (["v=spf1 a\t-all"], "permerror"),
    ],
)
def test_of_all_text_records_exactly_one_may_be_of_spf(records, expected):
    assert result(records) == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("v=spf1 all", "pass"),
        ("v=spf1 +all", "pass"),
        ("v=spf1 -ALL", "fail"),
        ("v=spf1 ~all", "softfail"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1 -all +all", "fail"),
        (f"v=spf1 ip4:{IP} -all", "pass"),
        ("v=spf1 ip4:192.0.2.0/28 -all", "pass"),
        ("v=spf1 ip4:192.0.2.99/0 -all", "pass"),
        ("v=spf1 ip4:192.0.2.11 -all", "fail"),
        ("v=spf1 ip6:::/0 -all", "fail"),
        ("v=spf1 a -all", "fail"),
        ("v=spf1 a/30 -all", "pass"),
        ("v=spf1 A:mx.Acme.example -all", "pass"),
        ("v=spf1 a:mx.acme.example. -all", "pass"),
        ("v=spf1 a:other.example/0//0 -all", "pass"),
        ("v=spf1 a:nowhere.example -all", "fail"),
        ("v=spf1 mx -all", "pass"),
        ("v=spf1 mx/32//128 -all", "pass"),
        ("v=spf1 mx:other.example -all", "pass"),
        ("v=spf1 mx:null.example -all", "fail"),
        ("v=spf1 mx:pass.example -all", "fail"),
        ("v=spf1 ptr -all", "pass"),
        ("v=spf1 ptr:acme.example -all", "pass"),
        ("v=spf1 ptr:mx.acme.example -all", "pass"),
        ("v=spf1 ptr:example -all", "permerror"),
        ("v=spf1 ptr:liar.example -all", "fail"),
        ("v=spf1 exists:other.example -all", "pass"),
        ("v=spf1 exists:pass.example -all", "fail"),
        ("v=spf1 include:pass.example -all", "pass"),
        ("v=spf1 -include:pass.example +all", "fail"),
        ("v=spf1 include:fail.example ~all", "softfail"),
        ("v=spf1 include:broken.example +all", "permerror"),
        ("v=spf1 include:bare.example +all", "permerror"),
        ("v=spf1 include:slow.example +all", "temperror"),
        ("v=spf1 include:acme.example +all", "permerror"),
        ("v=spf1 a:slow.example +all", "temperror"),
        ("v=spf1 +all a:slow.example", "pass"),
        ("v=spf1 redirect=pass.example", "pass"),
        ("v=spf1 REDIRECT=fail.example", "fail"),
        ("v=spf1 redirect=fail.example ?all", "neutral"),
        ("v=spf1 redirect=bare.example", "permerror"),
        ("v=spf1 redirect=broken.example", "permerror"),
        ("v=spf1 redirect=slow.example", "temperror"),
        ("v=spf1 redirect=acme.example", "permerror"),
        ("v=spf1 unknown=value x.y-z_1=%{d} unknown=again -all", "fail"),
        ("v=spf1 exp=nowhere.example -all", "fail"),
    ],
)  # fmt: skip
def test_a_term_does_what_the_standard_says(record, expected):
    assert result(record) == expected


@pytest.mark.parametrize(
    "term",
    [
        "moo", "all:x", "all/8", "-all.", "=x", "-=x", "1x=y", "++all", "!all",
        "a:", "a/", "a//", "a/33", "a//129", "a/032", "a/1/2", "a:/24", "a:1.2.3.4", "a:localhost", "a:.example.1",
        "a:x.example:80", "a:-.-", "a:x.exam_ple", "a:x.example/", "a,", "mx:", "mx/33", "mx//129", "mx:1.2.3.4",
        "ip4", "ip4:", "ip4:1.2.3", "ip4:1.2.3.256", "ip4:01.2.3.4", "ip4:1.2.3.4.", "ip4:1.2.3.4/33", "ip4:1.2.3.4/",
        "ip4:1.2.3.4/08", "ip4:1.2.3.4//32", "ip4:2001:db8::1", "ip4:%{i}", "ip6", "ip6:", "ip6:1.2.3.4", "ip6:x::",
        "ip6:::1/129", "ip6:fe80::1%eth0", "ip6:::1//64", "ptr:", "ptr/24", "include", "include:", "include:x.1",
        "include:x.example/24", "exists", "exists:", "exists:x.example/24", "redirect=", "redirect=x", "exp=",
        "exp=x exp=y.example", "redirect=x.example redirect=x.example", "exp=x.example Exp=y.example",
        "a:%", "a:%.example", "a:%x.example", "a:%{d", "a:%{}", "a:%{x}", "a:%{d0}", "a:%{dx}", "a:%{d1r2}",
        "a:%{d!}", "a:%{c}", "a:%{r}.example", "a:%{t}", "x=%{x}", "x=%(d)", "x=caf%",
    ],
)  # fmt: skip
def test_an_error_anywhere_spoils_the_whole_record(term):
    assert result(f"v=spf1 ip4:{IP} {term} -all") == "permerror"


@pytest.mark.parametrize(
    ("record", "ip", "expected"),
    [
        (f"v=spf1 ip6:{IP6} -all", IP6, "pass"),
        ("v=spf1 ip6:2001:DB8::/32 -all", IP6, "pass"),
        ("v=spf1 ip6:2001:db8::192.0.2.1/96 -all", IP6, "pass"),
        ("v=spf1 ip4:0.0.0.0/0 -all", IP6, "fail"),
        ("v=spf1 a:mx.acme.example -all", IP6, "pass"),
        ("v=spf1 a:mx.acme.example//64 -all", "2001:db8::ffff", "pass"),
        ("v=spf1 a:mx.acme.example/0 -all", "2001:db8::ffff", "fail"),
        ("v=spf1 mx -all", IP6, "pass"),
        ("v=spf1 exists:other.example -all", IP6, "pass"),
        (f"v=spf1 ip4:{IP} -all", f"::ffff:{IP}", "pass"),
        ("v=spf1 ip6:::ffff:0:0/96 -all", f"::ffff:{IP}", "fail"),
        ("v=spf1 ip6:fe80::/10 -all", "fe80::1%eth0", "pass"),
    ],
)
def test_addresses_of_either_family_are_matched(record, ip, expected):
    assert result(record, ip=ip) == expected


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("%{d}", "acme.example"),
        ("%{d1}", "example"),
        ("%{d9}", "acme.example"),
        ("%{dr}", "example.acme"),
        ("%{d1r}", "acme"),
        ("%{D1R}", "acme"),
        ("%{s}", "u-ser.x@acme.example"),
        ("%{o}", "acme.example"),
        ("%{l}", "u-ser.x"),
        ("%{l-}", "u.ser.x"),
        ("%{lr-}", "ser.x.u"),
        ("%{lr-.}", "x.ser.u"),
        ("%{l1r-}", "u"),
        ("%{S}", "u-ser.x%40acme.example"),
        ("%{i}", "192.0.2.10"),
        ("%{ir}.%{v}", "10.2.0.192.in-addr"),
        ("%{i2}", "2.10"),
        ("%{h}", "helo.example"),
        ("%{p}", "mx.acme.example"),
        ("a%%b%_c%-d", "a%b c%20d"),
        ("x%{d2}", "xacme.example"),
    ],
)
def test_macros_are_replaced(spec, name):
    there = {f"{name}.told": [["A", "127.0.0.2"]]}

    assert [result(f"v=spf1 exists:{spec}.told{dot} -all", **there) for dot in ("", ".")] == ["pass", "pass"]
    assert result(f"v=spf1 exists:{spec}.told -all") == "fail"


@pytest.mark.parametrize("spec", ["%{d}", "mx.%{d}", "%{d}%{d}", "mx.acme.example"])
def test_a_macro_may_end_a_name(spec):
    assert result(f"v=spf1 a:{spec}/24 -all") in ("pass", "fail")


def test_an_address_of_ipv6_is_written_in_nibbles():
    name = "2.0.0.1.0.d.b.8." + "0." * 21 + "0.1.0.ip6.x"

    assert result("v=spf1 exists:%{i}.%{v}.x -all", ip=IP6, **{name: [["A", "127.0.0.2"]]}) == "pass"


def test_a_missing_local_part_is_the_postmaster():
    there = {"postmaster.at.acme.example": [["A", "127.0.0.2"]]}

    assert [
        result("v=spf1 exists:%{l}.at.%{o} -all", mail_from=one, **there) for one in ("@acme.example", "")
    ] == [
        "pass",
        "none",
    ]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], "unknown"),
        (["liar.example"], "unknown"),
        (["mx.elsewhere.example"], "mx.elsewhere.example"),
        (["mx.elsewhere.example", "out.acme.example"], "out.acme.example"),
        (["out.acme.example", "acme.example"], "acme.example"),
        ("TIMEOUT", "unknown"),
    ],
)
def test_the_clients_own_name_is_one_that_leads_back_to_it(names, told):
    pointers = [["PTR", one] for one in names] if isinstance(names, list) else [["PTR", names]]
    hosts = {one: [["A", IP]] for one in ("mx.elsewhere.example", "out.acme.example")}
    zone = {"10.2.0.192.in-addr.arpa": pointers, f"{told}.told": [["A", "127.0.0.2"]], **hosts}
    zone["acme.example"] = [["TXT", "v=spf1 exists:%{p}.told -all"], ["A", IP]]
    found = spf.check(
        client_ip=IP, helo="x", envelope_from="a@acme.example", resolver=ZoneResolver(zone), now=1
    )

    assert found.result == "pass"


def test_a_name_that_grew_too_long_loses_labels_on_its_left():
    domain = "d." * 100 + "acme.example"
    record = f"v=spf1 exists:{'long.' * 20}%{{d}} -all"
    expected = ("long." * 20 + domain)[-253:].partition(".")[2]
    zone = {domain: [["TXT", record]], expected: [["A", "127.0.0.2"]]}
    found = spf.check(client_ip=IP, helo="x", envelope_from=f"a@{domain}", resolver=ZoneResolver(zone), now=1)

    assert (found.result, len(expected) <= 253) == ("pass", True)


def test_names_that_macros_make_impossible_do_not_exist():
    assert [result(f"v=spf1 {term} ~all") for term in ("a:x..%{d}", "exists:" + "l" * 64 + ".%{d}")] == [
        "softfail"
    ] * 2
    assert result("v=spf1 include:x..%{d} ~all") == "permerror"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (["Ask %{d}: %{c} at %{t} to %{r}%%"], "Ask acme.example: 192.0.2.10 at 1234 to unknown%"),
        (["100% wrong"], ""),
        (["caf\xe9"], ""),
        (["one", "two"], ""),
        ([], ""),
        ("TIMEOUT", ""),
    ],
)
def test_a_refusal_is_explained_in_the_owners_words_if_they_can_be_read(text, told):
    words = {
        "why.acme.example": [["TXT", one] for one in text] if isinstance(text, list) else [["TXT", text]]
    }
    found = checked("v=spf1 exp=why.%{d} -all", **words)

    assert (found.result, found.explanation) == ("fail", told)


def test_the_explanation_is_that_of_the_record_which_refused():
    words = {"own.example": [["TXT", "own"]], "their.example": [["TXT", "theirs"]],
             "last.example": [["TXT", "v=spf1 exp=their.example -all"]]}  # fmt: skip
    said = [checked(f"v=spf1 exp=own.example {end}", **words).explanation
            for end in ("redirect=last.example", "include:last.example -all")]  # fmt: skip

    assert said == ["theirs", "own"]


def many(count, term="a:other.example"):
    return " ".join([term] * count)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (f"v=spf1 {many(10)} ip4:{IP} -all", "pass"),
        (f"v=spf1 {many(11)} ip4:{IP} -all", "permerror"),
        (f"v=spf1 ip4:{IP} {many(11)} -all", "pass"),
        (f"v=spf1 {many(9)} include:deep.example -all", "permerror"),
        (f"v=spf1 {many(8)} include:deep.example -all", "pass"),
        (f"v=spf1 {many(9)} redirect=pass.example", "pass"),
        (f"v=spf1 {many(10)} redirect=pass.example", "permerror"),
        (f"v=spf1 {many(100, 'ip4:198.51.100.1')} ip4:{IP} -all", "pass"),
        (f"v=spf1 a:n1.test.example a:n2.test.example ip4:{IP} -all", "pass"),
        (f"v=spf1 a:n1.test.example a:n2.test.example a:n3.test.example ip4:{IP} -all", "permerror"),
        (f"v=spf1 exists:n1.x.example include:void.example exists:n3.x.example ip4:{IP} -all", "permerror"),
        ("v=spf1 mx:ten.example -all", "pass"),
        ("v=spf1 mx:eleven.example -all", "permerror"),
    ],
)
def test_a_record_may_ask_only_so_much(record, expected):
    zone = {
        "deep.example": [["TXT", f"v=spf1 a:other.example ip4:{IP}"]],
        "void.example": [["TXT", "v=spf1 a"]],
    }
    for name, count in (("ten", 9), ("eleven", 10)):
        zone[f"{name}.example"] = [["MX", [1, "other.example"]]] * count + [["MX", [2, "mx.acme.example"]]]

    assert result(record, **zone) == expected


def test_of_many_names_of_a_client_only_ten_are_looked_at():
    names = [["PTR", f"n{number}.acme.example"] for number in range(11)]
    far = {"10.2.0.192.in-addr.arpa": names, **{one: [["A", "198.51.100.1"]] for _, one in names[:10]}}

    assert result("v=spf1 ptr -all", **far, **{"n10.acme.example": [["A", IP]]}) == "fail"
    assert result("v=spf1 ptr -all", **far | {"n9.acme.example": [["A", IP]]}) == "pass"


def test_dns_trouble_with_the_clients_own_name_only_leaves_it_out():
    slow = {"10.2.0.192.in-addr.arpa": [["PTR", "TIMEOUT"]]}
    half = {"10.2.0.192.in-addr.arpa": [["PTR", "slow.example"], ["PTR", "mx.acme.example"]]}

    assert (result("v=spf1 ptr -all", **slow), result("v=spf1 ptr -all", **half)) == ("fail", "pass")


@pytest.mark.parametrize(
    ("before", "piece", "after"),
    [("a:", "aaaaaa", "! -all"), ("a:", "......", ""), ("", "%{%{%{", ""), ("", "a:%{l}", ""),
     ("exists:", "%{s}.", "x.example -all"), ("exists:%{l", "------", "}.x -all"), ("", "x=x=x=", ""), ("", "------", ""),
     ("ip6:", "::::::", ""), ("a", "/1/1/1", "")],
    ids=range(10),
)  # fmt: skip
def test_a_huge_record_is_read_in_linear_time(before, piece, after):
    def judged(times):
        record = f"v=spf1 {before}{piece * times}{after}"
        return result(record, mail_from="l" * 6 * times + "@acme.example", helo="h" * 6 * times)

    assert judged(10_000) != "pass"
    assert growth(judged, int, 2_000) < IN_STEP
