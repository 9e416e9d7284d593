"""The end of a shift: a note for each ticket that matters, and each goes back to the queue or to a colleague."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

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
from hostdesk.tickets.models import ENDED, OURS, Message, Ticket, TicketState
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
    if line.where == "keep" and not shift_rules.may_keep(row.state, wrote=row.wrote_at is not None):
        raise Refused(CLAUSE, f"{row.number} waits for us, so it cannot stay with somebody who goes.")
    written = add_note(row, line.note, by=by, at=at) if line.note.strip() else None
    if line.where == "keep":
        if written is not None:
            write_down(row, by, by, written, HandOver.How.SHIFT_END, at=at)
        return 0
    if line.where == "colleague":
        to = line.to
        if to is None or not shift_rules.may_receive(to.pk, holder=by.pk, at_work=at_work):
            name = to.name if to else "That colleague"
            raise Refused(CLAUSE, f"{name} is not on duty. Choose somebody who is, or the queue.")
        assign(row, to, by=by, at=at, hand_over=line.note.strip()[:500])
        judge(row, "handed over", {"from": by.name, "to": to.name}, at=at)
        write_down(row, by, to, written, HandOver.How.SHIFT_END, at=at)
        return 1
    release(row, by, "end of the shift", by=by.actor(), at=at)
    write_down(row, by, None, written, HandOver.How.SHIFT_END, at=at)
    return 1


def return_round(at: datetime) -> int:
    """Put back into the queue what waits for us and is held by somebody who has gone; how many tickets.

    Each is one commit. What waits for the customer or for a window keeps its holder; once the customer has written it
    waits for us, and comes back too when its holder is not there: one that has an agreed time keeps it, and has no holder
    any more. Agents who have left the house are gone at once, and nothing stays with them for its window; others only at a
    desk that keeps shifts, and after the grace time of the ticket's policy. Clause: channel.tickets.
    """
    returned = 0
    left = Agent.objects.filter(active=False).values("pk")
    held = Ticket.objects.filter(assignee__isnull=False)
    theirs = held.filter(assignee_id__in=left, state__in=(*OURS, TicketState.WAITING_WINDOW))
    for pk, holder in list(theirs.values_list("pk", "assignee_id")[:BATCH]):
        returned += _return(pk, holder, HandOver.How.LEFT, "has left", at=at)
    ours = held.filter(Q(state__in=OURS) | Q(wrote_at__isnull=False))
    for slug, (gone, grace) in gone_from_duty(at).items():
        back = ours.filter(assignee_id__in=gone, policy_slug=slug).exclude(given_lately(since=at - grace))
        for pk, holder in list(back.values_list("pk", "assignee_id")[:BATCH]):
            returned += _return(pk, holder, HandOver.How.ABSENT, "off duty", at=at)
    return returned


def gone_from_duty(at: datetime) -> dict[str, tuple[set[int], timedelta]]:
    """The active agents who have gone, by policy, each with its grace time; empty where no shifts are kept or known."""
    if not plan.keeps_shifts(at) or not watching.is_settled(at):
        return {}
    unseen, known = plan.unseen_for(), plan.standings(at)
    agents = list(Agent.objects.active().values_list("pk", flat=True))
    found = {}
    for version in policy.newest():
        grace = channel_rules.hand_over_grace(version.terms)
        if grace is None:
            continue
        gone = set()
        for agent in agents:
            at_work, signs = known.get(agent, ("off", duty_rules.Signs()))
            if duty_rules.is_gone(signs, at_work, at=at, grace=grace, unseen=unseen):
                gone.add(agent)
        found[version.slug] = (gone, grace)
    return found


def given_lately(*, since: datetime) -> Exists:
    """Whether a ticket was given to its holder after `since`: then somebody knows that the holder comes."""
    given = Entry.objects.filter(
        subject_type="ticket", subject_id=OuterRef("pk"), verb__in=("taken", "assigned"), at__gt=since
    )
    return Exists(given)


@transaction.atomic
def _return(pk: int, holder: int, how: str, why: str, *, at: datetime) -> int:
    row = (
        Ticket.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=pk, assignee_id=holder)
        .filter(Q(state__in=(*OURS, TicketState.WAITING_WINDOW)) | Q(wrote_at__isnull=False))
        .select_related("assignee")
        .first()
    )
    if row is None or row.assignee is None:
        return 0
    agent = row.assignee
    release(row, agent, why, by=SYSTEM, at=at)
    write_down(row, agent, None, None, how, at=at)
    return 1


def release(row: Ticket, holder: Agent, why: str, *, by: Actor, at: datetime) -> None:
    """Nobody holds a locked ticket any longer: it is in the queue at its old place (sla.fcfs), or waits on as agreed."""
    row.assignee = None
    row.updated_at = at
    row.save(update_fields=["assignee", "updated_at"])
    facts: dict[str, Fact] = {"from": holder.name, "why": why}
    if row.state in OURS:
        note("ticket", row.pk, "returned", by=by, at=at, facts=facts)
        judge(row, "returned", facts, at=at)
    else:
        note("ticket", row.pk, "let go", by=by, at=at, facts=facts)
        judge(row, "let go", facts, at=at)


def judge(row: Ticket, outcome: str, facts: dict[str, Fact], *, at: datetime) -> None:
    """Record a hand-over as a Decision under its clause."""
    version = policy.current(row.policy_slug)
    decide("ticket", row.pk, [Judgement(CLAUSE, outcome, facts)], version_id=version.id, at=at)


def write_down(
    row: Ticket, holder: Agent, to: Agent | None, written: Message | None, how: str, *, at: datetime
) -> None:
    """Write down the hand-over, with the note where there is one; `to` is None: nobody has it now."""
    HandOver.objects.create(ticket=row, from_agent=holder, to_agent=to, message=written, how=how, at=at)
