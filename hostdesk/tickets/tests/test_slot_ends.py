"""Places that end otherwise than planned, and many who want one at once."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.models import Team
from hostdesk.schedule import actions as schedule
from hostdesk.schedule.models import MaintenanceWindow
from hostdesk.tickets.actions import closing, delaying, slot_work, slots, taking, writing
from hostdesk.tickets.models import Ticket, WindowBooking
from hostdesk.tickets.tests.test_handing_over import lets_pass
from hostdesk.tickets.tests.test_slots import WORDS, Night, night  # noqa: F401  (a fixture)

pytestmark = pytest.mark.clause("sla.offpeak")


def test_a_solved_ticket_gives_its_place_back_at_once(night):  # noqa: F811
    night.agreed()
    closing.resolve_by_contact(night.ticket, by=night.contact.actor(), at=night.now)

    assert night.states() == ("resolved", "released")
    assert night.booked() == [0, 0, 0]


def test_a_word_in_between_does_not_end_what_was_agreed(night):  # noqa: F811
    night.agreed()
    writing.answer(night.ticket, writing.Answer("Yes, the backups too."), by=night.agent, at=night.now)

    assert night.states() == ("waiting_window", "agreed")
    assert night.clock().due_at == night.windows[0].ends_at


def test_a_word_in_between_does_not_tell_the_customer_that_we_wait_for_them(night):  # noqa: F811
    night.agreed()
    writing.answer(night.ticket, writing.Answer("Yes, the backups too."), by=night.agent, at=night.now)
    mail = OutboundMail.objects.get(kind="answer")

    assert "Yes, the backups too." in mail.text
    assert "while we wait for you" not in mail.text


@pytest.mark.clause("sla.delays")
def test_nobody_is_reminded_of_a_word_while_the_agreed_window_is_waited_for(night):  # noqa: F811
    night.propose()
    delaying.pick(night.ticket, "workload", later=timedelta(hours=8), by=night.agent, at=night.now)
    slots.accept(night.ticket, by=night.contact, at=night.now)
    night.world.now += timedelta(hours=12)
    delaying.delay_round(night.now)
    waiting = OutboundMail.objects.filter(kind="word_owed").count()
    slots.give_up(night.ticket, reason="The new server is not there.", by=night.agent, at=night.now)
    night.world.now += timedelta(hours=12)
    delaying.delay_round(night.now)

    assert (waiting, OutboundMail.objects.filter(kind="word_owed").count()) == (0, 1)


def goes_off_duty(night):  # noqa: F811
    """Bongani goes home without a word; Sue stays, and the grace time passes."""
    for one in (night.agent, night.sue):
        schedule.start(one, by=one.actor(), at=night.now)
    lets_pass(night.world, minutes=35)
    schedule.end(night.agent, by=night.agent.actor(), at=night.now)
    lets_pass(night.world, hours=1)


@pytest.mark.clause("channel.tickets", "sla.fcfs")
def test_whoever_goes_off_duty_keeps_what_waits_for_its_window_until_it_is_missed(night):  # noqa: F811
    night.agreed()
    goes_off_duty(night)
    assert night.states() == ("waiting_window", "agreed")
    assert Ticket.objects.get(pk=night.ticket.pk).assignee == night.agent
    place = Ticket.objects.get(pk=night.ticket.pk).queued_at
    night.world.now = night.windows[0].ends_at
    slot_work.slot_round(night.now)

    back = Ticket.objects.waiting().get(pk=night.ticket.pk)
    assert (back.state, back.assignee, back.queued_at) == ("open", None, place)
    assert night.clock().state == "running"


@pytest.mark.clause("channel.tickets")
def test_a_time_given_up_while_the_holder_is_off_duty_is_work_for_whoever_is_there(night):  # noqa: F811
    night.agreed(window=2)
    goes_off_duty(night)
    slots.give_up(night.ticket, reason="", by=night.contact, at=night.now)
    assert Ticket.objects.get(pk=night.ticket.pk).assignee == night.agent
    lets_pass(night.world, minutes=5)

    assert [one.pk for one in Ticket.objects.waiting()] == [night.ticket.pk]


def test_the_database_knows_the_states_of_a_booking(night):  # noqa: F811
    night.agreed()
    with pytest.raises(IntegrityError), transaction.atomic():
        WindowBooking.objects.update(state="lost")

    assert night.states() == ("waiting_window", "agreed")


def test_closing_a_window_proposes_the_next_free_one_to_each_of_its_tickets(night):  # noqa: F811
    night.agreed()
    assert (
        slot_work.close_and_move(
            night.windows[0], reason="The data centre is shut.", by=night.sue, at=night.now
        )
        == 1
    )
    booking = WindowBooking.objects.get()

    assert night.states() == ("waiting_customer", "proposed")
    assert booking.window == night.windows[1]
    assert night.booked() == [0, 1, 0]
    proposal = OutboundMail.objects.filter(kind="slot_proposal").order_by("-pk").first()
    assert "The data centre is shut" in proposal.text
    slots.accept_by_link(night.token(), at=night.now)
    assert night.clock().due_at == night.windows[1].ends_at


def test_closing_the_last_window_brings_its_tickets_back_to_the_queue(night):  # noqa: F811
    night.agreed()
    MaintenanceWindow.objects.exclude(pk=night.windows[0].pk).update(capacity=0)
    slot_work.close_and_move(night.windows[0], reason="The data centre is shut.", by=night.sue, at=night.now)

    assert night.states() == ("open", "released")
    assert Ticket.objects.get(pk=night.ticket.pk).assignee is None
    assert night.mails()[-2][0] == "slot_news"


def test_a_close_that_was_cut_short_is_ended_by_the_round(night):  # noqa: F811
    night.agreed()
    schedule.close_window(night.windows[0], reason="The data centre is shut.", by=night.sue, at=night.now)
    assert slot_work.slot_round(night.now) == 1

    assert night.states() == ("waiting_customer", "proposed")


def test_a_ticket_of_another_team_needs_a_window_of_that_team(night):  # noqa: F811
    night.agreed()
    taking.move_to_team(
        night.ticket, Team.objects.create(slug="systems", name="Systems"), by=night.agent, at=night.now
    )
    assert slot_work.slot_round(night.now) == 1

    assert night.states() == ("open", "released")
    assert night.booked() == [0, 0, 0]


def at_once(*verbs):
    together, became = threading.Barrier(len(verbs)), [""] * len(verbs)

    def one(place, verb):
        try:
            together.wait(10)
            verb()
            became[place] = "did"
        except Refused as refusal:
            became[place] = refusal.sentence
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return became


def test_of_several_who_want_the_last_place_one_gets_it(committed_world):
    night = Night(committed_world)  # noqa: F811
    MaintenanceWindow.objects.filter(pk=night.windows[0].pk).update(capacity=1)
    tickets = [committed_world.ticket(night.contact, subject=f"Work {n}") for n in range(6)]
    for one in tickets:
        slots.propose(
            one,
            slots.Proposal("testing", night.windows[1], WORDS, jump_reason="x"),
            by=night.agent,
            at=night.now,
        )
    became = at_once(
        *(
            lambda one=one: slots.accept(one, by=night.contact, at=night.now, window=night.windows[0])
            for one in tickets
        )
    )

    assert became.count("did") == 1
    assert night.booked() == [1, 5, 0]
    live = WindowBooking.objects.values_list("window_id", "state")
    assert sorted(live) == sorted([(night.windows[0].pk, "agreed"), *[(night.windows[1].pk, "proposed")] * 5])


def test_swaps_in_both_directions_at_once_end_with_true_counts(committed_world):
    night = Night(committed_world)  # noqa: F811
    pairs = [(committed_world.ticket(night.contact, subject=f"Work {n}"), n % 2) for n in range(6)]
    for one, place in pairs:
        proposal = slots.Proposal("testing", night.windows[place], WORDS, jump_reason="x")
        slots.propose(one, proposal, by=night.agent, at=night.now)
        slots.accept(one, by=night.contact, at=night.now)
    became = at_once(
        *(
            lambda one=one, place=place: slots.move_by_contact(
                one, night.windows[1 - place], by=night.contact, at=night.now
            )
            for one, place in pairs
        )
    )

    assert became == ["did"] * 6
    assert night.booked() == [3, 3, 0]
