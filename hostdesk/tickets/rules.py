"""Judgements about tickets: facts in, verdict out."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from hostdesk.policy.registry import rule
from hostdesk.tickets.models import TicketClass, TicketState

After = Literal["waiting_customer", "open", "resolved"]
"""What an answer leaves the ticket in."""

WAITS: frozenset[str] = frozenset(
    {TicketState.WAITING_CUSTOMER, TicketState.WAITING_WINDOW, TicketState.WAITING_TEAM}
)
CUSTOMER_OR_WINDOW: frozenset[str] = frozenset({TicketState.WAITING_CUSTOMER, TicketState.WAITING_WINDOW})
LETS_LIE: frozenset[str] = frozenset({TicketState.WAITING_WINDOW, TicketState.WAITING_TEAM})
"""What a customer's word does not end: it lies there until somebody has looked."""


@rule("sla.resolve")
def pauses_resolution(state: str) -> bool:
    """The resolution clock waits only for the customer or for an agreed window (sla.resolve)."""
    return state in CUSTOMER_OR_WINDOW


@dataclass(frozen=True)
class Turn:
    """What a customer's new message does to a ticket; `lies`: it waits on, and the words lie there until somebody looks."""

    state: str
    reopens: bool
    joins: bool
    lies: bool = False


def after_customer_message(state: str, *, assigned: bool) -> Turn:
    """A closed ticket takes no more; a resolved one is open again; any other is our turn now.

    A ticket that nobody took yet and nobody answered stays new, so that its place in the queue is plain to see.
    """
    if state == TicketState.CLOSED:
        return Turn(state=state, reopens=False, joins=False)
    if state == TicketState.RESOLVED:
        return Turn(state=TicketState.OPEN, reopens=True, joins=True)
    if state == TicketState.NEW and not assigned:
        return Turn(state=TicketState.NEW, reopens=False, joins=True)
    if state in LETS_LIE:
        # An agreed window or a question to another team does not end because the customer adds something.
        return Turn(state=state, reopens=False, joins=True, lies=True)
    return Turn(state=TicketState.OPEN, reopens=False, joins=True)


@rule("sla.fcfs")
def needs_reason_to_jump(*, waiting_before: int) -> bool:
    """First come, first served: taking or giving away a ticket past older ones needs a reason, from everybody.

    Clause: sla.fcfs.
    """
    return waiting_before > 0


@rule("sla.fcfs")
def may_take(*, needs: AbstractSet[int], holds: AbstractSet[int]) -> bool:
    """Whether an agent of the ticket's team is eligible: has every skill that the ticket needs. Clause: sla.fcfs."""
    return needs <= holds


UNDONE_WITHIN = timedelta(seconds=30)
"""A ticket given back this soon was taken by mistake."""


@rule("sla.fcfs")
def needs_reason_to_return(*, held: timedelta | None) -> bool:
    """Giving a ticket back needs a reason, but for a slip that is taken back at once; None: held since nobody knows when.

    Clause: sla.fcfs.
    """
    return held is None or held > UNDONE_WITHIN


@rule("sla.fcfs")
def comes_back(*, could_take: AbstractSet[int], passed_over: AbstractSet[int]) -> bool:
    """Whether a ticket is everybody's again: all who could take it have passed it over. Clause: sla.fcfs."""
    return could_take <= passed_over


_CLASSES: dict[str, tuple[str, ...]] = {
    TicketClass.UNCLASSED: ("class.unsure",),
    TicketClass.GENERAL: ("class.general",),
    TicketClass.ADVANCED: ("class.advanced",),
    TicketClass.NOT_SUPPORTED: ("class.no_cgi_perl", "class.features"),
}


def clauses_of_class(word: str) -> tuple[str, ...]:
    """The clauses by which a ticket can be of a class, the likeliest first; empty for a word that is no class."""
    return _CLASSES.get(word, ())
