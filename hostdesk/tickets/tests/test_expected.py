"""The expected time of an answer from the desk's own rows: what it costs, what it tells, and of whom it says nothing."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hostdesk.kit.actors import SYSTEM
from hostdesk.people.models import Agent, Team
from hostdesk.policy import documents
from hostdesk.policy.actions import publish
from hostdesk.schedule import actions as schedule
from hostdesk.tickets.actions.taking import move_to_team, take_next
from hostdesk.tickets.actions.writing import Answer, answer
from hostdesk.tickets.models import SlaClock, Ticket
from hostdesk.tickets.queries.client import expectation_of, expectations_of
from hostdesk.tickets.queries.expected import NEWEST, likely_answers
from hostdesk.tickets.tests.browsers import browser_of, page

clause = pytest.mark.clause


def answered(world, count, *, after=20, team=None):
    """So many tickets, an hour apart up to now, each answered after some minutes as the verbs leave it."""
    agent = Agent.objects.first() or world.agent()
    contact = world.contact() if not Ticket.objects.exists() else Ticket.objects.first().contact
    for ago in range(count, 0, -1):
        at = world.now - timedelta(hours=ago)
        ticket = world.ticket(contact, at=at)
        if team:
            move_to_team(ticket, team, by=agent, at=at)
        # The verb itself once, and the instant that it leaves for all the others: it would cost a minute.
        if ago == count and not team:
            take_next(by=agent, at=at)
            answer(ticket, Answer("Done."), by=agent, at=at + timedelta(minutes=after))
        else:
            close(ticket, at + timedelta(minutes=after))
    return contact


def close(ticket, at):
    SlaClock.objects.filter(ticket=ticket).update(state="met", stopped_at=at, look_at=None)
    Ticket.objects.filter(pk=ticket.pk).update(state="waiting_customer", state_since=at)


def minutes(likely, at):
    return [(one - at) / timedelta(minutes=1) for one in (likely.begins, likely.ends)]


@clause("sla.response")
def test_a_waiting_ticket_is_told_when_it_is_probably_answered(world):
    contact = answered(world, 30)
    ticket = world.ticket(contact)
    said = expectation_of(ticket, at=world.now).likely

    assert minutes(said, world.now) == [20, 25]
    assert not said.rests


@clause("sla.response")
def test_with_few_answers_only_the_promise_is_told(world):
    contact = answered(world, 5)
    ticket = world.ticket(contact)
    expected = expectation_of(ticket, at=world.now)

    assert expected.likely is None
    assert expected.answer_by > world.now


def test_what_nobody_waits_for_in_the_queue_is_not_reckoned(world):
    contact = answered(world, 30)
    agent = Agent.objects.first()
    ticket = world.ticket(contact)
    take_next(by=agent, at=world.now)
    ticket.refresh_from_db()
    with CaptureQueriesContext(connection) as queries:
        expected = expectation_of(ticket, at=world.now)

    assert (expected.place, expected.likely) == (None, None)
    assert len(queries) == 1


def test_one_waiting_ticket_and_forty_cost_the_same_six_queries(world):
    contact = answered(world, 30)
    cost = []
    for more in (1, 39):
        for _ in range(more):
            world.ticket(contact)
        tickets = list(Ticket.objects.waiting())
        with CaptureQueriesContext(connection) as queries:
            found = expectations_of(tickets, at=world.now)
        assert all(one.likely for one in found.values())
        cost.append(len(queries))

    assert cost == [6, 6]


def test_the_newest_answers_are_found_by_their_index(world):
    """Without statistics both databases prefer a scan of a table as small as a test's; its price says nothing."""
    contact = answered(world, 25)
    ticket = world.ticket(contact)
    with CaptureQueriesContext(connection) as queries:
        likely_answers([ticket], at=world.now)
    read = next(one["sql"] for one in queries if "stopped_at" in one["sql"] and "DESC" in one["sql"])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute(f"EXPLAIN {read}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {read}")
        plan = str(cursor.fetchall())

    assert "clock_answered" in plan


