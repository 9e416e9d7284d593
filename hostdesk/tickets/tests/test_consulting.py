"""Another team is asked without using up the customer's time, or gets the ticket with everything that is known."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hostdesk.kit.refusals import Missing, Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.models import Team
from hostdesk.sla.ledger import first_difference
from hostdesk.tickets.actions import closing, consulting
from hostdesk.tickets.actions.taking import take_next
from hostdesk.tickets.consult_models import Consult
from hostdesk.tickets.models import Breach, SlaClock, Ticket
from hostdesk.tickets.queries.consults import asked_by_agent, asked_of_agent, consult_for_agent
from hostdesk.tickets.queries.ledger import steps_of
from hostdesk.tickets.tests.test_desk_pages import Screen

pytestmark = [pytest.mark.django_db]
clause = pytest.mark.clause


@pytest.fixture
def networks(db):
    return Team.objects.create(slug="networks", name="Networks")


def later(world, **span):
    return world.now + timedelta(**span)


def again(ticket):
    return Ticket.objects.get(pk=ticket.pk)


@clause("sla.delays", "sla.resolve")
def test_a_question_has_its_own_clock_and_the_ticket_s_clocks_go_on(world, networks):
    agent, ticket = world.agent(), world.ticket()
    before = dict(ticket.clocks.values_list("kind", "due_at"))
    consulting.ask(ticket, networks, "Is the uplink flapping?", by=agent, at=later(world, minutes=10))
    row = again(ticket)

    assert (row.state, row.assignee) == ("waiting_team", agent)
    assert dict(row.clocks.values_list("kind", "due_at")) == {
        **before,
        "consult": later(world, minutes=70),
    }
    assert set(row.clocks.values_list("state", flat=True)) == {"running"}
    assert ("sla.delays", "asked") in world.decisions(row)
    assert world.words(row)[-1] == ("internal", "To Networks: Is the uplink flapping?")


@clause("sla.delays")
def test_the_asked_team_sees_it_and_its_answer_brings_the_ticket_back_to_the_sender(world, networks):
    agent, engineer = world.agent(), world.agent("Naledi", teams=("networks",))
    ticket = world.ticket()
    consult = consulting.ask(ticket, networks, "Is it up?", by=agent, at=world.now)
    seen = (asked_of_agent(engineer), asked_of_agent(agent), asked_by_agent(agent))
    with pytest.raises(Refused):
        consulting.answer(consult, "I think so.", by=agent, at=world.now)
    consulting.answer(consult, "It is.", by=engineer, at=later(world, minutes=30))
    row = again(ticket)

    assert seen == ([consult], [], [consult])
    assert (row.state, row.assignee) == ("open", agent)
    assert row.clocks.get(kind="consult").state == "met"
    assert world.words(row)[-1] == ("internal", "Networks to Bongani: It is.")
    with pytest.raises(Refused):
        consulting.answer(consult, "Again.", by=engineer, at=later(world, minutes=31))


@clause("sla.delays")
def test_several_questions_at_once_and_the_last_one_brings_it_back(world, networks):
    billing = Team.objects.create(slug="accounts", name="Accounts")
    agent, engineer = world.agent(), world.agent("Naledi", teams=("networks", "accounts"))
    ticket = world.ticket()
    one = consulting.ask(ticket, networks, "Is it up?", by=agent, at=world.now)
    two = consulting.ask(ticket, billing, "Is it paid?", by=agent, at=later(world, minutes=1))
    consulting.answer(one, "Yes.", by=engineer, at=later(world, minutes=5))
    between = again(ticket).state
    consulting.withdraw(two, by=agent, at=later(world, minutes=6))

    assert (between, again(ticket).state) == ("waiting_team", "open")
    assert list(SlaClock.objects.filter(kind="consult").values_list("state", flat=True)) == ["met", "met"]
    assert [first_difference(steps_of(clock)) for clock in ticket.clocks.all()] == [None] * 4


@clause("sla.delays")
def test_the_asked_team_is_warned_and_the_supervisors_hear_when_it_is_late(world, networks):
    agent, _ = world.agent(), world.agent("Naledi", teams=("networks",))
    world.agent("Zanele", role="supervisor")
    ticket = world.ticket()
    consulting.ask(ticket, networks, "Is it up?", by=agent, at=world.now)
    world.move(minutes=46)
    warned = set(OutboundMail.objects.filter(kind="clock_notice").values_list("to_address", flat=True))
    world.move(minutes=15)
    notices = OutboundMail.objects.filter(kind="clock_notice", subject__startswith="Late").order_by(
        "to_address"
    )

    assert warned == {"naledi@itpossible.com"}
    assert list(notices.values_list("to_address", flat=True)) == [
        "naledi@itpossible.com",
        "zanele@itpossible.com",
    ]
    # The customer was promised three hours, and those are not over: nothing to explain.
    assert (Breach.objects.count(), again(ticket).attention) == (0, 1)


@clause("sla.delays")
def test_the_end_of_a_ticket_ends_its_questions(world, networks):
    agent, ticket = world.agent(), world.ticket()
    consulting.ask(ticket, networks, "Is it up?", by=agent, at=world.now)
    closing.resolve(ticket, by=agent, at=later(world, minutes=5))

    assert Consult.objects.get().ended == "withdrawn"
    assert again(ticket).clocks.get(kind="consult").stopped_at == later(world, minutes=5)


@clause("conduct.complaints")
def test_a_complaint_is_asked_about_nowhere_and_a_question_is_no_way_to_see_one(world, networks):
    chief, engineer = world.agent("Zanele", role="supervisor"), world.agent("Naledi", teams=("networks",))
    complaint, ticket = world.ticket(team_slug=Team.SUPERVISORS), world.ticket()
    with pytest.raises(Refused):
        consulting.ask(complaint, networks, "Who did it?", by=chief, at=world.now)
    asked = consulting.ask(ticket, networks, "Is it up?", by=chief, at=world.now, jump_reason="mine")
    supervisors = Team.objects.get(slug="supervisors")
    consulting.escalate(ticket, supervisors, "It is a complaint.", by=chief, at=world.now)

    assert asked_of_agent(engineer) == []
    with pytest.raises(Missing):
        consult_for_agent(engineer, asked.pk)


@clause("sla.delays", "sla.fcfs")
def test_another_team_gets_the_ticket_with_a_word_for_it_at_its_place_by_arrival(world, networks):
    agent, engineer = world.agent(), world.agent("Naledi", teams=("networks",))
    ticket = world.ticket()
    take_next(by=agent, at=world.now)
    with pytest.raises(Refused):
        consulting.escalate(ticket, networks, " ", by=agent, at=world.now)
    consulting.escalate(ticket, networks, "Uplink flaps.", by=agent, at=later(world, hours=1))
    row = again(ticket)

    assert (row.team, row.assignee, row.queued_at) == (networks, None, ticket.queued_at)
    assert world.words(row)[-1] == ("internal", "For Networks: Uplink flaps.")
    assert ("sla.delays", "escalated") in world.decisions(row)
    assert take_next(by=engineer, at=later(world, hours=1)) == row


def test_the_pages_ask_answer_and_cost_the_same_for_many(world, networks):
    agent, engineer = world.agent(), world.agent("Naledi", teams=("networks",))
    ticket, costs = world.ticket(), []
    asking, answering = Screen(world, agent), Screen(world, engineer)
    answering.words("/desk/consults/")  # that it was looked at is kept once
    for _ in range(3):
        asking.post(f"/desk/tickets/{ticket.pk}/consults", team="networks", question="Is <b>it</b> up?")
        with CaptureQueriesContext(connection) as seen:
            page = answering.words("/desk/consults/")
        costs.append(len(seen))
    refused = asking.post(f"/desk/tickets/{ticket.pk}/consults", team="networks", question=" ")
    first = Consult.objects.order_by("pk").first()
    answering.post(f"/desk/consults/{first.pk}/answer", answer="Yes.")

    assert (costs[0], page.count("Is &lt;b&gt;it&lt;/b&gt; up?")) == (costs[2], 3)
    assert (refused.status_code, "what you want to know" in refused.content.decode()) == (422, True)
    assert answering.words("/desk/consults/count") == "2"
    assert "Naledi answered" in asking.words(f"/desk/tickets/{ticket.pk}/consults")
