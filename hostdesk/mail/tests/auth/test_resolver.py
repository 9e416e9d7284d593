"""The port to DNS, with a real server on the loopback answering it."""

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from hostdesk.mail.auth import Answer, DnsDown, DnsResolver, ZoneResolver
from hostdesk.mail.auth.resolver import split_server

pytestmark = pytest.mark.db_free

RECORDS = {
    ("txt.example.", "TXT"): ['"v=spf1 " "-all"'],
    ("mx.example.", "MX"): ["10 a.mx.example."],
    ("a.example.", "A"): ["192.0.2.1"],
}


@pytest.fixture
def server():
    """A name server on a free loopback port; counts the questions it was asked."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    asked = []

    def serve():
        while True:
            try:
                wire, peer = sock.recvfrom(4096)
            except OSError:
                return
            query = dns.message.from_wire(wire)
            question = query.question[0]
            key = (question.name.to_text(), dns.rdatatype.to_text(question.rdtype))
            asked.append(key)
            if key[0] == "silent.example.":
                continue
            answer = dns.message.make_response(query)
            if key in RECORDS:
                answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", key[1], RECORDS[key]))
            elif key[0] == "broken.example.":
                answer.set_rcode(dns.rcode.SERVFAIL)
            elif not any(name == key[0] for name, _ in RECORDS):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            sock.sendto(answer.to_wire(), peer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"127.0.0.1:{sock.getsockname()[1]}", asked
    sock.close()


def test_records_arrive_in_the_forms_that_are_promised(server):
    resolver = DnsResolver(server[0])

    assert [
        resolver.lookup("txt.example", "TXT"),
        resolver.lookup("MX.example", "MX"),
        resolver.lookup("a.example", "A"),
        resolver.lookup("a.example", "AAAA"),
        resolver.lookup("nothing.example", "A"),
    ] == [
        Answer((b"v=spf1 -all",), exists=True, ttl=60),
        Answer(((10, "a.mx.example"),), exists=True, ttl=60),
        Answer(("192.0.2.1",), exists=True, ttl=60),
        Answer((), exists=True, ttl=60),
        Answer((), exists=False, ttl=60),
    ]


def test_a_question_is_asked_once_for_its_time_to_live(server):
    resolver = DnsResolver(server[0])
    for _ in range(3):
        resolver.lookup("txt.example", "TXT")

    assert server[1] == [("txt.example.", "TXT")]


def test_silence_and_failure_are_dns_down_and_remembered_for_a_moment(server):
    resolver = DnsResolver(server[0], timeout=0.2, lifetime=0.3)
    for name in ("silent.example", "broken.example", "silent.example"):
        with pytest.raises(DnsDown):
            resolver.lookup(name, "A")
    asked = [name for name, _ in server[1]]

    assert (asked.count("silent.example.") in (1, 2), asked[-1]) == (True, "broken.example.")


def test_names_that_cannot_be_names_do_not_exist(server):
    resolver = DnsResolver(server[0])

    assert [resolver.lookup(name, "A").exists for name in ("a" * 64 + ".example", "a..example")] == [
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("192.0.2.1:5353", ("192.0.2.1", 5353)),
        ("[::1]:5353", ("::1", 5353)),
        ("::1", ("::1", 53)),
    ],
)
def test_a_server_is_named_with_or_without_its_port(text, expected):
    assert split_server(text) == expected


def test_a_zone_follows_cnames_and_knows_empty_names():
    zone = ZoneResolver({"a.example": [["CNAME", "b.example"]], "b.example": [["A", "192.0.2.2"]],
                         "x.y.example": [["A", "192.0.2.3"]]})  # fmt: skip

    assert [zone.lookup("a.example", "A").records, zone.lookup("y.example", "A").exists] == [
        ("192.0.2.2",),
        True,
    ]


def test_a_loop_of_cnames_ends():
    zone = ZoneResolver({"a.example": [["CNAME", "b.example"]], "b.example": [["CNAME", "a.example"]]})

    assert zone.lookup("a.example", "A").records == ()
