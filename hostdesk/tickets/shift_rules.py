"""Judgements about tickets at the end of a shift: facts in, verdict out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from hostdesk.policy.registry import rule
from hostdesk.tickets.models import ENDED, OURS, TicketState

_UNTIL_BACK = timedelta(hours=12)
"""Whoever goes home now is back by then."""


@rule("channel.tickets")
def matters(state: str, *, warn_at: datetime | None, at: datetime) -> bool:
    """Whether the end of a shift asks what becomes of a ticket. Clause: channel.tickets.

    It is our turn, or another team's, or it waits for its window, or a clock that runs warns before its holder is back.
    `warn_at` is of the clock that warns first, None when none runs.
    """
    if state in ENDED:
        return False
    if state != TicketState.WAITING_CUSTOMER:
        return True
    return warn_at is not None and warn_at <= at + _UNTIL_BACK


@rule("channel.tickets")
def may_keep(state: str, *, wrote: bool) -> bool:
    """Only what waits for somebody else stays with whoever goes off duty; `wrote`: the customer's words lie on it.

    Clause: channel.tickets.
    """
    return state not in OURS and state not in ENDED and not wrote


@rule("channel.tickets")
def may_receive(agent: int, *, holder: int, at_work: Collection[int]) -> bool:
    """A ticket goes to somebody else who is at work, or to the queue. Clause: channel.tickets."""
    return agent != holder and agent in at_work


@rule("sla.offpeak", "channel.tickets")
def must_change_hands(
    *, holder: int | None, active: bool, at_work: Collection[int], gone: Collection[int]
) -> bool:
    """Whether work whose window is open needs another holder: it has none, or one who has left or gone off duty.

    At a desk that keeps no shifts nobody is at work or gone by its books, and whoever has the ticket keeps it.
    Clauses: sla.offpeak, channel.tickets.
    """
    if holder is None or not active:
        return True
    return holder not in at_work and holder in gone
