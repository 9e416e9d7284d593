"""One conversation at the door: what is answered to each command.

Built on aiosmtpd 1.4.6. Its own DATA is replaced (`data.read_data`): it refuses lines over 998 bytes,
which real mails have, and it reads line by line, which costs more than all else here.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

from hostdesk.mail.door.data import Room, Taken, read_data
from hostdesk.mail.door.keeping import Arrival, CannotKeep
from hostdesk.mail.door.recipients import OurAddresses
from hostdesk.mail.door.waiting import Waiting
from hostdesk.mail.door.writer import Writer

log = structlog.get_logger()

KEPT = "250 2.0.0 OK, kept"
TOO_LARGE = "552 5.3.4 This message is too large; the limit is {} bytes"
SMUGGLING = "550 5.6.0 A line with a lone dot is not ended by CRLF"
NOT_OURS = "550 5.1.1 Unknown recipient"
NOT_AN_ADDRESS = "553 5.1.3 Malformed address"
DISK_FULL = "452 4.3.1 No room to keep this message now; please try again later"
AWAY = "451 4.3.0 This message cannot be kept now; please try again later"
BUSY = "421 4.7.0 Too many connections; please try again later"
TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients"

_MOST_RECIPIENTS = 100
_MOST_CONNECTIONS = 250
MOST_UNFINISHED_BYTES = 256_000_000
_COMMANDS = {"*": 100, "MAIL": 2000, "RCPT": 4000, "DATA": 2000, "RSET": 2000}
_SECONDS_FOR_A_COMMAND = 300.0
_SECONDS_FOR_DATA = 900.0
# What nearly every client sends; anything rarer goes through the library's full and slow parser.
_PLAIN = re.compile(r"<([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255})>(?: (.*))?", re.ASCII)


@dataclass
class Door:
    """What all conversations share."""

    writer: Writer
    ours: Callable[[], OurAddresses]
    largest: int
    tls: ssl.SSLContext | None = None
    room: Room = field(default_factory=lambda: Room(MOST_UNFINISHED_BYTES))
    most_connections: int = _MOST_CONNECTIONS
    connections: int = 0
    conversations: set[asyncio.Task[Any]] = field(default_factory=set)
    waiting: Waiting = field(default_factory=Waiting)

    async def keep(self, arrival: Arrival) -> str:
        """The answer for one mail, after the commit that it rests on."""
        try:
            await self.waiting.until_done(self.writer.take(arrival))
        except CannotKeep as error:
            return DISK_FULL if error.disk_full else AWAY
        except Exception:  # noqa: BLE001  (the writer logged it; the sender keeps the mail and tries again)
            return AWAY
        return KEPT


class Hooks:
    """What aiosmtpd asks us at each command. Always the sender is taken, the recipient looked at."""

    def __init__(self, door: Door, kind: Literal["smtp", "lmtp"]) -> None:
        self.door = door
        self.kind = kind

    def __dir__(self) -> list[str]:
        """What the library looks for; see `names_for_the_library`."""
        return list(names_for_the_library(type(self).__mro__))

    async def handle_EHLO(  # noqa: N802  (named by the library)
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Announce SIZE, and no AUTH: nobody signs in here. All lines leave in one packet."""
        session.host_name = hostname
        kept = [line for line in responses if not line.startswith("250-AUTH")]
        return ["\r\n".join([*kept[:-1], f"250-SIZE {self.door.largest}", *kept[-1:]])]

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the sender; refuse what announces itself as too large, and note the refusal."""
        size = announced_size(options)
        if size > self.door.largest:
            envelope.mail_from = address
            answer = TOO_LARGE.format(self.door.largest)
            await self.door.keep(self.arrival(session, envelope, size=size, reason=answer))
            envelope.mail_from = None
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take our own addresses only."""
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return TOO_MANY_RECIPIENTS
        if "\x00" in address:
            return NOT_AN_ADDRESS
        if self.door.ours().way_of(address) is None:
            return NOT_OURS
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_exception(self, error: Exception) -> str:
        """A bug of ours is no reason to turn a mail away for good."""
        log.error("conversation failed", error=type(error).__name__, exc_info=error)
        return AWAY

    async def answer_to(self, taken: Taken, session: Session, envelope: Envelope) -> str:
        """What is said after the lone dot."""
        match taken.fault:
            case "smuggling":
                return SMUGGLING
            case "no_room":
                return DISK_FULL
            case "too_large":
                answer = TOO_LARGE.format(self.door.largest)
                await self.door.keep(self.arrival(session, envelope, size=taken.size, reason=answer))
                return answer
            case _:
                return await self.door.keep(
                    self.arrival(session, envelope, size=taken.size, raw=taken.content)
                )

    def arrival(
        self, session: Session, envelope: Envelope, *, size: int, raw: bytes | None = None, reason: str = ""
    ) -> Arrival:
        """The mail of this envelope, received now: the door is an edge and reads the clock."""
        peer = session.peer
        return Arrival(
            route=self.door.ours().way_of_mail(envelope.rcpt_tos),
            door=self.kind,
            envelope_from=readable("" if envelope.mail_from in (None, "<>") else str(envelope.mail_from)),
            recipients=tuple(readable(address) for address in envelope.rcpt_tos),
            client_ip=str(peer[0]) if isinstance(peer, tuple) else "",
            helo=readable(str(session.host_name or "")),
            received_at=datetime.now(UTC),
            raw=raw,
            size=size,
            reason=reason,
        )


