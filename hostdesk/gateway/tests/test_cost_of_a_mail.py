"""What a mail asks of the database: every journey to a server is time in which no other mail is sorted."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from hostdesk.gateway.actions import sorting
from hostdesk.tickets.models import Ticket

MAILS = 3
MOST = {"postgresql": 8, "sqlite": 14}
"""Statements for a ticket with its acknowledgement: on SQLite, where none is a journey, rows of each table are one."""


def test_a_mail_that_becomes_a_ticket_costs_few_statements(world, monkeypatch):
    asked = []

    def counted(*given, settle=sorting.settle, **named):
        with CaptureQueriesContext(connection) as statements:
            settle(*given, **named)
        words = [one["sql"] for one in statements]
        asked.append([one for one in words if not one.startswith(("SAVEPOINT", "RELEASE"))])

    monkeypatch.setattr(sorting, "settle", counted)
    world.contact()
    for number in range(MAILS):
        world.keeps(world.letter(subject=f"Matter {number}", words=f"It is matter {number}."))
    world.sort()

    assert Ticket.objects.count() == len(asked) == MAILS
    assert len(world.outbox) == MAILS
    assert max(map(len, asked)) <= MOST[connection.vendor]
