"""Facts about claimed mails: read in limited children, authors looked up at once, papers checked side by side.

No mail waits for another: what is ready is judged, what takes long is left underway.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from django.conf import settings

from hostdesk.gateway.admission import Facts
from hostdesk.gateway.returning import has_our_mark
from hostdesk.gateway.scanning import Scan, Scanners, Scanning, scanners_in_use
from hostdesk.gateway.sender import Sender, senders_of
from hostdesk.mail import pool
from hostdesk.mail.auth.belief import Belief, believe
from hostdesk.mail.auth.resolver import DnsResolver, Resolver
from hostdesk.mail.auth.shapes import AuthResult
from hostdesk.mail.child import ParserPool, SetAside
from hostdesk.mail.door.addresses import look_up
from hostdesk.mail.door.recipients import OurAddresses
from hostdesk.mail.models import Door, InboundMail, Route
from hostdesk.mail.reading import ParsedMail, Unreadable
from hostdesk.mail.reply_tokens import is_return_address

log = structlog.get_logger()

_SIDE_BY_SIDE = 16
_GATHER_SECONDS = 0.05
_PATIENCE_SECONDS = 0.2
_lock = threading.Lock()
_tools: Tools | None = None


@dataclass
class Tools:
    """What judging needs from outside: parsing children, a resolver with threads that wait for it, scanners."""

    pool: ParserPool
    resolver: Resolver
    threads: ThreadPoolExecutor
    scanners: Scanners = field(default_factory=Scanners)
    underway: Underway = field(default_factory=lambda: Underway())  # noqa: PLW0108  (stands below)


def tools() -> Tools:
    """The tools of this process, made at first need."""
    global _tools  # noqa: PLW0603  (one set of children a process)
    with _lock:
        if _tools is None:
            _tools = Tools(
                pool=pool.in_use(),
                resolver=DnsResolver(settings.ENVIRONMENT.dns or None),
                threads=make_threads(),
                scanners=scanners_in_use(),
            )
        return _tools


def make_threads() -> ThreadPoolExecutor:
    """Threads that wait for DNS beside each other; they touch no table."""
    return ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="papers")


@dataclass(frozen=True)
class Judged:
    """One mail with everything known about it.

    `parsed` is None when it could not be read; `belief` is None when it was not asked how far the author is
    believed (a stranger, a machine).
    """

    row: InboundMail
    parsed: ParsedMail | None
    sender: Sender
    belief: Belief | None
    facts: Facts
    scan: Scan = field(default_factory=Scan)


@dataclass(eq=False)
class _Mail:
    """One claimed mail on its way: first it is read, then, for some, its papers and inside are checked."""

    row: InboundMail
    raw: bytes | None
    reading: Future[ParsedMail | Unreadable] | None
    papers: Future[Belief] | None = None
    scanning: Scanning = field(default_factory=Scanning)
    read: ParsedMail | Unreadable | None = None
    sender: Sender | None = None

    @property
    def waits_for(self) -> list[Future[Any]]:  # Any: of several kinds, asked only whether they are done
        asked = [self.reading] if self.sender is None else [self.papers, *self.scanning.parts]
        return [one for one in asked if one is not None and not one.done()]

    @property
    def is_ready(self) -> bool:
        return not self.waits_for


class Underway(threading.local):
    """The mails that this thread has claimed and not yet judged: each comes out as soon as it is ready.

    A mail that is slow to read, or whose author's DNS or scanner is slow to answer, is simply still here in the next round.
    """

    def __init__(self) -> None:
        self._mails: list[_Mail] = []
        self._judged: deque[Judged] = deque()
        self.set_aside: list[InboundMail] = []
        """Mails that are to be read again later; for the caller to give back."""
        self.broken: list[InboundMail] = []
        """Mails that broke something of ours; for the caller to try again or to hold."""

    def __len__(self) -> int:
        return len(self._mails) + len(self._judged)

    def take(self, rows: Sequence[InboundMail], raws: dict[str, bytes], with_tools: Tools) -> None:
        """Begin to read claimed mails, each in a limited child; one whose lease ran out meanwhile goes on."""
        known = {mail.row.pk: mail for mail in self._mails}
        for row in rows:
            if row.pk in known:
                known[row.pk].row = row
                continue
            raw = raws.get(row.digest or "")
            reading = with_tools.pool.submit(_with_null_sender(row, raw)) if raw is not None else None
            self._mails.append(_Mail(row, raw, reading))

    def judged(self, with_tools: Tools) -> Iterator[Judged]:
        """Judged mails, until none got ready for a moment. Outside any transaction: papers ask DNS.

        Touches no table but the contacts. One that is not fetched from here stays for the next call.
        """
        while self:
            while self._judged:
                yield self._judged.popleft()
            pending = [one for mail in self._mails for one in mail.waits_for]
            # A short while for all of them, so that contacts are asked for a batch at once; else for any.
            wait(pending, timeout=_GATHER_SECONDS)
            if not any(mail.is_ready for mail in self._mails):
                wait(pending, timeout=_PATIENCE_SECONDS, return_when=FIRST_COMPLETED)
            if self._mails and not self._step(with_tools):
                return

    def _step(self, with_tools: Tools) -> bool:
        """Move every ready mail on by one; whether there was any."""
        ready = [mail for mail in self._mails if mail.is_ready]
        self._judge([mail for mail in ready if mail.sender is not None])
        self._look_up([mail for mail in ready if mail.sender is None], with_tools)
        return bool(ready)

    def _look_up(self, mails: list[_Mail], with_tools: Tools) -> None:
        """Read mails get their sender. Papers are asked for only for listed contacts: strangers cost no look-up."""
        for mail in mails:
            try:
                mail.read = _answer(mail)
            except SetAside:
                self._mails.remove(mail)
                self.set_aside.append(mail.row)
            except Exception as trouble:  # noqa: BLE001  (whatever one mail breaks, those beside it go on)
                self._break(mail, trouble)
        read = [mail for mail in mails if mail.read is not None]
        parsed = [mail.read if isinstance(mail.read, ParsedMail) else None for mail in read]
        unchecked = []
        for mail, author, sender in zip(read, parsed, senders_of(parsed), strict=True):
            mail.sender = sender
            domain = author.author.domain if author is not None and sender.listed else None
            if domain is not None:
                mail.papers = with_tools.threads.submit(_believed, mail, domain, with_tools)
            mail.scanning = with_tools.scanners.look(mail.row, mail.raw or b"", is_listed=sender.listed)
            if mail.is_ready:
                unchecked.append(mail)
        self._judge(unchecked)

    def _break(self, mail: _Mail, trouble: Exception) -> None:
        """Take a mail that broke something out, and say what it broke."""
        log.error("mail not judged", mail=mail.row.pk, tries=mail.row.tries, exc_info=trouble)
        self._mails.remove(mail)
        self.broken.append(mail.row)

    def _judge(self, mails: list[_Mail]) -> None:
        ours = look_up() if mails else None
        for mail in mails:
            assert mail.read is not None, "read before judged"
            assert mail.sender is not None, "looked up before judged"
            assert ours is not None, "there are mails"
            try:
                belief = mail.papers.result() if mail.papers else None
                scan = mail.scanning.result()
            except Exception as trouble:  # noqa: BLE001  (whatever one mail breaks, those beside it go on)
                self._break(mail, trouble)
                continue
            facts = _facts(mail.row, mail.read, mail.sender, belief, scan=scan, ours=ours)
            facts = replace(facts, cut=_cut(mail.row, mail.raw or b""))
            parsed = mail.read if isinstance(mail.read, ParsedMail) else None
            self._mails.remove(mail)
            self._judged.append(Judged(mail.row, parsed, mail.sender, belief, facts, scan))


def _believed(mail: _Mail, domain: str, with_tools: Tools) -> Belief:
    """How far a listed author is believed. Waits for DNS; touches no table."""
    return believe(
        _papers(mail.row, domain, mail.raw or b"", with_tools.resolver),
        author_domain=domain,
    )


def _answer(mail: _Mail) -> ParsedMail | Unreadable:
    """What a reading came to; bytes that are gone, or that say nothing at all, are unreadable."""
    if mail.reading is None:
        return Unreadable("its bytes are not in the database")
    read = mail.reading.result()
    if isinstance(read, ParsedMail) and read.error and not (read.text or read.attachments):
        return Unreadable(read.error)
    return read


def _with_null_sender(row: InboundMail, raw: bytes) -> bytes:
    """The bytes as a delivering server would have kept them: an empty return path stands in them (RFC 5321 4.4)."""
    if row.envelope_from or raw.startswith(b"From "):
        return raw
    return b"Return-Path: <>" + (b"\r\n" if b"\n" in raw else b"\r") + raw.lstrip(b"\r\n")


def _papers(row: InboundMail, domain: str, raw: bytes, resolver: Resolver) -> AuthResult:
    """What SPF, DKIM and DMARC say: a named relay's word where it brought the mail, else our own checks."""
    # With the first mail: whoever only shows what was judged does not need it.
    from hostdesk.mail.auth.checking import check

    handed_over = row.door == Door.LMTP
    return check(
        raw,
        client_ip=None if handed_over else row.client_ip or None,
        neighbour_ip=row.client_ip if handed_over else None,
        helo=row.helo,
        envelope_from=row.envelope_from,
        from_domain=domain,
        resolver=resolver,
        at=row.received_at,
        trusted_relays=settings.ENVIRONMENT.trusted_relays,
    )


