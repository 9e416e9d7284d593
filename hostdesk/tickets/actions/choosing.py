"""Which ticket is next for an agent, and past which others a ticket goes: the order of the queue, in one place.

Emergencies first, then by arrival, within what the agent may take (sla.fcfs). No other priority exists.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import BooleanField, Exists, Q
from django.db.models.expressions import RawSQL

from hostdesk.audit.prepared import Prepared
from hostdesk.people.models import Agent, Skill
from hostdesk.people.queries import team_ids_of
from hostdesk.tickets.models import OURS, PassOver, Ticket, TicketQuerySet
from hostdesk.tickets.queries.eligibility import Bars, bars_of, passed_over_by, takeable

MOST = 1000
"""Older tickets are counted up to here."""

_OLDEST = Prepared(
    lambda team, agent, at: (
        Ticket.objects.waiting()
        .filter(team_id=team)
        .in_order()
        .annotate(
            skills=Exists(Skill.objects.all()),
            emergencies=Exists(Ticket.objects.waiting().filter(emergency_at__isnull=False)),
            passed=Exists(PassOver.objects.filter(agent_id=agent, until__gt=at, ended_at=None)),
        )
        .values_list("queued_at", "pk", "skills", "emergencies", "passed")[:1]
    ),
    int,
    int,
    datetime,
)
"""Where the queue of a team begins, and what else must be asked: on most desks at most times, nothing."""
_EMERGENCIES = Prepared(
    lambda: Ticket.objects.waiting().filter(emergency_at__isnull=False).values_list("team_id")[:MOST]
)


@dataclass(frozen=True, slots=True)
class Passed:
    """How many older tickets of the team waited when a ticket was handed out, by why it went before them."""

    skill: int = 0
    skip: int = 0
    emergency: int = 0
    choice: int = 0


NONE = Passed()


def next_for(agent: Agent, *, at: datetime) -> tuple[Ticket, Passed] | None:
    """The first ticket in the order of the queue that this agent may take, locked; None when there is none.

    Under PostgreSQL a ticket that somebody is just taking is passed over; under SQLite takers follow each other.
    """
    begins = sorted((*row, team) for team in team_ids_of(agent) for row in _OLDEST(team, agent.pk, at))
    skills, emergencies, passing = (any(row[place] for row in begins) for place in (2, 3, 4))
    bars = bars_of(agent) if skills else Bars()
    passed = passed_over_by(agent, at=at) if passing else []
    mine = takeable(_waiting().in_order(), bars, passed)
    first = [((queued_at, pk), team) for queued_at, pk, _, _, _, team in begins]
    urgent = (
        _held(mine.filter(team_id__in=[team for _, team in first], emergency_at__isnull=False))
        if emergencies
        else None
    )
    found = urgent or _oldest(mine, first)
    return None if found is None else (found, _passed(found, bars, passed))


def passed_by(ticket: Ticket, to: Agent, *, at: datetime) -> Passed:
    """Past which tickets one goes that is handed to `to` by somebody's choice: `choice` are those first in turn."""
    bars, passed = bars_of(to), passed_over_by(to, at=at)
    ahead = takeable(_older(ticket), bars, passed)
    hurry = {team_id for (team_id,) in _EMERGENCIES()}
    first = 0
    if ticket.emergency_at is not None:
        ahead = ahead.filter(emergency_at__isnull=False)
    elif ticket.team_id in hurry:
        emergencies = Ticket.objects.waiting().filter(team_id=ticket.team_id, emergency_at__isnull=False)
        first = takeable(emergencies.filter(_after(ticket)), bars, passed)[:MOST].count()
    return replace(_passed(ticket, bars, passed), choice=first + ahead[:MOST].count())


def _passed(ticket: Ticket, bars: Bars, passed: list[int]) -> Passed:
    """Past which older ones it goes without anybody's choice; asks nothing where none of the reasons is there."""
    before = _older(ticket)
    skill = before.filter(bars.hit).exclude(pk__in=passed)[:MOST].count() if bars else 0
    skip = before.filter(pk__in=passed).count() if passed else 0
    emergency = 0
    if ticket.emergency_at is not None:
        emergency = takeable(before, bars, passed).filter(emergency_at=None)[:MOST].count()
    return Passed(skill=skill, skip=skip, emergency=emergency)


def _older(ticket: Ticket) -> TicketQuerySet:
    """The waiting tickets of its team that arrived before it."""
    older = Q(queued_at__lt=ticket.queued_at) | Q(queued_at=ticket.queued_at, pk__lt=ticket.pk)
    # The plain bound is what the index of the queue is entered by.
    return _waiting().filter(older, team_id=ticket.team_id, queued_at__lte=ticket.queued_at)


def _waiting() -> TicketQuerySet:
    """`Ticket.objects.waiting()`, saying once more in so many words what the index of the queue holds.

    SQLite does not see behind a parameter that it may use it, and would sort all that waits for each taker.
    """
    states = ", ".join(f"'{state}'" for state in OURS)
    return Ticket.objects.waiting().filter(
        RawSQL(f"tickets_ticket.state IN ({states})", [], output_field=BooleanField())  # noqa: S611  (our own words)
    )


def _after(ticket: Ticket) -> Q:
    return Q(queued_at__gt=ticket.queued_at) | Q(queued_at=ticket.queued_at, pk__gt=ticket.pk)


def _oldest(mine: TicketQuerySet, begins: list[tuple[tuple[datetime, int], int]]) -> Ticket | None:
    """The oldest over the teams, each asked by its own index; `begins` are (where its queue begins, team), in order.

    A later team is asked only where that may change the answer, so that no ticket is held in vain: while it is held,
    another taker would go past it.
    """
    best: Ticket | None = None
    for first, team_id in begins:
        if best is not None and (best.queued_at, best.pk) < first:
            break
        found = _held(mine.filter(team_id=team_id))
        if found is not None and (best is None or (found.queued_at, found.pk) < (best.queued_at, best.pk)):
            best = found
    return best


def _held(tickets: TicketQuerySet) -> Ticket | None:
    return tickets.select_for_update(skip_locked=True, of=("self",)).first()
