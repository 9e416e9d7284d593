"""Registration data from a registry on loopback that redacts, lies, drips, floods and leads inwards."""

import time
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from hostdesk.ports.outcomes import PortDown, PortRefused
from hostdesk.ports.registry import fetching, reading
from hostdesk.ports.registry.fetching import Reach, fetch
from tests.registries import drip, on_loopback, rdap

pytestmark = pytest.mark.db_free
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
AT = "/rdap/domain/acme.example"


@pytest.fixture
def there():
    with on_loopback() as registry:
        yield registry


def look(there, **reach):
    return there.registry(**reach).look_up("acme.example", at=NOW)


def marks(told, domain="acme.example"):
    import json

    return reading.from_rdap(json.dumps(told).encode(), domain=domain, at=NOW).marks


def test_an_answer_is_kept_with_its_source_and_digest_and_read(there):
    there.pages.says(AT, rdap())
    (record,) = look(there)

    assert (record.via, record.source) == ("rdap", f"http://{there.web_at}{AT}")
    assert record.digest == sha256(record.body).hexdigest()
    found = record.registration
    assert (found.registered_at, found.changed_at) == (
        datetime(2015, 3, 1, tzinfo=UTC),
        datetime(2025, 3, 1, tzinfo=UTC),
    )
    assert (found.registrar, found.owner, found.emails, found.marks) == (
        "Registrar Inc.",
        "Alice Adams",
        ("owner@elsewhere.example",),
        frozenset(),
    )


def test_ianas_list_is_asked_once_for_many_domains(there):
    there.pages.says(AT, rdap())
    registry = there.registry()
    for _ in range(3):
        registry.look_up("acme.example", at=NOW)

    assert there.pages.asked.count("/dns.json") == 1


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (rdap(redacted=[{"name": {"type": "Registrant Email"}, "method": "removal"}]), {"redacted"}),
        (rdap(entities=[]), {"redacted"}),
        (rdap(emails=("x@domains-by-proxy.example",)), {"private"}),
        (rdap(emails=("a@x.example", "b@x.example")), {"many_addresses"}),
        (rdap(emails=("a@x.example\r\nBcc: e@evil.example",)), {"odd_address"}),
        (rdap(emails=("ali\u0441e@acme.example",)), {"odd_address"}),
        (rdap("other.example"), {"other_name"}),
        (rdap("acme.example\u200b"), {"other_name"}),
        (rdap(status=["redemption period"]), {"gone"}),
        (rdap(registered="2099-01-01T00:00:00Z"), {"odd_dates"}),
        (rdap(registered="nonsense", changed=None), set()),
    ],
)
def test_what_makes_an_answer_doubtful_is_noticed(told, expected):
    assert marks(told) == expected


def test_an_idn_is_known_by_its_a_label():
    assert marks(rdap("xn--bcher-kva.example"), "xn--bcher-kva.example") == set()
    assert marks(rdap("bücher.example"), "xn--bcher-kva.example") == set()
    assert marks(rdap("xn--bcher-kva.example"), "bucher.example") == {"other_name"}


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ({"body": b"x" * 1_000_001}, "longer than"),
        ({"body": b"[" * 100_000}, "nested too deep"),
        ({"body": b'{"objectClassName": "domain"', "kind": "text/html"}, "text/html"),
        ({"body": b"{"}, "not JSON"),
        ({"body": b'{"objectClassName": "entity"}'}, "not about a domain"),
        ({"body": b"\xff\xfe"}, "not UTF-8"),
        ({"body": b"", "status": 500}, "answered 500"),
        ({"body": b"", "status": 302, "Location": "http://127.0.0.1:9/"}, "Only https"),
        ({"body": b"", "status": 302, "Location": "https://127.0.0.1:9/"}, "inside a network"),
        ({"body": b"", "status": 302, "Location": "https://[::ffff:10.0.0.1]/"}, "inside a network"),
        ({"body": b"", "status": 302, "Location": "https://inner.example/"}, "inside a network"),
        ({"body": b"", "status": 302, "Location": "file:///etc/passwd"}, "no address of the web"),
        ({"body": b"", "status": 302, "Location": AT}, "more than 3 times"),
    ],
)
@pytest.mark.clause("contact.password")
def test_bad_answers_are_refused_in_one_sentence_and_lead_nowhere_inwards(there, page, says):
    there.pages.says(AT, page.pop("body"), **page)

    with pytest.raises((PortDown, PortRefused)) as no:
        look(there, names={"inner.example": ["93.184.216.34", "192.168.0.1"]})
    assert says in no.value.answer


