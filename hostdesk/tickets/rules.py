"""Judgements about tickets: facts in, verdict out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hostdesk.policy.registry import rule
from hostdesk.tickets.models import TicketState

After = Literal["waiting_customer", "open", "resolved"]
"""What an answer leaves the ticket in."""

WAITS: frozenset[str] = frozenset(
    {TicketState.WAITING_CUSTOMER, TicketState.WAITING_WINDOW, TicketState.WAITING_TEAM}
)
CUSTOMER_OR_WINDOW: frozenset[str] = frozenset({TicketState.WAITING_CUSTOMER, TicketState.WAITING_WINDOW})


@rule("sla.resolve")
def pauses_resolution(state: str) -> bool:
    """The resolution clock waits only for the customer or for an agreed window (sla.resolve)."""
    return state in CUSTOMER_OR_WINDOW


@dataclass(frozen=True)
class Turn:
    """What a customer's new message does to a ticket."""

    state: str
    reopens: bool
    joins: bool


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
    if state in (TicketState.WAITING_WINDOW, TicketState.WAITING_TEAM):
        # An agreed window or a question to another team does not end because the customer adds something.
        return Turn(state=state, reopens=False, joins=True)
    return Turn(state=TicketState.OPEN, reopens=False, joins=True)


@rule("sla.fcfs")
def needs_reason_to_jump(*, waiting_before: int) -> bool:
    """First come, first served: taking or giving away a ticket past older ones needs a reason, from everybody.

    Clause: sla.fcfs.
    """
    return waiting_before > 0
