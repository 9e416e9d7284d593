"""A ticket as correspondence: letters, and between them what happened, as one thin line each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.safestring import SafeString

from hostdesk.audit.models import Decision, Entry
from hostdesk.kit import moments
from hostdesk.mail.models import OutboundMail
from hostdesk.policy.registry import CLAUSES
from hostdesk.tickets.models import Attachment, Message
from hostdesk.tickets.queries.page import TicketPage, Written
from hostdesk.web import letters, times

_TOLD_BY_LETTERS = frozenset({"answered", "noted", "customer wrote"})
_KINDS = {
    Message.Kind.CUSTOMER: "customer",
    Message.Kind.AGENT: "agent",
    Message.Kind.INTERNAL: "note",
    Message.Kind.SYSTEM: "system",
}
_DOUBTS = {
    "unproven": "Sender not proven",
    "forged": "Sender disowned this mail",
}
_SENDING = {
    "waiting": "on its way out",
    "failed": "not delivered",
    "held": "held back, not sent",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thin line: something that happened. `late` lines concern a clock."""

    at: datetime
    words: str
    tone: str
    is_letter: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """One message. `kind` is customer, agent, note or system; `rest` what it repeats of earlier ones, folded.

    `doubt` says why its sender is not believed, `sending` why it is not with the customer yet; both "" mostly.
    """

    at: datetime
    pk: int
    kind: str
    author: str
    body: SafeString
    rest: SafeString
    has_html: bool
    files: list[Attachment]
    doubt: str
    sending: str
    failed: bool
    answer_of_server: str
    is_letter: bool = True


def timeline(page: TicketPage, unsent: dict[int, OutboundMail]) -> list[Line | Letter]:
    """Letters and lines of a ticket's page in the order of time."""
    written = [_letter(one, unsent) for one in page.written]
    lines = [_line(entry) for entry in page.events if entry.verb not in _TOLD_BY_LETTERS]
    together: list[Line | Letter] = [*lines, *written]
    return sorted(together, key=_when)


def _when(one: Line | Letter) -> datetime:
    return one.at


def _letter(written: Written, unsent: dict[int, OutboundMail]) -> Letter:
    message = written.message
    mail = unsent.get(message.outbound_mail_id or 0)
    fresh = message.fresh or message.text
    return Letter(
        at=message.at,
        pk=message.pk,
        kind=_KINDS[Message.Kind(message.kind)],
        author=message.author_name,
        body=letters.letter(fresh),
        rest=letters.folded(message.text, "Whole message") if message.fresh else SafeString(""),
        has_html=bool(message.html),
        files=written.files,
        doubt=_DOUBTS.get(message.trust, ""),
        sending=_SENDING[mail.state] if mail else "",
        failed=mail is not None and mail.state == "failed",
        answer_of_server=mail.last_answer if mail else "",
    )


def _line(entry: Entry) -> Line:
    tone = "late" if entry.verb.endswith("breached") else "watch" if entry.verb.endswith("warned") else ""
    return Line(entry.at, _said(entry), tone)


def _said(entry: Entry) -> str:
    """What happened, as a sentence without its full stop."""
    facts, who = entry.facts, entry.actor_name
    if entry.verb == "opened":
        return _CAME_IN.get(str(facts.get("channel", "")), "Came in")
    if entry.verb == "resolved" and facts.get("by") == "customer":
        return f"{who} says it is solved"
    if entry.verb == "reopened" and facts.get("cause") == "customer wrote":
        return "Open again: the customer wrote"
    reason = f": {facts['reason']}" if facts.get("reason") else ""
    if entry.verb not in _SAID:
        return f"{who}: {entry.verb}"
    words = {"who": who, "to": facts.get("to", "somebody"), "from": facts.get("from", "another team")}
    return _SAID[entry.verb].format_map(words) + reason


_SAID = {
    "taken": "{who} took it",
    "assigned": "{who} gave it to {to}",
    "given back": "{who} put it back into the queue",
    "moved": "{who} moved it from {from} to {to}",
    "resolved": "{who} marked it resolved",
    "reopened": "{who} opened it again",
    "closed": "Closed for good",
    "response warned": "The answer is nearly late",
    "response breached": "The answer is late",
    "resolution warned": "The solution is nearly late",
    "resolution breached": "The solution is late",
    "confirmed": "{who} confirmed having written it",
    "disowned": "{who} did not write this mail",
}
_CAME_IN = {
    "mail": "Came in by e-mail",
    "client": "Came in by the client area",
    "desk": "Opened at the desk",
    "phone": "Came in by telephone",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One recorded judgement: what was decided in words, by which clause, and the facts looked at."""

    sentence: str
    clause: str
    title: str
    version: str
    address: str
    at: datetime
    facts: list[tuple[str, str]]


def verdicts(decisions: Iterable[Decision]) -> list[Verdict]:
    """The decisions of a ticket for its aside, oldest first."""
    return [_verdict(decision) for decision in decisions]


def _verdict(decision: Decision) -> Verdict:
    version = decision.policy_version
    title = CLAUSES[decision.clause].title if decision.clause in CLAUSES else decision.clause
    return Verdict(
        sentence=_outcome(decision, title),
        clause=decision.clause,
        title=title,
        version=f"{version.slug}/{version.number}",
        address=f"/policy/{version.slug}/{version.number}#{decision.clause}",
        at=decision.at,
        facts=[(name.replace("_", " "), _fact(value)) for name, value in decision.facts.items()],
    )


_OUTCOMES = {
    ("sla.response", "promised"): "An answer is promised",
    ("sla.resolve", "promised"): "A solution is promised",
    ("sla.response", "warned"): "The answer came close to late",
    ("sla.response", "breached"): "The answer is late",
    ("sla.resolve", "warned"): "The solution came close to late",
    ("sla.resolve", "breached"): "The solution is late",
    ("sla.fcfs", "jumped"): "Taken before older tickets",
    ("contact.listed_sender", "confirmed"): "The contact confirmed the mail",
    ("contact.listed_sender", "disowned"): "The contact did not write the mail",
    ("contact.listed_sender", "proven"): "The sender is proven",
    ("contact.listed_sender", "plausible"): "The sender is plausible",
    ("contact.listed_sender", "unproven"): "The sender is not proven",
    ("contact.unlisted", "closed"): "The mail was closed: its sender is not listed",
}


def _outcome(decision: Decision, title: str) -> str:
    known = _OUTCOMES.get((decision.clause, decision.outcome))
    if decision.outcome == "promised" and known and "due_after_minutes" in decision.facts:
        return (
            f"{known} within {moments.in_words(timedelta(minutes=int(decision.facts['due_after_minutes'])))}"
        )
    return known or f"{title}: {decision.outcome.replace('_', ' ')}"


def _fact(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and len(value) > 18 and value[10:11] == "T":  # noqa: PLR2004  (an ISO instant)
        try:
            return times.exact(datetime.fromisoformat(value))
        except ValueError:
            return value
    return str(value)
