"""Mails that no person wrote: who gets one, when several become one summary, and when all of them must stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from hostdesk.policy.registry import rule
from hostdesk.policy.rules.contact import BELIEVED, automatic_mails_per_day
from hostdesk.policy.terms import Terms

Verdict = Literal["send", "summary", "silence"]
"""To be sent now; to be named in the next summary; not to be sent."""
Summary = Literal["wait", "send", "drop"]
Scope = Literal["address", "ticket", "desk"]
Failure = Literal["address", "mail", "later"]
"""What a refused delivery is about: the address itself, this one mail, or only the moment."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """An automatic mail that the program would like to send.

    `trust` is how far the one who caused it is believed. `today` counts mails of its kind to its address within a
    day, `again_today` those of them that were not the first of their kind about their ticket; `again` says that this
    one is not. `undeliverable`: mail to the address came back as often as the policy bears.
    """

    trust: str
    today: int
    again: bool = False
    again_today: int = 0
    undeliverable: bool = False


@rule("contact.listed_sender")
def may_be_sent(wish: Wish, terms: Terms) -> Verdict:
    """Whether one automatic mail goes out. A believed contact's new ticket is acknowledged up to the day's number, and
    those beyond it in one summary; whom nothing proves, and whoever had one about this ticket, get few.

    Clause: contact.listed_sender.
    """
    if wish.undeliverable:
        return "silence"
    if wish.again:
        return "send" if wish.again_today < terms.automatic_mails_unproven_per_day else "silence"
    if wish.today - wish.again_today < automatic_mails_per_day(wish.trust, terms):
        return "send"
    return "summary" if wish.trust in BELIEVED else "silence"


@rule("contact.listed_sender")
def summary_is_due(
    *, oldest: datetime, newest: datetime, last_summary: datetime | None, terms: Terms, at: datetime
) -> Summary:
    """What becomes of the requests, from `oldest` to `newest`, that a summary is to name: at most one a day, once the
    contact has paused or a day has gone by.

    Dropped are requests that all came right after the last summary: whatever answers summaries is a program, and the
    next one would have it begin anew tomorrow. Clause: contact.listed_sender.
    """
    if last_summary is not None and at - last_summary < DAY:
        return "wait"
    pause = terms.automatic_mails_digest_quiet
    if at - newest < pause and at - oldest < DAY:
        return "wait"
    if last_summary is not None and newest <= last_summary + pause:
        return "drop"
    return "send"


@dataclass(frozen=True, slots=True)
class Limit:
    """How many automatic mails may leave within one window."""

    mails: int
    window: timedelta


@rule("contact.listed_sender")
def breaker_limit(scope: Scope, terms: Terms) -> Limit:
    """What the breaker of an address, a ticket or the whole desk lets pass. Clause: contact.listed_sender."""
    if scope == "desk":
        return Limit(terms.breaker_mails_per_desk, terms.breaker_desk_window)
    mails = terms.breaker_mails_per_address if scope == "address" else terms.breaker_mails_per_ticket
    return Limit(mails, terms.breaker_window)


# RFC 3463: subjects and details of permanent failures that say nothing against the address. A full mailbox, a mail too
# large or of a kind not wanted, and what a filter or a relay's rules refuse would meet any other address as well.
_OF_THE_MAIL = ("5.2.2", "5.2.3", "5.3.", "5.5.", "5.6.", "5.7.")


@rule("contact.current")
def failure_of(status: str, *, permanent: bool) -> Failure:
    """What a failed delivery is about, by its RFC 3463 status ("" where none is known).

    Only "address" counts against the contact's details. Clause: contact.current.
    """
    if not permanent:
        return "later"
    return "mail" if status.startswith(_OF_THE_MAIL) else "address"


@rule("contact.off_server")
def is_copied(*, lives_here: bool, failed: bool, waiting: timedelta, sealed: bool, terms: Terms) -> bool:
    """Whether an answer also goes to the off-server secondary contact: it did not get through to a mailbox on our own
    servers, or has been waiting too long. What is sealed goes to nobody else.

    Clause: contact.off_server.
    """
    return lives_here and not sealed and (failed or waiting >= terms.delivery_delay)
