"""What mail does by itself: delivers what waits to go out."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError

from hostdesk.jobs.claiming import back_off, claim, release
from hostdesk.jobs.rounds import Round
from hostdesk.jobs.worker import claimant
from hostdesk.kit.refusals import Missing
from hostdesk.mail import breakers, compose, queries, reply_tokens, returns
from hostdesk.mail.models import OutboundMail, OutboundState
from hostdesk.ports import files, smarthost
from hostdesk.ports.outcomes import PortAway, PortDown, PortRefused, RecipientRefused
from hostdesk.ports.smarthost import Letter, Smarthost

log = structlog.get_logger()

_AT_ONCE = 20
# Longer than a batch may take (its own limit plus one slow answer), so that nobody sends the same beside us.
_LEASE = timedelta(minutes=10)
_BATCH_SECONDS = 240.0
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
# A smart host that is away delays everything: it is asked often, and all goes on soon after its return.
LONGEST_PAUSE_WHEN_AWAY = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=3)

_chance = random.Random()  # noqa: S311  (spreads retries, guards nothing)


def deliver_waiting(at: datetime) -> int:
    """Hand due mails to the smart host; how many were tried. Without a smart host nothing is touched.

    At least once: a crash between the answer and its record sends the same mail, under the same
    Message-ID, again.
    """
    host = smarthost.in_use()
    return deliver_through(host, at=at, elapsed=_stopwatch()) if host is not None else 0


def deliver_through(host: Smarthost, *, at: datetime, elapsed: Callable[[], timedelta] = timedelta) -> int:
    """Hand due mails to this smart host, whatever the settings name; how many were tried.

    `elapsed` is the time since the round began; without it the whole round happens at `at`.
    """
    _note_sent()
    mails = claim(OutboundMail.objects.waiting(), limit=_AT_ONCE, by=claimant(), at=at, lease=_LEASE)
    if not mails:
        return 0
    try:
        _deliver(breakers.let_through(mails, at=at), host, at=at, elapsed=elapsed)
    finally:
        host.close()
    return len(mails)


def _deliver(
    mails: list[OutboundMail], host: Smarthost, *, at: datetime, elapsed: Callable[[], timedelta]
) -> None:
    for place, mail in enumerate(mails):
        if elapsed().total_seconds() > _BATCH_SECONDS:
            # The lease is running out: better later by somebody than twice.
            _untouched(mails[place:], at=at + elapsed())
            return
        try:
            answer = host.send(_letter(mail))
        except PortAway as away:
            log.warning("smart host away", error=away.answer, waiting=len(mails) - place)
            for waiting in mails[place:]:
                _later(waiting, away.answer, longest=LONGEST_PAUSE_WHEN_AWAY, at=at + elapsed())
            return
        except PortDown as down:
            _put_off(mail, down.answer, at=at + elapsed())
        except RecipientRefused as refused:
            returns.refused(mail, refused.answer, at=at + elapsed())
        except (PortRefused, Missing) as never:
            returns.given_up(mail, str(never), at=at + elapsed())
        except DatabaseError:
            raise
        except Exception:
            # The edge of the worker's loop: whatever one mail breaks, those behind it leave.
            log.exception("mail not sent", mail=mail.pk, tries=mail.tries)
            _put_off(mail, "A fault in the program kept it here; the log says which.", at=at + elapsed())
        else:
            _sent(mail, answer, at=at + elapsed())


def _letter(mail: OutboundMail) -> Letter:
    return Letter(
        sender=reply_tokens.bounce_address_for(mail.pk),
        recipient=mail.to_address,
        message=compose.as_bytes(mail, read_file=files.read),
    )


@dataclass(frozen=True)
class _Sent:
    """A mail that the smart host has taken over, and what it said."""

    mail: OutboundMail
    answer: str
    at: datetime


_sent_unnoted: deque[_Sent] = deque()
"""Sent, and not in the database yet: it went away in between. Noted before anything else is sent."""


def _sent(mail: OutboundMail, answer: str, *, at: datetime) -> None:
    _sent_unnoted.append(_Sent(mail, answer, at))
    _note_sent()


def _note_sent() -> None:
    while _sent_unnoted:
        sent = _sent_unnoted[0]
        # Whoever holds the claim by now: it has left, and that is final.
        OutboundMail.objects.filter(pk=sent.mail.pk).update(
            state=OutboundState.SENT,
            sent_at=sent.at,
            last_answer=sent.answer,
            claimed_by="",
            claimed_until=None,
        )
        _sent_unnoted.popleft()
        log.info("mail sent", mail=sent.mail.pk, kind=sent.mail.kind, tries=sent.mail.tries)


def _put_off(mail: OutboundMail, answer: str, *, at: datetime) -> None:
    """Later, and it is this mail that has to wait, not all of them: its reader's side may be ill."""
    OutboundMail.objects.filter(pk=mail.pk, put_off_at=None).update(put_off_at=at)
    _later(mail, answer, longest=LONGEST_PAUSE, at=at)


def _later(mail: OutboundMail, answer: str, *, longest: timedelta, at: datetime) -> None:
    if at - mail.queued_at >= GIVE_UP_AFTER:
        returns.given_up(mail, f"Given up after {GIVE_UP_AFTER.days} days. {answer}", at=at)
        return
    pause = back_off(mail.tries, first=FIRST_PAUSE, longest=longest, chance=_chance)
    if release(mail, next_try_at=at + pause):
        OutboundMail.objects.filter(pk=mail.pk).update(last_answer=answer)


def _untouched(mails: list[OutboundMail], *, at: datetime) -> None:
    for mail in mails:
        if release(mail, next_try_at=at):
            OutboundMail.objects.filter(pk=mail.pk).update(tries=mail.tries - 1)


def _stopwatch() -> Callable[[], timedelta]:
    """Time passed since now: the instant of each answer is that of the round plus this."""
    began = time.monotonic()
    return lambda: timedelta(seconds=time.monotonic() - began)


def unread_mailboxes(*, at: datetime) -> list[str]:
    """Mailboxes elsewhere that nobody could look into for some minutes. Their names are addresses, and stay out."""
    return [
        f"Mailbox {state.number} of HOSTDESK_IMAP has not been read since {state.unread_since:%H:%M} UTC;"
        " 'hostdesk doctor' says why."
        for state in queries.mailboxes(at=at)
        if state.unread_since is not None
    ]


ROUNDS = [
    Round("deliver mail", deliver_waiting, every=timedelta(seconds=0.5)),
    Round("note delayed mail", returns.note_delays, every=timedelta(seconds=10)),
]
WARNINGS = [breakers.warnings, unread_mailboxes]