def test_a_ring_of_redirects_is_left_after_three(there):
    there.pages.says(AT, b"", status=302, Location=AT)

    with pytest.raises(PortRefused, match="more than 3 times"):
        look(there)
    assert there.pages.asked.count(AT) == 4


def test_a_server_that_drips_is_cut_off_in_time(there):
    there.pages.by_path[AT] = drip(20)
    start = time.monotonic()

    with pytest.raises(PortDown, match="too long"):
        look(there, seconds=0.5)
    assert time.monotonic() - start < 5


def test_a_head_that_drips_is_cut_off_in_time(there):
    there.pages.by_path[AT] = drip(20, head=b"HTTP/1.1 200 OK\r\nX-")
    start = time.monotonic()

    with pytest.raises(PortDown):
        look(there, seconds=0.5)
    assert time.monotonic() - start < 5


def test_a_server_that_is_listed_without_https_is_not_asked(there):
    there.listed("http://93.184.216.34/rdap/")

    with pytest.raises(PortRefused, match="lists no server"):
        look(there)


WHOIS = b"""Domain Name: ACME.EXAMPLE\r
Registrar: Registrar Inc.\r
Updated Date: 2025-03-01T00:00:00Z\r
Creation Date: 2015-03-01T00:00:00Z\r
Registry Expiry Date: 2028-03-01T00:00:00Z\r
Registrant Organization: REDACTED FOR PRIVACY\r
"""


def test_whois_is_the_fall_back_through_its_referral(there):
    there.listed()
    there.whois += [f"refer: {there.whois_at}x\n".encode()]
    with pytest.raises(PortRefused):
        look(there)
    there.whois[:] = []
    there.asked_whois.clear()
    with on_loopback() as second:
        reach = there.reach()
        reach = Reach(resolve=reach.resolve, ours=reach.ours | {second.whois_at}, seconds=3)
        registry = there.registry()
        registry.reach = reach
        there.whois += [f"refer: {second.whois_at}\n".encode()]
        second.whois += [WHOIS]
        (record,) = registry.look_up("acme.example", at=NOW)

    assert (record.via, record.registration.marks) == ("whois", frozenset({"redacted"}))
    assert record.registration.registered_at == datetime(2015, 3, 1, tzinfo=UTC)
    assert second.asked_whois == [b"acme.example\r\n"]


@pytest.mark.parametrize("leads_to", ["127.0.0.1", "localhost", "10.0.0.1", "whois.example:22", "[::1]"])
def test_a_whois_referral_never_leads_inwards(there, leads_to):
    there.listed()
    there.whois += [f"refer: {leads_to}\n".encode()]

    with pytest.raises((PortDown, PortRefused)) as no:
        look(there, names={"localhost": ["127.0.0.1"], "whois.example": ["93.184.216.34"]})
    assert "inside a network" in no.value.answer or "port" in no.value.answer


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::a00:1", False),
        ("2002:a00:1::", False),
        ("nonsense", False),
    ],
)
def test_which_addresses_are_public(address, public):
    assert fetching.is_public(address) is public


def test_a_fetch_within_a_domain_is_not_led_elsewhere(there):
    there.pages.says("/token", b"", status=302, Location="http://evil.example/token")
    reach = there.reach(names={"acme.example": ["93.184.216.34"]}, instead={"acme.example:80": there.web_at})

    with pytest.raises(PortRefused, match="another domain"):
        fetch(
            "http://acme.example/token",
            reach=reach,
            accept="text/plain",
            schemes=("http",),
            within="acme.example",
        )


def test_real_answers_of_registries_can_be_read():
    import os

    folder = Path(os.environ.get("HOSTDESK_MAIL_SAMPLES", "")) / "other" / "rdap"
    if not folder.is_dir():
        pytest.skip("HOSTDESK_MAIL_SAMPLES names no folder with RDAP answers")
    read = {}
    for path in sorted(folder.rglob("*.json")):
        try:
            read[path.name] = reading.from_rdap(path.read_bytes(), domain="example.cz", at=NOW).registrar
        except PortRefused as no:
            read[path.name] = no.answer

    assert read["test_testdata_rdap_rdap.nic.cz_domain-example.cz.json"] == ""
    assert (
        read["icann-rdap-client_src_test_files_md_redacted_example-1_empty_value.json"]
        == "Example Registrar Inc."
    )
    assert len(read) > 10
