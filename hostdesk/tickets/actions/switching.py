"""A policy published in mid-ticket: an open promise is never made worse by it, and a better one applies at once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from hostdesk.audit.actions import Fact, decide, note
from hostdesk.audit.inserting import insert_later
from hostdesk.kit.actors import SYSTEM
from hostdesk.policy import queries as policy
from hostdesk.policy.queries import Version
from hostdesk.policy.rules import sla as sla_rules
from hostdesk.sla import engine
from hostdesk.tickets.actions import clocks
from hostdesk.tickets.models import SlaClock, Ticket
from hostdesk.tickets.switch_models import Switch

CAUSE = "policy published"
BATCH = 100


def switch_round(at: datetime) -> int:
    """Judge some of the clocks that were open when the newest version of their policy was published; how many.

    Nothing is read of a version whose clocks are all judged. Any number of workers may run this, and be killed in it:
    a clock that took the new promise is not asked again, and one that kept its own is kept again.
    Clause: scope.versions.
    """
    newer = {version.id: version for version in policy.newest() if version.number > 1}
    done = Switch.objects.filter(policy_version__in=newer, finished_at__isnull=False)
    for pk in sorted(newer.keys() - set(done.values_list("policy_version_id", flat=True))):
        judged = _judge_some(newer[pk], at)
        if judged:
            return judged
    return 0


def _judge_some(version: Version, at: datetime) -> int:
    switch, _ = Switch.objects.get_or_create(policy_version_id=version.id)
    under_older = SlaClock.objects.filter(
        pk__gt=switch.last_clock, stopped_at=None, ticket__policy_slug=version.slug
    ).exclude(policy_version=version.id)
    some = list(under_older.order_by("pk").values_list("pk", "ticket_id")[:BATCH])
    moved = sum(_judge(pk, ticket_id, version, at) for pk, ticket_id in some)
    with transaction.atomic():
        # Two workers at the same clocks: whoever is further stands, and each clock is counted once.
        counted = Switch.objects.filter(pk=switch.pk, last_clock=switch.last_clock, finished_at=None)
        if some:
            counted.update(
                last_clock=some[-1][0], moved=F("moved") + moved, kept=F("kept") + len(some) - moved
            )
        elif counted.update(finished_at=at):
            facts: dict[str, Fact] = {"version": version.label, "moved": switch.moved, "kept": switch.kept}
            note("policy", version.id, "open promises judged", by=SYSTEM, at=at, facts=facts)
    return len(some)


def _judge(pk: int, ticket_id: int, version: Version, at: datetime) -> int:
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket_id)
        row = next((one for one in clocks.rows_of(ticket, clocks.KINDS) if one.pk == pk), None)
        target = clocks.targets(version, row.ticket_class).get(row.kind) if row else None
        if row is None or target is None or row.stopped_at or row.policy_version_id == version.id:
            return 0
        before = row.as_clock(clocks.target_of(row))
        due, after = engine.if_it_ran_on(before, at=at), engine.retarget(before, target, at=at)
        if not sla_rules.takes_newer_promise(
            due=due, newer_due=after.due_at, broken=before.late_at is not None, at=at
        ):
            return 0
        row.take(after)
        row.policy_version_id = version.id
        row.save(update_fields=[*SlaClock.COLUMNS, "policy_version"])
        insert_later(clocks.step(row, "retarget", CAUSE))
        clocks.set_attention(ticket)
        ticket.save(update_fields=["attention"])
        judged = clocks.kinder(row, due=due, newer_due=after.due_at)
        decide("ticket", ticket.pk, [judged], version_id=version.id, at=at)
        return 1
