"""Mails in a list, ready to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.http import urlencode

from hostdesk.audit.models import Decision
from hostdesk.gateway.counting import Flow
from hostdesk.gateway.finding import Wanted
from hostdesk.kit import moments, numbers
from hostdesk.mail.models import Door, InboundMail, OutboundMail
from hostdesk.mail.queries import MailboxState
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
CAME_BACK = ("came back", "late")


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
    kept: Mapping[str, str],
) -> list[Tab]:
    """One tab for the whole and one for each word, with how many stand behind it; the others add up to the first.

    `kept` are the other filters, which a tab leaves as they are; the figures are those of the whole mailroom.
    """
    each = [
        Tab(said, counts.get(key, 0), f"{address}?{urlencode({parameter: key, **kept})}", key == chosen)
        for key, (said, _) in words.items()
    ]
    everything = f"{address}?{urlencode(kept)}" if kept else address
    return [Tab(whole, sum(counts.values()), everything, not chosen), *each]


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in force, and the address without it."""

    words: str
    address: str


def chips(narrow: Wanted, disposition: str, address: str) -> list[Chip]:
    """The filters beside the disposition, each to be taken away by itself."""
    said = {
        "typed": f"“{narrow.typed}”",
        "trust": f"sender {TRUSTS[narrow.trust][0]}" if narrow.trust else "",
        "door": f"by {Door(narrow.door).label}" if narrow.door else "",
        "reason": narrow.reason,
        "since": f"from {narrow.since:%d %b %Y}" if narrow.since else "",
        "until": f"to {narrow.until:%d %b %Y}" if narrow.until else "",
    }
    tab = {"disposition": disposition} if disposition else {}
    found = []
    for name, words in said.items():
        if getattr(narrow, name):
            query = urlencode({**tab, **narrow.without(name).as_query()})
            found.append(Chip(words, f"{address}?{query}" if query else address))
    return found


@dataclass(frozen=True, slots=True)
class Hour:
    """A bar of the picture of hours, in hundredths of its height, with its hour in words."""

    left: int
    top: int
    height: int
    words: str


@dataclass(frozen=True, slots=True)
class FlowFace:
    """How mail runs: how long the oldest waiting mail waits, in words; a bar for each of the last hours."""

    waits: str
    waits_since: datetime | None
    late: bool
    many: int
    hours: list[Hour]


_LATE = timedelta(minutes=5)


def flow(found: Flow, now: datetime) -> FlowFace:
    """How mail runs, seen at `now`."""
    waits = now - found.waits_since if found.waits_since else timedelta()
    tallest = max(*found.hours, 1)
    hours = []
    for ago, many in enumerate(reversed(found.hours)):
        height = max(4, round(100 * many / tallest)) if many else 1
        begins = (now - timedelta(hours=ago)).replace(minute=0, second=0, microsecond=0)
        hours.append(Hour((23 - ago) * 10, 100 - height, height, f"{times.spoken(begins, now)}: {many}"))
    return FlowFace(
        moments.in_words(waits) if waits >= timedelta(minutes=1) else "less than a minute",
        found.waits_since,
        waits >= _LATE,
        sum(found.hours),
        hours[::-1],
    )


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
        subject=mail.subject or ("(no subject)" if mail.disposition else "(not judged yet)"),
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
class MailboxLine:
    """One mailbox that mails are fetched from: its name, and in words whether it can be looked into."""

    name: str
    tone: str
    words: str
    trouble: str


def mailbox_lines(states: Iterable[MailboxState], now: datetime) -> list[MailboxLine]:
    """Mailboxes as lines, seen at `now`."""
    return [_mailbox(state, now) for state in states]


def _mailbox(state: MailboxState, now: datetime) -> MailboxLine:
    left = f", {state.not_fetched} not handed out by its server" if state.not_fetched else ""
    if state.unread_since is not None:
        since = times.spoken(state.unread_since, now)
        return MailboxLine(state.name, "late", f"not looked into since {since}{left}", state.trouble)
    if state.answered_at is None:
        return MailboxLine(state.name, "watch", "not looked into yet", state.trouble)
    when = times.spoken(state.answered_at, now)
    tone = "watch" if left or state.trouble else "good"
    return MailboxLine(state.name, tone, f"looked into {when}{left}", state.trouble)


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
    state, tone = CAME_BACK if mail.bounced_at else OUTBOUND_STATES[mail.state]
    at = mail.bounced_at or mail.sent_at or mail.queued_at
    return OutboundLine(
        pk=mail.pk,
        subject=mail.subject,
        who=mail.to_name or mail.to_address,
        address=mail.to_address,
        kind=mail.kind.replace("_", " "),
        state=state,
        tone=tone,
        tries=mail.tries,
        answer=mail.bounce_said or mail.last_answer,
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


# What the checks of the sender found has a place of its own, in sentences.
_SAID_ELSEWHERE = frozenset({"mail", "spf", "dkim", "dmarc", "arc"})


def _judged(decision: Decision) -> Judged:
    version = decision.policy_version
    known = CLAUSES.get(decision.clause)
    return Judged(
        title=known.title if known else decision.clause,
        outcome=decision.outcome.replace("_", " "),
        clause=decision.clause,
        address=f"/policy/{version.slug}/{version.number}/#{decision.clause}",
        at=decision.at,
        facts=[
            (name.replace("_", " "), _said(value))
            for name, value in decision.facts.items()
            if name not in _SAID_ELSEWHERE
        ],
    )


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value in (None, "") else str(value)
