"""A delay is found or said, told once and in time, explains what is broken, and is counted."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hostdesk.hosting.models import Server, Service
from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.models import Team
from hostdesk.schedule import actions as schedule
from hostdesk.tickets.actions import closing, consulting
from hostdesk.tickets.actions.delaying import delay_round, pick, sample_queues
from hostdesk.tickets.actions.writing import Answer, answer
from hostdesk.tickets.delay_models import Delay, QueueSample
from hostdesk.tickets.evidence import told_in_time
from hostdesk.tickets.models import Breach, Ticket
from hostdesk.tickets.tests.browsers import browser_of, page
from hostdesk.tickets.tests.test_desk_pages import Screen
from hostdesk.tickets.tests.test_ledger_page import told

pytestmark = [pytest.mark.django_db]
clause = pytest.mark.clause


def later(world, **span):
    return world.now + timedelta(**span)


def mails(kind="delay"):
    return list(OutboundMail.objects.filter(kind=kind).order_by("pk"))


def many_wait(world, many=15):
    """So many tickets in the queue, where ten are usual an hour from now."""
    team = Team.objects.get(slug="support")
    for week in range(1, 8):
        QueueSample.objects.create(team=team, at=later(world, hours=1) - timedelta(weeks=week), waiting=10)
    return [world.ticket() for _ in range(many)]


@clause("sla.delays")
def test_a_longer_queue_than_usual_is_told_once_before_the_promise_breaks(world):
    tickets = many_wait(world)
    early = delay_round(world.now)
    world.move(hours=1)
    found, again = delay_round(world.now), delay_round(later(world, minutes=1))
    delay = Delay.objects.filter(ticket=tickets[0]).get()

    assert (early, found, again) == (0, 15, 0)
    assert (delay.cause, delay.told_at, delay.due_at) == ("workload", world.now, later(world, hours=2))
    assert len(mails()) == 15
    assert mails()[0].text.startswith(
        f"Our answer to {tickets[0].number} takes longer than promised: we now expect it by Mon 23 Nov, 13:00."
    )
    assert "because there are more requests than usual" in mails()[0].text
    assert ("sla.delays", "delay") in world.decisions(tickets[0])
    assert told(tickets[0], world.now).startswith(
        "It takes longer because there are more requests than usual:"
    )


@clause("sla.delays")
def test_a_queue_as_long_as_ever_is_no_delay(world):
    many_wait(world, 14)
    world.move(hours=1)

    assert (delay_round(world.now), mails()) == (0, [])


def on_one_server(world, many):
    """Contacts of as many customers whose accounts live on one server."""
    server = Server.objects.create(name="web1", created_at=world.now)
    contacts = [
        world.contact(
            f"a{n}@c{n}.example",
            name=f"Ann {n}",
            username=f"c{n:02}",
            customer=f"C{n}",
            domains=(f"c{n}.example",),
        )
        for n in range(many)
    ]
    accounts = [contact.account for contact in contacts]
    Service.objects.filter(account__in=accounts).update(server=server)
    return contacts


@clause("sla.delays")
def test_customers_of_one_server_are_told_of_it_and_nobody_of_another(world):
    contacts = on_one_server(world, 6)
    two = Server.objects.create(name="web2", created_at=world.now)
    Service.objects.filter(account=contacts[5].account).update(server=two)
    for contact in contacts:
        world.ticket(contact)
    world.move(hours=1)
    delay_round(world.now)

    assert {one.ticket.contact for one in Delay.objects.all()} == set(contacts[:5])
    assert set(Delay.objects.values_list("cause", flat=True)) == {"server_wide"}
    assert not any(
        "web1" in mail.text or "Ann 1" in mail.text for mail in mails() if "Ann 1" not in mail.to_name
    )


@clause("sla.delays")
@pytest.mark.parametrize(("late", "found"), [(9, 9), (8, 0)])
def test_a_busy_server_as_busy_as_on_other_days_has_no_fault(world, late, found):
    """Nobody is told of a fault of the server because many who live on it write at the busy hour, as every day."""
    contacts, agent = on_one_server(world, 9), world.agent()
    for _ in range(3):
        for contact in contacts[:6]:
            closing.resolve(world.ticket(contact), by=agent, at=world.now)
        world.move(days=1)
    for contact in contacts[:late]:
        world.ticket(contact)
    world.move(hours=1)
    delay_round(world.now)

    assert Delay.objects.filter(cause="server_wide").count() == found


@clause("sla.delays")
def test_another_team_s_late_answer_is_a_delay_of_the_ticket(world):
    networks = Team.objects.create(slug="networks", name="Networks")
    agent, ticket = world.agent(), world.ticket()
    consulting.ask(ticket, networks, "Is it up?", by=agent, at=world.now)
    world.move(minutes=60)
    delay_round(world.now)

    assert Delay.objects.get().cause == "clarification"
    assert "because another department has to answer a question first" in mails()[0].text


@clause("sla.delays")
def test_nobody_of_the_team_on_duty_while_others_are_is_a_delay(world):
    networks = Team.objects.create(slug="networks", name="Networks")
    agent, engineer = world.agent(), world.agent("Naledi", teams=("networks",))
    ticket = world.ticket()
    consulting.escalate(ticket, networks, "Uplink.", by=agent, at=world.now)
    world.move(hours=1)
    nobody_keeps_shifts = delay_round(world.now)
    schedule.start(agent, by=agent.actor(), at=world.now)
    schedule.start(engineer, by=engineer.actor(), at=world.now)
    both = delay_round(world.now)
    schedule.end(engineer, by=engineer.actor(), at=world.now)

    assert (nobody_keeps_shifts, both, delay_round(later(world, minutes=1))) == (0, 0, 1)
    assert Delay.objects.get().cause == "escalation"


@clause("sla.delays", "sla.best_effort")
def test_an_agent_says_it_and_it_explains_the_promise_that_is_broken(world):
    agent, ticket = world.agent(), world.ticket()
    with pytest.raises(Refused):
        pick(ticket, "lunch", later=timedelta(hours=4), by=agent, at=world.now)
    delay = pick(ticket, "escalation", later=timedelta(hours=4), by=agent, at=world.now)
    with pytest.raises(Refused):
        pick(ticket, "workload", later=timedelta(hours=4), by=agent, at=world.now)
    world.move(hours=3)
    breach = Breach.objects.get()

    assert (delay.picked_by, delay.expected_at) == (agent, later(world, hours=1))
    assert len(mails()) == 1
    assert (breach.reason, breach.explained_by, breach.explained_at) == ("escalation", agent, world.now)


@clause("contact.listed_sender", "sla.delays")
def test_nothing_of_a_mail_that_nobody_proved_is_told_to_the_contact(world):
    agent, ticket = world.agent(), world.ticket()
    Ticket.objects.filter(pk=ticket.pk).update(trust="unproven")
    said = pick(ticket, "workload", later=timedelta(hours=4), by=agent, at=world.now)

    assert (said.told_at, said.silent_because, mails()) == (None, "the sender is not proven", [])


@clause("conduct.complaints", "sla.delays")
def test_nobody_is_told_of_a_complaint_s_delay(world):
    chief = world.agent("Zanele", role="supervisor")
    complaint = world.ticket(team_slug=Team.SUPERVISORS)
    said = pick(complaint, "workload", later=timedelta(hours=4), by=chief, at=world.now)
    many_wait(world)
    world.move(hours=1)
    delay_round(world.now)

    assert (said.told_at, said.silent_because) == (None, "a complaint")
    assert not [mail for mail in mails() if mail.ticket_number == complaint.pk]


@clause("sla.delays")
def test_whoever_has_it_is_reminded_of_the_next_word_unless_they_wrote(world):
    agent, ticket = world.agent(), world.ticket()
    pick(ticket, "workload", later=timedelta(hours=8), by=agent, at=world.now)
    delay_round(later(world, minutes=119))
    before = len(mails("word_owed"))
    delay_round(later(world, minutes=120))
    delay_round(later(world, minutes=121))
    reminded = len(mails("word_owed"))
    answer(ticket, Answer("Still on it.", then="open"), by=agent, at=later(world, minutes=230))
    delay_round(later(world, minutes=241))

    assert (before, reminded, len(mails("word_owed"))) == (0, 1, 1)


@clause("sla.delays")
def test_it_is_over_with_its_promise_and_the_next_promise_may_be_delayed_again(world):
    agent, ticket = world.agent(), world.ticket()
    pick(ticket, "workload", later=timedelta(hours=8), by=agent, at=world.now)
    answer(ticket, Answer("On it.", then="open"), by=agent, at=later(world, hours=1))
    delay_round(later(world, hours=1))
    ended = Delay.objects.get().ended_at
    pick(ticket, "server_wide", later=timedelta(hours=8), by=agent, at=later(world, hours=2))
    closing.resolve(ticket, by=agent, at=later(world, hours=3))
    delay_round(later(world, hours=3))

    assert ended == later(world, hours=1)
    assert list(Delay.objects.order_by("pk").values_list("kind", flat=True)) == ["response", "resolution"]
    assert Delay.objects.filter(ended_at=None).count() == 0


@clause("sla.delays")
def test_evidence_counts_causes_and_lists_what_was_not_told_in_time(world):
    agent, ticket, other = world.agent(), world.ticket(), world.ticket()
    pick(ticket, "workload", later=timedelta(hours=8), by=agent, at=world.now)
    pick(other, "escalation", later=timedelta(hours=8), by=agent, at=later(world, hours=4))
    seen = told_in_time(later(world, hours=5))

    assert (seen.count, seen.rate, seen.exceptions) == (2, 0.5, [f"{other.number}: told too late"])
    assert "2 delays in 30 days" in seen.sentence


def test_samples_are_taken_of_every_team_and_forgotten_in_time(world):
    world.ticket()
    sample_queues(world.now)
    sample_queues(later(world, days=57))

    assert sorted(QueueSample.objects.values_list("at", "team__slug", "waiting")) == [
        (later(world, days=57), "supervisors", 0),
        (later(world, days=57), "support", 1),
    ]


def test_a_round_costs_the_same_whatever_waits_without_a_warning(world):
    costs = []
    for _ in range(2):
        for _ in range(5):
            world.ticket()
        with CaptureQueriesContext(connection) as seen:
            delay_round(world.now)
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_the_page_of_clocks_says_it_and_shows_it(world):
    agent, ticket = world.agent(), world.ticket()
    screen = Screen(world, agent)
    screen.post(f"/desk/tickets/{ticket.pk}/delay", cause="workload", hours="5")
    none = Delay.objects.count()
    screen.post(f"/desk/tickets/{ticket.pk}/delay", cause="workload", hours="4")
    clocks = screen.words(f"/desk/tickets/{ticket.pk}/clocks")

    assert (none, Ticket.objects.get(pk=ticket.pk).delays.get().picked_by) == (0, agent)
    assert "It takes longer because there are more requests than usual" in clocks


@clause("sla.delays")
def test_the_page_of_a_delayed_answer_contradicts_nothing_that_was_told(world):
    agent, contact = world.agent(), world.contact()
    world.now = timezone.now().replace(microsecond=0)
    ticket = world.ticket(contact)
    pick(ticket, "workload", later=timedelta(hours=5), by=agent, at=world.now)
    said = page(browser_of(contact), f"/client/tickets/{ticket.number}")

    assert "We promised an answer by" in said
    assert "we now expect to answer by" in said
    assert "Expect an answer" not in said
