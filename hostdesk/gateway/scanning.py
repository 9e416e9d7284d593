"""What the scanners say of a mail, and what is done while they are away: the mail waits, then a person looks."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import structlog
from django.conf import settings

from hostdesk.audit.actions import Fact
from hostdesk.mail.models import Door, InboundMail
from hostdesk.ports.outcomes import PortAway, PortDown, PortRefused
from hostdesk.ports.scanner import ClamAV, Finding, Rspamd, Scanner, Specimen

log = structlog.get_logger()

_SECONDS_LEFT_ALONE = 5.0


@dataclass(frozen=True)
class Scan:
    """What is known about the inside of one mail.

    `infected` and `spam` are reasons to hold it, or "". `unscanned` says why a scanner did not look,
    `unscanned_for_viruses` why that for viruses did not; `may_wait` that the same mail may be scanned later. `facts` go into the history.
    """

    infected: str = ""
    spam: str = ""
    unscanned: str = ""
    unscanned_for_viruses: str = ""
    may_wait: bool = False
    facts: dict[str, Fact] = field(default_factory=dict)


@dataclass
class Scanners:
    """The scanners of this process; None where none is set.

    One that is away is left alone for some seconds, so that a batch of mails does not wait for it one by one.
    """

    virus: Scanner | None = None
    spam: Scanner | None = None
    _away: dict[str, tuple[float, str]] = field(default_factory=dict)

    @property
    def are_set(self) -> bool:
        """Whether there is any to ask."""
        return self.virus is not None or self.spam is not None

    def look(self, row: InboundMail, raw: bytes, *, is_listed: bool) -> Scan:
        """Scan one mail; every one for viruses, only a contact's for spam: a stranger's is closed whatever it says.

        Must run outside any transaction; touches no table.
        """
        specimen = _specimen(row, raw)
        virus = self._ask("ClamAV", self.virus, specimen)
        spam = self._ask("Rspamd", self.spam, specimen) if is_listed else None
        failed = [one for one in (virus, spam) if isinstance(one, _Failed)]
        return Scan(
            infected=virus.held_for if isinstance(virus, Finding) else "",
            spam=spam.held_for if isinstance(spam, Finding) else "",
            unscanned="; ".join(one.why for one in failed),
            unscanned_for_viruses=virus.why if isinstance(virus, _Failed) else "",
            may_wait=bool(failed) and all(one.may_wait for one in failed),
            facts={
                name: one.says
                for name, one in (("clamav", virus), ("rspamd", spam))
                if isinstance(one, Finding)
            },
        )

    def _ask(self, name: str, scanner: Scanner | None, specimen: Specimen) -> Finding | _Failed | None:
        if scanner is None:
            return None
        until, why = self._away.get(name, (0.0, ""))
        if time.monotonic() < until:
            return _Failed(why, may_wait=True)
        try:
            found = scanner.scan(specimen)
        except PortRefused as no:
            return _Failed(no.answer, may_wait=False)
        except PortAway as away:
            if not why:
                log.warning("scanner away", scanner=name, error=away.answer)
            self._away[name] = (time.monotonic() + _SECONDS_LEFT_ALONE, away.answer)
            return _Failed(away.answer, may_wait=True)
        except PortDown as down:
            return _Failed(down.answer, may_wait=True)
        if self._away.pop(name, None):
            log.info("scanner back", scanner=name)
        return found


@dataclass(frozen=True)
class _Failed:
    why: str
    may_wait: bool


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
