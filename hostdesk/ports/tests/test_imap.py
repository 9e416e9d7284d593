"""An IMAP folder over real sockets: getting in, TLS, and what becomes of everything that a server may do wrong."""

import socket
import ssl
import threading
import time
from datetime import UTC, datetime

import pytest

from hostdesk.ports.imap import Access, AccessToken, Head, ImapFolder, Password, SignInRefused
from hostdesk.ports.outcomes import PortAway, PortDown
from tests.certificates import certificate
from tests.imap_server import ALL, PASSWORD, USER, Store, imap_server
from tests.servers import free_port

pytestmark = pytest.mark.db_free

RAW = b"Subject: Hello\r\n\r\nA mail.\r\n"


def access(port, **more):
    chosen = {
        "host": "127.0.0.1",
        "user": USER,
        "encryption": "starttls",
        "sign_in": Password(PASSWORD),
        **more,
    }
    return Access(port=port, **chosen)


@pytest.fixture
def store():
    with imap_server() as running:
        yield running


@pytest.fixture
def folder(store):
    found = ImapFolder(access(store.port), "INBOX")
    yield found
    found.close()


def without(*capabilities, **more):
    return Store([one for one in ALL if one not in capabilities], **more)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_certificate_is_checked(tmp_path, at_once):
    cert, key = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    encryption = "tls" if at_once else "starttls"
    with imap_server(tls=context, tls_at_once=at_once) as store:
        with pytest.raises(PortAway) as away:
            ImapFolder(access(store.port, encryption=encryption), "INBOX")
        assert "certificate verify failed" in away.value.answer

        trusted = access(store.port, host="localhost", encryption=encryption, ca_file=str(cert))
        folder = ImapFolder(trusted, "INBOX")
        assert folder.uid_validity == 1
        folder.close()

    assert store.count("LOGIN") == 1


def test_no_password_leaves_in_the_clear_for_another_machine(store, monkeypatch):
    monkeypatch.setattr("hostdesk.ports.imap.is_this_machine", lambda _host: False)
    with pytest.raises(PortAway) as away:
        ImapFolder(access(store.port), "INBOX")

    assert away.value.answer.endswith("offers no TLS; nothing secret is sent in the clear")
    assert store.count("LOGIN|AUTH") == 0


@pytest.mark.parametrize("capabilities", [ALL, ("AUTH=OAUTHBEARER",), ("AUTH=XOAUTH2",)])
def test_a_token_opens_the_mailbox_and_a_worthless_one_is_refused(capabilities):
    store = Store(capabilities)
    store.tokens = {"ya29.good"}
    with imap_server(store):
        ImapFolder(access(store.port, sign_in=AccessToken("ya29.good")), "INBOX").close()
        with pytest.raises(SignInRefused) as no:
            ImapFolder(access(store.port, sign_in=AccessToken("ya29.old")), "INBOX")

    assert no.value.answer == "sign-in refused: [AUTHENTICATIONFAILED] token is worthless"


def test_a_wrong_password_is_refused_and_a_busy_server_is_only_away():
    with imap_server() as store:
        with pytest.raises(SignInRefused) as no:
            ImapFolder(access(store.port, sign_in=Password("wrong")), "INBOX")
        assert no.value.answer == "sign-in refused: [AUTHENTICATIONFAILED] no such user or password"

        for busy in ("NO [UNAVAILABLE] try later", "NO [LIMIT] too many connections"):
            store.refuse = {"LOGIN": busy}
            with pytest.raises(PortAway):
                ImapFolder(access(store.port), "INBOX")
        store.refuse, store.hang_up_on = {}, "LOGIN"
        with pytest.raises(PortAway):
            ImapFolder(access(store.port), "INBOX")


def test_a_password_beyond_ascii_goes_by_plain():
    store = Store()
    store.refuse = {"^LOGIN": "BAD not in ASCII"}
    with imap_server(store), pytest.raises(SignInRefused):
        ImapFolder(access(store.port, sign_in=Password("geheimnisvoll-ä")), "INBOX")

    assert store.count("AUTHENTICATE") == 1


@pytest.mark.parametrize(
    "greeting", ["* BYE too busy", "SSH-2.0-OpenSSH_9.2", "* NO go away", "+", "* OK [" + "x" * 2_000_000]
)
def test_a_server_that_greets_with_something_else_is_away(greeting):
    store = Store()
    store.greeting = greeting
    with imap_server(store), pytest.raises(PortAway):
        ImapFolder(access(store.port), "INBOX")


def test_nobody_there_is_away():
    with pytest.raises(PortAway):
        ImapFolder(access(free_port()), "INBOX")


def test_a_server_that_says_nothing_is_away_after_its_time():
    began = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(PortAway):
        ImapFolder(access(silent.getsockname()[1]), "INBOX", seconds=0.5)

    assert time.monotonic() - began < 5


