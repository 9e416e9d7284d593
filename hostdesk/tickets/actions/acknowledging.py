"""Whether a new ticket is acknowledged: how often in a day one address may cause an automatic mail.

Two programs that answer each other, and a stranger who writes in a contact's name, must both come to an end; a busy
customer must not be left in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from hostdesk.audit.prepared import Prepared
from hostdesk.mail.models import OutboundMail
from hostdesk.policy.queries import Version
from hostdesk.policy.rules.contact import BELIEVED, automatic_mails_per_day

DAY = timedelta(days=1)
Sent = tuple[datetime, datetime | None]


def is_worn_out(address: str, *, kind: str, trust: str, version: Version, at: datetime) -> bool:
    """Whether `address` caused so many mails of this kind within a day that one more would do harm.

    Whom nothing proves stops at the day's number. A believed sender stops there only in a volley, where each mail
    came after we had answered the one before: so programs write, and people in need write sooner.
    Clause: contact.listed_sender.
    """
    most = automatic_mails_per_day(trust, version.terms)
    if most < 1:
        return True
    latest = _latest(most)(address, kind, at - DAY)
    if len(latest) < most:
        return False
    return trust not in BELIEVED or is_volley(latest, at=at)


def is_volley(latest: Sequence[Sent], *, at: datetime) -> bool:
    """Whether each of these mails, newest first, had left before the next was queued, and the newest before `at`.

    Each is (queued at, sent at); one that has not left yet breaks the volley.
    """
    left = [sent for _, sent in latest]
    queued = [at, *(when for when, _ in latest)]
    return all(sent is not None and sent <= after for sent, after in zip(left, queued, strict=False))


@cache
def _latest(most: int) -> Prepared[Sent]:
    """The last `most` mails of one kind to one address since a moment."""
    return Prepared(
        lambda address, kind, since: (
            OutboundMail.objects.filter(to_address=address, kind=kind, queued_at__gte=since)
            .order_by("-queued_at")
            .values_list("queued_at", "sent_at")[:most]
        ),
        str,
        str,
        datetime,
    )
