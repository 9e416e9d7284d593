"""A ticket that waits for its window is forgotten by nobody: words of its customer reach somebody, and so does its window."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hostdesk.audit.models import Entry
from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions.agents import deactivate
from hostdesk.people.actions.skills import add_skill, set_holders
from hostdesk.people.models import Team
from hostdesk.schedule import actions as schedule
from hostdesk.schedule import watching
from hostdesk.sla.ledger import first_difference
from hostdesk.tickets.actions import consulting, handing_over, needing, slot_work, slots, writing
from hostdesk.tickets.actions.window_work import window_round
from hostdesk.tickets.models import Breach, HandOut, HandOver, SlaClock, Ticket
from hostdesk.tickets.queries.desk import mine_for_agent
from hostdesk.tickets.queries.ledger import steps_of
from hostdesk.tickets.queries.waiting_words import in_open_windows, wanted_for_agent
from hostdesk.tickets.tests.test_handing_over import lets_pass
from hostdesk.tickets.tests.test_slots import Night, night  # noqa: F401  (a fixture)

pytestmark = pytest.mark.clause("sla.offpeak")
clause = pytest.mark.clause
MINUTE = timedelta(minutes=1)


def writes(night, words="Will mail work meanwhile?", *, at=None):  # noqa: F811
    return writing.add_customer_message(
        night.ticket,
        writing.Addition(words),
        contact=night.contact,
        by=night.contact.actor(),
        at=at or night.now,
    )


def row(night):  # noqa: F811
    return Ticket.objects.get(pk=night.ticket.pk)


def band(night, agent=None):  # noqa: F811
    found = wanted_for_agent(agent or night.agent, at=night.now)
    return [one.pk for one in found.wrote], [one.pk for one in found.unheld]


def update(night):  # noqa: F811
    return night.clock("update") if row(night).clocks.filter(kind="update").exists() else None


# -- the customer's word ----------------------------------------------------------------------------------------------


@clause("sla.delays")
def test_a_word_during_the_wait_keeps_the_window_and_owes_an_answer(night):  # noqa: F811
    night.agreed()
    assert band(night) == ([], [])
    night.world.now += timedelta(hours=3)
    writes(night)

    assert night.states() == ("waiting_window", "agreed")
    assert (night.clock().state, night.clock().due_at) == ("paused", night.windows[0].ends_at)
    owed = update(night)
    assert (owed.state, owed.started_at, owed.agreed_until) == ("running", night.now, None)
    assert band(night) == ([night.ticket.pk], [])
    assert [(one.pk, one.is_ours) for one in mine_for_agent(night.agent)] == [(night.ticket.pk, True)]
    assert [first_difference(steps_of(one)) for one in SlaClock.objects.filter(ticket=night.ticket)] == [
        None
    ] * 3


@clause("sla.delays")
def test_the_word_that_nobody_answers_warns_those_on_duty_and_is_late_in_time(night):  # noqa: F811
    night.agreed()
    writes(night)
    due = update(night).due_at
    night.world.move(seconds=(update(night).warn_at - night.now).total_seconds())
    warned = OutboundMail.objects.filter(kind="clock_notice").values_list("to_address", flat=True)
    assert "bongani@itpossible.com" in set(warned)
    night.world.move(seconds=(due - night.now).total_seconds())

    assert list(Breach.objects.values_list("kind", "late_at")) == [("update", due)]
    assert night.states() == ("waiting_window", "agreed")


@clause("sla.delays")
def test_a_second_word_moves_nothing_and_an_answer_settles_both(night):  # noqa: F811
    night.agreed()
    writes(night)
    first, wrote = update(night).due_at, row(night).wrote_at
    writes(night, "And the webmail?", at=night.now + 5 * MINUTE)
    assert (update(night).due_at, row(night).wrote_at) == (first, wrote)
    answered = night.now + 10 * MINUTE
    writing.answer(night.ticket, writing.Answer("Both stay up."), by=night.agent, at=answered)

    assert (update(night).state, update(night).stopped_at) == ("met", answered)
    assert (row(night).wrote_at, band(night)) == (None, ([], []))
    assert night.states() == ("waiting_window", "agreed")
    writes(night, "Thanks!", at=night.now + 20 * MINUTE)
    assert (update(night).state, update(night).started_at) == ("running", night.now + 20 * MINUTE)


def test_a_word_that_asks_nothing_is_marked_as_read(night):  # noqa: F811
    night.agreed()
    with pytest.raises(Refused, match="lies unanswered"):
        writing.nothing_to_answer(night.ticket, by=night.agent, at=night.now)
    writes(night, "Thanks!")
    writing.nothing_to_answer(night.ticket, by=night.sue, at=night.now + MINUTE)

    assert (update(night).state, row(night).wrote_at, band(night)) == ("met", None, ([], []))
    assert night.states() == ("waiting_window", "agreed")
    entry = Entry.objects.filter(subject_type="ticket", subject_id=night.ticket.pk).latest("pk")
    assert (entry.verb, entry.actor_name) == ("nothing to answer", "Sue")


@clause("sla.delays")
def test_to_accept_a_time_does_not_answer_what_was_asked_before(night):  # noqa: F811
    night.propose()
    writes(night, "How long will it take?")
    due = update(night).due_at
    slots.accept(night.ticket, by=night.contact, at=night.now + MINUTE)
    assert (night.states()[0], update(night).state, update(night).due_at) == (
        "waiting_window",
        "running",
        due,
    )
    assert band(night) == ([night.ticket.pk], [])
    slots.move_by_contact(night.ticket, night.windows[1], by=night.contact, at=night.now + 2 * MINUTE)

    assert (update(night).state, update(night).due_at) == ("running", due)
    assert night.clock().due_at == night.windows[1].ends_at


@clause("sla.delays")
def test_an_agent_who_notes_the_yes_has_read_it(night):  # noqa: F811
    night.propose()
    writes(night, "Yes, Saturday suits.")
    slots.accept_for(night.ticket, by=night.agent, at=night.now + MINUTE)

    assert (update(night).state, row(night).wrote_at, band(night)) == ("met", None, ([], []))


@clause("sla.delays")
def test_a_word_on_a_ticket_that_waits_for_another_team_is_seen_too(night):  # noqa: F811
    team = Team.objects.create(slug="network", name="Network")
    writing.answer(night.ticket, writing.Answer("We look.", then="open"), by=night.agent, at=night.now)
    owed = update(night)
    consulting.ask(night.ticket, team, "Was it paid?", by=night.agent, at=night.now)
    assert row(night).state == "waiting_team"
    writes(night)
    assert band(night) == ([night.ticket.pk], [])
    writing.nothing_to_answer(night.ticket, by=night.agent, at=night.now + MINUTE)

    assert (row(night).state, band(night)) == ("waiting_team", ([], []))
    assert (update(night).state, update(night).due_at) == ("running", owed.due_at)


@clause("channel.tickets")
def test_a_ticket_with_unanswered_words_does_not_stay_with_who_goes_off_duty(night):  # noqa: F811
    night.agreed()
    for one in (night.agent, night.sue):
        schedule.start(one, by=one.actor(), at=night.now)
    lets_pass(night.world, minutes=35)
    writes(night)
    with pytest.raises(Refused, match="waits for us"):
        handing_over.end_shift([handing_over.Line(night.ticket, "", "keep")], by=night.agent, at=night.now)
    schedule.end(night.agent, by=night.agent.actor(), at=night.now)
    lets_pass(night.world, hours=1)

    assert row(night).assignee is None
    assert night.states() == ("waiting_window", "agreed")
    assert band(night, night.sue) == ([night.ticket.pk], [])
    kept = HandOver.objects.get(ticket=night.ticket)
    assert (kept.from_agent, kept.to_agent, kept.how) == (night.agent, None, "absent")
    assert ("channel.tickets", "let go") in night.world.decisions(night.ticket)


@clause("sla.fcfs")
def test_answering_what_waits_needs_no_reason_and_counts_as_no_hand_out(night):  # noqa: F811
    night.agreed()
    older = night.world.ticket(night.contact, at=night.now - timedelta(days=1))
    Ticket.objects.filter(pk=night.ticket.pk).update(assignee=None)
    handed = HandOut.objects.count()
    writes(night)
    writing.answer(night.ticket, writing.Answer("It stays up."), by=night.sue, at=night.now)

    assert row(night).assignee == night.sue
    assert HandOut.objects.count() == handed
    assert Ticket.objects.get(pk=older.pk).assignee is None


def test_words_of_tickets_of_other_teams_are_not_shown(night):  # noqa: F811
    night.agreed()
    writes(night)
    other = night.world.agent("Nia", teams=("supervisors",))

    assert band(night, other) == ([], [])


# -- the window -------------------------------------------------------------------------------------------------------


def on_duty(night, *agents):  # noqa: F811
    for one in agents:
        schedule.start(one, by=one.actor(), at=night.now)


def evening(night, *agents):  # noqa: F811
    """Two hours before the first window these begin their shifts; the first of them ends it an hour before."""
    night.world.now = night.windows[0].begins_at - timedelta(hours=2)
    watching.watch(night.now)
    on_duty(night, *agents)
    lets_pass(night.world, hours=1)
    schedule.end(agents[0], by=agents[0].actor(), at=night.now)
    lets_pass(night.world, hours=1)


@clause("channel.tickets")
def test_work_of_a_holder_off_duty_goes_to_who_is_on_duty_when_its_window_begins(night):  # noqa: F811
    night.agreed()
    evening(night, night.agent, night.sue)
    assert night.now == night.windows[0].begins_at
    assert (window_round(night.now - timedelta(seconds=1)), row(night).assignee) == (0, night.agent)
    assert window_round(night.now) == 1

    assert row(night).assignee == night.sue
    assert night.states() == ("waiting_window", "agreed")
    entry = Entry.objects.filter(subject_type="ticket", subject_id=night.ticket.pk).latest("pk")
    assert (entry.verb, entry.facts) == ("window begun", {"to": "Sue", "from": "Bongani"})
    kept = HandOver.objects.get(ticket=night.ticket)
    assert (kept.from_agent, kept.to_agent, kept.how) == (night.agent, night.sue, "absent")
    assert ("channel.tickets", "given for its window") in night.world.decisions(night.ticket)
    told = OutboundMail.objects.filter(kind="slot_told").latest("pk")
    assert told.to_address == "sue@itpossible.com"
    assert "its window is open" in told.text
    assert window_round(night.now + MINUTE) == 0
    assert in_open_windows(night.sue, at=night.now) == {night.ticket.pk}
    slot_work.check_off(night.ticket, "Moved.", by=night.sue, at=night.now + MINUTE)


@clause("channel.tickets")
def test_a_holder_who_is_there_keeps_it(night):  # noqa: F811
    night.agreed()
    evening(night, night.sue, night.agent)

    assert (window_round(night.now), row(night).assignee) == (0, night.agent)


@clause("channel.tickets")
def test_at_a_desk_without_shifts_the_holder_keeps_it(night):  # noqa: F811
    night.agreed()
    night.world.now = night.windows[0].begins_at

    assert (window_round(night.now), row(night).assignee) == (0, night.agent)


@clause("channel.tickets")
def test_when_nobody_is_on_duty_nobody_holds_it_and_the_next_one_who_comes_gets_it(night):  # noqa: F811
    night.agreed()
    evening(night, night.agent)
    assert window_round(night.now) == 1
    assert (row(night).assignee, band(night)) == (None, ([], [night.ticket.pk]))
    assert night.states() == ("waiting_window", "agreed")
    told = OutboundMail.objects.filter(kind="slot_told", text__contains="nobody on duty")
    assert {one.to_address for one in told} == {"bongani@itpossible.com", "sue@itpossible.com"}
    assert (window_round(night.now + MINUTE), told.all().count()) == (0, 2)
    night.world.now += timedelta(hours=2)
    on_duty(night, night.sue)

    assert (window_round(night.now), row(night).assignee) == (1, night.sue)
    assert band(night) == ([], [])


@clause("channel.tickets")
def test_nothing_waits_with_somebody_who_has_left(night):  # noqa: F811
    night.agreed()
    deactivate(night.agent, by=night.sue.actor(), at=night.now)
    handing_over.return_round(night.now)
    assert (row(night).assignee, night.states()) == (None, ("waiting_window", "agreed"))
    assert [one.how for one in HandOver.objects.filter(ticket=night.ticket)] == ["left"]
    on_duty(night, night.sue)
    night.world.now = night.windows[0].begins_at

    assert (window_round(night.now), row(night).assignee) == (1, night.sue)


@clause("channel.tickets", "sla.fcfs")
def test_it_goes_to_who_has_the_skills_and_the_least_of_such_work(night):  # noqa: F811
    tickets = [night.ticket, *(night.world.ticket(night.contact, subject=f"Work {n}") for n in range(2))]
    for one in tickets:
        night.agreed(one)
    ann, ben, zoe = (night.world.agent(name) for name in ("Ann", "Ben", "Zoe"))
    skill = add_skill("databases", by=night.sue, at=night.now)
    set_holders(skill, [zoe], by=night.sue, at=night.now)
    needing.set_skills(tickets[0], [skill], by=night.sue, at=night.now)
    Ticket.objects.update(assignee=None)
    on_duty(night, ann, ben, zoe)
    night.world.now = night.windows[0].begins_at
    assert window_round(night.now) == 3

    assert [Ticket.objects.get(pk=one.pk).assignee for one in tickets] == [zoe, ann, ben]


def test_a_round_reads_one_question_where_no_window_is_open(night):  # noqa: F811
    night.agreed()
    with CaptureQueriesContext(connection) as asked:
        window_round(night.now)

    assert len(asked) == 1
