"""One HTTPS request to a panel, and exactly how far it came.

The connection is made apart from the request: when it fails, nothing was sent (`PortAway`). Once the request is on its way,
only a whole answer is an answer; anything else may have been acted upon (`PortDown`). Certificates and names are always
checked, redirects are never followed, no proxy or password file of the environment is used. Whoever asks while somebody
waits for a page says so with `no_longer_than`.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, quote_plus, urlsplit

from django.conf import settings

from hostdesk.ports.outcomes import PortAway, PortDown, PortRefused
from hostdesk.ports.panels.wishes import Done, Facts, Operation, Panel, Snapshot

SECONDS_TO_CONNECT = 10.0
SECONDS_TO_ANSWER = 60.0
"""Suspending or deleting a large account takes a panel a good while."""
SECONDS_TO_LOOK, SECONDS_OF_A_PRESS = 10.0, 20.0
"""While somebody waits for the page: for one look, and for all that one press asks. What is not clear by then is looked at
by the round.
"""
SECONDS_FOR_A_PLACE = 1.0
LARGEST_ANSWER = 8_000_000
_LONGEST_WORDS = 400
_SIGN_IN = (401, 403)
_TOO_MANY = 429


_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


@contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    """Whatever is asked within ends after so many seconds, all together; inside of another one, whichever ends first.

    Half of the threads of the web part wait for panels at most, so that one that hangs does not stop the desk. Raises
    `PortAway` where they all do.
    """
    outer = _ends_at.get()
    if outer is None and not _places().acquire(timeout=SECONDS_FOR_A_PLACE):
        raise PortAway("others wait for control panels at this moment; try again in a little while")
    mine = time.monotonic() + seconds
    token = _ends_at.set(mine if outer is None else min(mine, outer))
    try:
        yield
    finally:
        _ends_at.reset(token)
        if outer is None:
            _places().release()


@lru_cache(maxsize=1)
def _places() -> threading.Semaphore:
    return threading.Semaphore(max(1, settings.ENVIRONMENT.web_threads // 2))


@dataclass(frozen=True)
class Reply:
    """A whole answer: status and body."""

    status: int
    body: bytes

    def json(self) -> object:
        """The body as JSON. Raises `PortDown` when it is none: somebody else than the panel may have answered."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise PortDown(f"it answered {self.status} with something that is no JSON") from error


class Line:
    """The way to one panel; `headers` go with each request. `seconds` is for the answer, all of it."""

    def __init__(self, url: str, headers: Mapping[str, str], *, seconds: float | None = None) -> None:
        parts = urlsplit(url)
        assert parts.scheme == "https", "panels are spoken to by HTTPS only"
        self._host, self._port = parts.hostname or "", parts.port or 443
        self._headers, self._seconds = headers, seconds or SECONDS_TO_ANSWER

    def ask(
        self, method: str, path: str, body: bytes = b"", *, kind: str = "", headers: Mapping[str, str] = {}
    ) -> Reply:
        """The answer to one request. Raises `PortAway`, `PortDown`; `PortRefused` when the sign-in was refused."""
        line = self._connected()
        seconds = self._left(self._seconds)
        if seconds <= 0:
            line.close()
            raise PortAway(f"{self._name} took too long to be reached")
        line.sock.settimeout(seconds)
        # The deadline is for the whole answer: a panel that sends a byte now and then never ends otherwise.
        cut = threading.Event()
        alarm = threading.Timer(seconds, _cut, (line, cut))
        alarm.daemon = True
        alarm.start()
        try:
            type_ = {"Content-Type": kind} if kind else {}
            line.request(method, path, body or None, {**self._headers, **headers, **type_})
            reply = self._reply(line)
        except (OSError, http.client.HTTPException, ValueError) as error:
            late = f"gave no whole answer within {seconds:.0f} s"
            raise PortDown(f"{self._name} {late if cut.is_set() else _broke(error)}") from error
        finally:
            alarm.cancel()
            line.close()
        if cut.is_set():
            raise PortDown(f"{self._name} gave no whole answer within {seconds:.0f} s")
        return self._judged(reply)

    @property
    def _name(self) -> str:
        return f"{self._host}:{self._port}"

    def _left(self, wanted: float) -> float:
        """The seconds that there are for something that may take as long as `wanted`; not positive when none are left."""
        ends_at = _ends_at.get()
        return wanted if ends_at is None else min(wanted, ends_at - time.monotonic())

    def _connected(self) -> http.client.HTTPSConnection:
        seconds = self._left(SECONDS_TO_CONNECT)
        if seconds <= 0:
            raise PortAway(f"there was no time left to ask {self._name}")
        line = http.client.HTTPSConnection(
            self._host,
            self._port,
            timeout=seconds,
            context=_context(settings.ENVIRONMENT.panel_ca),
        )
        try:
            line.connect()
        except ssl.SSLCertVerificationError as error:
            raise PortAway(f"{self._name}: its certificate is not valid ({error.verify_message})") from error
        except (OSError, ValueError) as error:
            raise PortAway(f"{self._name} cannot be reached: {error or type(error).__name__}") from error
        return line

    def _reply(self, line: http.client.HTTPSConnection) -> Reply:
        answer = line.getresponse()
        body = answer.read(LARGEST_ANSWER + 1)
        if len(body) > LARGEST_ANSWER:
            raise ValueError(f"its answer is larger than {LARGEST_ANSWER // 1_000_000} MB")
        if answer.length:
            raise ValueError("its answer broke off")
        return Reply(answer.status, body)

    def _judged(self, reply: Reply) -> Reply:
        if reply.status in _SIGN_IN:
            raise PortRefused(f"{self._name} refused the sign-in ({reply.status})")
        if reply.status == _TOO_MANY:
            raise PortAway(f"{self._name} has had too many requests; try again in a while")
        if 300 <= reply.status < 400:  # noqa: PLR2004
            raise PortDown(f"{self._name} points elsewhere ({reply.status}), where nobody followed")
        if reply.status >= 500:  # noqa: PLR2004
            raise PortDown(f"{self._name} failed ({reply.status})")
        return reply