class SmtpDoor(SMTP):
    """One SMTP conversation."""

    kind: Literal["smtp", "lmtp"] = "smtp"
    # How much the reader holds before it stops the sender: enough to take a usual mail in few pieces.
    line_length_limit = 2**16

    def __init__(self, door: Door, *, name: str) -> None:
        self.door = door
        self.hooks = Hooks(door, self.kind)
        self._is_counted = False
        super().__init__(
            self.hooks,
            data_size_limit=None,  # announced and kept by the hooks, which note what they refuse
            enable_SMTPUTF8=True,
            hostname=name,
            ident="hostdesk",
            tls_context=door.tls,
            timeout=_SECONDS_FOR_A_COMMAND,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            command_call_limit=_COMMANDS,
            loop=asyncio.get_running_loop(),
        )

    def __dir__(self) -> list[str]:
        """What the library looks for; see `names_for_the_library`."""
        return list(names_for_the_library(type(self).__mro__))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; when the house is full, say so and close."""
        if not self._is_counted and self.door.connections >= self.door.most_connections:
            assert isinstance(transport, asyncio.WriteTransport), "a connection can be written to"
            transport.write(BUSY.encode() + b"\r\n")
            transport.close()
            self.session = self._create_session()
            return
        super().connection_made(transport)
        if not self._is_counted:
            self._is_counted = True
            self.door.connections += 1
            task = self._handler_coroutine
            assert task is not None, "a conversation that began is a task"
            self.door.conversations.add(task)
            task.add_done_callback(self.door.conversations.discard)

    def connection_lost(self, error: Exception | None) -> None:
        """End; a connection that was turned away never began."""
        if self._is_counted:
            self._is_counted = False
            self.door.connections -= 1
            super().connection_lost(error)

    def eof_received(self) -> bool | None:
        """The other side has said its last word."""
        return super().eof_received() if self._is_counted else False

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Take one mail and answer for it when it is kept."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None, "a conversation has an envelope"
        assert self.session is not None, "a conversation has a session"
        if not self.envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        self._reset_timeout(_SECONDS_FOR_DATA)
        with self.door.room.one_mail() as hold:
            taken = await read_data(self._reader, largest=self.door.largest, hold=hold)
            answer = await self.hooks.answer_to(taken, self.session, self.envelope)
            times = self.answers_after_data(self.envelope)
            self._set_post_data_state()
            self._reset_timeout()
            await self.push("\r\n".join([answer] * times))

    def answers_after_data(self, _envelope: Envelope) -> int:
        """SMTP answers once for a mail."""
        return 1

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        plain = _PLAIN.fullmatch(arg)
        return (plain[1], plain[2] or "") if plain else super()._getaddr(arg)


class LmtpDoor(SmtpDoor, LMTP):
    """One LMTP conversation: greets with LHLO and answers once a recipient (RFC 2033)."""

    kind = "lmtp"

    def answers_after_data(self, envelope: Envelope) -> int:
        """As many answers as recipients were taken; one fate for all of them, since they are one mail."""
        return len(envelope.rcpt_tos)


@cache
def names_for_the_library(kinds: tuple[type, ...]) -> list[str]:
    """The methods that aiosmtpd finds by their names; `kinds` is a class with its bases.

    It goes through all members of both objects at every connection (1.4.6), a fifth of a mail's whole cost.
    """
    return [name for name in dir(kinds[0]) if name.startswith(("smtp_", "handle_"))]


def announced_size(options: list[str]) -> int:
    """The SIZE parameter of MAIL; 0 when there is none."""
    for option in options:
        name, _, value = option.partition("=")
        if name == "SIZE" and value.isdigit():
            return int(value)
    return 0


def readable(text: str) -> str:
    """What a client sent, as text that every database holds: bytes that are no UTF-8 are replaced."""
    return text.replace("\x00", "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
