"""Mails in a list, ready to show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hostdesk.audit.models import Decision
from hostdesk.kit import numbers
from hostdesk.mail.models import InboundMail, OutboundMail
from hostdesk.policy.registry import CLAUSES
from hostdesk.web import times

DISPOSITIONS = {
    "waiting": ("waiting", "watch"),
    "ticketed": ("new ticket", "good"),
    "appended": ("joined its ticket", "good"),
    "closed": ("closed, unlisted", "plain"),
    "quarantined": ("held for a person", "late"),
    "ignored": ("machine or loop", "plain"),
    "refused": ("not carried", "watch"),
}
TRUSTS = {
    "proven": ("proven", "good"),
    "plausible": ("plausible", "good"),
    "unproven": ("not proven", "watch"),
    "forged": ("forged", "late"),
}
OUTBOUND_STATES = {
    "waiting": ("waiting", "watch"),
    "sent": ("sent", "good"),
    "failed": ("failed", "late"),
    "held": ("held back", "plain"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One filter with its count."""

    word: str
    many: int
    address: str
    chosen: bool


def tabs(
    words: dict[str, tuple[str, str]],
    counts: dict[str, int],
    *,
    whole: str,
    chosen: str,
    address: str,
    parameter: str,
) -> list[Tab]:
    """One tab for the whole and one for each word, with how many stand behind it; the others add up to the first."""
    each = [
        Tab(said, counts.get(key, 0), f"{address}?{parameter}={key}", key == chosen)
        for key, (said, _) in words.items()
    ]
    return [Tab(whole, sum(counts.values()), address, not chosen), *each]


@dataclass(frozen=True, slots=True)
class InboundLine:
    """One inbound mail. `trust` is "" for senders who are not listed: nobody asked how far they are believed."""

    pk: int
    subject: str
    who: str
    address: str
    reason: str
    clause: str
    state: str
    tone: str
    trust: str
    trust_tone: str
    resembles: str
    ticket: int | None
    ticket_number: str
    since: str
    stamp: str


def inbound_lines(mails: Iterable[InboundMail], now: datetime) -> list[InboundLine]:
    """Inbound mails as lines, seen at `now`."""
    return [_inbound(mail, now) for mail in mails]


def _inbound(mail: InboundMail, now: datetime) -> InboundLine:
    state, tone = DISPOSITIONS[mail.disposition or "waiting"]
    trust, trust_tone = TRUSTS.get(mail.trust, ("", ""))
    sender = mail.sender or mail.envelope_from
    return InboundLine(
        pk=mail.pk,
        subject=mail.subject or "(no subject)",
        who=mail.sender_name or sender or "(nobody)",
        address=sender,
        reason=mail.reason,
        clause=mail.clause,
        state=state,
        tone=tone,
        trust=trust,
        trust_tone=trust_tone,
        resembles=mail.resembles,
        ticket=mail.ticket_number,
        ticket_number=numbers.shown(mail.ticket_number) if mail.ticket_number else "",
        since=times.spoken(mail.received_at, now),
        stamp=times.stamp(mail.received_at),
    )


@dataclass(frozen=True, slots=True)
class OutboundLine:
    """One outbound mail."""

    pk: int
    subject: str
    who: str
    address: str
    kind: str
    state: str
    tone: str
    tries: int
    answer: str
    ticket: int | None
    ticket_number: str
    since: str
    stamp: str


def outbound_lines(mails: Iterable[OutboundMail], now: datetime) -> list[OutboundLine]:
    """Outbound mails as lines, seen at `now`."""
    return [_outbound(mail, now) for mail in mails]


def _outbound(mail: OutboundMail, now: datetime) -> OutboundLine:
    state, tone = OUTBOUND_STATES[mail.state]
    at = mail.sent_at or mail.queued_at
    return OutboundLine(
        pk=mail.pk,
        subject=mail.subject,
        who=mail.to_name or mail.to_address,
        address=mail.to_address,
        kind=mail.kind.replace("_", " "),
        state=state,
        tone=tone,
        tries=mail.tries,
        answer=mail.last_answer,
        ticket=mail.ticket_number,
        ticket_number=numbers.shown(mail.ticket_number) if mail.ticket_number else "",
        since=times.spoken(at, now),
        stamp=times.stamp(at),
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """One recorded judgement about a mail, with the facts looked at."""

    title: str
    outcome: str
    clause: str
    address: str
    at: datetime
    facts: list[tuple[str, str]]


def judgements(decisions: Iterable[Decision]) -> list[Judged]:
    """The decisions about a mail, oldest first."""
    return [_judged(decision) for decision in decisions]


def _judged(decision: Decision) -> Judged:
    version = decision.policy_version
    known = CLAUSES.get(decision.clause)
    return Judged(
        title=known.title if known else decision.clause,
        outcome=decision.outcome.replace("_", " "),
        clause=decision.clause,
        address=f"/policy/{version.slug}/{version.number}/#{decision.clause}",
        at=decision.at,
        facts=[(name.replace("_", " "), _said(value)) for name, value in decision.facts.items()],
    )


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value in (None, "") else str(value)
