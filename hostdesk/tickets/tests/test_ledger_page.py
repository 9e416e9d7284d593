"""Agents see why a deadline is what it is; customers read by when we aim to have it solved."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hostdesk.mail.models import OutboundMail
from hostdesk.tickets.actions import closing, writing
from hostdesk.tickets.actions.explaining import explain
from hostdesk.tickets.actions.writing import Addition, Answer, add_customer_message, answer
from hostdesk.tickets.models import Breach, Ticket, TicketState
from hostdesk.tickets.queries.client import expectation_of
from hostdesk.tickets.queries.promised import promised_in
from hostdesk.tickets.tests.test_desk_pages import Screen
from hostdesk.tickets.views.client_goal import goal
from hostdesk.web import times

pytestmark = [pytest.mark.django_db]
clause = pytest.mark.clause


def told(ticket, at):
    row = Ticket.objects.get(pk=ticket.pk)
    return str(goal(row, promised_in(row, at=at), expectation_of(row, at=at), now=at))


def later(world, **span):
    return world.now + timedelta(**span)


@clause("sla.resolve", "sla.response")
def test_every_step_stands_on_the_page_with_its_cause_its_clause_and_its_version(world):
    agent, alice = world.agent(), world.contact()
    ticket = world.ticket(alice)
    answer(ticket, Answer("Which mailbox?"), by=agent, at=later(world, minutes=50))
    add_customer_message(
        ticket, Addition("This one."), contact=alice, by=alice.actor(), at=later(world, hours=5)
    )
    world.move(hours=10)
    page = Screen(world, agent).words(f"/desk/tickets/{ticket.pk}/clocks")

    for words in (
        "Waits for the customer",
        "No longer waits for the customer",
        "the customer wrote",
        "sla.resolve",
        "hosting/1",
        "0:50 of 3:00 used",
        'class="waits"',
        'class="counts"',
    ):
        assert words in page, words
    assert "style=" not in page.split("<main")[1]


def test_the_page_costs_the_same_for_long_ledgers(world):
    agent, alice = world.agent(), world.contact()
    ticket, costs = world.ticket(alice), []
    screen = Screen(world, agent)
    for turn in range(1, 4):
        for back in range(turn * 2):
            answer(ticket, Answer("And now?"), by=agent, at=later(world, minutes=turn * 20 + back))
            add_customer_message(
                ticket,
                Addition("No."),
                contact=alice,
                by=alice.actor(),
                at=later(world, minutes=turn * 20 + back),
            )
        with CaptureQueriesContext(connection) as seen:
            screen.words(f"/desk/tickets/{ticket.pk}/clocks")
        costs.append(len(seen))
    assert costs[1] == costs[2]


@clause("sla.resolve")
def test_a_customer_reads_by_when_it_is_solved_in_every_state(world):
    agent, alice = world.agent(), world.contact()
    ticket, at = world.ticket(alice), later(world, hours=1)
    fresh = told(ticket, world.now)
    answer(ticket, Answer("Which one?"), by=agent, at=at)
    waiting = told(ticket, later(world, hours=20))
    add_customer_message(
        ticket, Addition("This."), contact=alice, by=alice.actor(), at=later(world, hours=20)
    )
    row = Ticket.objects.get(pk=ticket.pk)
    writing.settle(row, TicketState.WAITING_WINDOW, cause="agreed", at=later(world, hours=21))
    window = told(ticket, later(world, hours=30))
    writing.settle(row, TicketState.OPEN, cause="done", at=later(world, hours=30))
    closing.resolve(ticket, by=agent, at=later(world, hours=31))
    met = told(ticket, later(world, hours=31))

    def at_clock(hours, now):
        return times.tag(later(world, hours=hours), later(world, hours=now))

    assert fresh == f"We aim to have it solved by {at_clock(6, 0)}."
    assert waiting == f"If you answer now, we aim to have it solved by {at_clock(25, 20)}."
    assert (
        window
        == f"If we could begin now, it would be done by {at_clock(34, 30)}; the clock waits for that time."
    )
    assert met == "It was solved within the time that we aim for."


@clause("sla.best_effort", "sla.delays")
def test_a_customer_reads_why_it_is_late(world):
    agent, ticket = world.agent(), world.ticket()
    world.move(hours=4)
    unexplained = told(ticket, world.now)
    explain(Breach.objects.get(), "server_wide", by=agent, at=world.now)
    explained = told(ticket, world.now)
    closing.resolve(ticket, by=agent, at=later(world, hours=4))

    assert (unexplained, explained) == ("", "It is late because a fault concerns a whole server.")
    assert (
        told(ticket, later(world, hours=4))
        == "It took longer than we aim for because a fault concerns a whole server."
    )


@clause("sla.resolve")
def test_an_answer_that_asks_says_that_the_clock_waits(world):
    agent, ticket = world.agent(), world.ticket()
    answer(ticket, Answer("Which one?"), by=agent, at=later(world, hours=1))
    asked = OutboundMail.objects.get(kind="answer")
    answer(ticket, Answer("Done, I think.", then="open"), by=agent, at=later(world, hours=2))
    other = OutboundMail.objects.filter(kind="answer").order_by("pk").last()

    # Arrived at 8:00 in Johannesburg, six hours promised.
    said = "We aim to have this solved by Mon 23 Nov, 14:00; the clock waits while we wait for you."
    assert (said in asked.text, said in asked.html) == (True, True)
    assert "the clock waits" not in other.text
