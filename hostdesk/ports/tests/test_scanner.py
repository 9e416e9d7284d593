"""Scanners over real sockets: what is sent, what is understood, and which of the port's errors anything else becomes."""

import socket
import struct
import threading
import time

import pytest

from hostdesk.ports.outcomes import PortAway, PortDown, PortRefused
from hostdesk.ports.scanner import ClamAV, Finding, Rspamd, Specimen
from tests.servers import clamd, free_port, rspamd

pytestmark = pytest.mark.db_free

BAD = b"X5O!P%@AP-a-harmless-mark"
SIGNATURES = {BAD: "Test.Mark-1"}
CLEAN = Specimen(b"Subject: Hello\r\n\r\nA mail.\r\n")
INFECTED = Specimen(b"Subject: Hello\r\n\r\n" + b"a" * 300_000 + BAD + b"\r\n")


@pytest.mark.parametrize("over", ["tcp", "unix"])
def test_clamd_sees_the_whole_mail_and_names_what_it_finds(tmp_path, over):
    path = tmp_path / "clamd.ctl" if over == "unix" else None
    with clamd(SIGNATURES, path=path) as (place, server):
        scanner = ClamAV(place)

        assert scanner.scan(CLEAN) == Finding("found nothing")
        assert scanner.scan(INFECTED) == Finding("found Test.Mark-1", "ClamAV found Test.Mark-1")
        assert server.seen == [CLEAN.raw, INFECTED.raw]
        assert scanner.check() == "ClamAV 1.0.7/for tests"


def test_a_mail_over_clamds_limit_is_refused_for_good_with_what_to_do():
    with clamd({}, largest=100_000) as (place, _), pytest.raises(PortRefused) as no:
        ClamAV(place).scan(Specimen(b"a" * 8_000_000))

    assert no.value.answer == "it is larger than ClamAV takes; raise StreamMaxLength in clamd.conf"


@pytest.mark.parametrize("answer", ["stream: Can't allocate memory ERROR", "UNKNOWN COMMAND", "found"])
def test_anything_but_a_verdict_of_clamd_means_later(answer):
    with clamd({}) as (place, server):
        server.answer = answer
        with pytest.raises(PortDown) as down:
            ClamAV(place).scan(CLEAN)

    assert down.value.answer == f"clamd said: {answer}"


def test_a_scanner_that_is_not_there_is_away():
    for scanner in (
        ClamAV(f"127.0.0.1:{free_port()}"),
        ClamAV("/no/such/socket"),
        Rspamd(f"http://127.0.0.1:{free_port()}"),
    ):
        with pytest.raises(PortAway):
            scanner.scan(CLEAN)
        with pytest.raises(PortAway):
            scanner.check()


def test_a_scanner_that_takes_the_line_and_says_nothing_is_away_after_its_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        began = time.monotonic()
        for scanner in (
            ClamAV(f"127.0.0.1:{port}", seconds=0.3),
            Rspamd(f"http://127.0.0.1:{port}", seconds=0.3),
        ):
            with pytest.raises(PortAway):
                scanner.scan(CLEAN)

    assert time.monotonic() - began < 5


def test_rspamd_is_told_the_envelope_and_the_whole_mail():
    specimen = Specimen(
        b"Subject: x\r\n\r\nBody\r\n",
        "zoë@acme.example",
        ("support@x.example", "a@x.example"),
        "192.0.2.10",
        "mx\r\nEvil: 1",
    )
    with rspamd() as (url, server):
        Rspamd(url.replace("//", "//:geheim@")).scan(specimen)
    [(path, headers, mail)] = server.seen

    assert (path, mail) == ("/checkv2", specimen.raw)
    told = [
        (name, value.encode("latin-1").decode())
        for name, value in headers
        if name not in ("Host", "Accept-Encoding")
    ]
    assert told == [
        ("From", "zoë@acme.example"),
        ("Rcpt", "support@x.example"),
        ("Rcpt", "a@x.example"),
        ("IP", "192.0.2.10"),
        ("Helo", "mxEvil: 1"),
        ("Password", "geheim"),
        ("Content-Length", str(len(specimen.raw))),
    ]


@pytest.mark.parametrize(
    ("action", "query", "held_for"),
    [
        ("no action", "", ""),
        ("greylist", "", ""),
        ("add header", "", ""),
        ("rewrite subject", "", ""),
        ("soft reject", "", ""),
        ("reject", "", "Rspamd takes it for spam (7.5 of 15.0, reject)"),
        ("quarantine", "", "Rspamd takes it for spam (7.5 of 15.0, quarantine)"),
        ("add header", "?hold_from=7.5", "Rspamd takes it for spam (7.5 of 15.0, add header)"),
        ("add header", "?hold_from=7.6", ""),
    ],
)
def test_what_rspamd_would_reject_is_held_and_the_rest_goes_on_with_its_score(action, query, held_for):
    with rspamd(action=action, score=7.5) as (url, _):
        found = Rspamd(url + query).scan(CLEAN)

    assert found == Finding(f"7.5 of 15.0, {action}", held_for)


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (413, {}, PortRefused),
        (403, {}, PortAway),
        (500, {"error": "worker died"}, PortDown),
        (200, {"action": None}, PortDown),
    ],
)
def test_other_answers_of_rspamd_are_the_ports_errors(status, answer, error):
    with rspamd(**answer) as (url, server):
        server.status = status
        with pytest.raises(error):
            Rspamd(url).scan(CLEAN)


def test_one_mail_at_which_rspamd_hangs_up_does_not_make_it_away_for_all():
    with socket.create_server(("127.0.0.1", 0)) as impatient:

        def hang_up():
            line, _ = impatient.accept()
            line.recv(100)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(PortDown) as down:
            Rspamd(f"http://127.0.0.1:{impatient.getsockname()[1]}").scan(Specimen(b"a" * 30_000_000))
        thread.join(5)

    assert not isinstance(down.value, PortAway)
    assert down.value.answer == "Rspamd hung up in the middle of the mail; is it over its max_message?"
