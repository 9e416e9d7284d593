"""One folder on an IMAP server, as the place that mails are fetched from. On IMAPClient.

Certificates are always checked, and no password or token leaves over a line in the clear, except to this machine.
Raises `PortAway` when the line breaks or never came about, `PortDown` when the server says NO to one command,
`SignInRefused` when it does not let us in.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from hostdesk.ports.outcomes import PortAway, PortDown, PortRefused

_SECONDS_TO_CONNECT = 20.0
_SECONDS_TO_ANSWER = 90.0
_LOOK_UP_EVERY = 0.5
# A list of mails is asked for in pieces: imaplib refuses answers of more than a million characters in one line.
_UIDS_AT_ONCE = 50_000
_LONGEST_ANSWER = 300
_FOR_A_WHILE = re.compile(
    r"\[(?:UNAVAILABLE|LIMIT|INUSE|SERVERBUG)\]|unavailable|too many|try again", re.IGNORECASE
)
_BYTES_SHOWN = re.compile(r"b(['\"])(.*?)\1", re.DOTALL)

Encryption = Literal["tls", "starttls"]


class SignInRefused(PortRefused):
    """The server does not let us in: the password is wrong, the token is worthless."""


@dataclass(frozen=True)
class Password:
    """Sign in with a password."""

    secret: str = field(repr=False)


@dataclass(frozen=True)
class AccessToken:
    """Sign in with an OAuth 2 access token."""

    token: str = field(repr=False)


@dataclass(frozen=True)
class Access:
    """Where the mailbox is and how to get in. `ca_file` names certificates to trust beside the system's."""

    host: str
    port: int
    user: str
    encryption: Encryption = "tls"
    ca_file: str = ""
    sign_in: Password | AccessToken = field(default_factory=lambda: Password(""))


@dataclass(frozen=True)
class Head:
    """What the server says about a mail before it is fetched. `arrived_at` is None where it does not say."""

    size: int
    is_seen: bool
    arrived_at: datetime | None