def test_mails_are_listed_looked_at_and_fetched_without_a_trace(store, folder):
    store.add(RAW, flags=["\\Seen"])
    store.add(b"x" * 5000)
    folder.wait(0.1, lambda: True)

    assert folder.uids() == [1, 2]
    assert folder.uids(after=1) == [2]
    assert folder.uids(after=2) == []
    assert folder.heads([1, 2, 99]) == {
        1: Head(len(RAW), is_seen=True, arrived_at=datetime(2026, 11, 26, 8, tzinfo=UTC)),
        2: Head(5000, is_seen=False, arrived_at=datetime(2026, 11, 26, 8, tzinfo=UTC)),
    }
    assert folder.bodies([1, 2, 99], most=1000) == {1: RAW, 2: b"x" * 1000}
    assert store.flags() == {1: {"\\Seen"}, 2: set()}


def test_bytes_are_the_servers_own(store, folder):
    odd = bytes(range(256)) * 40 + b"\r\n)\r\n* 7 EXISTS\r\n{12}\r\n"
    store.add(odd)

    assert folder.bodies([1], most=10**6) == {1: odd}


@pytest.mark.parametrize("missing", [(), ("MOVE",), ("MOVE", "UIDPLUS")])
def test_moved_mails_are_there_and_no_longer_here(missing):
    with imap_server(without(*missing)) as store:
        for _ in range(3):
            store.add(RAW)
        folder = ImapFolder(access(store.port), "INBOX")
        folder.move([1, 3], to="Done")
        folder.move([2], to="Done")
        folder.close()

        assert (store.uids(), store.raws("Done")) == ([], [RAW] * 3)
        assert store.count("^CREATE") == 1


def test_without_uidplus_what_somebody_else_marked_as_deleted_is_left():
    with imap_server(without("MOVE", "UIDPLUS")) as store:
        store.add(RAW, flags=["\\Deleted"])
        store.add(RAW)
        folder = ImapFolder(access(store.port), "INBOX")
        folder.delete([2])
        folder.close()

        assert store.uids() == [1, 2]
        assert store.flags()[2] == {"\\Deleted"}


def test_a_folder_gets_the_name_that_the_server_would_give_it():
    with imap_server(Store(prefix="INBOX.", separator=".")) as store:
        store.add(RAW)
        folder = ImapFolder(access(store.port), "INBOX")
        folder.move([1], to="Erledigt/Büro & Co")
        folder.close()

        assert store.raws("INBOX.Erledigt.B&APw-ro &- Co") == [RAW]


def test_waiting_ends_when_something_arrives(store, folder):
    began = time.monotonic()
    threading.Timer(0.3, store.add, [RAW]).start()
    folder.wait(30, lambda: True)

    assert 0.2 < time.monotonic() - began < 5
    assert folder.uids() == [1]


def test_waiting_ends_when_it_should_not_go_on(store, folder):
    began = time.monotonic()
    folder.wait(30, lambda: time.monotonic() < began + 0.5)

    assert time.monotonic() - began < 5
    assert folder.uids() == []


def test_without_idle_the_time_passes():
    with imap_server(without("IDLE")) as store:
        folder = ImapFolder(access(store.port), "INBOX")
        began = time.monotonic()
        folder.wait(0.3, lambda: True)
        waited = time.monotonic() - began
        folder.close()

    assert 0.25 < waited < 5
    assert (store.count("IDLE"), store.count("NOOP")) == (0, 1)


def test_a_line_cut_while_waiting_is_noticed(store, folder):
    threading.Timer(0.2, store.hang_up).start()
    with pytest.raises(PortAway):
        folder.wait(30, lambda: True)


def test_no_to_one_command_leaves_the_line_as_it_was(store, folder):
    store.add(RAW)
    store.refuse = {"FETCH 1 .*BODY": "NO [SERVERBUG] this mail is broken", "SEARCH": "BAD what?"}
    with pytest.raises(PortDown) as down:
        folder.bodies([1], most=1000)
    assert (type(down.value), down.value.answer) == (
        PortDown,
        "fetch failed: [SERVERBUG] this mail is broken",
    )
    with pytest.raises(PortDown):
        folder.uids()
    store.refuse = {}

    assert folder.bodies([1], most=1000) == {1: RAW}


def test_a_line_cut_in_the_middle_of_a_mail_is_away(store, folder):
    store.add(RAW)
    store.hang_up_on = "FETCH 1 .*BODY"
    with pytest.raises(PortAway):
        folder.bodies([1], most=1000)


def test_ten_thousand_mails_and_high_numbers_are_listed(store, folder):
    for _ in range(10_000):
        store.add(RAW)
    folder.wait(0.1, lambda: True)
    assert folder.uids() == list(range(1, 10_001))

    store.inbox.next = 4_000_000_000
    store.add(RAW)
    store.inbox.next = 300_000
    again = ImapFolder(access(store.port), "INBOX")

    assert again.uids()[-1] == 4_000_000_000
    again.close()
