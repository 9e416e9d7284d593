"""Larger work at quiet times: what counts as such work, and what must be true before it is done or counts as done."""

from __future__ import annotations

from datetime import datetime

from hostdesk.policy.registry import rule
from hostdesk.policy.terms import Terms

ADVANCED = "advanced"


@rule("sla.offpeak")
def is_offpeak_work(kind: str, terms: Terms) -> bool:
    """Whether this is a kind of work that the policy schedules for quiet hours. Clause: sla.offpeak."""
    return kind in terms.offpeak_work


@rule("fee.minimum")
def may_be_scheduled(*, ticket_class: str, is_paid: bool) -> bool:
    """Advanced support is paid in advance: before that no time is set aside for it. Clause: fee.minimum."""
    return is_paid or ticket_class != ADVANCED


@rule("sla.offpeak")
def changeable_until(begins_at: datetime, terms: Terms) -> datetime:
    """Until when a customer may choose, move or leave a slot by themselves. Clause: sla.offpeak."""
    return begins_at - terms.offpeak_notice


@rule("sla.offpeak")
def counts_as_second_look(*, done_by: int | None, looker: int) -> bool:
    """Whoever did the work does not verify it: another agent does, or the customer. Clause: sla.offpeak."""
    return done_by != looker
