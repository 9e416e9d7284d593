"""Places in the queue."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from hostdesk.tickets.models import OURS, Ticket


def places_of(tickets: Iterable[Ticket]) -> dict[int, int]:
    """The place in its team's queue, 1 next, of each of these tickets that waits to be taken (sla.fcfs).

    Emergencies come before all others. Who may take what is not looked at: a skill that few have makes a wait longer.
    One query over the index of the queues in question, and only up to the newest of the tickets; none when no
    ticket waits. Ranks are counted in the database: a filter on rows would come before the counting in the ORM.
    """
    waiting = [ticket for ticket in tickets if ticket.assignee_id is None and ticket.state in OURS]
    if not waiting:
        return {}
    teams = sorted({ticket.team_id for ticket in waiting})
    newest = max(ticket.queued_at for ticket in waiting)
    wanted = [ticket.pk for ticket in waiting]
    # Two reads of two indexes in one: an OR would be served by neither.
    queue = Ticket.objects.waiting().filter(team_id__in=teams)
    older, urgent = queue.filter(queued_at__lte=newest), queue.filter(emergency_at__isnull=False)
    columns = ("id", "team_id", "queued_at", "emergency_at")
    inner, parameters = older.values(*columns).union(urgent.values(*columns)).query.sql_with_params()
    marks = ", ".join(["%s"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, place FROM (SELECT id, row_number() OVER (PARTITION BY team_id ORDER BY CASE WHEN emergency_at IS NULL THEN 1 ELSE 0 END,"
            " queued_at, id) AS place"
            f" FROM ({inner}) AS waiting) AS ranked WHERE id IN ({marks})",
            [*parameters, *wanted],
        )
        return dict(cursor.fetchall())
