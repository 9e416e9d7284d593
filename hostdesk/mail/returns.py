"""Mails of ours that did not reach their reader: refused, given up, delayed, come back.

Each leaves a Setback; the rooms above take it up, mark the contact and tell the ticket.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef

from hostdesk.kit.refusals import Misconfigured, Missing
from hostdesk.mail import cleaning
from hostdesk.mail.models import OutboundMail, OutboundState, Setback
from hostdesk.mail.reading.statuses import status_of
from hostdesk.policy import queries as policy

log = structlog.get_logger()

_AT_ONCE = 100
_LONGEST_SAID = 500


@dataclass(frozen=True, slots=True)
class Return:
    """What a delivery report says about one mail of ours, in its reporter's words.

    `final`: it is not tried any more; `permanent`: nor would another mail to this recipient fare better.
    """

    status: str
    said: str
    final: bool
    permanent: bool


def in_words(status: str, said: str) -> str:
    """Status and words of the other side as people read them; the status once, and not one that says nothing."""
    if not status or status.endswith(".0.0") or status in said:
        return said
    return f"{status} {said}".strip()


def refused(mail: OutboundMail, answer: str, *, at: datetime) -> None:
    """The other side does not take this recipient: as good as a bounce."""
    _end(mail, answer, status=status_of(answer), permanent=True, at=at)


def given_up(mail: OutboundMail, answer: str, *, at: datetime) -> None:
    """Try this mail no more, for a reason that says nothing certain about its recipient."""
    _end(mail, answer, status=status_of(answer), permanent=False, at=at)


def came_back(mail: OutboundMail, told: Return, *, at: datetime) -> bool:
    """Note what a proved delivery report says; False when the same was known before. In the caller's transaction.

    What came back for good marks the mail itself; one that is only delayed is left as word for the ticket.
    """
    said = cleaning.one_line(told.said, longest=_LONGEST_SAID)
    if not told.final:
        return _leave(mail, Setback.Kind.DELAYED, status=told.status, said=said, at=at)
    OutboundMail.objects.filter(pk=mail.pk, bounced_at=None).update(
        bounced_at=at, bounce_status=told.status[:20], bounce_said=said
    )
    return _leave(mail, Setback.Kind.BOUNCED, status=told.status, said=said, permanent=told.permanent, at=at)


def note_delays(at: datetime) -> int:
    """Leave word of each mail that its reader's side has put off for longer than the policy bears; how many.

    Not of those that wait because the smart host itself is away: then all wait, and none tells of a mailbox.
    Clause: contact.off_server.
    """
    try:
        patience = policy.current().terms.delivery_delay
    except (Misconfigured, Missing):
        return 0
    known = Setback.objects.filter(outbound=OuterRef("pk"), kind=Setback.Kind.DELAYED)
    late = OutboundMail.objects.waiting().filter(put_off_at__isnull=False, queued_at__lte=at - patience)
    mails = late.exclude(Exists(known)).order_by("queued_at")[:_AT_ONCE]
    return sum(
        _leave(mail, Setback.Kind.DELAYED, status=status_of(mail.last_answer), said=mail.last_answer, at=at)
        for mail in mails
    )


@transaction.atomic
def _end(mail: OutboundMail, answer: str, *, status: str, permanent: bool, at: datetime) -> None:
    held = OutboundMail.objects.waiting().filter(pk=mail.pk, claimed_by=mail.claimed_by)
    if held.update(
        state=OutboundState.FAILED, last_answer=answer, next_try_at=at, claimed_by="", claimed_until=None
    ):
        said = cleaning.one_line(answer, longest=_LONGEST_SAID)
        _leave(mail, Setback.Kind.FAILED, status=status, said=said, permanent=permanent, at=at)
        log.warning("mail failed", mail=mail.pk, kind=mail.kind, tries=mail.tries, ticket=mail.ticket_number)


def _leave(
    mail: OutboundMail,
    kind: Setback.Kind,
    *,
    status: str,
    said: str,
    at: datetime,
    permanent: bool = False,
) -> bool:
    _, is_new = Setback.objects.get_or_create(
        outbound=mail,
        kind=kind,
        defaults={"status": status[:20], "said": said, "permanent": permanent, "at": at},
    )
    return is_new
