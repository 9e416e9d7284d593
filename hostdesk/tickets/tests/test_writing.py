"""Answers, notes, what customers add, resolving and reopening, and what each does to the clocks."""

from datetime import timedelta

import pytest

from hostdesk.audit.models import Entry
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.tickets.actions.closing import close_old, reopen, resolve
from hostdesk.tickets.actions.confirming import confirm, disown
from hostdesk.tickets.actions.ticking import clock_round
from hostdesk.tickets.actions.writing import Addition, Answer, add_customer_message, add_note, answer
from hostdesk.tickets.models import ClockStep, Message, SlaClock, Ticket
from tests.world import START

clause = pytest.mark.clause


def clocks(ticket):
    return dict(SlaClock.objects.filter(ticket=ticket).values_list("kind", "state"))


@clause("sla.response")
def test_the_acknowledgement_does_not_end_the_response_clock_and_an_answer_does(world):
    agent, ticket = world.agent(), world.ticket()
    before = clocks(ticket)
    answer(ticket, Answer("We are on it."), by=agent, at=START + timedelta(minutes=10))

    assert before == {"response": "running", "resolution": "running"}
    assert clocks(ticket) == {"response": "met", "resolution": "paused"}


def test_a_note_ends_no_clock_and_sends_nothing(world):
    agent, ticket = world.agent(), world.ticket()
    sent = world.outbox
    add_note(ticket, "Disk of web01 is full.", by=agent, at=world.now)

    assert clocks(ticket) == {"response": "running", "resolution": "running"}
    assert world.outbox == sent


@clause("sla.resolve")
def test_the_resolution_clock_waits_for_the_customer_and_runs_on_with_their_words(world):
    agent, alice = world.agent(), world.contact()
    ticket = world.ticket(alice)
    answer(ticket, Answer("Which browser?"), by=agent, at=START + timedelta(hours=1))
    add_customer_message(
        ticket, Addition("Firefox."), contact=alice, by=alice.actor(), at=START + timedelta(hours=11)
    )
    clock = SlaClock.objects.get(ticket=ticket, kind="resolution")
    steps = list(ClockStep.objects.filter(clock=clock).order_by("id").values_list("step", "cause"))

    assert (clock.state, clock.due_at) == ("running", START + timedelta(hours=16))
    assert steps == [("start", "arrival"), ("pause", "waiting_customer"), ("resume", "customer wrote")]


def test_an_answer_is_mailed_to_the_stored_address_and_threads(world):
    agent, alice = world.agent(), world.contact()
    mail = world.receives()
    ticket = world.ticket_of(mail)
    answer(ticket, Answer("Solved."), by=agent, at=world.now)
    sent = OutboundMail.objects.get(kind="answer")

    assert (sent.to_address, sent.subject) == (alice.person.email, f"Site down [#{ticket.number}]")
    assert sent.headers["In-Reply-To"] == mail.message_id
    assert sent.headers["Reply-To"].startswith("reply+")
    assert "Auto-Submitted" not in sent.headers


def test_the_same_button_pressed_twice_sends_one_answer(world):
    agent, ticket = world.agent(), world.ticket()
    for _ in range(2):
        answer(ticket, Answer("Once.", submission="k1"), by=agent, at=world.now)

    assert Message.objects.filter(ticket=ticket, kind="agent").count() == 1
    assert OutboundMail.objects.filter(kind="answer").count() == 1


def test_an_empty_answer_is_refused_and_changes_nothing(world):
    agent, ticket = world.agent(), world.ticket()
    with pytest.raises(Refused):
        answer(ticket, Answer("  \n"), by=agent, at=world.now)

    assert clocks(ticket) == {"response": "running", "resolution": "running"}


@clause("sla.resolve")
def test_resolving_ends_both_clocks_and_reopening_runs_on(world):
    agent, ticket = world.agent(), world.ticket()
    resolve(ticket, by=agent, at=START + timedelta(hours=2))
    done = clocks(ticket)
    reopen(ticket, by=agent.actor(), at=START + timedelta(hours=12))
    clock = SlaClock.objects.get(ticket=ticket, kind="resolution")

    assert done == {"response": "met", "resolution": "met"}
    assert (clock.state, clock.due_at) == ("running", START + timedelta(hours=16))


