"""Pages of the time of larger work: the desk's calendar, the panel of a ticket, the customer's choice, the mailed link."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hostdesk.people.actions import sessions
from hostdesk.people.middleware import CLIENT_COOKIE
from hostdesk.people.models import Team
from hostdesk.schedule import actions as schedule
from hostdesk.schedule.models import MaintenanceWindow
from hostdesk.tickets.actions import slot_work, slots, writing
from hostdesk.tickets.evidence import quiet_times
from hostdesk.tickets.models import Ticket, WindowBooking
from hostdesk.tickets.tests.test_desk_pages import Screen
from hostdesk.tickets.tests.test_slots import WORDS, Night

pytestmark = [pytest.mark.django_db, pytest.mark.clause("sla.offpeak")]


@pytest.fixture
def night(world):
    # Pages are asked for now, whatever the time of the test's desk.
    world.now = timezone.now().replace(microsecond=0)
    return Night(world)


@pytest.fixture
def customer(night):
    browser = sessions.Browser("127.0.0.1", "127.0.0.1/32", "", on_this_machine=True)
    client = Client()
    client.cookies[CLIENT_COOKIE] = sessions.open_for_person(
        night.contact.person, browser=browser, at=night.now
    ).token
    return client


def later(night):
    """A window that the customer may still choose and move."""
    return next(n for n, one in enumerate(night.windows) if one.begins_at > night.now + timedelta(days=3))


def test_an_agent_proposes_from_the_page_of_the_ticket(night):
    screen, place = Screen(night.world, night.agent), later(night)
    number = night.ticket.number
    assert "Propose it to the customer" in screen.words(f"/desk/tickets/{number}/slot")
    refused = screen.post(
        f"/desk/tickets/{number}/slot/proposal", work="testing", window=night.windows[place].pk, words=""
    )
    assert refused.status_code == 422
    assert "Say in a few words what will be done" in refused.content.decode()
    screen.post(
        f"/desk/tickets/{number}/slot/proposal", work="testing", window=night.windows[place].pk, words=WORDS
    )

    assert night.states() == ("waiting_customer", "proposed")
    assert WORDS in screen.words(f"/desk/tickets/{number}")


@pytest.mark.clause("fee.minimum")
def test_the_page_of_an_advanced_ticket_says_why_nothing_is_scheduled(night):
    Ticket.objects.filter(pk=night.ticket.pk).update(ticket_class="advanced")
    page = Screen(night.world, night.agent).words(f"/desk/tickets/{night.ticket.number}/slot")

    assert "before its price is accepted and paid" in page
    assert "Propose it to the customer" not in page


def test_the_calendar_shows_load_and_supervisors_change_it(night):
    place = later(night)
    night.agreed(window=place)
    window = night.windows[place]
    agent, supervisor = Screen(night.world, night.agent), Screen(night.world, night.sue)
    page = agent.words("/desk/windows/")
    assert "1 of 8 places taken" in page
    assert "Close this window" not in page
    supervisor.post(f"/desk/windows/{window.pk}/capacity", capacity=1)
    assert "full: 1 of 1 places taken" in agent.words("/desk/windows/")
    supervisor.post(f"/desk/windows/{window.pk}/capacity", capacity="x")
    supervisor.post(f"/desk/windows/{window.pk}/closing", reason="")
    assert MaintenanceWindow.objects.get(pk=window.pk).closed_at is None
    supervisor.post(f"/desk/windows/{window.pk}/closing", reason="<b>The data centre</b> is shut.")

    after = agent.words("/desk/windows/")
    assert "&lt;b&gt;The data centre&lt;/b&gt; is shut." in after
    assert "was proposed instead" in after
    assert night.states() == ("waiting_customer", "proposed")


def test_a_window_added_on_the_page_is_read_on_the_operator_s_clock(night):
    supervisor = Screen(night.world, night.sue)
    day = (night.now + timedelta(days=100)).date()
    given = {
        "team": night.windows[0].team_id,
        "day": day.isoformat(),
        "begins": "22:00",
        "ends": "04:00",
        "capacity": 2,
    }
    assert supervisor.post("/desk/windows/new", **given).status_code == 303
    again = supervisor.post("/desk/windows/new", **given)
    added = MaintenanceWindow.objects.get(policy_slug="")

    assert (added.begins_at.hour, added.ends_at - added.begins_at) == (20, timedelta(hours=6))
    assert again.status_code == 422
    assert "has a window there already" in again.content.decode()


def test_the_page_of_windows_costs_the_same_for_many_tickets(night):
    screen, costs = Screen(night.world, night.sue), []
    screen.words("/desk/windows/")  # that it was looked at is kept once
    for count in (1, 7):
        for n in range(count):
            ticket = night.world.ticket(night.contact, subject=f"Work {n}")
            slots.propose(ticket, slots.Proposal("testing", night.windows[later(night)], WORDS, jump_reason="x"), by=night.agent, at=night.now)  # fmt: skip
        with CaptureQueriesContext(connection) as seen:
            screen.words("/desk/windows/")
        costs.append(len(seen))

    assert costs[0] == costs[1]


def test_the_customer_accepts_moves_and_leaves_in_the_client_area(night, customer):
    place = later(night)
    address = f"/client/tickets/{night.ticket.number}/slot"
    assert "No larger work is scheduled" in customer.get(address).content.decode()
    night.propose(window=place)
    assert "Yes, this time suits me" in customer.get(address).content.decode()
    customer.post(f"{address}/choice")
    assert night.states() == ("waiting_window", "agreed")
    customer.post(f"{address}/choice", {"window": night.windows[place + 1].pk})
    assert WindowBooking.objects.get().window == night.windows[place + 1]
    assert "Move it there" in customer.get(address).content.decode()
    customer.post(f"{address}/release")
    assert night.states() == ("open", "released")


def test_another_customer_sees_and_changes_nothing(night):
    night.propose(window=later(night))
    stranger = night.world.contact(
        "eve@other.example", username="other01", customer="Other", domains=("other.example",)
    )
    browser = sessions.Browser("127.0.0.1", "127.0.0.1/32", "", on_this_machine=True)
    client = Client()
    client.cookies[CLIENT_COOKIE] = sessions.open_for_person(
        stranger.person, browser=browser, at=night.now
    ).token
    address = f"/client/tickets/{night.ticket.number}/slot"

    assert client.get(address).status_code == 404
    assert client.post(f"{address}/choice").status_code == 404
    assert night.states() == ("waiting_customer", "proposed")


def test_looking_at_the_mailed_link_changes_nothing_and_the_button_accepts_once(night):
    night.propose(window=later(night))
    address = f"/quiet-times/{night.token()}"
    browser = Client()
    for _ in range(2):
        page = browser.get(address)
        assert (page.status_code, night.states()[1]) == (200, "proposed")
    assert browser.head(address).status_code == 200
    assert night.ticket.subject not in page.content.decode()
    assert "it is agreed" in browser.post(address).content.decode()
    assert night.states() == ("waiting_window", "agreed")
    assert browser.post(address).status_code == 410


def test_the_desk_checks_off_and_another_agent_verifies(night):
    night.agreed(window=later(night))
    WindowBooking.objects.update(window=night.windows[0])
    MaintenanceWindow.objects.filter(pk=night.windows[0].pk).update(
        begins_at=night.now - timedelta(hours=1), ends_at=night.now + timedelta(hours=5), booked=1
    )
    mine, other = Screen(night.world, night.agent), Screen(night.world, night.sue)
    address = f"/desk/tickets/{night.ticket.number}/slot"
    assert "It is done" in mine.words(address)
    mine.post(f"{address}/work", words="All moved.")
    assert night.states() == ("waiting_customer", "done")
    mine.post(f"{address}/verification", right="yes")
    assert night.states() == ("waiting_customer", "done")
    assert "Wants a second look" in other.words("/desk/windows/")
    other.post(f"{address}/verification", right="yes")
    assert night.states() == ("resolved", "verified")


def test_evidence_names_what_was_not_done_and_what_nobody_looked_at(night):
    tickets = [night.world.ticket(night.contact, subject=f"Work {n}") for n in range(3)]
    for one in tickets:
        slots.propose(one, slots.Proposal("testing", night.windows[0], WORDS, jump_reason="x"), by=night.agent, at=night.now)  # fmt: skip
        slots.accept(one, by=night.contact, at=night.now, window=night.windows[later(night)])
    begun, over = night.windows[later(night)].begins_at, night.windows[later(night)].ends_at
    for one in tickets[:2]:
        slot_work.check_off(one, "Done.", by=night.agent, at=begun)
    slot_work.verify(tickets[0], by=night.sue, at=begun)
    slot_work.slot_round(over)
    found = quiet_times(over)

    assert (found.count, round(found.rate, 2)) == (3, 0.33)
    assert found.exceptions == [
        f"{tickets[2].number}: not done in its window",
        f"{tickets[1].number}: done, and nobody else has looked at it",
    ]
    assert "0 windows hold another number" in found.sentence
    MaintenanceWindow.objects.filter(pk=night.windows[later(night)].pk).update(booked=1)
    assert "1 windows hold another number" in quiet_times(over).sentence


@pytest.mark.clause("sla.delays")
def test_the_head_of_the_desk_names_words_of_the_wait_and_one_press_marks_them_as_read(night):
    night.agreed(window=later(night))
    screen, number = Screen(night.world, night.agent), night.ticket.pk
    writing.add_customer_message(
        night.ticket,
        writing.Addition("Thanks!"),
        contact=night.contact,
        by=night.contact.actor(),
        at=night.now,
    )
    for address in ("/desk/queue", "/desk/mine"):
        assert "customer wrote" in screen.words(address)
    assert "Customers wrote while their tickets wait" in screen.words("/desk/queue")
    assert "The agreed time stays, whatever you answer." in screen.words(f"/desk/tickets/{number}")
    assert screen.post(f"/desk/tickets/{number}/reading").status_code == 303

    assert "Customers wrote while" not in screen.words("/desk/queue")
    assert "Nothing to answer" not in screen.words(f"/desk/tickets/{number}")


def test_work_in_an_open_window_heads_the_list_of_its_holder_or_the_desk(night):
    night.agreed(window=later(night))
    screen = Screen(night.world, night.agent)
    assert "In their window now" not in screen.words("/desk/mine")
    MaintenanceWindow.objects.filter(pk=night.windows[later(night)].pk).update(
        begins_at=night.now - timedelta(hours=1), ends_at=night.now + timedelta(hours=5)
    )
    assert "In their window now" in screen.words("/desk/mine")
    Ticket.objects.filter(pk=night.ticket.pk).update(assignee=None)

    assert "Their window is open, and nobody has them" in screen.words("/desk/queue")


def test_the_customer_reads_what_a_moved_time_was_before_and_why(night, customer):
    place = later(night)
    night.agreed(window=place)
    address = f"/client/tickets/{night.ticket.number}/slot"
    assert "It was moved" not in customer.get(address).content.decode()
    before = slots.spoken(night.windows[place], night.now)
    slots.move_by_agent(
        night.ticket, night.windows[place + 1], reason="The server comes later.", by=night.agent, at=night.now
    )

    said = customer.get(address).content.decode()
    assert (
        f"It was moved: before, {before} was agreed. The reason: <bdi>The server comes later</bdi>." in said
    )


def test_the_customer_reads_by_when_agreed_work_is_solved(night, customer):
    place = later(night)
    night.agreed(window=place)
    said = customer.get(f"/client/tickets/{night.ticket.number}").content.decode()

    assert "We aim to have it solved by" in said
    assert "If we could begin now" not in said


def test_windows_of_several_teams_at_one_time_stand_under_it_once(night):
    systems = Team.objects.create(slug="systems", name="Systems")
    one = night.windows[later(night)]
    schedule.add_window(
        systems, begins_at=one.begins_at, ends_at=one.ends_at, capacity=2, by=night.sue, at=night.now
    )
    screen = Screen(night.world, night.sue)
    said = slots.spoken(one, night.now)
    page = screen.words("/desk/windows/")

    assert page.count(f"<h3>{said}</h3>") == 1
    assert "Systems" in page.partition(f"<h3>{said}</h3>")[2].partition("<h3>")[0]


@pytest.mark.clause("sla.delays")
def test_the_customer_reads_that_their_words_are_answered_and_the_time_stays(night, customer):
    night.agreed(window=later(night))
    address = f"/client/tickets/{night.ticket.number}"
    assert "The agreed time stays" not in customer.get(address).content.decode()
    writing.add_customer_message(
        night.ticket,
        writing.Addition("Will mail work?"),
        contact=night.contact,
        by=night.contact.actor(),
        at=night.now,
    )
    said = customer.get(address).content.decode()

    assert "expect our answer by" in said
    assert "The agreed time stays." in said