class ImapFolder:
    """One selected folder; a line that broke is not mended, open another one."""

    def __init__(self, access: Access, folder: str, *, seconds: float = _SECONDS_TO_ANSWER) -> None:
        self._closed = False
        with self._talking(access):
            self._line = _connect(access, seconds=seconds)
        try:
            with self._talking(access):
                _sign_in(self._line, access)
                found: dict[bytes, Any] = self._line.select_folder(folder)  # `Any`: numbers and flags
                capabilities = {one.decode("ascii", "replace") for one in self._line.capabilities()}
        except BaseException:
            self._hang_up()
            raise
        self.uid_validity = int(found.get(b"UIDVALIDITY", 0))
        self._uid_next = int(found.get(b"UIDNEXT", 0))
        self.can_idle = "IDLE" in capabilities
        self._can_move = "MOVE" in capabilities
        self._can_expunge_some = "UIDPLUS" in capabilities
        self._has_namespaces = "NAMESPACE" in capabilities
        self._places: dict[str, str] = {}

    def uids(self, *, after: int = 0) -> list[int]:
        """The numbers of all mails in the folder beyond `after`, in their order."""
        found: set[int] = set()
        with self._talking():
            last = self._uid_next
            start = after + 1
            while start + _UIDS_AT_ONCE < last:
                found.update(self._line.search(["UID", f"{start}:{start + _UIDS_AT_ONCE - 1}"]))
                start += _UIDS_AT_ONCE
            found.update(self._line.search(["UID", f"{start}:*"]))
        # `n:*` names the last mail even when its number is below n.
        return sorted(uid for uid in found if uid > after)

    def heads(self, uids: Sequence[int]) -> dict[int, Head]:
        """Size, flag and arrival of some mails; those that are gone are left out."""
        with self._talking():
            answers = self._line.fetch(list(uids), ["RFC822.SIZE", "FLAGS", "INTERNALDATE"])
        return {
            uid: Head(
                int(said[b"RFC822.SIZE"]), b"\\Seen" in said.get(b"FLAGS", ()), said.get(b"INTERNALDATE")
            )
            for uid, said in answers.items()
            if b"RFC822.SIZE" in said
        }

    def bodies(self, uids: Sequence[int], *, most: int) -> dict[int, bytes]:
        """The first `most` bytes of some mails, unread marks left alone; those that are gone are left out."""
        with self._talking():
            answers = self._line.fetch(list(uids), [f"BODY.PEEK[]<0.{most}>"])
        found = {}
        for uid, said in answers.items():
            body = said.get(b"BODY[]<0>", said.get(b"BODY[]"))
            if isinstance(body, bytes):
                found[uid] = body
        return found

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Leave the mails where they are, as read."""
        with self._talking():
            self._line.add_flags(list(uids), [b"\\Seen"], silent=True)

    def flag(self, uids: Sequence[int]) -> None:
        """Leave the mails where they are, with a flag that people see."""
        with self._talking():
            self._line.add_flags(list(uids), [b"\\Flagged"], silent=True)

    def move(self, uids: Sequence[int], *, to: str) -> None:
        """Move the mails to another folder, which is made when it is not there."""
        place = self._place(to)
        with self._talking():
            if self._can_move:
                self._line.move(list(uids), place)
                return
            self._line.copy(list(uids), place)
        self.delete(uids)

    def delete(self, uids: Sequence[int]) -> None:
        """Delete the mails. On old servers, what somebody else has marked as deleted meanwhile is left alone."""
        with self._talking():
            self._line.add_flags(list(uids), [b"\\Deleted"], silent=True)
            if self._can_expunge_some:
                self._line.uid_expunge(list(uids))
            elif set(self._line.search(["DELETED"])) <= set(uids):
                self._line.expunge()

    def wait(self, seconds: float, go_on: Callable[[], bool]) -> None:
        """Until the server has something to say (IDLE), or time is over; no longer than `go_on` says yes.

        Without IDLE the time passes.
        """
        end = time.monotonic() + seconds
        if not self.can_idle:
            while go_on() and (left := end - time.monotonic()) > 0:
                time.sleep(min(left, _LOOK_UP_EVERY))
            with self._talking():
                self._line.noop()
            return
        with self._talking():
            self._line.idle()
            while go_on() and time.monotonic() < end and not self._has_words():
                pass
            self._line.idle_done()

    def close(self) -> None:
        """Say goodbye, if anybody still listens."""
        if not self._closed:
            self._closed = True
            with suppress(IMAPClientError, OSError):
                self._line.logout()
            self._hang_up()

    def _has_words(self) -> bool:
        """Whether the server has said something, or hung up; looks for half a second."""
        line = self._line.socket()
        if isinstance(line, ssl.SSLSocket) and line.pending():
            return True
        poller = select.poll()
        poller.register(line.fileno(), select.POLLIN)
        return bool(poller.poll(_LOOK_UP_EVERY * 1000))

    def _place(self, folder: str) -> str:
        """A folder under the name that this server gives it, made when it is not there."""
        if folder not in self._places:
            with self._talking():
                prefix, separator = self._namespace()
                name = folder.replace("/", separator) if separator else folder
                if prefix and not name.startswith(prefix):
                    name = prefix + name
                if not self._line.folder_exists(name):
                    self._line.create_folder(name)
                    with suppress(IMAPClientError):
                        self._line.subscribe_folder(name)
            self._places[folder] = name
        return self._places[folder]

    def _namespace(self) -> tuple[str, str]:
        """Where a user's own folders begin, such as `INBOX.`, and what stands between their levels."""
        if not self._has_namespaces:
            return "", ""
        personal = self._line.namespace().personal
        return (personal[0][0], personal[0][1] or "") if personal else ("", "")

    def _hang_up(self) -> None:
        with suppress(IMAPClientError, OSError):
            self._line.shutdown()

    @contextmanager
    def _talking(self, access: Access | None = None) -> Iterator[None]:
        """Whatever goes wrong on the line, as one of the port's own errors."""
        try:
            yield
        except LoginError as error:
            said = _words(error)
            # The library calls a line that breaks meanwhile by the same name (4.1.0).
            for_a_while = isinstance(error.__context__, IMAPClientAbortError) or _FOR_A_WHILE.search(said)
            raise (PortAway if for_a_while else SignInRefused)(f"sign-in refused: {said}") from error
        except (IMAPClientAbortError, OSError) as error:
            where = f"{access.host}:{access.port}: " if access else "the line broke: "
            raise PortAway(where + (_words(error) or type(error).__name__)) from error
        except IMAPClientError as error:
            raise (PortAway if access else PortDown)(_words(error)) from error
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            # Whatever the library stumbles over in an answer that is no IMAP.
            raise PortAway(f"the server's answer cannot be understood: {_words(error)}") from error


