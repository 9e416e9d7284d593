"""What a mail asks of the database: every journey to a server is time in which no other mail is sorted."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from hostdesk.tickets.models import Ticket

FEW, MANY = 2, 12
MOST = {"postgresql": 8, "sqlite": 13}


def statements_for(world, mails, about):
    """How many statements it takes to sort so many mails of a contact at once, each about something else."""
    for number in range(mails):
        world.keeps(world.letter(subject=f"{about} {number}", words=f"It is {about} {number}."))
    with CaptureQueriesContext(connection) as asked:
        world.sort()
    return sum(not one["sql"].startswith(("SAVEPOINT", "RELEASE")) for one in asked)


def test_one_mail_more_in_a_batch_costs_few_statements(world):
    world.contact()
    few = statements_for(world, FEW, "early")
    many = statements_for(world, MANY, "late")

    assert Ticket.objects.count() == FEW + MANY
    assert (many - few) / (MANY - FEW) <= MOST[connection.vendor]
