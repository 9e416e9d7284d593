"""Facts about a batch of mails: read in limited children, authors looked up at once, papers checked side by side."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.conf import settings

from hostdesk.gateway.admission import Facts
from hostdesk.gateway.scanning import Scan, Scanners, scanners_in_use
from hostdesk.gateway.sender import Sender, senders_of
from hostdesk.mail import pool
from hostdesk.mail.auth.belief import Belief, believe
from hostdesk.mail.auth.checking import check
from hostdesk.mail.auth.resolver import DnsResolver, Resolver
from hostdesk.mail.auth.shapes import AuthResult
from hostdesk.mail.child import ParserPool
from hostdesk.mail.door.addresses import look_up
from hostdesk.mail.door.recipients import OurAddresses
from hostdesk.mail.models import Door, InboundMail, Route
from hostdesk.mail.reading import ParsedMail, Unreadable

_SIDE_BY_SIDE = 8
_lock = threading.Lock()
_tools: Tools | None = None


@dataclass
class Tools:
    """What judging needs from outside: parsing children, a resolver, scanners, threads that wait for the last two."""

    pool: ParserPool
    resolver: Resolver
    threads: ThreadPoolExecutor
    scanners: Scanners = field(default_factory=Scanners)


def tools() -> Tools:
    """The tools of this process, made at first need."""
    global _tools  # noqa: PLW0603  (one set of children a process)
    with _lock:
        if _tools is None:
            server = settings.ENVIRONMENT.dns
            _tools = Tools(
                pool=pool.in_use(),
                resolver=DnsResolver(f"{server[0]}:{server[1]}" if server else None),
                threads=make_threads(),
                scanners=scanners_in_use(),
            )
        return _tools


def make_threads() -> ThreadPoolExecutor:
    """Threads that wait for DNS and scanners beside each other; they touch no table."""
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


def judge_all(rows: Sequence[InboundMail], raws: dict[str, bytes], with_tools: Tools) -> list[Judged]:
    """Read and judge a batch. Touches no table but the contacts; must run outside any transaction (it asks DNS
    and scanners).

    Whether a mail's author is believed is asked only for listed contacts: strangers cost us no look-up.
    """
    reads = _read_all(rows, raws, with_tools.pool)
    parsed = [mail if isinstance(mail, ParsedMail) else None for mail in reads]
    senders = senders_of(parsed)
    ours = look_up()
    beliefs = with_tools.threads.map(
        lambda row, mail, sender: _believe(row, mail, sender, raws, with_tools.resolver),
        rows,
        parsed,
        senders,
    )
    scans = with_tools.threads.map(
        lambda row, sender: with_tools.scanners.look(
            row, raws.get(row.digest or "", b""), is_listed=sender.listed
        ),
        rows,
        senders,
    )
    judged = []
    for row, mail, sender, belief, scan in zip(rows, reads, senders, beliefs, scans, strict=True):
        facts = _facts(row, mail, sender, belief, scan=scan, ours=ours)
        read = mail if isinstance(mail, ParsedMail) else None
        judged.append(Judged(row, read, sender, belief, facts, scan))
    return judged


def _read_all(
    rows: Sequence[InboundMail], raws: dict[str, bytes], pool: ParserPool
) -> list[ParsedMail | Unreadable]:
    """Each mail read in a limited child; one whose bytes are gone or that says nothing at all is unreadable."""
    kept = [raws.get(row.digest or "") for row in rows]
    answers = iter(pool.read_many([raw for raw in kept if raw is not None]))
    reads: list[ParsedMail | Unreadable] = []
    for raw in kept:
        mail = Unreadable("its bytes are not in the database") if raw is None else next(answers)
        if isinstance(mail, ParsedMail) and mail.error and not (mail.text or mail.attachments):
            mail = Unreadable(mail.error)
        reads.append(mail)
    return reads


def _believe(
    row: InboundMail, mail: ParsedMail | None, sender: Sender, raws: dict[str, bytes], resolver: Resolver
) -> Belief | None:
    """How far a listed author is believed; None where it does not matter."""
    if mail is None or not sender.listed or mail.author.domain is None:
        return None
    auth = _papers(row, mail.author.domain, raws[row.digest or ""], resolver)
    return believe(auth, author_domain=mail.author.domain)


def _papers(row: InboundMail, domain: str, raw: bytes, resolver: Resolver) -> AuthResult:
    """What SPF, DKIM and DMARC say: a named relay's word where it brought the mail, else our own checks."""
    handed_over = row.door == Door.LMTP
    return check(
        raw,
        client_ip=None if handed_over else row.client_ip or None,
        neighbour_ip=row.client_ip if handed_over else None,
        helo=row.helo,
        envelope_from=row.envelope_from,
        from_domain=domain,
        resolver=resolver,
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
    return Facts(
        infected=scan.infected,
        unscanned=scan.unscanned,
        spam=scan.spam,
        from_ourselves=ours.way_of(sender.address) is not None,
        machine=_machine(row, mail),
        complaint=Route.COMPLAINT in (row.route, ours.way_of_mail(named)),
        author_problem=mail.author.problem or "",
        listed=sender.listed,
        trust=belief.trust if belief else "",
    )


def _machine(row: InboundMail, mail: ParsedMail) -> str:
    """Why a mail counts as written by a machine, or "" for a person's."""
    if mail.bounce is not None:
        return "a delivery report"
    if mail.report is not None:
        return f"a report ({mail.report})"
    if mail.auto_submitted:
        return mail.auto_reason or "it is marked as automatic"
    if not row.envelope_from:
        return "it has no return address"
    return ""