def _cut(line: http.client.HTTPSConnection, cut: threading.Event) -> None:
    cut.set()
    if line.sock is not None:
        with suppress(OSError):
            # The plain socket's: closing TLS properly would wait for the other side.
            socket.socket.shutdown(line.sock, socket.SHUT_RDWR)


def _broke(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "gave no answer in time"
    return f"broke off: {error}" if str(error) else f"broke off ({type(error).__name__})"


@lru_cache(maxsize=2)
def _context(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


class Discreet:
    """A panel whose words carry no secret: whatever it says is cut of them, flattened to one line, and short."""

    def __init__(self, panel: Panel, *secrets: str) -> None:
        self._panel, self._secrets = panel, secrets
        self.kind, self.by_hand, self.undoes = panel.kind, panel.by_hand, panel.undoes

    def look(self, wish: Operation) -> Snapshot:
        """The panel's look."""
        with self._hiding(wish.secret):
            found = self._panel.look(wish)
            return Snapshot(found.facts, said(found.problem, *self._secrets, wish.secret))

    def carry_out(self, wish: Operation, *, key: str) -> Done:
        """The panel's work."""
        with self._hiding(wish.secret):
            return Done(said(self._panel.carry_out(wish, key=key).answer, *self._secrets, wish.secret))

    def undo(self, wish: Operation, *, before: Facts, key: str) -> Done:
        """The panel's undoing."""
        with self._hiding(wish.secret):
            return Done(said(self._panel.undo(wish, before=before, key=key).answer, *self._secrets))

    def check(self) -> str:
        """The panel's name."""
        with self._hiding():
            return said(self._panel.check(), *self._secrets)

    @contextmanager
    def _hiding(self, *more: str) -> Iterator[None]:
        try:
            yield
        except (PortDown, PortRefused) as error:
            raise type(error)(said(error.answer, *self._secrets, *more)) from None


def said(words: str, *secrets: str) -> str:
    """Words of a panel as they may be shown and kept."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for form in {
            secret,
            quote(secret),
            quote(secret, safe=""),
            quote_plus(secret),
            json.dumps(secret)[1:-1],
        }:
            words = words.replace(form, "…")
    return re.sub(r"\s+", " ", re.sub(r"<[^<>]{0,200}>", " ", words)).strip()[:_LONGEST_WORDS]


@contextmanager
def after_the_first_step() -> Iterator[None]:
    """A no to a later step is no clear no to the whole: something was done already."""
    try:
        yield
    except (PortAway, PortRefused) as error:
        raise PortDown(f"it did a part and then said: {error.answer}") from error


def told(value: object, *path: str | int) -> object:
    """What lies at `path` in JSON; None when it is not there."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def entries(value: object) -> list[Mapping[str, object]]:
    """The objects of a list in JSON. Raises `PortDown` when it is no list: then nothing may be read from its emptiness."""
    if not isinstance(value, list):
        raise PortDown("its answer lacks the list that was asked for")
    return [one for one in value if isinstance(one, dict)]
