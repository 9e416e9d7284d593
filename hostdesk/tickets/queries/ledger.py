"""The ledger of a ticket's clock as the engine can reckon with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F

from hostdesk.policy import queries as policy
from hostdesk.sla import ledger
from hostdesk.sla.engine import Clock
from hostdesk.tickets.actions.clocks import targets
from hostdesk.tickets.models import ClockStep, SlaClock, Ticket

_PROMISES = ("start", "retarget", "restart")
_SOURCES = ("operator_source", "text_source", "terms_source", "catalogue_source")


def steps_of(clock: SlaClock) -> Iterator[ledger.Step]:
    """All steps of a clock in order, each promise as the policy version of that step made it. One query."""
    rows = clock.steps.order_by("pk").annotate(version_digest=F("policy_version__digest"))
    for row in rows:
        yield _as_step(row, clock.kind)


def _as_step(row: ClockStep, kind: str) -> ledger.Step:
    target = None
    if row.step in _PROMISES:
        digest: str = row.version_digest  # type: ignore[attr-defined]  # annotated where it is read
        version = policy.known(row.policy_version_id, digest)  # type: ignore[arg-type]  # with every promise
        target = targets(version, row.ticket_class)[kind]
    # Of a pause and its end the ledger knows what was waited for; the cause is for people.
    return ledger.Step(row.step, row.wait or row.cause, row.at, row.due_at, target, row.until)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Ledger:
    """One clock with its entries, as rows (for their words) and as steps (to be reckoned with)."""

    clock: SlaClock
    rows: list[ClockStep]
    steps: list[ledger.Step]


def ledgers_of(ticket: Ticket) -> list[Ledger]:
    """Every clock of a ticket that was fetched for whoever reads, with its whole ledger. Two queries."""
    clocks = list(SlaClock.objects.filter(ticket=ticket).order_by("pk"))
    rows = (
        ClockStep.objects.filter(clock__in=clocks)
        .select_related("policy_version")
        .defer(*(f"policy_version__{name}" for name in _SOURCES))
        .annotate(version_digest=F("policy_version__digest"))
        .order_by("pk")
    )
    of: dict[int, list[ClockStep]] = {clock.pk: [] for clock in clocks}
    for row in rows:
        of[row.clock_id].append(row)
    return [
        Ledger(clock, of[clock.pk], [_as_step(row, clock.kind) for row in of[clock.pk]]) for clock in clocks
    ]


def replayed(clock: SlaClock) -> Clock:
    """The clock as its ledger says it must stand. Raises `ledger.Torn` where it was not kept from the beginning."""
    return ledger.replayed(steps_of(clock))
