"""The way out, against real SMTP servers on loopback."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from hostdesk.ports.outcomes import PortAway, PortDown, PortRefused, RecipientRefused
from hostdesk.ports.smarthost import Letter, SmtpSmarthost

pytestmark = pytest.mark.db_free


class Server:
    """A mail server that answers as told; `answers` maps a command to what it says."""

    def __init__(self, answers=None):
        self.answers = answers or {}
        self.taken = []
        self.connections = 0

    async def handle_MAIL(self, _server, _session, envelope, address, options):  # noqa: N802
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        answer = self.answers.get("DATA", "250 taken")
        if answer == "drop":
            server.transport.close()
        return answer


@contextmanager
def running(handler, **options):
    """The server on a port of its own; yields the port."""
    loop = asyncio.new_event_loop()

    def conversation():
        handler.connections += 1
        return SMTP(handler, hostname="sink", loop=loop, **options)

    server = loop.run_until_complete(loop.create_server(conversation, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
            loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        loop.close()


def letter(recipient="thandi@customer.example"):
    return Letter("bounce+x@itpossible.com", recipient, b"Subject: x\r\n\r\n.dot\r\n")


def test_several_mails_share_one_conversation():
    sink = Server()
    with running(sink) as port:
        host = SmtpSmarthost(f"smtp://127.0.0.1:{port}")
        assert [host.send(letter()), host.send(letter("b@c.example"))] == ["250 taken", "250 taken"]
        host.close()

    assert sink.taken == [
        ("bounce+x@itpossible.com", ["thandi@customer.example"], b"Subject: x\r\n\r\n.dot\r\n"),
        ("bounce+x@itpossible.com", ["b@c.example"], b"Subject: x\r\n\r\n.dot\r\n"),
    ]
    assert sink.connections == 1


def test_a_look_without_a_mail_names_the_server():
    with running(Server()) as port:
        assert SmtpSmarthost(f"smtp://127.0.0.1:{port}").check() == "sink"


@pytest.mark.parametrize(
    ("command", "answer", "outcome"),
    [
        ("MAIL", "550 no", PortRefused),
        ("RCPT", "550 no such user", RecipientRefused),
        ("RCPT", "450 greylisted", PortDown),
        ("DATA", "554 spam", PortRefused),
        ("DATA", "452 full", PortDown),
        ("DATA", "421 closing", PortAway),
        ("DATA", "drop", PortDown),
    ],
)
def test_each_no_is_told_apart_and_the_next_mail_goes_on(command, answer, outcome):
    sink = Server({command: answer})
    with running(sink) as port:
        host = SmtpSmarthost(f"smtp://127.0.0.1:{port}")
        with pytest.raises((PortDown, PortRefused)) as no:
            host.send(letter())
        assert type(no.value) is outcome
        sink.answers.clear()
        assert host.send(letter()) == "250 taken"
        host.close()


def test_nobody_there_is_away():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(PortAway):
        SmtpSmarthost(f"smtp://127.0.0.1:{port}").send(letter())


def test_silent_server_ends_in_not_now():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]

        def greet_and_hang():
            line, _ = silent.accept()
            with line:
                line.sendall(b"220 x\r\n")
                line.recv(100)
                line.sendall(b"250 x\r\n")
                line.recv(100)
                line.settimeout(5)
                line.recv(100)

        thread = threading.Thread(target=greet_and_hang)
        thread.start()
        host = SmtpSmarthost(f"smtp://127.0.0.1:{port}", seconds=0.3)
        with pytest.raises(PortDown):
            host.send(letter())
        host.close()
        thread.join(10)


def test_wrong_password_is_away_and_never_fails_a_mail():
    sink = Server()
    options = {
        "auth_require_tls": False,
        "auth_required": True,
        "authenticator": lambda *_: AuthResult(success=False, handled=False),
    }
    with pytest.warns(UserWarning, match="Requiring AUTH"), running(sink, **options) as port:
        host = SmtpSmarthost(f"smtp://user:secret@127.0.0.1:{port}")
        with pytest.raises(PortAway) as away:
            host.send(letter())

    assert "535" in away.value.answer
    assert "secret" not in away.value.answer
    assert sink.taken == []


def test_recipient_beyond_ascii_needs_a_server_that_can():
    sink = Server()
    with running(sink) as port:
        host = SmtpSmarthost(f"smtp://127.0.0.1:{port}")
        with pytest.raises(PortRefused):
            host.send(letter("zoë@customer.example"))
        host.close()
    with running(sink, enable_SMTPUTF8=True) as port:
        host = SmtpSmarthost(f"smtp://127.0.0.1:{port}")
        host.send(letter("zoë@customer.example"))
        host.close()

    assert [recipients for _, recipients, _ in sink.taken] == [["zoë@customer.example"]]
