"""The ledger of a ticket's clock as the engine can reckon with it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F

from hostdesk.policy import queries as policy
from hostdesk.sla import ledger
from hostdesk.sla.engine import Clock
from hostdesk.tickets.actions.clocks import targets
from hostdesk.tickets.models import SlaClock

_PROMISES = ("start", "retarget", "restart")


def steps_of(clock: SlaClock) -> Iterator[ledger.Step]:
    """All steps of a clock in order, each promise as the policy version of that step made it. One query."""
    rows = clock.steps.order_by("pk").annotate(version_digest=F("policy_version__digest"))
    for row in rows:
        target = None
        if row.step in _PROMISES:
            version = policy.known(row.policy_version_id, row.version_digest)  # type: ignore[arg-type]  # with every promise
            target = targets(version, row.ticket_class)[clock.kind]
        # Of a pause and its end the ledger knows what was waited for; the cause is for people.
        yield ledger.Step(row.step, row.wait or row.cause, row.at, row.due_at, target, row.until)  # type: ignore[arg-type]


def replayed(clock: SlaClock) -> Clock:
    """The clock as its ledger says it must stand. Raises `ledger.Torn` where it was not kept from the beginning."""
    return ledger.replayed(steps_of(clock))
