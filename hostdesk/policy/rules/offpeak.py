"""Larger work at quiet times: what counts as such work, and what must be true before it is done or counts as done."""

from __future__ import annotations

from datetime import datetime, timedelta

from hostdesk.policy.registry import rule
from hostdesk.policy.terms import Terms

ADVANCED = "advanced"


@rule("sla.offpeak")
def kinds_of_work(terms: Terms) -> tuple[str, ...]:
    """The kinds of work that are scheduled for quiet hours; none in a version from before they were named.

    Clause: sla.offpeak.
    """
    found: tuple[str, ...] = vars(terms).get("offpeak_work", ())
    return found


@rule("sla.offpeak")
def notice(terms: Terms) -> timedelta:
    """How long before its begin a customer may still change a slot; up to it in a version from before. Clause: sla.offpeak."""
    found: timedelta = vars(terms).get("offpeak_notice", timedelta(0))
    return found


@rule("sla.offpeak")
def is_offpeak_work(kind: str, terms: Terms) -> bool:
    """Whether this is a kind of work that the policy schedules for quiet hours. Clause: sla.offpeak."""
    return kind in kinds_of_work(terms)


@rule("fee.minimum")
def may_be_scheduled(*, ticket_class: str, is_paid: bool) -> bool:
    """Advanced support is paid in advance: before that no time is set aside for it. Clause: fee.minimum."""
    return is_paid or ticket_class != ADVANCED


@rule("sla.offpeak")
def changeable_until(begins_at: datetime, terms: Terms) -> datetime:
    """Until when a customer may choose, move or leave a slot by themselves. Clause: sla.offpeak."""
    return begins_at - notice(terms)


@rule("sla.offpeak")
def counts_as_second_look(*, done_by: int | None, looker: int) -> bool:
    """Whoever did the work does not verify it: another agent does, or the customer. Clause: sla.offpeak."""
    return done_by != looker
