"""Whatever verbs do to a ticket, its clocks come out again from their ledgers, to the microsecond."""

import random
from datetime import timedelta

import pytest

from hostdesk.kit.refusals import Refused
from hostdesk.sla.ledger import first_difference
from hostdesk.tickets.actions import closing, writing
from hostdesk.tickets.actions.ticking import clock_round
from hostdesk.tickets.actions.writing import Addition, Answer, add_customer_message, answer
from hostdesk.tickets.models import ClockStep, SlaClock, TicketState
from hostdesk.tickets.queries.ledger import replayed, steps_of

pytestmark = [pytest.mark.django_db]


def go_on(chance, ticket, agent, alice, at):
    """One thing that may happen to a ticket."""
    ticket.refresh_from_db()
    match chance.choice(("answer", "answer", "customer", "customer", "resolve", "reopen", "window", "time")):
        case "answer":
            then = chance.choice(("waiting_customer", "open", "resolved"))
            answer(ticket, Answer("Look again.", then=then, jump_reason="theirs"), by=agent, at=at)
        case "customer":
            add_customer_message(ticket, Addition("More."), contact=alice, by=alice.actor(), at=at)
        case "resolve":
            closing.resolve(ticket, by=agent, at=at, jump_reason="theirs")
        case "reopen":
            closing.reopen(ticket, by=agent.actor(), at=at)
        case "window":
            if ticket.state not in (TicketState.RESOLVED, TicketState.CLOSED, TicketState.NEW):
                writing.settle(ticket, TicketState.WAITING_WINDOW, cause="agreed", at=at)
        case "time":
            clock_round(at)


@pytest.mark.clause("sla.resolve", "sla.response", "sla.delays")
@pytest.mark.parametrize("seed", range(12))
def test_every_clock_is_what_its_ledger_says(world, seed):
    chance, agent, alice = random.Random(seed), world.agent(), world.contact()
    ticket, at = world.ticket(alice), world.now
    for _ in range(14):
        at += timedelta(
            seconds=chance.choice((1, 61, 900, 5_000, 20_000)), microseconds=chance.randrange(1_000_000)
        )
        try:
            go_on(chance, ticket, agent, alice, at)
        except Refused:
            continue
    for clock in SlaClock.objects.filter(ticket=ticket):
        again = replayed(clock)
        assert (
            again.due_at,
            again.warn_at,
            again.late_at,
            again.stopped_at,
            again.since,
            again.used.total_seconds(),
        ) == (
            clock.due_at,
            clock.warn_at,
            clock.late_at,
            clock.stopped_at,
            clock.since,
            clock.used_seconds,
        ), list(clock.steps.order_by("pk").values_list("step", "cause", "wait", "at"))
        assert first_difference(steps_of(clock)) is None


def test_a_ledger_that_lacks_a_step_comes_to_something_else(world):
    agent, ticket = world.agent(), world.ticket()
    answer(ticket, Answer("Which one?"), by=agent, at=world.now + timedelta(minutes=5))
    clock = SlaClock.objects.get(ticket=ticket, kind="resolution")
    ClockStep.objects.filter(clock=clock, step="pause").delete()

    assert (replayed(clock).waits, clock.waits) == (frozenset(), "customer")
