"""Scanners that look into a mail: ClamAV by its socket, Rspamd by HTTP; either, both or (the default) neither.

HOSTDESK_CLAMAV and HOSTDESK_RSPAMD name them. A scanner that is away raises `PortAway`, so that the mail waits;
one that will never take this very mail raises `PortRefused`, so that a person looks. `MemoryScanner` is the twin.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from hostdesk.ports.outcomes import PortAway, PortDown, PortRefused, in_words

_SECONDS_TO_CONNECT = 5.0
_SECONDS_TO_ANSWER = 40.0
_CHUNK = 2**16
_LONGEST_ANSWER = 1_000_000
_LONGEST_NAME = 200
_HOLDS = ("reject", "quarantine", "discard")
"""Actions of Rspamd after which a mail is held; all others let it go on."""
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\x80-\U0010ffff]")


@dataclass(frozen=True)
class Specimen:
    """One mail with its envelope; `client_ip` and `helo` are "" where nobody saw the sender's server."""

    raw: bytes
    envelope_from: str = ""
    recipients: tuple[str, ...] = ()
    client_ip: str = ""
    helo: str = ""


@dataclass(frozen=True)
class Finding:
    """What a scanner says: `says` for the history; `held_for` is the reason to hold the mail, "" for none."""

    says: str
    held_for: str = ""


class Scanner(Protocol):
    """Looks into one mail. Raises `PortAway` (nobody there), `PortDown` (not now), `PortRefused` (not this one)."""

    def scan(self, specimen: Specimen) -> Finding:
        """What is in the mail."""

    def check(self) -> str:
        """Ask for a sign of life; what the scanner calls itself."""


class ClamAV:
    """clamd's stream scan, over a Unix socket (`/run/clamav/clamd.ctl`) or TCP (`host:3310`)."""

    def __init__(self, where: str, *, seconds: float = _SECONDS_TO_ANSWER) -> None:
        self._where, self._seconds = where, seconds

    def scan(self, specimen: Specimen) -> Finding:
        """Send the whole mail; the name of what was found in it."""
        with self._line() as line:
            try:
                self._send(line, specimen.raw)
            except (BrokenPipeError, ConnectionResetError):
                # It stopped listening and said why: most likely the mail is over its StreamMaxLength.
                with suppress(OSError):
                    return _clamd_says(_all_of(line))
                raise
            return _clamd_says(_all_of(line))

    def check(self) -> str:
        """The version of clamd and of its signatures."""
        with self._line() as line:
            line.sendall(b"zVERSION\0")
            return _all_of(line)

    @contextmanager
    def _line(self) -> Iterator[socket.socket]:
        try:
            with self._connected() as line:
                line.settimeout(self._seconds)
                yield line
        except OSError as error:
            raise PortAway(f"clamd at {self._where}: {in_words(error)}") from error

    def _connected(self) -> socket.socket:
        if self._where.startswith("/"):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(_SECONDS_TO_CONNECT)
            try:
                line.connect(self._where)
            except OSError:
                line.close()
                raise
            return line
        host, _, port = self._where.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=_SECONDS_TO_CONNECT)

    @staticmethod
    def _send(line: socket.socket, raw: bytes) -> None:
        line.sendall(b"zINSTREAM\0")
        view = memoryview(raw)
        for start in range(0, len(view), _CHUNK):
            piece = view[start : start + _CHUNK]
            line.sendall(struct.pack("!L", len(piece)))
            line.sendall(piece)
        line.sendall(struct.pack("!L", 0))


def _all_of(line: socket.socket) -> str:
    """The one answer of clamd: up to its zero byte, or the end of the line."""
    said = b""
    while b"\0" not in said and len(said) < _CHUNK:
        piece = line.recv(4096)
        if not piece:
            break
        said += piece
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _clamd_says(answer: str) -> Finding:
    if answer.endswith(" FOUND"):
        name = answer.removeprefix("stream:").removesuffix("FOUND").strip()[:_LONGEST_NAME]
        return Finding(f"found {name}", f"ClamAV found {name}")
    if answer.endswith(": OK"):
        return Finding("found nothing")
    if "size limit exceeded" in answer:
        raise PortRefused("it is larger than ClamAV takes; raise StreamMaxLength in clamd.conf")
    raise PortDown(f"clamd said: {answer[:_LONGEST_NAME] or 'nothing'}")


