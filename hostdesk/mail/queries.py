"""Reads of mail: what came in, what became of it, and the books that must balance."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from hostdesk.kit.refusals import Missing
from hostdesk.mail.models import Disposition, InboundMail, OutboundMail, OutboundState, RawMail

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
