"""What on waiting tickets wants somebody now: words of customers, and agreed work whose window is open and nobody has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from hostdesk.audit.prepared import Prepared
from hostdesk.people.models import Agent
from hostdesk.people.queries import team_ids_of
from hostdesk.tickets.models import Ticket, TicketState, WindowBooking
from hostdesk.tickets.queries import desk
from hostdesk.tickets.rules import LETS_LIE

MOST = 20
"""Of each kind, in one band."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Tickets that customers wrote on while they wait, and those in an open window that nobody has; longest first."""

    wrote: list[desk.Row]
    unheld: list[desk.Row]


NOTHING_WANTED = Wanted([], [])


_WANTED = Prepared(
    lambda team, at: (
        Ticket.objects.filter(team_id=team, state__in=sorted(LETS_LIE))
        .filter(
            Q(wrote_at__isnull=False)
            | Q(
                Exists(open_work(at).filter(ticket=OuterRef("pk"))),
                state=TicketState.WAITING_WINDOW,
                assignee__isnull=True,
            )
        )
        .order_by("wrote_at", "queued_at", "pk")
        .values_list(*desk.COLUMNS)[: 2 * MOST]
    ),
    int,
    datetime,
)


def wanted_for_agent(agent: Agent, *, at: datetime) -> Wanted:
    """What stands at the head of the desk of somebody in these teams; one query for each team. Clause: sla.offpeak."""
    rows = desk.rows_of(row for team in sorted(team_ids_of(agent)) for row in _WANTED(team, at))
    wrote = sorted((row for row in rows if row.wrote_at), key=lambda row: (row.wrote_at, row.pk))
    return Wanted(wrote[:MOST], [row for row in rows if row.wrote_at is None][:MOST])


def in_open_windows(agent: Agent, *, at: datetime) -> set[int]:
    """The keys of the agent's own tickets whose agreed window is open (sla.offpeak)."""
    return set(open_work(at).filter(ticket__assignee=agent).values_list("ticket_id", flat=True))


def open_work(at: datetime) -> QuerySet[WindowBooking]:
    """Agreed work whose window is open and that was not checked off yet (sla.offpeak)."""
    agreed = WindowBooking.objects.filter(state=WindowBooking.State.AGREED, window__closed_at=None)
    return agreed.filter(window__begins_at__lte=at, window__ends_at__gt=at)
