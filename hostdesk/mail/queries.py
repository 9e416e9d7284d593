"""Reads of mail: what came in, what became of it, and the books that must balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count

from hostdesk.kit.refusals import Missing
from hostdesk.mail.models import Disposition, InboundMail, Mailbox, OutboundMail, OutboundState, RawMail

WAITING = "waiting"


@dataclass(frozen=True)
class Tally:
    """received = waiting + ticketed + appended + closed + quarantined + ignored + refused.

    Counted over the rows themselves in one statement, so that it is true of one instant and cannot drift.
    """

    waiting: int
    ticketed: int
    appended: int
    closed: int
    quarantined: int
    ignored: int
    refused: int

    @property
    def received(self) -> int:
        """All mails that the door answered for."""
        return (
            self.waiting
            + self.ticketed
            + self.appended
            + self.closed
            + self.quarantined
            + self.ignored
            + self.refused
        )


def tally() -> Tally:
    """How many mails have which fate; one scan of an index that holds nothing else."""
    rows = InboundMail.objects.order_by().values_list("disposition").annotate(number=Count("id"))
    counts = {disposition or WAITING: number for disposition, number in rows}
    return Tally(**{word: counts.get(word, 0) for word in (WAITING, *Disposition.values)})


def inbound_by_id(mail_id: int) -> InboundMail:
    """One mail that came in. Raises `Missing`."""
    found = InboundMail.objects.filter(pk=mail_id).first()
    if found is None:
        raise Missing(f"there is no mail {mail_id}")
    return found


def raw_of(mail: InboundMail) -> bytes:
    """The bytes of a mail as they arrived. Raises `Missing` for one that was refused and so not kept."""
    raw = RawMail.objects.filter(pk=mail.digest).values_list("raw", flat=True).first()
    if raw is None:
        raise Missing(f"nothing was kept of mail {mail.pk}")
    return bytes(raw)


def outbound_of_ticket(ticket_number: int) -> list[OutboundMail]:
    """All mails that left, or are to leave, about a ticket, oldest first."""
    return list(OutboundMail.objects.filter(ticket_number=ticket_number).order_by("id"))


def failed_outbound() -> int:
    """How many mails were given up and wait for somebody to look."""
    return OutboundMail.objects.filter(state=OutboundState.FAILED).count()


def held_by_breakers(*, since: datetime) -> int:
    """How many automatic mails, written after `since`, a breaker holds and nobody sent on."""
    held = OutboundMail.objects.filter(state=OutboundState.HELD, queued_at__gt=since)
    return held.exclude(held_by="").count()


UNREAD_AFTER = timedelta(minutes=5)
"""How long a mailbox elsewhere may fail before somebody should look."""
_SILENT_AFTER = timedelta(minutes=30)


@dataclass(frozen=True)
class MailboxState:
    """How one mailbox of HOSTDESK_IMAP stands; `number` is its place in the setting, from 1.

    `unread_since` is set when it could not be looked into for some minutes; `trouble` says why, in the words of its
    server, and may be there without that. `not_fetched` mails are not handed out by the server.
    """

    number: int
    name: str
    answered_at: datetime | None
    unread_since: datetime | None
    trouble: str
    not_fetched: int


def mailboxes(*, at: datetime) -> list[MailboxState]:
    """Every mailbox that is fetched from, in the order of the setting; one query. For agents and the operator only."""
    remotes = settings.ENVIRONMENT.mailboxes
    if not remotes:
        return []
    rows = {row.name: row for row in Mailbox.objects.filter(name__in=[remote.name for remote in remotes])}
    return [
        _state(number, remote.name, rows.get(remote.name), at=at)
        for number, remote in enumerate(remotes, start=1)
    ]


def _state(number: int, name: str, row: Mailbox | None, *, at: datetime) -> MailboxState:
    if row is None:
        return MailboxState(number, name, None, None, "The mail door has not looked into it yet.", 0)
    since = row.failing_since
    if since is None:
        # Nobody fails, and nobody looks: no process has this mailbox in its setting, or none runs.
        since = row.answered_at or row.begun_at
        unread = since if since < at - _SILENT_AFTER else None
    else:
        unread = since if since < at - UNREAD_AFTER else None
    return MailboxState(number, name, row.answered_at, unread, row.trouble, row.not_fetched)
