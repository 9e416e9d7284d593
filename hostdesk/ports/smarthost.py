"""The way out for mail: one smart host, named by SMTP_URL.

`smtp://[user:password@]host[:587|25]` takes TLS when offered, `smtps://...[:465]` from the first byte.
Certificates are checked whenever a password is at stake or TLS was asked for; a bare `smtp://` relay gets
what mail servers give each other: encryption if there is any. `console://` prints, `memory://` keeps
(for tests); without a URL there is no way out.
"""

from __future__ import annotations

import smtplib
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.conf import settings

from hostdesk.ports.outcomes import PortAway, PortDown, PortRefused, RecipientRefused, in_words

_SECONDS_TO_CONNECT = 20
# The last answer to DATA may take a while at a scanning relay: giving up early means sending twice.
SECONDS_FOR_AN_ANSWER = 120
_PORTS = {"smtp": 25, "smtps": 465}
_SUBMISSION = 587
_LONGEST_ANSWER = 500


@dataclass(frozen=True)
class Letter:
    """One mail in its envelope; the message ends its lines with CRLF."""

    sender: str
    recipient: str
    message: bytes


class Smarthost(Protocol):
    """Takes mails over. Raises `PortAway` (nobody there), `PortDown` (not this one now), `PortRefused`, and of these
    `RecipientRefused` where it is the recipient that the other side does not take.
    """

    def send(self, letter: Letter) -> str:
        """Hand one mail over; the answer by which the other side took responsibility."""

    def close(self) -> None:
        """End the conversation politely."""


def in_use() -> Smarthost | None:
    """The smart host of the settings; None when there is none and mails are to wait."""
    url = settings.SMTP_URL
    match urlsplit(url).scheme:
        case "":
            return None
        case "console":
            return ConsoleSmarthost()
        case "memory":
            return MEMORY
        case _:
            return SmtpSmarthost(url)


