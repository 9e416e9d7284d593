"""The page of the load to come: who sees it, what it reckons from, what it says."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hostdesk.people.models import Agent, Team
from hostdesk.schedule import actions as schedule
from hostdesk.schedule.planning import Hours, plan_shift
from hostdesk.tickets.actions.taking import move_to_team, take_next
from hostdesk.tickets.actions.writing import Answer, answer
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.queries.forecast import forecast
from tests.browsing import cookie_of

clause = pytest.mark.clause


def busy(world, count=36, *, apart=timedelta(hours=4), answered=6):
    """So many tickets up to now; the newest few are taken after 10 minutes and answered after 30."""
    agent, contact = Agent.objects.first() or world.agent(), world.contact()
    for ago in range(count, 0, -1):
        at = world.now - ago * apart
        ticket = world.ticket(contact, at=at)
        if ago > answered:
            Ticket.objects.filter(pk=ticket.pk).update(state="closed")
            continue
        assert take_next(by=agent, at=at + timedelta(minutes=10)) == ticket
        answer(ticket, Answer("Done."), by=agent, at=at + timedelta(minutes=30))
    return agent


def browser_of(agent):
    browser = Client()
    cookie = cookie_of(agent, "")
    browser.cookies[cookie["name"]] = cookie["value"]
    return browser


@clause("sla.delays")
def test_too_little_says_so(world):
    busy(world, 10)

    assert forecast(at=world.now) is None


@clause("sla.response")
def test_what_is_reckoned_from(world):
    busy(world)
    found = forecast(at=world.now)

    assert (found.waiting, found.arrivals, found.promise) == (0, 36, timedelta(hours=3))
    assert (found.work.first_minutes, found.work.answers, found.work.minutes) == (20, 1, 20)
    assert len(found.hours) == 24 and len(found.blocks) == 42
    assert 4 <= sum(hour.arrivals for hour in found.hours) <= 9
    assert [block.needed for block in found.blocks] == [1] * 42
    assert {block.there for block in found.blocks} == {None}


@clause("sla.response")
def test_people_on_duty_are_told_from_their_shifts(world):
    agent = busy(world)
    schedule.start(agent, by=agent.actor(), at=world.now - timedelta(days=6))
    schedule.end(agent, by=agent.actor(), at=world.now - timedelta(days=3))
    found = forecast(at=world.now)
    there = [round(block.there, 2) for block in found.blocks]

    assert set(there) <= {0, 0.25, 0.5, 0.75, 1} and 0 in there and 1 in there
    assert [block.is_short for block in found.blocks] == [round(one) < 1 for one in there]


@clause("sla.response")
def test_people_who_are_planned_go_before_those_usually_there(world):
    agent, chief = busy(world), world.agent("Zanele", role="supervisor")
    schedule.start(agent, by=agent.actor(), at=world.now - timedelta(days=6))
    schedule.end(agent, by=agent.actor(), at=world.now - timedelta(days=3))
    support = Team.objects.get(slug=Team.SUPPORT)
    day, night = Hours(8 * 60, 20 * 60), Hours(20 * 60, 2 * 60)
    plan_shift(agent, support, range(7), day, since=world.now.date(), by=chief, at=world.now)
    plan_shift(chief, support, [5], night, since=world.now.date(), by=chief, at=world.now)
    found = forecast(at=world.now)
    there = {(f"{block.begins:%a %H}"): block.there for block in found.blocks}

    assert found.planned
    assert {
        f"{day} {hour}": there[f"{day} {hour}"] for day in ("Mon", "Sun") for hour in ("08", "12", "20")
    } == {
        **{f"Mon {hour}": one for hour, one in (("08", 1), ("12", 1), ("20", 0))},
        **{f"Sun {hour}": one for hour, one in (("08", 1), ("12", 1), ("20", 0))},
    }
    assert (there["Sat 20"], there["Sun 00"], there["Sun 04"]) == (1, 0.5, 0)


def test_another_teams_tickets_are_not_counted(world):
    busy(world)
    before = forecast(at=world.now)
    chief = world.agent("Zanele", role="supervisor")
    sealed = Team.objects.get(slug=Team.SUPERVISORS)
    for _ in range(5):
        move_to_team(world.ticket(at=world.now), sealed, by=chief, at=world.now)

    assert forecast(at=world.now) == before


def test_the_page_costs_the_same_however_many_there_are(world):
    world.now = timezone.now()
    busy(world, 32)
    browser = browser_of(world.agent("Zanele", role="supervisor"))
    cost = []
    for more in (0, 20):
        for _ in range(more):
            world.ticket(at=world.now - timedelta(hours=1))
        browser.get("/desk/forecast/")
        with CaptureQueriesContext(connection) as queries:
            assert browser.get("/desk/forecast/").status_code == 200
        cost.append(len(queries))

    assert cost[0] == cost[1]


@clause("sla.delays")
def test_a_supervisor_reads_where_people_are_missing(world):
    world.now = timezone.now()
    agent = busy(world)
    schedule.start(agent, by=agent.actor(), at=world.now - timedelta(days=6))
    schedule.end(agent, by=agent.actor(), at=world.now - timedelta(days=3))
    told = browser_of(world.agent("Zanele", role="supervisor")).get("/desk/forecast/").content.decode()

    assert "more people are needed than are usually there" in told
    assert re.search(r"day \d\d:00 to \d\d:00: [\d.]+ tickets an hour need 1 person, usually there: 0", told)
    assert told.count('role="img"') == 2 and told.count("<details>") == 2
    assert "style=" not in told


def test_an_empty_desk_says_what_will_stand_there(world):
    told = browser_of(world.agent("Zanele", role="supervisor")).get("/desk/forecast/").content.decode()

    assert "Too few tickets to forecast" in told
