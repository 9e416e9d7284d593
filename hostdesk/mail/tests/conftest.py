"""Real servers on loopback for the tests of mail."""

from __future__ import annotations

import smtplib
import threading
from contextlib import contextmanager

import pytest

from hostdesk.mail.door import listening
from hostdesk.mail.door.writer import Writer

DOMAIN = "itpossible.com"
SUPPORT = f"support@{DOMAIN}"
COMPLAINT = f"complaint@{DOMAIN}"
LARGEST = 200_000


@contextmanager
def open_door(*, lmtp: bool = False, writer: Writer | None = None, tls=None):
    """A real mail door in a thread; yields its port."""
    ready, stop = threading.Event(), threading.Event()
    socket = listening.listen_tcp("127.0.0.1", 0, setting="test")
    sockets = {"smtp": None, "lmtp": socket} if lmtp else {"smtp": socket, "lmtp": None}
    thread = threading.Thread(
        target=listening.run,
        kwargs={
            **sockets,
            "largest": LARGEST,
            "when_ready": ready.set,
            "stop": stop,
            "writer": writer,
            "tls": tls,
        },
    )
    port = socket.getsockname()[1]
    thread.start()
    try:
        assert ready.wait(10)
        yield port
    finally:
        stop.set()
        thread.join(20)


@pytest.fixture
def door(committed_db):
    with open_door() as port:
        yield port


@pytest.fixture
def client(door):
    with smtplib.SMTP("127.0.0.1", door, timeout=10) as line:
        yield line


def mail_of(words: str = "My site is down.", *, message_id: str = "<1@customer.example>") -> bytes:
    return (
        f"From: Thandi <thandi@customer.example>\r\nTo: {SUPPORT}\r\nSubject: Help\r\n"
        f"Message-ID: {message_id}\r\n\r\n{words}\r\n"
    ).encode()