def test_undoing_a_resolution_at_once_takes_its_mail_back(world):
    agent, ticket = world.agent(), world.ticket()
    resolve(ticket, by=agent, at=world.now)
    reopen(ticket, by=agent.actor(), at=world.now + timedelta(seconds=5))

    assert list(OutboundMail.objects.filter(kind="resolved").values_list("state", flat=True)) == ["held"]


def test_a_customer_s_reply_reopens_a_resolved_ticket_and_a_closed_one_takes_no_more(world):
    agent, alice = world.agent(), world.contact()
    ticket = world.ticket(alice)
    resolve(ticket, by=agent, at=world.now)
    add_customer_message(ticket, Addition("Not yet."), contact=alice, by=alice.actor(), at=world.now)
    reopened = Ticket.objects.get(pk=ticket.pk).state
    resolve(ticket, by=agent, at=world.now)
    close_old(world.now + timedelta(days=6, hours=23, minutes=59))
    kept = Ticket.objects.get(pk=ticket.pk).state
    close_old(world.now + timedelta(days=7))
    closed = Ticket.objects.get(pk=ticket.pk).state

    assert (reopened, kept, closed) == ("open", "resolved", "closed")
    with pytest.raises(Refused):
        add_customer_message(ticket, Addition("Hello?"), contact=alice, by=alice.actor(), at=world.now)


@clause("sla.response")
@clause("sla.best_effort")
def test_a_warning_tells_those_on_duty_once_and_a_breach_also_the_supervisor(world):
    technician, chief = world.agent(), world.agent("Zanele", role="supervisor", teams=())
    ticket = world.ticket()
    world.move(minutes=59, seconds=59)
    quiet = [kind for kind, _ in world.outbox]
    world.move(seconds=1)
    warned = [to for kind, to in world.outbox if kind == "clock_notice"]
    world.move(hours=1)
    clock_round(world.now)
    world.move(hours=1)
    late = [to for kind, to in world.outbox if kind == "clock_notice"]
    ticket.refresh_from_db()

    assert quiet == ["acknowledgement"]
    assert warned == [technician.email]
    assert late == [technician.email, technician.email, chief.email]
    assert ticket.attention == 2
    assert ("sla.response", "warned") in world.decisions(ticket)
    assert ("sla.response", "breached") in world.decisions(ticket)


@clause("channel.tickets")
def test_every_act_on_a_ticket_is_in_its_history(world):
    agent, ticket = world.agent(), world.ticket()
    answer(ticket, Answer("Hello."), by=agent, at=world.now)
    resolve(ticket, by=agent, at=world.now)
    history = Entry.objects.filter(subject_type="ticket", subject_id=ticket.pk).order_by("id")

    assert list(history.values_list("verb", "actor_name")) == [
        ("opened", "Alice Adams"),
        ("taken", "Bongani"),
        ("answered", "Bongani"),
        ("resolved", "Bongani"),
    ]


@clause("contact.listed_sender")
def test_confirming_an_unproven_mail_makes_it_proven_and_only_its_contact_may(world):
    alice = world.contact(proven=False)
    bob = world.contact("bob@acme.example", name="Bob", role="secondary", proven=False)
    ticket = world.ticket_of(world.receives(ip="198.51.100.66"))
    with pytest.raises(Missing):
        confirm(ticket, by=bob, at=world.now)
    confirm(ticket, by=alice, at=world.now)
    ticket.refresh_from_db()

    assert ticket.trust == "proven"


@clause("contact.listed_sender")
def test_a_disowned_mail_counts_as_forged(world):
    alice = world.contact(proven=False)
    ticket = world.ticket_of(world.receives(ip="198.51.100.66"))
    disown(ticket, by=alice, at=world.now)
    ticket.refresh_from_db()

    assert ticket.trust == "forged"