@clause("sla.fcfs")
def test_another_team_changes_nothing(world):
    """Neither its waiting tickets nor its answers are to be read out of a range."""
    contact = answered(world, 30)
    ticket = world.ticket(contact)
    before = expectation_of(ticket, at=world.now)
    sealed = Team.objects.get(slug=Team.SUPERVISORS)
    chief = world.agent("Zanele", role="supervisor")
    for n in range(40):
        other = world.ticket(contact, at=world.now - timedelta(minutes=50 - n))
        move_to_team(other, sealed, by=chief, at=world.now)
        if n % 2:
            close(other, world.now)
    assert sealed.sealed

    assert expectation_of(ticket, at=world.now) == before
    hidden = Ticket.objects.waiting().filter(team=sealed).first()
    assert expectation_of(hidden, at=world.now).likely is None


@clause("sla.delays")
def test_a_long_queue_makes_it_late_and_says_why(world):
    contact = answered(world, 30)
    for n in range(24):
        world.ticket(contact, at=world.now - timedelta(minutes=24 - n))
    ticket = world.ticket(contact)
    expected = expectation_of(ticket, at=world.now)

    assert expected.likely.ends > expected.answer_by
    assert expected.likely.why == "queue"


@clause("sla.delays")
def test_fewer_people_than_usual_are_the_reason(world):
    contact = answered(world, 30)
    agents = [Agent.objects.first(), world.agent("Naledi")]
    for agent in agents:
        schedule.start(agent, by=agent.actor(), at=world.now - timedelta(days=3))
    schedule.end(agents[0], by=agents[0].actor(), at=world.now - timedelta(minutes=1))
    ticket = world.ticket(contact)

    assert expectation_of(ticket, at=world.now).likely.why == "people"


@clause("sla.hours")
def test_minutes_of_closed_hours_do_not_count(world, tmp_path):
    """Ten to four on weekdays: what comes on Friday afternoon is answered on Monday morning."""
    shutil.copytree(documents.PACKAGED, tmp_path / "policies")
    terms = tmp_path / "policies" / "hosting" / "terms.yaml"
    terms.write_text(terms.read_text().replace('["mon-sun 00:00-24:00"]', '["mon-fri 10:00-16:00"]'))
    publish(documents.load_folder(tmp_path / "policies").policies["hosting"], by=SYSTEM, at=world.now)
    contact = world.contact()
    friday = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    for n in range(40):
        came = friday - timedelta(days=(1, 2, 3, 4, 7, 8, 9, 10)[n % 8], minutes=-70 * (n // 8))
        close(world.ticket(contact, at=came), came + timedelta(minutes=60))
    world.now = datetime(2026, 11, 20, 13, 40, tzinfo=UTC)
    said = expectation_of(world.ticket(contact), at=world.now).likely

    assert said.rests
    assert said.begins == datetime(2026, 11, 23, 8, 40, tzinfo=UTC)


def test_more_unanswered_tickets_than_can_be_looked_through_leave_the_promise_alone(world, monkeypatch):
    contact = answered(world, 30)
    ticket = world.ticket(contact)
    assert NEWEST >= 1000
    monkeypatch.setattr("hostdesk.tickets.queries.expected.NEWEST", 1)

    assert likely_answers([ticket], at=world.now) == {}


@clause("sla.response")
def test_the_ticket_and_the_list_say_it(world):
    world.now = timezone.now()
    contact = answered(world, 30)
    ticket = world.ticket(contact)
    browser = browser_of(contact)

    assert "Next in the queue, answer likely <span" in page(browser, "/client/")
    told = page(browser, f"/client/tickets/{ticket.number}")
    assert "Most likely a person answers <span" in told
    # A moment has passed since it came, and ranges are rounded outwards.
    assert ">in 15 to 20 minutes</span>. We aim for" in told