class SmtpSmarthost:
    """A real SMTP server; one connection for as many mails as it likes to take."""

    def __init__(self, url: str, *, seconds: float = SECONDS_FOR_AN_ANSWER) -> None:
        parts = urlsplit(url)
        self._scheme = parts.scheme
        self._host = parts.hostname or ""
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._port = parts.port or (
            _SUBMISSION if self._user and parts.scheme == "smtp" else _PORTS[parts.scheme]
        )
        self._seconds = seconds
        self._line: smtplib.SMTP | None = None

    def send(self, letter: Letter) -> str:
        """Hand one mail over; the answer to its last dot. A line that broke between two mails is opened anew."""
        line = self._fresh_line()
        options = ["BODY=8BITMIME"] if line.has_extn("8bitmime") else []
        if not letter.recipient.isascii():
            if not line.has_extn("smtputf8"):
                raise PortRefused("the smart host cannot carry addresses with letters beyond ASCII")
            options.append("SMTPUTF8")
            line.command_encoding = "utf-8"
        if line.has_extn("size"):
            options.append(f"SIZE={len(letter.message)}")
        with self._talking():
            _demand(line.mail(letter.sender, options))
            _demand_recipient(line.rcpt(letter.recipient))
            return _demand(line.data(letter.message))

    def close(self) -> None:
        """Say QUIT, if anybody still listens."""
        if self._line is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._line.quit()
            self._line = None

    @property
    def signs_in(self) -> bool:
        """Whether there is a user to sign in as."""
        return bool(self._user)

    def check(self) -> str:
        """Connect and sign in as for a mail, and leave; what the server calls itself. Raises `PortAway`."""
        line = self._fresh_line()
        said = line.ehlo_resp or line.helo_resp or b""  # taking leave forgets it
        self.close()
        return said.decode("utf-8", "replace").split("\n")[0].split(" ")[0]

    def _fresh_line(self) -> smtplib.SMTP:
        """A signed-in connection in its starting state."""
        if self._line is not None:
            try:
                if self._line.rset()[0] == 250:  # noqa: PLR2004
                    return self._line
            except (smtplib.SMTPException, OSError):
                pass
            self._drop()
        try:
            self._line = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            raise PortAway(f"sign-in refused: {_said(error.smtp_code, error.smtp_error)}") from error
        except smtplib.SMTPResponseException as error:
            raise PortAway(_said(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise PortAway(f"{self._host}:{self._port}: {in_words(error)}") from error
        return self._line

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._scheme == "smtp" and not self._user:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        line: smtplib.SMTP
        if self._scheme == "smtps":
            line = smtplib.SMTP_SSL(self._host, self._port, timeout=_SECONDS_TO_CONNECT, context=context)
        else:
            line = smtplib.SMTP(self._host, self._port, timeout=_SECONDS_TO_CONNECT)
        try:
            line.ehlo_or_helo_if_needed()
            if self._scheme == "smtp" and line.has_extn("starttls"):
                line.starttls(context=context)
                line.ehlo_or_helo_if_needed()
            elif self._scheme == "smtp":
                self._refuse_password_in_the_clear()
            if self._user:
                line.login(self._user, self._password)
            assert line.sock is not None, "a line that answered has a socket"
            line.sock.settimeout(self._seconds)
        except BaseException:
            line.close()
            raise
        return line

    def _refuse_password_in_the_clear(self) -> None:
        if self._user and not _is_this_machine(self._host):
            raise smtplib.SMTPException("offers no TLS; the password is not sent in the clear")

    @contextmanager
    def _talking(self) -> Iterator[None]:
        """Whatever goes wrong while a mail is handed over, as one of the port's own errors."""
        try:
            yield
        except smtplib.SMTPServerDisconnected as error:
            self._drop()
            raise PortDown(f"the line broke: {error}") from error
        except smtplib.SMTPResponseException as error:
            _demand((error.smtp_code, _bytes(error.smtp_error)))
            raise PortDown(_said(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            self._drop()
            raise PortDown(f"the line broke: {in_words(error)}") from error

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


class ConsoleSmarthost:
    """The twin for development: the mail on standard output, and gone."""

    def send(self, letter: Letter) -> str:
        """Print the mail."""
        sys.stdout.write(
            f"--- mail to {letter.recipient}\n{letter.message.decode('utf-8', 'replace')}\n---\n"
        )
        sys.stdout.flush()
        return "250 printed"

    def close(self) -> None:
        """Nothing to end."""


@dataclass
class MemorySmarthost:
    """The twin for tests: keeps what it is given; `trouble` is raised instead, front first, while there is any."""

    sent: list[Letter] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)

    def send(self, letter: Letter) -> str:
        """Keep the mail, or raise the next trouble."""
        if self.trouble:
            raise self.trouble.pop(0)
        self.sent.append(letter)
        return "250 kept in memory"

    def close(self) -> None:
        """Nothing to end."""


MEMORY = MemorySmarthost()


def _demand(answer: tuple[int, bytes]) -> str:
    """A yes as text; else the port's error: 5xx never, anything else later."""
    code, words = answer
    said = _said(code, words)
    if 200 <= code < 300:  # noqa: PLR2004
        return said
    if code == 421:  # noqa: PLR2004  (the server is closing down, RFC 5321 3.8)
        raise PortAway(said)
    if 500 <= code < 600:  # noqa: PLR2004
        raise PortRefused(said)
    raise PortDown(said)


def _demand_recipient(answer: tuple[int, bytes]) -> str:
    """`_demand` for RCPT, where a no is one to this recipient."""
    try:
        return _demand(answer)
    except PortRefused as refusal:
        raise RecipientRefused(refusal.answer) from refusal


def _said(code: int, words: bytes | str) -> str:
    return f"{code} {' '.join(_bytes(words).decode('utf-8', 'replace').split())}"[:_LONGEST_ANSWER]


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode()


def _is_this_machine(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")
