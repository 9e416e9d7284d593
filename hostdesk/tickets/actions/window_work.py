"""Work whose window has begun is held by somebody who is on duty, or stands where everybody on duty sees it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Fact, note
from hostdesk.kit.actors import SYSTEM
from hostdesk.people.models import Agent, Membership
from hostdesk.schedule.queries import agents_at_work
from hostdesk.tickets import rules, shift_rules, slot_mails
from hostdesk.tickets.actions.handing_over import gone_from_duty, judge, release, write_down
from hostdesk.tickets.models import Ticket, TicketState
from hostdesk.tickets.queries.eligibility import held_by, needs_of
from hostdesk.tickets.queries.waiting_words import open_work
from hostdesk.tickets.shift_models import HandOver

BATCH = 50


def window_round(at: datetime) -> int:
    """Give agreed work whose window is open, and whose holder is not there, to somebody who is; how many tickets moved.

    It goes to whoever of its team is at work with the skills for it and has the least of such work, and the agreed time
    stays. Where nobody can have it nobody holds it: it stands at the head of the desk, and goes to the next one who comes
    on duty before the window ends. A holder who is only expected has the grace time of the policy. Each is one commit; any
    number of workers may run this. Clauses: sla.offpeak, channel.tickets.
    """
    found = list(
        open_work(at)
        .filter(ticket__state=TicketState.WAITING_WINDOW)
        .order_by("window__ends_at", "pk")
        .values_list("pk", "ticket__assignee_id", "ticket__assignee__active", "ticket__policy_slug")
    )
    if not found:
        return 0
    at_work = agents_at_work(at)
    gone = {slug: agents for slug, (agents, _) in gone_from_duty(at).items()}
    load = Counter(holder for _, holder, _, _ in found if holder is not None)
    moved = 0
    for pk, holder, active, slug in found[:BATCH]:
        if shift_rules.must_change_hands(
            holder=holder, active=bool(active), at_work=at_work, gone=gone.get(slug, set())
        ):
            moved += _give(pk, holder, at_work, load, at=at)
    return moved


@transaction.atomic
def _give(pk: int, holder: int | None, at_work: set[int], load: Counter[int], *, at: datetime) -> int:
    row = (
        Ticket.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(bookings=pk, assignee_id=holder, state=TicketState.WAITING_WINDOW)
        .select_related("assignee", "team", "contact__person")
        .first()
    )
    booking = open_work(at).filter(pk=pk).select_related("window__team", "proposed_by").first()
    if row is None or booking is None:
        return 0
    before, to = row.assignee, _who(row, at_work, load)
    if to is None:
        slot_mails.nobody_has_it(row, booking, at=at)
        if before is None:
            return 0
        release(row, before, "off duty" if before.active else "has left", by=SYSTEM, at=at)
        write_down(row, before, None, None, _how(before), at=at)
        return 1
    row.assignee, row.updated_at = to, at
    row.save(update_fields=["assignee", "updated_at"])
    load[to.pk] += 1
    facts: dict[str, Fact] = {"to": to.name, "from": before.name if before else "nobody"}
    note("ticket", row.pk, "window begun", by=SYSTEM, at=at, facts=facts)
    judge(row, "given for its window", facts, at=at)
    if before is not None:
        write_down(row, before, to, None, _how(before), at=at)
    slot_mails.given(row, booking, to, at=at)
    return 1


def _who(row: Ticket, at_work: set[int], load: Counter[int]) -> Agent | None:
    """Whoever of the ticket's team is at work with the skills for it: with the least work in windows, then by name."""
    members = Membership.objects.filter(team=row.team_id, agent_id__in=at_work, agent__active=True)
    agents = [one.agent for one in members.select_related("agent")]
    needs, held = needs_of(row), held_by(agents)
    able = [
        one for one in agents if one.pk != row.assignee_id and rules.may_take(needs=needs, holds=held[one.pk])
    ]
    return min(able, key=lambda one: (load[one.pk], one.name, one.pk), default=None)


def _how(holder: Agent) -> str:
    return HandOver.How.ABSENT if holder.active else HandOver.How.LEFT
