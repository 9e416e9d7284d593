"""Tickets that an agent leaves to others: given back, or passed over in the queue; never without a reason, always counted."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.kit.actors import SYSTEM
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent
from hostdesk.people.queries import supervisors, team_ids_of
from hostdesk.policy import queries as policy
from hostdesk.policy.queries import Version
from hostdesk.policy.rules import sla as sla_rules
from hostdesk.tickets import mails_queue, rules
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.models import OURS, HandOut, PassOver, Ticket
from hostdesk.tickets.queries.eligibility import who_could_take

CLAUSE = "sla.fcfs"
MOST_WORDS = 300


def give_back(ticket: Ticket, *, by: Agent, at: datetime, reason: str = "") -> Ticket:
    """Put a ticket back into the queue, at its old place; who had it need not be given it again at once (sla.fcfs).

    Refused: without a reason, but for a slip that is taken back within moments, which counts as if it had not been.
    """
    said = _said(reason)
    with transaction.atomic():
        row = locked(ticket)
        if row.assignee is None:
            return row
        holder = row.assignee
        last = HandOut.objects.filter(ticket=row, undone=False).order_by("-pk").first()
        ours = last if last is not None and last.agent_id == holder.pk else None
        if not said and rules.needs_reason_to_return(held=at - ours.at if ours else None):
            raise Refused(
                CLAUSE, "Say why it goes back into the queue: the next one who takes it wants to know."
            )
        row.assignee = None
        row.updated_at = at
        row.save(update_fields=["assignee", "updated_at"])
        facts = {"reason": said} if said else {}
        note("ticket", row.pk, "given back", by=by.actor(), at=at, facts=facts)
        if said:
            _leave_to_others(row, holder, said, returned=True, at=at)
        elif ours is not None:
            HandOut.objects.filter(pk=ours.pk).update(undone=True)
        return row


def pass_over(ticket: Ticket, reason: str, *, by: Agent, at: datetime) -> Ticket:
    """Leave a waiting ticket to others: "take next" does not give it to this agent while that stands (sla.fcfs).

    Refused: without a reason; a ticket that does not wait or waits for another team; one that came back because all
    who could take it had passed it over. A second time by the same agent changes nothing.
    """
    said = _said(reason)
    with transaction.atomic():
        row = locked(ticket)
        if row.assignee_id is not None or row.state not in OURS:
            raise Refused(CLAUSE, "Only a ticket that waits in the queue can be passed over.")
        if row.team_id not in team_ids_of(by):
            raise Refused(CLAUSE, f"It waits for the team {row.team.name}, of which you are none.")
        if not said:
            raise Refused(CLAUSE, "Say why you leave it to others; supervisors see it.")
        latest = PassOver.objects.filter(ticket=row).order_by("-pk").first()
        if latest is not None and latest.came_back:
            raise Refused(
                CLAUSE,
                "Everybody on duty who could take it has passed it over, so it is the next one again. Take it, or ask a"
                " supervisor.",
            )
        if PassOver.objects.filter(ticket=row, agent=by, ended_at=None, until__gt=at).exists():
            return row
        note("ticket", row.pk, "passed over", by=by.actor(), at=at, facts={"reason": said})
        _leave_to_others(row, by, said, returned=False, at=at)
        return row


def end_passing(row: Ticket, *, at: datetime) -> None:
    """The ticket was taken or went to another team: nobody's passing over stands any longer."""
    PassOver.objects.filter(ticket=row, ended_at=None).update(ended_at=at)


def _leave_to_others(row: Ticket, agent: Agent, reason: str, *, returned: bool, at: datetime) -> None:
    version = policy.current(row.policy_slug)
    PassOver.objects.create(
        ticket=row,
        team_id=row.team_id,
        agent=agent,
        reason=reason,
        returned=returned,
        at=at,
        until=at + _stands_for(version),
    )
    could = {one.pk for one in who_could_take(row, at=at)}
    standing = PassOver.objects.filter(ticket=row, ended_at=None, until__gt=at)
    passed = set(standing.values_list("agent_id", flat=True))
    if rules.comes_back(could_take=could, passed_over=passed):
        _come_back(row, len(passed), version, at=at)


def _come_back(row: Ticket, many: int, version: Version, *, at: datetime) -> None:
    """All who could take it have passed it over: it is everybody's again, at its old place, and supervisors are told."""
    PassOver.objects.filter(ticket=row, ended_at=None).update(ended_at=at, came_back=True)
    facts: dict[str, Fact] = {"passed_over_by": many}
    note("ticket", row.pk, "came back", by=SYSTEM, at=at, facts=facts)
    decide("ticket", row.pk, [Judgement(CLAUSE, "came back", facts)], version_id=version.id, at=at)
    for supervisor in supervisors():
        mails_queue.came_back(row, supervisor, many=many, at=at)


def _stands_for(version: Version) -> timedelta:
    return sla_rules.passing_stands(version.terms)


def _said(reason: str) -> str:
    return " ".join(reason.split())[:MOST_WORDS]
