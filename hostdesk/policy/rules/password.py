"""A lost administrative password: to whom the link goes, and when an account may be handed over on registration data. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hostdesk.policy.registry import rule
from hostdesk.policy.rules.contact import Ruling
from hostdesk.policy.terms import Terms

CLAUSE = "contact.password"
SUPERVISORS: frozenset[str] = frozenset({"supervisor", "admin"})
WHO_APPROVES: frozenset[str] = frozenset({"level1", "technician", "supervisor", "admin"})
Doubt = Literal["unseen", "other_name", "odd_dates", "gone", "expired", "reregistered", "changed", "undated"]
DOUBTS: dict[Doubt, str] = {
    "unseen": "No registry told us who holds the domain.",
    "other_name": "The answer of the registry speaks of another domain.",
    "odd_dates": "The dates in the answer of the registry cannot be right.",
    "gone": "The domain is being deleted.",
    "expired": "The registration of the domain has run out.",
    "reregistered": "The domain was registered anew after this account was opened: it may have another owner now.",
    "changed": "The registration was changed lately.",
    "undated": "The registry does not say when the registration was last changed.",
}
"""Why control over the domain does not show today who owned it when the account was opened."""
Proof = Literal["", "dns", "file", "by_hand"]
Step = Literal["proof", "address", "approval", "wait", "granted"]


@rule("contact.password")
def may_get_link(*, role: str, terms: Terms) -> bool:
    """Whether the link for a new password goes to the stored address of a contact of this role. Clause: contact.password."""
    return role in terms.password_link_roles


@dataclass(frozen=True, slots=True)
class Registered:
    """What the answers about a domain say when they are taken together; None for what none of them says."""

    registered_at: datetime | None = None
    changed_at: datetime | None = None
    expires_at: datetime | None = None
    marks: frozenset[str] = frozenset()


@rule("contact.password")
def doubts(
    registered: Registered | None, *, account_opened_at: datetime, terms: Terms, at: datetime
) -> tuple[Doubt, ...]:
    """Why the automatic proof by DNS or file does not count; empty when it does. None: nobody told anything.

    Clause: contact.password.
    """
    if registered is None:
        return ("unseen",)
    changed, ends = registered.changed_at, registered.expires_at
    first = registered.registered_at
    found: tuple[tuple[Doubt, bool], ...] = (
        ("other_name", "other_name" in registered.marks),
        ("odd_dates", "odd_dates" in registered.marks),
        ("gone", "gone" in registered.marks),
        ("expired", ends is not None and ends <= at),
        ("reregistered", first is not None and first > account_opened_at),
        ("changed", changed is not None and at - changed < terms.registration_change),
        ("undated", changed is None),
    )
    return tuple(doubt for doubt, is_so in found if is_so)


@dataclass(frozen=True, slots=True)
class Approver:
    """An agent who said yes."""

    agent_id: int
    role: str


@dataclass(frozen=True, slots=True)
class Recovering:
    """How far a recovery has come. `told_at` is when every stored contact was told, from which the waiting time counts."""

    proof: Proof
    doubts: tuple[str, ...]
    address_proven: bool
    approvers: tuple[Approver, ...]
    opened_by: int | None
    told_at: datetime | None


@rule("contact.password")
def recovery_step(case: Recovering, terms: Terms, *, at: datetime) -> Step:
    """The first thing that is missing before the link goes to the new address. Clause: contact.password."""
    missing: tuple[tuple[Step, bool], ...] = (
        ("proof", not proof_counts(case.proof, case.doubts)),
        ("address", not case.address_proven),
        ("approval", approvals_missing(case.approvers, opened_by=case.opened_by, terms=terms) != (0, False)),
        ("wait", case.told_at is None or at < case.told_at + terms.recovery_wait),
    )
    return next((step for step, is_missing in missing if is_missing), "granted")


@rule("contact.password")
def proof_counts(proof: str, doubts: Iterable[str]) -> bool:
    """Whether the proof suffices: by DNS or file only without doubts about the registration. Clause: contact.password."""
    return proof == "by_hand" or (proof in ("dns", "file") and not tuple(doubts))


@rule("contact.password")
def approvals_missing(
    approvers: Iterable[Approver], *, opened_by: int | None, terms: Terms
) -> tuple[int, bool]:
    """(how many more agents must say yes, whether one of those must be a supervisor); the opener does not count.

    Clause: contact.password.
    """
    counted = {
        one.agent_id: one.role for one in approvers if one.agent_id != opened_by and one.role in WHO_APPROVES
    }
    needs_supervisor = not any(role in SUPERVISORS for role in counted.values())
    return max(terms.password_approvals - len(counted), 1 if needs_supervisor else 0), needs_supervisor


@rule("contact.password")
def may_approve(
    *, agent_id: int, role: str, opened_by: int | None, approvers: Iterable[Approver], terms: Terms
) -> Ruling:
    """Whether this agent's yes counts now. Clause: contact.password."""
    earlier = tuple(approvers)
    sentence = ""
    if role not in WHO_APPROVES:
        sentence = "Your role does not approve recoveries. A technician or a supervisor can."
    elif agent_id == opened_by:
        sentence = "You opened this recovery, so two others must approve it."
    elif any(one.agent_id == agent_id for one in earlier):
        sentence = "You have approved it already; another agent must."
    else:
        left, needs_supervisor = approvals_missing(earlier, opened_by=opened_by, terms=terms)
        if left == 1 and needs_supervisor and role not in SUPERVISORS:
            sentence = "Only the yes of a supervisor is missing."
    return Ruling(allowed=not sentence, clause=CLAUSE, sentence=sentence)


@rule("contact.password")
def may_prove_by_hand(*, role: str) -> Ruling:
    """Whether an agent may note that ownership was shown in another way. Clause: contact.password."""
    if role in SUPERVISORS:
        return Ruling(allowed=True, clause=CLAUSE)
    return Ruling(
        allowed=False,
        clause=CLAUSE,
        sentence="Only a supervisor can note that ownership was shown in another way.",
    )
