"""The port to DNS, with a real server on the loopback answering it."""

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from hostdesk.mail.auth import Answer, DnsDown, DnsResolver, ZoneResolver
from hostdesk.mail.auth.resolver import Hurried, split_server

pytestmark = pytest.mark.db_free

RECORDS = {
    ("txt.example.", "TXT"): ['"v=spf1 " "-all"'],
    ("mx.example.", "MX"): ["10 a.mx.example."],
    ("a.example.", "A"): ["192.0.2.1"],
}
HUGE = " ".join(f'"{number:0250d}"' for number in range(200))


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
            if question.name.to_text() == "huge.example.":
                asked.append(("huge.example.", "TXT"))
                answer = dns.message.make_response(query)
                answer.flags |= dns.flags.TC
                sock.sendto(answer.to_wire(), peer)
                continue
            if question.name.to_text() == "garbage.example.":
                sock.sendto(wire[:2] + b"\xff" * 30, peer)
                continue
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

    threading.Thread(target=serve, daemon=True).start()
    stream = socket.create_server(sock.getsockname())
    threading.Thread(target=_serve_streams, args=(stream,), daemon=True).start()
    yield f"127.0.0.1:{sock.getsockname()[1]}", asked
    sock.close()
    stream.close()


def _serve_streams(stream):
    """Answers over TCP: the one name whose records are too many for a datagram, behind an alias."""
    while True:
        try:
            link, _ = stream.accept()
        except OSError:
            return
        with link:
            size = int.from_bytes(link.recv(2), "big")
            query = dns.message.from_wire(link.recv(size))
            answer = dns.message.make_response(query)
            name = query.question[0].name
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", "Real.example."))
            answer.answer.append(dns.rrset.from_text("real.example.", 30, "IN", "TXT", HUGE))
            wire = answer.to_wire()
            link.sendall(len(wire).to_bytes(2, "big") + wire)


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


def test_an_answer_too_long_for_a_datagram_is_fetched_over_a_stream_through_its_alias(server):
    found = DnsResolver(server[0]).lookup("huge.example", "TXT")

    assert (len(found.records), len(found.records[0]), found.exists) == (1, 200 * 250, True)


def test_an_answer_that_makes_no_sense_is_dns_down(server):
    with pytest.raises(DnsDown):
        DnsResolver(server[0], timeout=0.2, lifetime=0.3).lookup("garbage.example", "A")


def test_memory_has_bounds(server, monkeypatch):
    monkeypatch.setattr(DnsResolver, "MOST_ENTRIES", 10)
    resolver = DnsResolver(server[0])
    for number in range(35):
        resolver.lookup(f"n{number}.example", "A")

    assert len(resolver._remembered) <= 10


def test_a_hurried_resolver_answers_until_its_time_is_used_up(monkeypatch):
    clock = iter([0.0, 3.0, 3.0, 7.0])
    monkeypatch.setattr("hostdesk.mail.auth.resolver.time.monotonic", lambda: next(clock))
    hurried = Hurried(ZoneResolver({"a.example": [["A", "192.0.2.1"]]}), seconds=5)

    assert [hurried.lookup("a.example", "A").records for _ in range(2)] == [("192.0.2.1",)] * 2
    with pytest.raises(DnsDown):
        hurried.lookup("a.example", "A")


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
