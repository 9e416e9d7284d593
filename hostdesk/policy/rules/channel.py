"""Tickets: one for one problem, and how long a solved one can be opened by a reply."""

from __future__ import annotations

from datetime import datetime, timedelta

from hostdesk.policy.registry import rule
from hostdesk.policy.terms import Terms


@rule("channel.no_duplicates")
def reopens_until(resolved_at: datetime, terms: Terms) -> datetime:
    """Until when a reply opens a solved ticket again; from that instant on it is closed, and a reply opens a
    new one.

    Clause: channel.no_duplicates.
    """
    return resolved_at + terms.reopen


@rule("channel.no_duplicates")
def may_be_same_request(first_at: datetime, second_at: datetime, terms: Terms) -> bool:
    """Whether two requests lie near enough in time to be about one problem. Clause: channel.no_duplicates."""
    return abs(second_at - first_at) <= terms.duplicate


@rule("channel.tickets")
def may_change_account(*, ticket_number: int | None) -> bool:
    """Nothing on an account is changed without a ticket that documents it. Clause: channel.tickets."""
    return ticket_number is not None


@rule("channel.tickets")
def hand_over_grace(terms: Terms) -> timedelta | None:
    """How long after a shift its tickets may stay with whoever has gone; None in a version from before this was known.

    Clause: channel.tickets.
    """
    return vars(terms).get("hand_over_grace")


@rule("channel.tickets")
def unseen_for(terms: Terms) -> timedelta | None:
    """After how long without a look at the desk an agent counts as gone; None in a version that does not say.

    Clause: channel.tickets.
    """
    return vars(terms).get("unseen")