def is_this_machine(host: str) -> bool:
    """Whether a line to this host never leaves the machine."""
    return host in ("localhost", "127.0.0.1", "::1")


def _connect(access: Access, *, seconds: float) -> IMAPClient:
    context = ssl.create_default_context()
    if access.ca_file:
        context.load_verify_locations(access.ca_file)
    line = IMAPClient(
        access.host,
        port=access.port,
        ssl=access.encryption == "tls",
        ssl_context=context,
        timeout=SocketTimeout(min(_SECONDS_TO_CONNECT, seconds), seconds),
    )
    # Its debug level (4.1.0) makes imaplib spell out every mail for a log that nobody reads.
    line._imap.debug = 0  # noqa: SLF001
    line.normalise_times = False
    try:
        # A server that dies without a word is noticed within two minutes, also in the middle of IDLE.
        for option, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
            if hasattr(socket, option):
                line.socket().setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
        line.socket().setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if access.encryption == "starttls":
            _begin_tls(line, access, context)
    except BaseException:
        with suppress(IMAPClientError, OSError):
            line.shutdown()
        raise
    return line


def _begin_tls(line: IMAPClient, access: Access, context: ssl.SSLContext) -> None:
    if line.has_capability("STARTTLS"):
        line.starttls(context)
    elif not is_this_machine(access.host):
        raise IMAPClientAbortError("offers no TLS; nothing secret is sent in the clear")


def _sign_in(line: IMAPClient, access: Access) -> None:
    match access.sign_in:
        case AccessToken(token):
            bearer = line.has_capability("AUTH=OAUTHBEARER") and not line.has_capability("AUTH=XOAUTH2")
            name = "OAUTHBEARER" if bearer else "XOAUTH2"
            line.sasl_login(name, (_bearer if bearer else _xoauth2)(access, token))
        case Password(secret):
            plain = line.has_capability("AUTH=PLAIN")
            if plain and (line.has_capability("LOGINDISABLED") or not (access.user + secret).isascii()):
                line.plain_login(access.user, secret)
            else:
                line.login(access.user, secret)


def _once(first: str, then: bytes) -> Callable[[bytes], bytes]:
    """The client's side of a sign-in in one step; whatever is asked after that is the server's refusal."""
    answers = iter([first.encode()])
    return lambda _challenge: next(answers, then)


def _xoauth2(access: Access, token: str) -> Callable[[bytes], bytes]:
    return _once(f"user={access.user}\x01auth=Bearer {token}\x01\x01", b"")


def _bearer(access: Access, token: str) -> Callable[[bytes], bytes]:
    user = access.user.replace("=", "=3D").replace(",", "=2C")
    first = f"n,a={user},\x01host={access.host}\x01port={access.port}\x01auth=Bearer {token}\x01\x01"
    return _once(first, b"\x01")


def _words(error: BaseException) -> str:
    """What a server said, without the marks of Python's bytes."""
    return " ".join(_BYTES_SHOWN.sub(r"\2", str(error)).split())[:_LONGEST_ANSWER]
