"""What one ticket's customer was promised, as it stands now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from hostdesk.sla import engine
from hostdesk.tickets.actions.clocks import OBJECTIONS, QUIET, RESOLUTION, target_of
from hostdesk.tickets.delay_models import Delay
from hostdesk.tickets.models import Breach, SlaClock, Ticket


@dataclass(frozen=True)
class Promised:
    """The solution's clock, for its customer.

    `solve_by` is the end of one that counts, `if_now` where the end would lie if it counted on from now; None where that
    is not so; `is_agreed`: that is the end of an agreed time. `can_object`: it waits for the end of a time in which contacts can stop what was asked,
    `for_quiet`: for quiet hours. `kept` is None until it has ended. `reason` is the policy's word for being late, "" without one. `delay` is the
    one that the customer was told of and that is not over.
    """

    solve_by: datetime | None = None
    if_now: datetime | None = None
    kept: bool | None = None
    is_agreed: bool = False
    can_object: bool = False
    for_quiet: bool = False
    reason: str = ""
    delay: Delay | None = None


def promised_in(ticket: Ticket, *, at: datetime) -> Promised:
    """Of a ticket that was fetched for whoever reads. Three queries."""
    row = (
        SlaClock.objects.filter(ticket=ticket, kind=RESOLUTION)
        .annotate(version_digest=F("policy_version__digest"))
        .first()
    )
    if row is None:
        return Promised()
    reasons = Breach.objects.filter(ticket=ticket).exclude(reason="").order_by("-late_at", "-pk")
    reason = reasons.values_list("reason", flat=True).first() or ""
    clock = row.as_clock(target_of(row))
    if clock.stopped_at is not None:
        return Promised(kept=clock.late_at is None, reason=reason)
    delay = Delay.objects.filter(ticket=ticket, ended_at=None, told_at__isnull=False).first()
    if clock.waits:
        return Promised(
            if_now=(if_now := engine.if_it_ran_on(clock, at=at)),
            is_agreed=clock.agreed_until == if_now,
            can_object=OBJECTIONS in clock.waits,
            for_quiet=QUIET in clock.waits,
            reason=reason,
            delay=delay,
        )
    return Promised(solve_by=clock.due_at, reason=reason, delay=delay)
