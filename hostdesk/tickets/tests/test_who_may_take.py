"""Places and expected times of tickets that not everybody may take, and what is said when nobody who may is there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hostdesk.people.models import Agent, Team
from hostdesk.schedule import actions as schedule
from hostdesk.schedule import planning
from hostdesk.tickets.actions.emergencies import declare
from hostdesk.tickets.actions.needing import set_needs, set_skills
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.queries.client import expectation_of, expectations_of
from hostdesk.tickets.queries.places import places_of
from hostdesk.tickets.tests.browsers import browser_of, page
from hostdesk.tickets.tests.test_expected import answered, close
from hostdesk.tickets.tests.test_queue import row_of, skill

pytestmark = [pytest.mark.django_db]
clause = pytest.mark.clause


def begin(world, *agents):
    for agent in agents:
        schedule.start(agent, by=agent.actor(), at=world.now)


def plan_daily(world, agent, from_hour, to_hour):
    """Every day of the week, on the operator's clock, for a team of the agent's."""
    hours = planning.Hours(from_hour * 60, to_hour * 60)
    team = Team.objects.filter(memberships__agent=agent).first()
    planning.plan_shift(agent, team, range(7), hours, since=world.now.date(), by=agent, at=world.now)


def place(ticket, at):
    return places_of([Ticket.objects.get(pk=ticket.pk)], at=at)[ticket.pk]


@clause("sla.fcfs")
def test_only_tickets_that_those_on_duty_could_take_come_before_one(world):
    plain, linda = world.agent(), world.agent("Linda")
    first, second, third, last = row_of(world, 4)
    root = skill(world, "linux", linda)
    for ticket in (first, third):
        set_skills(ticket, [root], by=plain, at=world.now)
    without_shifts = [place(one, world.now) for one in (first, second, third, last)]
    begin(world, plain)
    plain_alone = [place(one, world.now) for one in (first, second, third, last)]
    begin(world, linda)
    both = places_of(Ticket.objects.all(), at=world.now)

    assert without_shifts == [1, 2, 3, 4]
    # Linda, who alone can do the first and the third, could take any of them as soon as she comes.
    assert plain_alone == [1, 1, 3, 2]
    assert both == {first.pk: 1, second.pk: 2, third.pk: 3, last.pk: 4}


@clause("sla.fcfs")
def test_who_knows_less_is_no_part_of_the_line_for_a_rare_skill(world):
    dora, linda = world.agent("Dora"), world.agent("Linda")
    first, second, third, last = row_of(world, 4)
    dns, root = skill(world, "dns", dora), skill(world, "linux", linda)
    for ticket in (first, second):
        set_skills(ticket, [dns], by=dora, at=world.now)
    for ticket in (third, last):
        set_skills(ticket, [root], by=dora, at=world.now)
    both = skill(world, "both")
    rare = world.ticket(at=world.now)
    set_skills(rare, [both], by=dora, at=world.now)

    assert [place(one, world.now) for one in (second, third, last)] == [2, 1, 2]
    # Nobody in the team can do it: its place among all is all that can be said.
    assert place(rare, world.now) == 5


@clause("sla.fcfs")
def test_classes_and_emergencies_count_in_a_place(world):
    plain, linda = world.agent(), world.agent("Linda")
    advanced, other, last = row_of(world, 3)
    set_needs(skill(world, "coding", linda), [("class", "advanced")], by=plain, at=world.now)
    Ticket.objects.filter(pk=advanced.pk).update(ticket_class="advanced")
    begin(world, plain)
    before = place(other, world.now)
    declare(last, "The whole server is down", by=plain.actor(), at=world.now)

    assert (before, place(other, world.now), place(advanced, world.now)) == (1, 2, 2)


def test_places_by_skill_cost_the_same_whatever_waits(world):
    plain, linda = world.agent(), world.agent("Linda")
    contact = answered(world, 30)
    root = skill(world, "linux", linda)
    set_needs(root, [("product", "dedicated"), ("class", "advanced")], by=plain, at=world.now)
    plan_daily(world, linda, 20, 23)
    begin(world, plain)
    cost = []
    for more in (2, 38):
        for n in range(more):
            ticket = world.ticket(contact)
            if n % 2:
                set_skills(ticket, [root], by=plain, at=world.now)
        tickets = list(Ticket.objects.waiting())
        with CaptureQueriesContext(connection) as queries:
            found = expectations_of(tickets, at=world.now)
        assert all(one.likely for one in found.values())
        assert {bool(one.nobody) for one in found.values()} == {True, False}
        # Which versions of the policy there are is asked again after some seconds, whatever waits.
        cost.append(len([one for one in queries if "policy_policyversion" not in one["sql"]]))

    assert cost[0] == cost[1] < 30


@clause("sla.delays")
def test_nobody_with_the_skill_before_somebody_is_planned(world):
    plain, linda = world.agent(), world.agent("Linda")
    contact = answered(world, 30)
    ticket, easy = world.ticket(contact), world.ticket(contact)
    set_skills(ticket, [skill(world, "linux", linda)], by=plain, at=world.now)
    nobody_keeps_shifts = expectation_of(ticket, at=world.now).nobody
    begin(world, plain)
    unplanned = expectation_of(ticket, at=world.now)
    plan_daily(world, linda, 16, 22)
    said = expectation_of(ticket, at=world.now)
    four = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)

    assert nobody_keeps_shifts is None
    assert (unplanned.nobody.until, unplanned.nobody.skills, unplanned.likely) == (None, ("linux",), None)
    assert (said.nobody.until, said.nobody.people) == (four, 1)
    # As soon as she is there it takes as long as it usually takes.
    assert (said.likely.begins, said.likely.ends) == (
        four + timedelta(minutes=20),
        four + timedelta(minutes=25),
    )
    assert said.likely.why == "nobody"
    assert expectation_of(easy, at=world.now).nobody is None


@clause("sla.delays")
def test_who_is_planned_and_not_here_yet_gives_no_time(world):
    """She may come any moment, or not at all."""
    plain, linda = world.agent(), world.agent("Linda")
    ticket = world.ticket()
    set_skills(ticket, [skill(world, "linux", linda)], by=plain, at=world.now)
    plan_daily(world, linda, 7, 22)
    begin(world, plain)
    absent = expectation_of(ticket, at=world.now).nobody
    begin(world, linda)
    there = expectation_of(ticket, at=world.now).nobody
    schedule.end(linda, by=linda.actor(), at=world.now + timedelta(minutes=1))
    gone = expectation_of(ticket, at=world.now + timedelta(minutes=2)).nobody

    assert (absent.until, there) == (None, None)
    assert gone.until == datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@clause("sla.hours", "sla.delays")
def test_a_hole_in_the_plan_is_said_where_no_skill_is_named(world):
    plain = world.agent()
    ticket = world.ticket()
    plan_daily(world, plain, 9, 17)
    hole = expectation_of(ticket, at=world.now).nobody
    begin(world, plain)

    assert (hole.skills, hole.until) == ((), datetime(2026, 11, 23, 7, 0, tzinfo=UTC))
    assert expectation_of(ticket, at=world.now).nobody is None


@clause("sla.delays")
def test_of_a_team_that_keeps_no_shifts_nothing_is_said_while_others_are_on_duty(world):
    """Whoever is never planned and presses no button may well be there."""
    plain, chief = world.agent(), world.agent("Zanele", role="supervisor", teams=())
    complaint = world.ticket(team_slug=Team.SUPERVISORS)
    begin(world, plain)
    before = expectation_of(complaint, at=world.now).nobody
    plan_daily(world, plain, 7, 22)
    others_planned = expectation_of(complaint, at=world.now).nobody
    plan_daily(world, chief, 20, 22)

    assert (before, others_planned) == (None, None)
    assert expectation_of(complaint, at=world.now).nobody.until == datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@clause("sla.response")
def test_the_range_counts_what_comes_before_it_for_those_who_may_take_it(world):
    """Ten others wait before both; before the one that needs a skill, for the only one who has it, none does."""
    contact = answered(world, 40, after=20)
    plain, linda = Agent.objects.get(), world.agent("Linda")
    root, dns = skill(world, "linux", linda), skill(world, "dns", plain)
    for n in range(10):
        other = world.ticket(contact, at=world.now - timedelta(minutes=10 - n))
        set_skills(other, [dns], by=plain, at=world.now)
    rare, easy = world.ticket(contact), world.ticket(contact)
    set_skills(rare, [root], by=plain, at=world.now)
    set_skills(easy, [dns], by=plain, at=world.now)
    found = {one: expectation_of(one, at=world.now) for one in (rare, easy)}

    assert (found[rare].place, found[easy].place) == (1, 11)
    assert found[rare].likely.ends <= world.now + timedelta(minutes=25)
    assert found[easy].likely.begins >= world.now + timedelta(minutes=60)


@clause("sla.delays")
def test_the_pages_say_it_and_name_nobody(world):
    world.now = timezone.now()
    contact = answered(world, 3)
    plain, linda = Agent.objects.first(), world.agent("Linda Fourie")
    ticket = world.ticket(contact)
    set_skills(ticket, [skill(world, "linux", linda), skill(world, "<b>DNS", linda)], by=plain, at=world.now)
    begin(world, plain)
    browser = browser_of(contact)
    told = page(browser, f"/client/tickets/{ticket.number}")

    assert "Next in the queue, nobody who can do it is on duty at the moment" in page(browser, "/client/")
    assert (
        "It needs somebody with the skills “&lt;b&gt;DNS” and “linux”, and nobody who has them is on duty at"
        " the moment. We aim for an answer by" in told
    )
    assert "Linda" not in told
    close(ticket, world.now)
    assert "nobody who" not in page(browser, f"/client/tickets/{ticket.number}")
