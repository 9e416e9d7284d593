"""How a ticket stands, in the words that its customer reads."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.utils.html import strip_tags

from hostdesk.people.models import Agent
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.queries.client import Expectation
from hostdesk.tickets.views.client_words import standing

clause = pytest.mark.clause
pytestmark = pytest.mark.db_free
# 14:10 in Johannesburg.
NOW = datetime(2026, 11, 23, 12, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def told(state, *, holder=None, place=None, answer_by=None, solve_by=None, reopens_until=None):
    ticket = Ticket(state=state, policy_slug="hosting", state_since=NOW - HOUR, resolved_at=None)
    ticket.assignee = Agent(name=holder) if holder else None
    expected = Expectation(place, answer_by, solve_by, waits_for_you=state == "waiting_customer")
    stands = standing(ticket, expected, reopens_until=reopens_until, now=NOW)
    words = [unescape(strip_tags(str(one))) for one in (stands.headline, stands.sentence, stands.brief)]
    return [stands.tone, *words, stands.promise.clause if stands.promise else ""]


@clause("sla.response")
def test_in_the_queue():
    assert told("new", place=3, answer_by=NOW + HOUR, solve_by=NOW + 4 * HOUR) == [
        "good",
        "Number 3 in the queue",
        "Expect an answer from a person by today 15:10.",
        "Number 3 in the queue, answer by today 15:10",
        "sla.response",
    ]


def test_next_in_the_queue():
    assert told("new", place=1, answer_by=NOW + HOUR)[1] == "Next in the queue"


@clause("sla.resolve")
def test_answered_and_being_worked_on():
    assert told("open", holder="Bongani", solve_by=NOW + 10 * HOUR) == [
        "good",
        "Bongani has it",
        "We aim to have it solved by tomorrow 00:10.",
        "Bongani has it, solution by tomorrow 00:10",
        "sla.resolve",
    ]


@clause("sla.best_effort")
def test_a_promise_is_late_from_its_very_instant_on():
    assert told("open", holder="Bongani", answer_by=NOW + timedelta(seconds=1))[0] == "good"
    assert told("open", holder="Bongani", answer_by=NOW) == [
        "late",
        "Our answer is late",
        "It was due by today 14:10. A supervisor has been told. Bongani has it.",
        "Answer late: it was due by today 14:10",
        "sla.best_effort",
    ]


@clause("sla.resolve")
def test_the_customers_turn_says_that_the_clock_stands_still():
    assert told("waiting_customer", holder="Bongani") == [
        "ours",
        "It is your turn",
        "We have been waiting for your answer since today 13:10. Our clock stands still while we wait for you.",
        "Your turn since today 13:10",
        "sla.resolve",
    ]


@clause("sla.offpeak")
def test_an_agreed_window():
    assert told("waiting_window")[1::3] == ["Waits for a quiet time", "sla.offpeak"]


@clause("sla.delays")
def test_another_team_does_not_stop_the_clock():
    assert told("waiting_team", solve_by=NOW + HOUR)[2:] == [
        "We asked colleagues of another department. Our clock goes on. We still aim to have it solved by today 15:10.",
        "Another team is looking at it",
        "sla.delays",
    ]


@clause("channel.no_duplicates")
def test_solved_says_until_when_it_opens_again():
    assert told("resolved", reopens_until=NOW + 168 * HOUR) == [
        "good",
        "Solved",
        "Marked as solved today 13:10. Until Mon 30 Nov, 14:10, whatever you write here opens it again.",
        "Solved today 13:10",
        "channel.no_duplicates",
    ]


@clause("channel.no_duplicates")
def test_closed_says_what_to_do_when_it_came_back():
    assert told("closed")[1:3] == [
        "Closed",
        "Solved today 13:10 and closed since. If it came back, open a new ticket: we will see both.",
    ]
