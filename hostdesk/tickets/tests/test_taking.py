"""First come, first served: take next, exactly once, and jumps only with a reason."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people.models import Team
from hostdesk.tickets.actions.passing import give_back
from hostdesk.tickets.actions.taking import assign, move_to_team, take_next
from hostdesk.tickets.models import HandOut, Ticket
from hostdesk.tickets.queries.access import ticket_for_agent, tickets_for_agent
from tests.world import START

clause = pytest.mark.clause


@clause("sla.fcfs")
def test_take_next_gives_the_oldest_whatever_the_order_of_numbers(world):
    agent = world.agent()
    newer = world.ticket(at=START)
    oldest = world.ticket(at=START - timedelta(seconds=1))
    taken = [
        take_next(by=agent, at=world.now),
        take_next(by=agent, at=world.now),
        take_next(by=agent, at=world.now),
    ]

    assert taken == [oldest, newer, None]
    assert (taken[0].assignee, taken[0].state) == (agent, "open")


@clause("sla.fcfs")
def test_a_ticket_given_back_keeps_its_place(world):
    agent, other = world.agent(), world.agent("Naledi")
    first, _second = world.ticket(), world.ticket(at=START + timedelta(minutes=1))
    take_next(by=agent, at=world.now)
    give_back(first, by=agent, at=world.now)

    assert take_next(by=other, at=world.now) == first


@clause("sla.fcfs")
def test_taking_a_newer_ticket_needs_a_reason_and_is_counted(world):
    agent = world.agent()
    world.ticket()
    newer = world.ticket(at=START + timedelta(minutes=1))
    with pytest.raises(Refused) as no:
        assign(newer, agent, by=agent, at=world.now)
    assign(newer, agent, by=agent, at=world.now, reason="Same fault as the one I am on")

    assert no.value.clause == "sla.fcfs"
    assert ("sla.fcfs", "jumped") in world.decisions(newer)


@clause("sla.fcfs")
def test_a_supervisor_too_needs_a_reason_to_assign_past_older_tickets(world):
    agent, chief = world.agent(), world.agent("Zanele", role="supervisor")
    world.ticket()
    newer = world.ticket(at=START + timedelta(minutes=1))
    with pytest.raises(Refused):
        assign(newer, agent, by=chief, at=world.now)
    assign(newer, agent, by=chief, at=world.now, reason="A whole shop is down")

    assert ("sla.fcfs", "jumped") in world.decisions(newer)


@clause("conduct.complaints")
def test_a_sealed_ticket_is_neither_taken_nor_seen_by_others(world):
    agent, chief = world.agent(), world.agent("Zanele", role="supervisor")
    complaint = world.ticket(team_slug=Team.SUPERVISORS)

    assert take_next(by=agent, at=world.now) is None
    assert list(tickets_for_agent(agent)) == []
    with pytest.raises(Missing):
        ticket_for_agent(agent, complaint.pk)
    assert take_next(by=chief, at=world.now) == complaint


@clause("conduct.complaints")
def test_moving_a_ticket_to_the_supervisors_hides_it_at_once(world):
    agent, chief = world.agent(), world.agent("Zanele", role="supervisor")
    ticket = world.ticket()
    move_to_team(ticket, Team.objects.get(slug="supervisors"), by=chief, at=world.now)

    with pytest.raises(Missing):
        ticket_for_agent(agent, ticket.number)
    assert ticket_for_agent(chief, ticket.number) == ticket


def test_a_ticket_cannot_be_given_to_somebody_who_may_not_see_it(world):
    agent, chief = world.agent(), world.agent("Zanele", role="supervisor")
    complaint = world.ticket(team_slug=Team.SUPERVISORS)
    with pytest.raises(Refused):
        assign(complaint, agent, by=chief, at=world.now)


@clause("sla.fcfs")
def test_many_takers_at_once_get_each_ticket_exactly_once(committed_world):
    world = committed_world
    agents = [world.agent(f"Agent{n}") for n in range(8)]
    tickets = [world.ticket(at=START + timedelta(seconds=n)) for n in range(40)]
    taken, faults = [], []

    def take_all(agent):
        try:
            while (ticket := take_next(by=agent, at=world.now)) is not None:
                taken.append(ticket.pk)
        except Exception as fault:  # noqa: BLE001
            faults.append(fault)
        finally:
            connection.close()

    takers = [threading.Thread(target=take_all, args=(agent,)) for agent in agents]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join(60)

    assert faults == []
    assert sorted(taken) == [ticket.pk for ticket in tickets]
    assert Ticket.objects.waiting().count() == 0


@clause("sla.fcfs")
def test_sixteen_takers_get_four_hundred_tickets_in_the_order_of_the_queue_and_forget_none(committed_world):
    world = committed_world
    agents = [world.agent(f"Agent{n}") for n in range(16)]
    first = world.ticket(at=START)
    Ticket.objects.bulk_create(_like(first, seconds) for seconds in range(1, 400))
    order = {pk: place for place, pk in enumerate(Ticket.objects.in_order().values_list("pk", flat=True))}
    takes, faults, go = [], [], threading.Barrier(len(agents))

    def take_all(agent):
        try:
            go.wait(30)
            while True:
                begun = time.monotonic()
                ticket = take_next(by=agent, at=world.now)
                if ticket is None:
                    return
                takes.append((begun, time.monotonic(), order[ticket.pk]))
        except Exception as fault:  # noqa: BLE001
            faults.append(fault)
        finally:
            connection.close()

    takers = [threading.Thread(target=take_all, args=(agent,)) for agent in agents]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join(120)

    # Nobody who began after a ticket had been given got one from before it.
    overtaken = [
        (place, other)
        for begun, _, place in takes
        for _, ended, other in takes
        if ended < begun and place < other
    ]
    assert faults == []
    assert sorted(place for _, _, place in takes) == list(range(400))
    assert overtaken == []
    assert Ticket.objects.waiting().count() == 0
    assert HandOut.objects.values("ticket").distinct().count() == HandOut.objects.count() == 400
    assert set(HandOut.objects.values_list("past_skill", "past_skip", "past_emergency", "past_choice")) == {
        (0, 0, 0, 0)
    }


def _like(ticket, seconds):
    later = ticket.queued_at + timedelta(seconds=seconds)
    columns = {
        one.attname: getattr(ticket, one.attname)
        for one in Ticket._meta.concrete_fields
        if not one.primary_key
    }
    return Ticket(**{**columns, "queued_at": later})
