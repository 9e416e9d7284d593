"""The four parts of a running desk, each as a function that runs in the present process until it is told to stop."""

from __future__ import annotations

import http.client
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings

from hostdesk.config.processes import end_with_parent
from hostdesk.jobs import beats
from hostdesk.jobs.models import Part

log = structlog.get_logger()

_SECONDS_TO_STOP = 15
_LIVE = "/health/live"


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def run_mail(smtp: socket.socket | None, lmtp: socket.socket | None) -> None:
    """The mail door, behind sockets that listen already, and the fetching from mailboxes elsewhere."""
    from hostdesk.mail.door import listening
    from hostdesk.mail.fetching import running

    environment = settings.ENVIRONMENT
    fetch = partial(
        running.start,
        environment.mailboxes,
        largest=environment.mail_max_bytes,
        relays=environment.trusted_relays,
    )
    listening.run(
        smtp=smtp,
        lmtp=lmtp,
        largest=environment.mail_max_bytes,
        tls=listening.tls_context(environment.smtp_tls_cert, environment.smtp_tls_key),
        fetch=fetch,
    )


def lmtp_socket(where: str) -> socket.socket | None:
    """The listening socket of HOSTDESK_LMTP: a path, or host:port; None when it is not set."""
    from hostdesk.config.places import host_and_port
    from hostdesk.mail.door import listening

    if not where:
        return None
    if "/" in where:
        return listening.listen_unix(Path(where), setting="HOSTDESK_LMTP")
    host, port = host_and_port(where, setting="HOSTDESK_LMTP")
    return listening.listen_tcp(host, port, setting="HOSTDESK_LMTP")


def run_worker() -> None:
    """All rounds and periodic work of all rooms."""
    from hostdesk.jobs import rounds, worker
    from hostdesk.mail import pool

    try:
        worker.work(rounds.discover(), stop_on_signals())
    finally:
        pool.end()


def run_monitor() -> None:
    """The watch over the other parts."""
    from hostdesk.config import watch

    watch.run(stop_on_signals())


def run_web(host: str, port: int) -> None:
    """The web server: granian, one process of threads, behind a small parent that watches it."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from hostdesk.config.wsgi import application

    class Server(Granian):  # type: ignore[misc, valid-type]  # a class that granian chooses by platform
        """Gives signs of life once its workers have been forked: no thread may exist before that."""

        # `Any`: granian's own signature.
        def startup(self, *args: Any, **kwargs: Any) -> None:
            super().startup(*args, **kwargs)
            pulses.append(_Answering(host, port).beat_beside(ended))

    ended = threading.Event()
    pulses: list[threading.Thread] = []
    # Forked, the workers share what this process has loaded.
    multiprocessing.set_start_method("fork", force=True)
    server = Server(
        "hostdesk.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.ENVIRONMENT.web_workers,
        blocking_threads=settings.ENVIRONMENT.web_threads,
        workers_kill_timeout=_SECONDS_TO_STOP,
        log_level=LogLevels.error,
        # Whoever started us starts us again; respawning here would fork beside running threads.
        respawn_failed_workers=False,
    )
    me = os.getpid()

    def in_the_worker() -> Callable[..., Any]:
        # Granian's workers outlive a killed parent and would keep the port.
        end_with_parent(me)
        return application

    try:
        server.serve(target_loader=in_the_worker, wrap_loader=False)
    finally:
        ended.set()
        for pulse in pulses:
            pulse.join(timeout=5)


class _Answering(beats.Pulse):
    """A web server lives when it answers, not when its process exists."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(Part.WEB)
        self._host, self._port = host, port

    def beat(self) -> None:
        """Write the row, if the page for it comes."""
        if answers(self._host, self._port):
            super().beat()


def answers(host: str, port: int, *, seconds: float = 5) -> bool:
    """Whether the web server at this address gives its sign of life."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104  (only compared)
    line = http.client.HTTPConnection(here, port, timeout=seconds)
    try:
        line.request("GET", _LIVE, headers={"Host": "localhost"})
        return line.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
