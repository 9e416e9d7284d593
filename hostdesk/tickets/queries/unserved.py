"""Waiting tickets that nobody on duty could take, and emergencies that wait: said aloud, so that none is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hostdesk.audit.prepared import Prepared
from hostdesk.people.models import Agent, Skill, Team
from hostdesk.people.queries import team_ids_of
from hostdesk.schedule.queries import on_duty_by_team
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.queries import desk
from hostdesk.tickets.queries.eligibility import beyond, held_by

MOST = 50

_EMERGENCIES = Prepared(
    lambda: (
        Ticket.objects.waiting()
        .filter(emergency_at__isnull=False)
        .in_order()
        .values_list(*desk.COLUMNS, "team_id")[:MOST]
    )
)


@dataclass(frozen=True, slots=True)
class Unserved:
    """Tickets that wait for a skill which nobody on duty has: how many (up to MOST), and the oldest of them."""

    many: int
    rows: list[desk.Row]


def unserved_for_agent(agent: Agent, *, at: datetime) -> Unserved:
    """What waits in the agent's teams and could be taken by nobody who is on duty there (sla.fcfs).

    None where no skill is named.
    """
    if not Skill.objects.exists():
        return Unserved(0, [])
    found: list[desk.Row] = []
    teams = list(Team.objects.filter(pk__in=sorted(team_ids_of(agent))).order_by("pk"))
    duty = on_duty_by_team(at, teams)
    for team in teams:
        nobody = beyond(held_by(duty[team.pk]).values())
        if nobody is not None:
            waiting = Ticket.objects.waiting().filter(nobody, team=team).in_order()
            found += desk.rows_of(waiting.values_list(*desk.COLUMNS)[:MOST])
    found.sort(key=lambda row: (row.queued_at, row.pk))
    return Unserved(len(found), found[:MOST])


def emergencies_for_agent(agent: Agent) -> list[desk.Row]:
    """The emergencies that wait for one of the agent's teams, oldest first; they are handed out before all others."""
    teams = team_ids_of(agent)
    return desk.rows_of(values[:-1] for values in _EMERGENCIES() if values[-1] in teams)