class Rspamd:
    """Rspamd's check over HTTP: `http://[:password@]host:11333[?hold_from=SCORE]`.

    A mail is held when Rspamd would reject, quarantine or discard it, or from `hold_from` points on.
    """

    def __init__(self, url: str, *, seconds: float = _SECONDS_TO_ANSWER) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 11333
        self._is_encrypted = parts.scheme == "https"
        self._password = unquote(parts.password or "")
        self._path = parts.path.rstrip("/")
        wanted = parse_qs(parts.query).get("hold_from")
        self._hold_from = float(wanted[0]) if wanted else None
        self._seconds = seconds

    def scan(self, specimen: Specimen) -> Finding:
        """Rspamd's action and score for the mail."""
        headers: list[tuple[str, str]] = [("From", specimen.envelope_from or "<>")]
        headers += [("Rcpt", address) for address in specimen.recipients]
        headers += [("IP", specimen.client_ip)] if specimen.client_ip else []
        headers += [("Helo", specimen.helo)] if specimen.helo else []
        status, body = self._ask("POST", "/checkv2", headers, specimen.raw)
        said = _json(body)
        if status == http.client.REQUEST_ENTITY_TOO_LARGE:
            raise PortRefused("it is larger than Rspamd takes; raise max_message in its options")
        if status in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
            raise PortAway(f"Rspamd refused the password ({status})")
        if status != http.client.OK or not isinstance(said.get("action"), str):
            raise PortDown(
                f"Rspamd answered {status}: {str(said.get('error', ''))[:_LONGEST_NAME]}".rstrip(": ")
            )
        return self._finding(said)

    def check(self) -> str:
        """Ask for a sign of life."""
        status, body = self._ask("GET", "/ping", [], None)
        if status != http.client.OK:
            raise PortAway(f"Rspamd answered {status}")
        return body[:40].decode("utf-8", "replace").strip()

    # `Any`: whatever JSON holds.
    def _finding(self, said: dict[str, Any]) -> Finding:
        action = str(said["action"])[:40]
        score, most = _number(said.get("score")), _number(said.get("required_score"))
        says = f"{score:.1f} of {most:.1f}, {action}"
        if action in _HOLDS or (self._hold_from is not None and score >= self._hold_from):
            return Finding(says, f"Rspamd takes it for spam ({says})")
        return Finding(says)

    def _ask(
        self, method: str, path: str, headers: list[tuple[str, str]], body: bytes | None
    ) -> tuple[int, bytes]:
        kind = http.client.HTTPSConnection if self._is_encrypted else http.client.HTTPConnection
        line = kind(self._host, self._port, timeout=_SECONDS_TO_CONNECT)
        try:
            line.connect()
            line.sock.settimeout(self._seconds)
            line.putrequest(method, self._path + path)
            for name, value in [*headers, *([("Password", self._password)] if self._password else [])]:
                line.putheader(name, _UNPRINTABLE.sub("", value).encode())
            line.putheader("Content-Length", str(len(body or b"")))
            line.endheaders()
            self._send(line, body or b"")
            answer = line.getresponse()
            return answer.status, answer.read(_LONGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            why = f"Rspamd at {self._host}:{self._port}: {in_words(error)}"
            raise PortAway(why) from error
        finally:
            line.close()

    @staticmethod
    def _send(line: http.client.HTTPConnection, body: bytes) -> None:
        try:
            line.send(body)
        except (BrokenPipeError, ConnectionResetError) as error:
            # Rspamd (3.4) answers a mail over its max_message by hanging up: this mail's fault, not everybody's.
            raise PortDown("Rspamd hung up in the middle of the mail; is it over its max_message?") from error


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


@dataclass
class MemoryScanner:
    """The twin for tests: finds `finding` in every mail, or raises the next `trouble`, front first; keeps what it saw."""

    finding: Finding = field(default_factory=lambda: Finding("found nothing"))
    trouble: list[Exception] = field(default_factory=list)
    seen: list[Specimen] = field(default_factory=list)

    def scan(self, specimen: Specimen) -> Finding:
        """The finding, or the next trouble."""
        self.seen.append(specimen)
        if self.trouble:
            raise self.trouble.pop(0)
        return self.finding

    def check(self) -> str:
        """Always there."""
        return "a twin in memory"
