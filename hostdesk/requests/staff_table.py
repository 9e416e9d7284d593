"""Who at the desk may do what with requests and recoveries, worked out by the rules that the verbs ask. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hostdesk.policy.rules import password
from hostdesk.policy.terms import Terms
from hostdesk.requests.rules import AgentCan, agent_can

_SOMEBODY = 1
_SOMEBODY_ELSE = 2


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that staff do: which roles may, and what else is looked at."""

    name: str
    may: dict[str, bool]
    besides: str


def deeds(roles: Iterable[str], terms: Terms) -> list[Deed]:
    """Every deed of staff in the order in which a request meets them, for these roles of staff."""
    listed = tuple(roles)
    several = terms.password_approvals

    def can(state: str) -> Callable[[str], AgentCan]:
        return lambda role: agent_can(state=state, role=role, agent_id=_SOMEBODY, said_by=())

    def approves(role: str) -> bool:
        return password.may_approve(
            agent_id=_SOMEBODY, role=role, opened_by=_SOMEBODY_ELSE, approvers=(), terms=terms
        ).allowed

    rows: tuple[tuple[str, Callable[[str], bool], str], ...] = (
        (
            "Look at requests, recoveries and their evidence",
            _everybody,
            "Each look is kept in the history. On a ticket of a sealed team, those in that team only.",
        ),
        (
            "Make a message a request, or ask for a caller",
            _everybody,
            "It is believed no further than the message, or the PIN that was said.",
        ),
        (
            "Approve as the second agent",
            lambda role: can("approval")(role).approve,
            "Once, with the second step of signing in. Who approved does not carry it out.",
        ),
        (
            "Object as the second agent",
            lambda role: can("approval")(role).approve,
            "With a reason that the contact reads; it ends the request.",
        ),
        (
            "Note a payment",
            lambda role: can("payment")(role).pay,
            "With its reference, for exactly the price that was accepted; with the second step.",
        ),
        (
            "Carry it out, by hand or through a panel",
            lambda role: can("ready")(role).begin,
            "Not who approved it; with the second step.",
        ),
        ("Say how it ended", lambda role: can("unclear")(role).finish, "With what was seen afterwards."),
        (
            "Refuse a request",
            lambda role: can("ready")(role).refuse,
            "With a reason that the contact reads, as long as nobody is at it.",
        ),
        (
            "Begin a recovery for a caller",
            _everybody,
            "Every stored contact is told. The own yes does not count.",
        ),
        (
            "Approve a recovery",
            approves,
            f"{several} agents, one of them a supervisor; never who began it. With the second step.",
        ),
        (
            "Note another proof of ownership",
            lambda role: password.may_prove_by_hand(role=role).allowed,
            "With what was compared, kept for ever; with the second step.",
        ),
        ("Stop a recovery", _everybody, "With a reason, until the new password is chosen."),
    )
    return [Deed(name, {role: may(role) for role in listed}, besides) for name, may, besides in rows]


def _everybody(_role: str) -> bool:
    return True
