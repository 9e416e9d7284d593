"""What an agent asks of the mailroom, and which mails answer it: every question is answered from an index."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from hostdesk.kit import numbers
from hostdesk.mail.models import InboundMail, InboundQuerySet, OutboundMail, OutboundQuerySet
from hostdesk.search import index

MOST_FOUND = 2_000
"""Mails that a search by words looks at, newest first."""
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
# Mails that two processes keep at once may get their numbers in another order than their times.
_OUT_OF_ORDER = 10_000
_BATCH = 200


@dataclass(frozen=True)
class Wanted:
    """The filters of the mailroom; what is empty narrows nothing. `since` and `until` are days, both included."""

    disposition: str = ""
    typed: str = ""
    trust: str = ""
    door: str = ""
    reason: str = ""
    since: date | None = None
    until: date | None = None

    def as_query(self) -> dict[str, str]:
        """The filters as they stand in an address."""
        said = {
            "disposition": self.disposition,
            "q": self.typed,
            "trust": self.trust,
            "door": self.door,
            "reason": self.reason,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        return {name: value for name, value in said.items() if value}

    def without(self, *names: str) -> Wanted:
        """The same without some of its filters."""
        # `Any`: fields of two types.
        empty: dict[str, Any] = {name: None if name in ("since", "until") else "" for name in names}
        return replace(self, **empty)


def narrowed(mails: InboundQuerySet, wanted: Wanted) -> InboundQuerySet:
    """Those of `mails` that answer, in the order they had."""
    if wanted.disposition:
        mails = mails.with_disposition(wanted.disposition)
    if wanted.trust:
        mails = mails.filter(trust=wanted.trust)
    if wanted.door:
        mails = mails.filter(door=wanted.door)
    if wanted.reason:
        mails = mails.filter(reason=wanted.reason)
    if wanted.since or wanted.until:
        mails = _of_days(mails, wanted.since, wanted.until)
    if wanted.typed:
        mails = _of_words(mails, wanted.typed)
    return mails


def _of_words(mails: InboundQuerySet, typed: str) -> InboundQuerySet:
    if _DIGEST.fullmatch(typed):
        return mails.filter(digest=typed.lower())
    found = set(index.find("mail", typed, limit=MOST_FOUND))
    found.update(_not_yet_findable(InboundMail.objects.all(), typed, ("sender", "sender_name", "subject", "message_id", "envelope_from")))  # fmt: skip
    number = numbers.read(typed)
    if number is not None:
        found.update(
            InboundMail.objects.filter(ticket_number=number).values_list("pk", flat=True)[:MOST_FOUND]
        )
    return mails.filter(pk__in=found)


def narrowed_outbound(mails: OutboundQuerySet, *, state: str, typed: str) -> OutboundQuerySet:
    """Those of outbound `mails` in a state ("" for all) that hold what was typed, or are about that ticket."""
    if state:
        mails = mails.filter(state=state)
    if not typed:
        return mails
    found = set(index.find("outbound", typed, limit=MOST_FOUND))
    found.update(_not_yet_findable(OutboundMail.objects.all(), typed, ("to_address", "to_name", "subject", "message_id")))  # fmt: skip
    number = numbers.read(typed)
    if number is not None:
        found.update(
            OutboundMail.objects.filter(ticket_number=number).values_list("pk", flat=True)[:MOST_FOUND]
        )
    return mails.filter(pk__in=found)


def _not_yet_findable(
    mails: InboundQuerySet | OutboundQuerySet, typed: str, names: tuple[str, ...]
) -> list[int]:
    """Numbers of the few mails whose words are not in the search yet: these are looked through one by one."""
    held = Q()
    for name in names:
        held |= Q(**{f"{name}__icontains": typed})
    return list(mails.filter(held, findable=False).order_by("-id").values_list("pk", flat=True)[:MOST_FOUND])


def _of_days(mails: InboundQuerySet, since: date | None, until: date | None) -> InboundQuerySet:
    """Mails of some days. Numbers grow with time: between two numbers only the days asked for are walked."""
    newest_first = InboundMail.objects.order_by("-received_at").values_list("pk", flat=True)
    if since:
        begins = _midnight(since)
        before = newest_first.filter(received_at__lt=begins).first()
        mails = mails.filter(received_at__gte=begins, pk__gte=(before or 0) - _OUT_OF_ORDER)
    if until:
        ends = _midnight(until + timedelta(days=1))
        last = newest_first.filter(received_at__lt=ends).first()
        mails = mails.filter(received_at__lt=ends, pk__lte=(last or 0) + _OUT_OF_ORDER)
    return mails


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.TIME_ZONE))


def make_findable(at: datetime) -> int:  # noqa: ARG001  (a round is told the time)
    """Put the words of some mails that were settled or written into the search; how many. Safe to be killed in.

    Apart from settling, so that no mail waits for it.
    """
    settled = list(
        InboundMail.objects.filter(findable=False, disposition__isnull=False)
        .order_by("id")
        .only("sender", "sender_name", "envelope_from", "subject", "message_id", "recipients")[:_BATCH]
    )
    written = list(
        OutboundMail.objects.filter(findable=False)
        .order_by("id")
        .only("to_address", "to_name", "subject", "message_id")[:_BATCH]
    )
    if settled:
        index.add_all("mail", [(mail.pk, _words_in(mail)) for mail in settled])
        InboundMail.objects.filter(pk__in=[mail.pk for mail in settled]).update(findable=True)
    if written:
        index.add_all("outbound", [(mail.pk, _words_out(mail)) for mail in written])
        OutboundMail.objects.filter(pk__in=[mail.pk for mail in written]).update(findable=True)
    return len(settled) + len(written)


def _words_in(mail: InboundMail) -> str:
    who = (mail.sender, mail.sender_name, mail.envelope_from, *mail.recipients)
    return "\n".join((*dict.fromkeys(who), mail.subject, mail.message_id))


def _words_out(mail: OutboundMail) -> str:
    return f"{mail.to_address}\n{mail.to_name}\n{mail.subject}\n{mail.message_id}"
