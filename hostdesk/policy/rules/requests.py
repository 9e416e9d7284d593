"""May this be asked for, on what proof, and what must happen before it is carried out. Pure: facts in, verdict out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from hostdesk.policy.catalogue import FREE, Proof, RequestType
from hostdesk.policy.registry import rule
from hostdesk.policy.rules.contact import BELIEVED, may_ask
from hostdesk.policy.terms import Terms

Channel = Literal["client", "mail", "phone"]
ContactState = Literal["current", "out_of_date", "unverified", "removed"]
"""How a contact stands: `unverified` was added but has not shown that the address is theirs; `out_of_date` as
`contact.current` says."""
Outcome = Literal["granted", "confirm", "update_details", "refused"]
"""`confirm`: waits for a press of a button, signed in or behind a link to the stored address; `update_details`: waits until
the contact says that the details are right."""

PASSWORD = "contact.password"  # noqa: S105  (the id of a clause)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and how that is known.

    `role` is None for who is no contact of the account. `trust` counts for mail only, `pin_spoken` on the telephone only.
    `confirmed`: the contact pressed the button, behind a link to the stored address; `signed_in`: in the client area.
    """

    role: str | None
    channel: Channel
    contact_state: ContactState = "current"
    trust: str = ""
    signed_in: bool = False
    confirmed: bool = False
    pin_spoken: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the asking: clause and, unless it is granted, a sentence that says what to do next."""

    outcome: Outcome
    clause: str
    sentence: str = ""


@rule(
    "contact.privileges", "contact.restricted", "contact.current", "contact.listed_sender", "contact.password"
)
def judge(asking: Asking, kind: RequestType, terms: Terms) -> Verdict:
    """Whether this contact gets this request, now or after one more step. First who, then how that is known.

    Clauses: contact.privileges, contact.restricted, contact.current, contact.listed_sender, contact.password.
    """
    role = None if asking.contact_state == "removed" else asking.role
    if role is not None and asking.contact_state == "unverified":
        sentence = "This address is not confirmed yet: open the link that we mailed to it, then ask again."
        return Verdict("refused", "contact.privileges", sentence)
    ruling = may_ask(role=role, kind=kind, terms=terms)
    if not ruling.allowed:
        return Verdict("refused", ruling.clause, ruling.sentence)
    if asking.channel == "mail" and asking.trust == "forged":
        sentence = "This mail is not from the address that it bears. Sign in and ask there."
        return Verdict("refused", "contact.listed_sender", sentence)
    if not _suffices(proofs(asking), kind):
        return Verdict("confirm", ruling.clause, _how_to_prove(kind))
    if asking.contact_state == "out_of_date" and kind.clause != PASSWORD:
        sentence = "Confirm that your contact details are still right; we go on as soon as you have."
        return Verdict("update_details", "contact.current", sentence)
    return Verdict("granted", ruling.clause)


def proofs(asking: Asking) -> frozenset[Proof]:
    """Everything that shows that the contact asks."""
    found: set[Proof] = set()
    if asking.signed_in:
        found.add("signed_in")
    if asking.confirmed:
        # A button pressed at the stored address shows no less than a mail from there.
        found |= {"confirmed_mail", "believed_mail"}
    if asking.channel == "mail" and asking.trust in BELIEVED:
        found.add("believed_mail")
    if asking.channel == "phone" and asking.pin_spoken:
        found.add("spoken_pin")
    return frozenset(found)


def a_link_suffices(kind: RequestType) -> bool:
    """Whether a button behind a link to the stored address shows enough, or only who is signed in may confirm."""
    return _suffices(frozenset({"confirmed_mail", "believed_mail"}), kind)


def _suffices(given: frozenset[Proof], kind: RequestType) -> bool:
    return not given.isdisjoint(kind.proof)


def _how_to_prove(kind: RequestType) -> str:
    if a_link_suffices(kind):
        return "Confirm it with the button behind the link that we mail to your stored address, or in the client area."
    return "Sign in to the client area and confirm it there."


Step = Literal["confirm", "second", "price", "payment", "approval", "wait", "window", "ready"]
"""What a request waits for; `ready` is for an agent to carry out."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a request has come.

    `is_proven`: `judge` granted it. `second_given`: whoever else must say yes did. `approvals` counts the agents who said
    yes. `told_at` is when every contact was told of it, from which the waiting time counts; `is_offpeak`: such hours are now. `not_before` is the end of the
    last day that the contact wants to keep what they have.
    """

    is_proven: bool
    second_given: bool = False
    price_accepted: bool = False
    is_paid: bool = False
    approvals: int = 0
    told_at: datetime | None = None
    is_offpeak: bool = False
    not_before: datetime | None = None


@rule("contact.restricted", "fee.cleanup", "fee.minimum", "sla.offpeak")
def next_step(progress: Progress, kind: RequestType, terms: Terms, *, at: datetime) -> Step:
    """The first thing that is still missing, in the one order in which they are asked for.

    Clauses: contact.restricted, fee.cleanup (a second confirmation), fee.minimum (nothing runs before it is paid),
    sla.offpeak.
    """
    missing: tuple[tuple[Step, bool], ...] = (
        ("confirm", not progress.is_proven),
        ("second", needs_second_yes(kind, terms) and not progress.second_given),
        ("price", kind.price != FREE and not progress.price_accepted),
        ("payment", kind.price != FREE and not progress.is_paid),
        ("approval", progress.approvals < approvals_needed(kind)),
        ("wait", at < may_run_from(progress, kind, terms, at=at)),
        ("window", kind.offpeak and not progress.is_offpeak),
    )
    return next((step for step, is_missing in missing if is_missing), "ready")


@rule("fee.cleanup", "contact.restricted")
def needs_second_yes(kind: RequestType, terms: Terms) -> bool:
    """Whether one confirmation is not enough: another contact must agree, or it cannot be undone.

    Clauses: contact.restricted, fee.cleanup.
    """
    return kind.second == "contact" or (kind.destroys and terms.cleanup_confirmations > 1)


@rule("contact.restricted")
def may_give_second_yes(
    *, asker_id: int, giver_id: int, giver_role: str, others: bool, kind: RequestType, terms: Terms
) -> bool:
    """Whether this contact's yes is the second one that a request needs.

    Where the kind asks for another contact it must be another one of the restricted roles, unless the account lists none
    (`others` false); then, and for all else, the one who asked says yes again. Clause: contact.restricted.
    """
    if giver_role not in terms.restricted_roles and giver_id != asker_id:
        return False
    if kind.second == "contact" and others:
        return giver_id != asker_id
    return True


@rule("contact.restricted")
def approvals_needed(kind: RequestType) -> int:
    """How many agents must say yes before another one carries it out. Clause: contact.restricted."""
    return 1 if kind.second == "agent" else 0


@rule("contact.restricted")
def may_run_from(progress: Progress, kind: RequestType, terms: Terms, *, at: datetime) -> datetime:
    """The earliest instant at which it may be carried out; `at` plus the whole wait while nobody was told yet.

    A last day that the contact named is theirs to its end.

    Clause: contact.restricted.
    """
    told_for_long_enough = (progress.told_at or at) + waiting_time(kind, terms)
    return max(told_for_long_enough, progress.not_before or told_for_long_enough)


def waiting_time(kind: RequestType, terms: Terms) -> timedelta:
    """How long every contact has to object before a request of this kind is carried out."""
    if not kind.waits:
        return timedelta(0)
    name = kind.waits.rpartition("_")[0]
    span = getattr(terms, name)
    assert isinstance(span, timedelta), f"{kind.waits} is a time of the terms"
    return span
