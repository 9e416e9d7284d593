"""Some takers in one process: answers `product` and `bare` with [ticket, begin, end] of each take, in seconds of one clock."""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime

from bench.inside import start

TEAM = "support"
WAITS = "assignee_id IS NULL AND state IN ('new', 'open')"


def main(threads, number):
    """`taking THREADS NUMBER`: the takers are the agents NUMBER * THREADS and on. `reset` puts every ticket into the queue."""
    start.begin()
    from django.db import connection

    from hostdesk.people.models import Agent, Membership, Team
    from hostdesk.tickets.models import HandOut, Ticket

    team = Team.objects.get(slug=TEAM)
    agents = []
    for place in range(threads):
        name = f"Taker {number * threads + place}"
        agent, _ = Agent.objects.get_or_create(
            email=f"{name.replace(' ', '').lower()}@staff.example",
            defaults={"name": name, "role": "technician", "created_at": datetime.now(UTC)},
        )
        Membership.objects.get_or_create(agent=agent, team=team)
        agents.append(agent)
    start.say("ready")
    for line in sys.stdin:
        word = line.strip()
        if word == "reset":
            HandOut.objects.all().delete()
            Ticket.objects.update(assignee=None, state="new", attention=0, team=team, sealed=False)
            with connection.cursor() as cursor:
                cursor.execute(
                    "VACUUM ANALYZE tickets_ticket" if connection.vendor == "postgresql" else "ANALYZE"
                )
            start.say("done")
        elif word == "left":
            start.say([Ticket.objects.waiting().count(), HandOut.objects.count()])
        elif word == "order":
            start.say(list(Ticket.objects.in_order().values_list("pk", flat=True)))
        elif word == "plans":
            start.say(plans(agents[0]))
        else:
            start.say(taken(agents, product if word == "product" else bare(team.pk)))


def taken(agents, take):
    """All takes of these agents, side by side, until nothing waits."""
    found, faults = [], []

    def take_all(agent):
        from django.db import connection

        try:
            while True:
                begun = time.monotonic()
                key = take(agent)
                if key is None:
                    return
                found.append((key, begun, time.monotonic()))
        except Exception as fault:  # noqa: BLE001
            faults.append(repr(fault))
        finally:
            connection.close()

    crew = [threading.Thread(target=take_all, args=(agent,)) for agent in agents]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert not faults, faults[0]
    return found


def product(agent):
    """One take through the product's verb."""
    from hostdesk.tickets.actions.taking import take_next

    ticket = take_next(by=agent, at=datetime.now(UTC))
    return ticket and ticket.pk


def bare(team):
    """The least that claims a row: one statement and its commit; in the same line on SQLite, without which some ask in vain."""
    from django.db import connection, transaction

    from hostdesk.jobs.turns import in_turn

    lock = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    first = (
        f"SELECT id FROM tickets_ticket WHERE {WAITS} AND team_id = %s ORDER BY queued_at, id LIMIT 1{lock}"
    )
    claim = f"UPDATE tickets_ticket SET assignee_id = %s, state = 'open' WHERE id = ({first}) RETURNING id"

    def take(agent):
        with in_turn("queue"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(claim, [agent.pk, team])
            row = cursor.fetchone()
            return row and row[0]

    return take


def plans(agent):
    """By which index each read of a take finds its ticket, with skills in use and without; in one sentence."""
    from django.db import connection, transaction

    from hostdesk.people.models import Skill
    from hostdesk.tickets.actions.choosing import next_for

    reads = []

    def heard(execute, sql, params, many, context):
        reads.append((sql, params))
        return execute(sql, params, many, context)

    with transaction.atomic():
        for word in ("", "dns"):
            if word:
                Skill.objects.create(word=word)
            with connection.execute_wrapper(heard):
                next_for(agent, at=datetime.now(UTC))
        of_queue = [
            one
            for one in reads
            if "ORDER BY" in one[0] and "queued_at" in one[0] and one[0].startswith("SELECT")
        ]
        found = [plan(*one) for one in of_queue]
        transaction.set_rollback(True)
    assert found, "no read of the queue was seen"
    for one in found:
        assert "ticket_queue" in one, f"a read of the queue does not use its index: {one}"
    return f"EXPLAIN: all {len(found)} reads that find the next ticket are served by the index ticket_queue."


def plan(sql, params):
    """What the database says of a statement."""
    from django.db import connection

    how = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{how} {sql}", params)
        return " ".join(str(part) for row in cursor.fetchall() for part in row)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
