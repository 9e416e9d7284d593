"""What the evidence says of how fast general support is, and of how true expected times were."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hostdesk.people.models import Agent
from hostdesk.tickets.actions.classing import set_class
from hostdesk.tickets.actions.closing import resolve
from hostdesk.tickets.actions.needing import set_skills
from hostdesk.tickets.evidence import general_is_fast, response
from hostdesk.tickets.models import SlaClock
from hostdesk.tickets.queries.foretold import foretold
from hostdesk.tickets.tests.test_expected import answered, close
from hostdesk.tickets.tests.test_queue import skill

pytestmark = [pytest.mark.django_db]
clause = pytest.mark.clause
HOUR = timedelta(hours=1)


def solved(world, agent, hours, *, of_class=""):
    ticket = world.ticket()
    if of_class:
        set_class(ticket, of_class, by=agent, at=world.now)
    resolve(ticket, by=agent, at=world.now + hours * HOUR)
    return ticket


@clause("class.general_fast")
def test_general_tickets_are_counted_in_time_beside_advanced_ones(world):
    agent = world.agent()
    nothing = general_is_fast(world.now)
    solved(world, agent, 2)
    solved(world, agent, 3, of_class="general")
    late = solved(world, agent, 7)
    solved(world, agent, 20, of_class="advanced")
    solved(world, agent, 9, of_class="not_supported")
    seen = general_is_fast(world.now + 21 * HOUR)

    assert (nothing.count, nothing.rate, nothing.exceptions) == (0, None, [])
    assert (seen.count, seen.rate) == (3, pytest.approx(2 / 3))
    assert seen.exceptions == [f"{late.number}: general, solved late"]
    assert seen.sentence == (
        "3 general tickets solved in 30 days, 2 in time, half within 3 hours; 1 advanced one, half within"
        " 20 hours. Times are ours, without those in which we wait for the customer. No open tickets with the clock of"
        " another class."
    )
    assert general_is_fast(world.now + timedelta(days=40)).count == 0


@clause("class.general_fast")
def test_a_clock_that_goes_by_another_class_is_listed(world):
    agent, ticket, other = world.agent(), world.ticket(), world.ticket()
    set_class(ticket, "advanced", by=agent, at=world.now)
    set_class(other, "general", by=agent, at=world.now)
    before = general_is_fast(world.now).exceptions
    SlaClock.objects.filter(ticket=ticket, kind="resolution").update(ticket_class="unclassed")

    assert before == []
    assert general_is_fast(world.now).exceptions == [f"{ticket.number}: its clock goes by another class"]


@clause("sla.response")
def test_expected_times_are_gone_through_again_and_counted(world):
    few = foretold(at=world.now)
    contact = answered(world, 50)
    true = foretold(at=world.now)
    said = response(world.now).sentence
    for n in range(10):
        came = world.now + n * HOUR
        close(world.ticket(contact, at=came), came + timedelta(minutes=3))
    sooner = foretold(at=world.now + 10 * HOUR)

    assert few.looks == 0
    # One look when it came and one ten minutes later, once twenty and ten answers had been learnt from.
    assert true.looks == true.held > 50
    assert f"{true.held} of the {true.looks} expected times that could be shown in four weeks" in said
    assert "(100 %); half of them were no wider than 5 minutes." in said
    assert sooner.looks == true.looks + 10
    assert sooner.held < true.held + 8


def test_going_through_it_again_costs_no_more_queries_with_more_tickets_and_skills_count(world):
    contact = answered(world, 30)
    agent = Agent.objects.first()
    root = skill(world, "linux", agent)
    cost = []
    for more in (1, 20):
        for n in range(more):
            came = world.now - timedelta(minutes=30 + n)
            ticket = world.ticket(contact, at=came)
            set_skills(ticket, [root], by=agent, at=came)
            close(ticket, came + timedelta(minutes=20))
        with CaptureQueriesContext(connection) as queries:
            assert foretold(at=world.now).looks
        cost.append(len([one for one in queries if "policy_policyversion" not in one["sql"]]))

    assert cost[0] == cost[1] <= 10
