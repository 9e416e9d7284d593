"""What the scanners say of a mail, and what is done while they are away: the mail waits, then a person looks."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings

from hostdesk.audit.actions import Fact
from hostdesk.mail.models import Door, InboundMail
from hostdesk.ports.outcomes import PortAway, PortDown, PortRefused
from hostdesk.ports.scanner import ClamAV, Finding, Rspamd, Scanner, Specimen

log = structlog.get_logger()

_SECONDS_LEFT_ALONE = 5.0
_SECONDS_TO_SHOW_LIFE = 10.0
_SECONDS_OF_ONE_TRY = 60.0
"""Longer than any scanner takes to answer or to fail: meanwhile one mail finds out whether it is back, no others."""
_SIDE_BY_SIDE = 8
_HARMLESS = Specimen(b"Subject: are you there?\r\n\r\nA harmless mail.\r\n")


@dataclass(frozen=True)
class Scan:
    """What is known about the inside of one mail.

    `infected` and `spam` are reasons to hold it, or "". `unscanned` says why a scanner did not look,
    `unscanned_for_viruses` why that for viruses did not; `may_wait` that the same mail may be scanned later, `away` that
    nothing but a scanner's absence is in its way. `facts` go into the history.
    """

    infected: str = ""
    spam: str = ""
    unscanned: str = ""
    unscanned_for_viruses: str = ""
    may_wait: bool = False
    away: bool = False
    facts: dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class _Failed:
    why: str
    may_wait: bool = True
    away: bool = False


@dataclass(frozen=True)
class Scanning:
    """One mail that scanners look at; a part is None where that scanner is not asked."""

    virus: Future[Finding | _Failed] | None = None
    spam: Future[Finding | _Failed] | None = None

    @property
    def parts(self) -> list[Future[Any]]:
        """What is to be waited for."""
        return [part for part in (self.virus, self.spam) if part is not None]

    def result(self) -> Scan:
        """What they say; waits for them."""
        virus = self.virus.result() if self.virus else None
        spam = self.spam.result() if self.spam else None
        failed = [one for one in (virus, spam) if isinstance(one, _Failed)]
        return Scan(
            infected=virus.held_for if isinstance(virus, Finding) else "",
            spam=spam.held_for if isinstance(spam, Finding) else "",
            unscanned="; ".join(one.why for one in failed),
            unscanned_for_viruses=virus.why if isinstance(virus, _Failed) else "",
            may_wait=bool(failed) and all(one.may_wait for one in failed),
            away=bool(failed) and all(one.away for one in failed),
            facts={
                name: one.says
                for name, one in (("clamav", virus), ("rspamd", spam))
                if isinstance(one, Finding)
            },
        )


class Scanners:
    """The scanners of this process; None where none is set.

    Each has threads of its own, so that one that hangs keeps only those mails waiting that it is asked about. One that
    is away is left alone for some seconds, and then one mail alone tries it.
    """

    def __init__(self, virus: Scanner | None = None, spam: Scanner | None = None) -> None:
        self.virus = _Line("ClamAV", virus) if virus is not None else None
        self.spam = _Line("Rspamd", spam) if spam is not None else None

    def look(self, row: InboundMail, raw: bytes, *, is_listed: bool) -> Scanning:
        """Have one mail scanned; every one for viruses, only a contact's for spam: a stranger's is closed whatever it
        says. Touches no table.
        """
        specimen = _specimen(row, raw)
        return Scanning(
            virus=self.virus.submit(specimen) if self.virus else None,
            spam=self.spam.submit(specimen) if self.spam and is_listed else None,
        )

    def are_there(self) -> bool:
        """Whether those that are set look into a harmless mail at once; False when none is set."""
        lines = [line for line in (self.virus, self.spam) if line is not None]
        return bool(lines) and all(line.is_there() for line in lines)


class _Line:
    """The way to one scanner, for any number of threads."""

    def __init__(self, name: str, scanner: Scanner) -> None:
        self._name, self._scanner = name, scanner
        self._threads = ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._away_until, self._why = 0.0, ""

    def submit(self, specimen: Specimen) -> Future[Finding | _Failed]:
        """Ask about one mail, when a thread is free."""
        return self._threads.submit(self._ask, specimen)

    def is_there(self) -> bool:
        """Whether it looks into a harmless mail at once; waits some seconds at most."""
        with suppress(TimeoutError):
            return isinstance(self.submit(_HARMLESS).result(timeout=_SECONDS_TO_SHOW_LIFE), Finding)
        return False

    def _ask(self, specimen: Specimen) -> Finding | _Failed:
        with self._lock:
            if time.monotonic() < self._away_until:
                return _Failed(self._why, away=True)
            if self._why:
                self._away_until = time.monotonic() + _SECONDS_OF_ONE_TRY
        try:
            found = self._scanner.scan(specimen)
        except PortAway as away:
            self._is_away(away.answer)
            return _Failed(away.answer, away=True)
        except PortRefused as no:
            self._is_back()
            return _Failed(no.answer, may_wait=False)
        except PortDown as down:
            self._is_back()
            return _Failed(down.answer)
        self._is_back()
        return found

    def _is_away(self, why: str) -> None:
        with self._lock:
            is_news = not self._why
            self._away_until, self._why = time.monotonic() + _SECONDS_LEFT_ALONE, why
        if is_news:
            log.warning("scanner away", scanner=self._name, error=why)

    def _is_back(self) -> None:
        with self._lock:
            is_news = bool(self._why)
            self._away_until, self._why = 0.0, ""
        if is_news:
            log.info("scanner back", scanner=self._name)


def scanners_in_use() -> Scanners:
    """Those that the settings name."""
    environment = settings.ENVIRONMENT
    return Scanners(
        virus=ClamAV(environment.clamav) if environment.clamav else None,
        spam=Rspamd(environment.rspamd) if environment.rspamd else None,
    )


def _specimen(row: InboundMail, raw: bytes) -> Specimen:
    # Over LMTP the peer is a server of the house, never the sender's.
    handed_over = row.door == Door.LMTP
    return Specimen(
        raw,
        envelope_from=row.envelope_from,
        recipients=tuple(row.recipients),
        client_ip="" if handed_over else row.client_ip,
        helo="" if handed_over else row.helo,
    )
