"""The end of a shift: a note for each ticket that matters, and each goes back to the queue or to a colleague."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import Exists, OuterRef

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.audit.models import Entry
from hostdesk.kit.actors import SYSTEM, Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent
from hostdesk.policy import queries as policy
from hostdesk.policy.rules import channel as channel_rules
from hostdesk.schedule import actions as schedule
from hostdesk.schedule import duty_rules, plan, watching
from hostdesk.schedule.queries import agents_at_work
from hostdesk.tickets import shift_rules
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.actions.taking import assign
from hostdesk.tickets.actions.writing import add_note
from hostdesk.tickets.models import ENDED, OURS, Message, Ticket
from hostdesk.tickets.shift_models import HandOver

CLAUSE = "channel.tickets"
BATCH = 100
Where = Literal["queue", "keep", "colleague"]


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one ticket: the note, and where it goes; `to` is the colleague."""

    ticket: Ticket
    note: str
    where: Where = "queue"
    to: Agent | None = None


@transaction.atomic
def end_shift(lines: Iterable[Line], *, by: Agent, at: datetime) -> int:
    """Hand over and go off duty, in one commit; how many tickets left the agent's hands.

    Refused, and then nothing is done: a colleague who is not on duty or may not see the ticket; keeping one that waits
    for us. A ticket that somebody else has taken, or that ended meanwhile, is left as it is. Clause: channel.tickets.
    """
    at_work = agents_at_work(at)
    left = sum(_hand_over(line, at_work, by=by, at=at) for line in lines)
    schedule.end(by, by=by.actor(), at=at)
    return left


def _hand_over(line: Line, at_work: set[int], *, by: Agent, at: datetime) -> int:
    row = locked(line.ticket)
    if row.assignee_id != by.pk or row.state in ENDED:
        return 0
    if line.where == "keep" and not shift_rules.may_keep(row.state):
        raise Refused(CLAUSE, f"{row.number} waits for us, so it cannot stay with somebody who goes.")
    written = add_note(row, line.note, by=by, at=at) if line.note.strip() else None
    if line.where == "keep":
        if written is not None:
            _keep(row, by, by, written, HandOver.How.SHIFT_END, at=at)
        return 0
    if line.where == "colleague":
        to = line.to
        if to is None or not shift_rules.may_receive(to.pk, holder=by.pk, at_work=at_work):
            name = to.name if to else "That colleague"
            raise Refused(CLAUSE, f"{name} is not on duty. Choose somebody who is, or the queue.")
        assign(row, to, by=by, at=at, hand_over=line.note.strip()[:500])
        _decide(row, "handed over", {"from": by.name, "to": to.name}, at=at)
        _keep(row, by, to, written, HandOver.How.SHIFT_END, at=at)
        return 1
    _release(row, by, "end of the shift", by=by.actor(), at=at)
    _keep(row, by, None, written, HandOver.How.SHIFT_END, at=at)
    return 1


def return_round(at: datetime) -> int:
    """Put back into the queue what waits for us and is held by somebody who has gone; how many tickets.

    Each is one commit. What waits for the customer or for a window keeps its holder; once the customer has answered it
    waits for us, and comes back too when its holder is not there. Agents who have left the house are gone at once; others
    only at a desk that keeps shifts, and after the grace time of the ticket's policy. Clause: channel.tickets.
    """
    returned = 0
    left = Agent.objects.filter(active=False).values("pk")
    held = Ticket.objects.filter(state__in=OURS, assignee__isnull=False)
    for pk, holder in held.filter(assignee_id__in=left).values_list("pk", "assignee_id")[:BATCH]:
        returned += _return(pk, holder, HandOver.How.LEFT, "has left", at=at)
    if not plan.keeps_shifts(at) or not watching.is_settled(at):
        return returned
    unseen, known = plan.unseen_for(), plan.standings(at)
    for version in policy.newest():
        grace = channel_rules.hand_over_grace(version.terms)
        if grace is None:
            continue
        gone = []
        for agent in Agent.objects.active().values_list("pk", flat=True):
            at_work, signs = known.get(agent, ("off", duty_rules.Signs()))
            if duty_rules.is_gone(signs, at_work, at=at, grace=grace, unseen=unseen):
                gone.append(agent)
        theirs = held.filter(assignee_id__in=gone, policy_slug=version.slug).exclude(
            _given_lately(since=at - grace)
        )
        for pk, holder in list(theirs.values_list("pk", "assignee_id")[:BATCH]):
            returned += _return(pk, holder, HandOver.How.ABSENT, "off duty", at=at)
    return returned


def _given_lately(*, since: datetime) -> Exists:
    """Whether a ticket was given to its holder after `since`: then somebody knows that the holder comes."""
    given = Entry.objects.filter(
        subject_type="ticket", subject_id=OuterRef("pk"), verb__in=("taken", "assigned"), at__gt=since
    )
    return Exists(given)


@transaction.atomic
def _return(pk: int, holder: int, how: str, why: str, *, at: datetime) -> int:
    row = (
        Ticket.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=pk, assignee_id=holder, state__in=OURS)
        .select_related("assignee")
        .first()
    )
    if row is None or row.assignee is None:
        return 0
    agent = row.assignee
    _release(row, agent, why, by=SYSTEM, at=at)
    _keep(row, agent, None, None, how, at=at)
    return 1


def _release(row: Ticket, holder: Agent, why: str, *, by: Actor, at: datetime) -> None:
    """Nobody holds a locked ticket any longer; it waits at its old place (sla.fcfs)."""
    row.assignee = None
    row.updated_at = at
    row.save(update_fields=["assignee", "updated_at"])
    facts: dict[str, Fact] = {"from": holder.name, "why": why}
    note("ticket", row.pk, "returned", by=by, at=at, facts=facts)
    _decide(row, "returned", facts, at=at)


def _decide(row: Ticket, outcome: str, facts: dict[str, Fact], *, at: datetime) -> None:
    version = policy.current(row.policy_slug)
    decide("ticket", row.pk, [Judgement(CLAUSE, outcome, facts)], version_id=version.id, at=at)


def _keep(
    row: Ticket, holder: Agent, to: Agent | None, written: Message | None, how: str, *, at: datetime
) -> None:
    HandOver.objects.create(ticket=row, from_agent=holder, to_agent=to, message=written, how=how, at=at)
