"""A recovery beside the ticket on which it stands, and what is missing to it in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hostdesk.people.models import Agent
from hostdesk.policy.rules import password as rules
from hostdesk.policy.terms import Terms
from hostdesk.requests.models import RECOVERING, LinkPurpose, Recovery, RecoveryState
from hostdesk.requests.recovery import approvers_of, case_of_recovery, recovering_of
from hostdesk.requests.recovery_queries import recoveries_of_ticket
from hostdesk.requests.words import Point
from hostdesk.tickets.models import Ticket

_MISSING: dict[rules.Step, str] = {
    "proof": "A proof that the account is theirs",
    "address": "Who asked must press the button in our mail to the new address",
    "approval": "The yes of our own people",
    "wait": "The waiting time is not over",
    "granted": "Nothing",
}


@dataclass(frozen=True, slots=True)
class RecoveryPanel:
    """One recovery: how it stands, what is missing ("" when it is not under way), until when it waits, and whether the
    reader's yes would count now.
    """

    recovery: Recovery
    brief: str
    tone: str
    missing: str
    until: datetime | None
    doubtful: bool
    can_approve: bool


def panels_on(ticket: Ticket, agent: Agent, *, at: datetime) -> list[RecoveryPanel]:
    """The recoveries on a ticket that was fetched for this agent."""
    return [_panel(row, agent, at=at) for row in recoveries_of_ticket(ticket)]


def brief(row: Recovery) -> str:
    """How a recovery stands, to stand alone."""
    if is_chosen(row):
        return _CHOSEN[chosen_outcome(row)]
    words = str(RecoveryState(row.state).label)
    return words[0].upper() + words[1:]


def chosen_outcome(row: Recovery) -> str:
    """What became of the password that was chosen behind the link of an approved recovery; "" while none was."""
    if row.state != RecoveryState.GRANTED:
        return ""
    used = [one for one in row.links.all() if one.purpose == LinkPurpose.PASSWORD and one.used_at]
    return next((one.outcome for one in used if one.voided_at is None), "")


def is_chosen(row: Recovery) -> bool:
    """Whether the password was chosen, and only its setting is left."""
    return chosen_outcome(row) != ""


_CHOSEN = {
    "by_hand": "New password chosen: set it on the server",
    "asked": "New password chosen: the panel is asked",
    "unclear": "New password chosen: the panel did not say whether it took it",
}


def tone(row: Recovery) -> str:
    """The colour of how it stands."""
    if row.state in (RecoveryState.GRANTED, RecoveryState.DONE):
        return "ours" if is_chosen(row) else "good"
    return "ours" if row.state in RECOVERING else "plain"


def missing(row: Recovery, known: rules.Recovering, terms: Terms, *, at: datetime) -> str:
    """The first thing that is missing to a recovery under way, in words."""
    step = rules.recovery_step(known, terms, at=at)
    if step != "approval":
        return _MISSING[step]
    left, needs = rules.approvals_missing(known.approvers, opened_by=row.opened_by_id, terms=terms)
    if left == 1:
        return f"{_MISSING[step]}: {'that of a supervisor' if needs else 'one more'}"
    return f"{_MISSING[step]}: {left} more{', a supervisor among them' if needs else ''}"


def way(row: Recovery, known: rules.Recovering, terms: Terms, *, at: datetime) -> list[Point]:
    """The whole way of a recovery; of one that ended without a password, what was done and how it ended."""
    is_granted = row.state in (RecoveryState.GRANTED, RecoveryState.DONE)
    step = "granted" if is_granted else rules.recovery_step(known, terms, at=at)
    left, _ = rules.approvals_missing(known.approvers, opened_by=row.opened_by_id, terms=terms)
    ends = (row.told_at or at) + terms.recovery_wait
    said = max((one.at for one in row.approvals.all()), default=None)
    parts: tuple[tuple[rules.Step, str, bool, datetime | None], ...] = (
        ("proof", "Ownership shown", rules.proof_counts(known.proof, known.doubts), row.proof_at),
        ("address", "New address confirmed", known.address_proven, row.address_proven_at),
        ("approval", f"Approved by {terms.password_approvals} of us, one a supervisor", left == 0, said),
        ("wait", "Time to object is over", ends <= at, ends),
    )
    points = [Point("Every contact told", "done", at=row.told_at)]
    for key, title, is_so, when in parts:
        is_done = is_so or is_granted
        state: Literal["done", "now", "next"] = "done" if is_done else "now" if key == step else "next"
        points.append(Point(title, state, at=when if is_done or key == "wait" else None))
    if row.state not in RECOVERING and row.state != RecoveryState.DONE:
        done = [point for point in points if point.state == "done"]
        return [*done, Point(brief(row), "ended", row.sentence, row.ended_at)]
    if is_chosen(row):
        return [*points, Point("New password chosen", "done"), Point("New password set", "now")]
    last: Literal["done", "now", "next"] = (
        "done" if row.state == RecoveryState.DONE else "now" if is_granted else "next"
    )
    return [*points, Point("New password chosen and set", last, at=row.ended_at)]


def _panel(row: Recovery, agent: Agent, *, at: datetime) -> RecoveryPanel:
    if row.state != RecoveryState.OPEN:
        return RecoveryPanel(row, brief(row), tone(row), "", None, doubtful=False, can_approve=False)
    case = case_of_recovery(row)
    known, terms = recovering_of(case, at=at), case.version.terms
    step = rules.recovery_step(known, terms, at=at)
    may = rules.may_approve(
        agent_id=agent.pk,
        role=agent.role,
        opened_by=row.opened_by_id,
        approvers=approvers_of(row),
        terms=terms,
    )
    return RecoveryPanel(
        recovery=row,
        brief=brief(row),
        tone=tone(row),
        missing=missing(row, known, terms, at=at),
        until=(row.told_at or at) + terms.recovery_wait if step == "wait" else None,
        doubtful=bool(known.doubts),
        can_approve=step == "approval" and may.allowed,
    )
