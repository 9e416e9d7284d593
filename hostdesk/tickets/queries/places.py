"""Places in the queue, as they are for those who may take a ticket."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from hostdesk.tickets.models import OURS, Ticket
from hostdesk.tickets.queries.crews import Crews
from hostdesk.tickets.queries.eligibility import Beyond

_COLUMNS = ("id", "team_id", "queued_at", "emergency_at")


@dataclass(frozen=True, slots=True)
class Places:
    """`by_ticket` are the places by the tickets' keys, 1 next; `crews` the people of their teams.

    `crews` is None on a desk that names no skill and plans no shift: there everybody may take everything, always.
    """

    by_ticket: dict[int, int]
    crews: Crews | None


def places_of(tickets: Iterable[Ticket], *, at: datetime) -> dict[int, int]:
    """The place in the queue, 1 next, of each of these tickets that waits to be taken (sla.fcfs)."""
    return places_and_crews(tickets, at=at).by_ticket


def places_and_crews(tickets: Iterable[Ticket], *, at: datetime) -> Places:
    """The place of each of these tickets that waits, and who may take them. Clause: sla.fcfs.

    Emergencies come before all others. Before a ticket come those that one of the people can take who may take it and
    are on duty; where none of them is, those that one of its team can take who may take it. One query where no skill is
    named, else a few more, however many wait; each over the index of the queues in question, and only up to the newest
    of the tickets. None when no ticket waits. Ranks are counted in the database: a filter on rows would come before
    the counting in the ORM.
    """
    waiting = [ticket for ticket in tickets if ticket.assignee_id is None and ticket.state in OURS]
    if not waiting:
        return Places({}, None)
    ranked, (skills, plans) = _ranked([(waiting, None)])
    crews = Crews(waiting, at=at, by_skills=bool(skills)) if skills or plans else None
    if crews is not None and skills:
        groups = _groups(waiting, crews)
        if any(condition is not None for _, condition in groups):
            ranked, _ = _ranked(groups)
    return Places(ranked, crews)


def _groups(waiting: list[Ticket], crews: Crews) -> list[tuple[list[Ticket], Q | None]]:
    """Tickets with the same people who may take them, and which tickets none of these can take."""
    alike: dict[frozenset[frozenset[int]], list[Ticket]] = {}
    for ticket in waiting:
        alike.setdefault(frozenset(crews.able(ticket)), []).append(ticket)
    beyond = Beyond()
    return [(together, beyond(able) if able else None) for able, together in alike.items()]


def _ranked(groups: list[tuple[list[Ticket], Q | None]]) -> tuple[dict[int, int], tuple[bool, bool]]:
    """The places of all of them in one statement; and whether any skill is named, any shift planned."""
    parts: list[str] = []
    parameters: list[Any] = []  # whatever the database driver takes
    for tickets, beyond in groups:
        # Two reads of two indexes in one: an OR would be served by neither.
        queue = Ticket.objects.waiting().filter(team_id__in=sorted({one.team_id for one in tickets}))
        queue = queue if beyond is None else queue.filter(~beyond)
        older = queue.filter(queued_at__lte=max(one.queued_at for one in tickets))
        urgent = queue.filter(emergency_at__isnull=False)
        inner, given = older.values(*_COLUMNS).union(urgent.values(*_COLUMNS)).query.sql_with_params()
        marks = ", ".join(["%s"] * len(tickets))
        parts.append(
            "SELECT id, place FROM (SELECT id, row_number() OVER (PARTITION BY team_id"
            " ORDER BY CASE WHEN emergency_at IS NULL THEN 1 ELSE 0 END, queued_at, id) AS place"
            f" FROM ({inner}) AS waiting) AS ranked WHERE id IN ({marks})"
        )
        parameters += [*given, *(one.pk for one in tickets)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, place, EXISTS (SELECT 1 FROM people_skill), EXISTS (SELECT 1 FROM schedule_plannedshift)"
            f" FROM ({' UNION ALL '.join(parts)}) AS places",
            parameters,
        )
        rows = cursor.fetchall()
    known = (bool(rows[0][2]), bool(rows[0][3])) if rows else (False, False)
    return {row[0]: row[1] for row in rows}, known
