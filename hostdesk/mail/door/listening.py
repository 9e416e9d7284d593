"""The mail part of the house: sockets, conversations and the writer, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import ssl
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from django.db import DatabaseError, connection, connections

from hostdesk.jobs import beats
from hostdesk.jobs.models import Part
from hostdesk.kit.refusals import Misconfigured
from hostdesk.mail.door.addresses import look_up
from hostdesk.mail.door.data import Room
from hostdesk.mail.door.recipients import OurAddresses
from hostdesk.mail.door.server import MOST_UNFINISHED_BYTES, Door, LmtpDoor, SmtpDoor
from hostdesk.mail.door.writer import Writer

log = structlog.get_logger()

_SECONDS_TO_FINISH = 10.0
_SECONDS_BETWEEN_LOOKS = 30.0
_BACKLOG = 512


class Addresses:
    """Our addresses, looked up again now and then by the door's own thread, never while a sender waits.

    A new policy version may change them; while the database is away the last known ones stand.
    """

    def __init__(self) -> None:
        self._known = look_up()

    def __call__(self) -> OurAddresses:
        """The addresses as last seen."""
        return self._known

    def follow(self, stop: threading.Event) -> None:
        """Keep up to date until `stop`; runs in a thread of its own."""
        try:
            while not stop.wait(_SECONDS_BETWEEN_LOOKS):
                try:
                    self._known = look_up()
                except DatabaseError:
                    connection.close()
        finally:
            connection.close()


def listen_tcp(host: str, port: int, *, setting: str) -> socket.socket:
    """A bound, listening socket. Raises `Misconfigured` naming the setting when the address cannot be had."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # With its protocol named: asyncio turns off Nagle's delay, 40 ms a mail, only for such sockets.
        listener = socket.socket(family, kind, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        raise Misconfigured(setting, f"cannot listen on {host}:{port} ({error.strerror or error})") from error
    return listener


def listen_unix(path: Path, *, setting: str) -> socket.socket:
    """A listening Unix socket; one left behind by a dead process is replaced, one in use is not."""
    try:
        if path.exists() and stat.S_ISSOCK(path.stat().st_mode) and not _answers(path):
            path.unlink()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        path.chmod(0o660)
        listener.listen(_BACKLOG)
    except OSError as error:
        raise Misconfigured(setting, f"cannot listen on {path} ({error.strerror or error})") from error
    return listener


def tls_context(certificate: str, key: str) -> ssl.SSLContext | None:
    """What STARTTLS needs; None when no certificate is set. Raises `Misconfigured` for files that do not fit."""
    if not certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key or None)
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured("HOSTDESK_SMTP_TLS_CERT", f"cannot be used as a certificate ({error})") from error
    return context


def run(
    *,
    smtp: socket.socket | None,
    lmtp: socket.socket | None,
    largest: int,
    tls: ssl.SSLContext | None = None,
    fetch: Callable[[threading.Event], list[threading.Thread]] = lambda _stop: [],
    when_ready: Callable[[], None] = lambda: None,
    writer: Writer | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Take mails until SIGTERM, SIGINT or `stop`; whoever is in the middle of a mail may finish it.

    `fetch` starts the threads that fetch mails from elsewhere meanwhile.
    """
    # Its log names addresses and peers; ours does not.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    stop = stop or threading.Event()
    room, addresses = Room(MOST_UNFINISHED_BYTES), Addresses()
    writer = writer or Writer(under_way=lambda: room.under_way)
    door = Door(writer=writer, ours=addresses, largest=largest, tls=tls, room=room)
    door.writer.start()
    following = threading.Thread(target=addresses.follow, args=(stop,), name="addresses", daemon=True)
    following.start()
    pulse = beats.Pulse(Part.MAIL).beat_beside(stop)
    fetching = fetch(stop)
    try:
        asyncio.run(_serve(door, smtp, lmtp, stop, when_ready))
    finally:
        stop.set()
        door.writer.stop()
        for thread in (pulse, following, *fetching):
            thread.join(timeout=5)
        connections.close_all()


async def _serve(
    door: Door,
    smtp: socket.socket | None,
    lmtp: socket.socket | None,
    stop: threading.Event,
    when_ready: Callable[[], None],
) -> None:
    loop = asyncio.get_running_loop()
    name = door.ours().domain
    ended = asyncio.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
    servers = []
    if smtp is not None:
        servers.append(await loop.create_server(lambda: SmtpDoor(door, name=name), sock=smtp))
    if lmtp is not None:
        make = loop.create_unix_server if lmtp.family == socket.AF_UNIX else loop.create_server
        servers.append(await make(lambda: LmtpDoor(door, name=name), sock=lmtp))
    log.info("mail door open", smtp=smtp is not None, lmtp=lmtp is not None)
    when_ready()
    await _until(ended, stop)
    for server in servers:
        server.close()
    await _let_finish(door)


async def _until(ended: asyncio.Event, stop: threading.Event) -> None:
    while not ended.is_set() and not stop.is_set():
        try:
            await asyncio.wait_for(ended.wait(), timeout=0.25)
        except TimeoutError:
            continue


async def _let_finish(door: Door) -> None:
    """Give conversations a moment; the rest is cut off, unanswered and therefore sent again."""
    end = time.monotonic() + _SECONDS_TO_FINISH
    while door.room.under_way and time.monotonic() < end:  # noqa: ASYNC110  (a count has no event)
        await asyncio.sleep(0.05)
    for conversation in list(door.conversations):
        conversation.cancel()
    await asyncio.gather(*door.conversations, return_exceptions=True)


def _answers(path: Path) -> bool:
    """Whether somebody listens behind a Unix socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True