def _facts(
    row: InboundMail,
    mail: ParsedMail | Unreadable,
    sender: Sender,
    belief: Belief | None,
    *,
    scan: Scan,
    ours: OurAddresses,
) -> Facts:
    if isinstance(mail, Unreadable):
        complaint = row.route == Route.COMPLAINT
        return Facts(infected=scan.infected, unreadable=mail.reason, complaint=complaint)
    named = [address.address for address in (*mail.to, *mail.cc)]
    complaint = Route.COMPLAINT in (row.route, ours.way_of_mail(named))
    return Facts(
        infected=scan.infected,
        # No score holds a complaint, so a score that is not to be had does not either.
        unscanned=scan.unscanned_for_viruses if complaint else scan.unscanned,
        scanner_away=scan.away,
        spam=scan.spam,
        from_ourselves=ours.way_of(sender.address) is not None or has_our_mark(mail),
        machine=_machine(row, mail),
        complaint=complaint,
        author_problem=mail.author.problem or "",
        listed=sender.listed,
        trust=belief.trust if belief else "",
    )


def _machine(row: InboundMail, mail: ParsedMail) -> str:
    """Which kind of program wrote a mail, in a sentence; "" for a person's."""
    if mail.machine is not None:
        return mail.machine.sentence
    if row.recipients and all(map(is_return_address, row.recipients)):
        return "It was sent to the return address of a mail of ours, where only programs write (RFC 3834)."
    return ""


def _cut(row: InboundMail, raw: bytes) -> str:
    """Why only the beginning of a mail was kept, or "": in a mailbox elsewhere nobody can turn its sender away."""
    if row.door != Door.IMAP or row.size <= len(raw):
        return ""
    return f"with about {row.size:,} bytes it is larger than the limit of {settings.ENVIRONMENT.mail_max_bytes:,}"
