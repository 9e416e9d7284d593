"""Mails that wait for something outside: scanners or DNS that are away. They say on the mailroom page what they wait for."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import Count, Min, QuerySet

from hostdesk.gateway.admission import BY_ITSELF, COULD_NOT_SCAN, admit
from hostdesk.gateway.judging import Judged
from hostdesk.gateway.scanning import Scanners
from hostdesk.jobs.claiming import back_off, release
from hostdesk.kit.actors import SYSTEM
from hostdesk.kit.refusals import Refused
from hostdesk.mail.actions import wait_again
from hostdesk.mail.models import Disposition, InboundMail

PAPERS_TRIES = 3
"""How often DNS may fail before a mail is taken as unproven."""
SCAN_TRIES = 9
"""How often a mail is brought to scanners that are away, about a quarter of an hour, before it is held."""
_MOST_AT_ONCE = 500
_FIRST = timedelta(seconds=5)
LONGEST, SHORT = timedelta(minutes=5), timedelta(minutes=2)
_FOR_SCANNER = "It waits for the scanner:"
_TOLD_AFTER = timedelta(minutes=1)
_chance = random.Random()  # noqa: S311  (spreads retries, guards nothing)


def what_it_waits_for(judged: Judged) -> str:
    """Why this mail is not settled now but tried again later, as a sentence; "" when it is settled."""
    scan, belief, tries = judged.scan, judged.belief, judged.row.tries
    if scan.may_wait and tries < SCAN_TRIES and admit(judged.facts).name == "could not be scanned":
        return f"{_FOR_SCANNER} {scan.unscanned}."
    if belief is not None and belief.retry and tries < PAPERS_TRIES:
        return "It waits for DNS, which gave no answer about its sender."
    return ""


def put_off(row: InboundMail, why: str = "", *, longest: timedelta = LONGEST, at: datetime) -> None:
    """Let a claimed mail go, to be tried again later; `why` is shown until it is settled."""
    if why != row.reason:
        row.reason = why
        InboundMail.objects.filter(pk=row.pk, disposition=None).update(reason=why)
    release(row, next_try_at=at + back_off(row.tries, first=_FIRST, longest=longest, chance=_chance))


def scan_again(scanners: Scanners, *, at: datetime) -> int:
    """Have the mails judged again that are held only because a scanner was away; how many. None while it still is.

    Nobody has to press for them: whoever holds the night shift may not know that there was anything to press.
    """
    rows = list(_held_for_scanner().order_by("id")[:_MOST_AT_ONCE])
    if not rows or not scanners.are_there():
        return 0
    many = 0
    for row in rows:
        with suppress(Refused):
            wait_again(row, by=SYSTEM, at=at)
            many += 1
    return many


def unscanned(*, at: datetime) -> list[str]:
    """For the page of health: that mails wait because a scanner is away; nothing when none waits for a minute."""
    waiting = InboundMail.objects.waiting().filter(reason__startswith=_FOR_SCANNER)
    found = waiting.aggregate(many=Count("id"), oldest=Min("received_at"))
    held = _held_for_scanner().count()
    many = found["many"] + held
    if not held and (not many or found["oldest"] > at - _TOLD_AFTER):
        return []
    mails = "1 mail waits" if many == 1 else f"{many} mails wait"
    return [f"{mails} for a scanner that is away; 'hostdesk doctor' says which."]


def _held_for_scanner() -> QuerySet[InboundMail]:
    held = InboundMail.objects.with_disposition(Disposition.QUARANTINED)
    return held.filter(reason__startswith=COULD_NOT_SCAN, reason__endswith=BY_ITSELF)
