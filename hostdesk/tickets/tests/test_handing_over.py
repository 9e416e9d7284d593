"""The end of a shift: notes, the queue or a colleague, and nothing is held by somebody who is not there."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from hostdesk.audit.models import Entry
from hostdesk.kit.refusals import Refused
from hostdesk.people.actions.sessions import Browser, open_for_agent
from hostdesk.people.models import Team
from hostdesk.schedule import actions as schedule
from hostdesk.schedule import planning, watching
from hostdesk.schedule.queries import open_shift
from hostdesk.tickets.actions.handing_over import Line, end_shift, return_round
from hostdesk.tickets.actions.taking import assign, take_next
from hostdesk.tickets.actions.writing import Addition, Answer, add_customer_message, answer
from hostdesk.tickets.evidence import histories, hours
from hostdesk.tickets.models import Message, Ticket
from hostdesk.tickets.queries.handing_over import shift_end, since_away
from hostdesk.tickets.shift_models import HandOver

clause = pytest.mark.clause
BROWSER = Browser("127.0.0.1", "127.0.0.1/32", "", on_this_machine=True)


@pytest.fixture
def shift(world):
    """Ann is on duty with three tickets: one that waits for us, one of the customer's turn, one for its window."""
    ann, ben = world.agent("Ann"), world.agent("Ben")
    for one in (ann, ben):
        schedule.start(one, by=one.actor(), at=world.now)
    contact = world.contact()
    for subject in ("ours", "theirs", "window"):
        world.ticket(contact, subject=subject)
        take_next(by=ann, at=world.now)
    answer(ticket("theirs"), Answer("Which address?"), by=ann, at=world.now)
    Ticket.objects.filter(subject="window").update(state="waiting_window")
    return ann, ben


def ticket(subject):
    return Ticket.objects.get(subject=subject)


def lets_pass(world, **span):
    """Time passes while the shifts are watched, and the tickets of those who are not there come back."""
    end = world.now + timedelta(**span)
    while world.now < end:
        world.now += timedelta(minutes=5)
        watching.watch(world.now)
        return_round(world.now)


def judged(world, subject):
    return [one for one in world.decisions(ticket(subject)) if one[0] == "channel.tickets"]


@clause("channel.tickets")
def test_the_end_of_a_shift_asks_about_what_matters_only(world, shift):
    ann, _ben = shift
    found = shift_end(ann, world.now)

    assert [(one.ticket.subject, one.may_keep) for one in found.tickets] == [
        ("ours", False),
        ("window", True),
    ]
    assert [agent.name for agent in found.tickets[0].colleagues] == ["Ben"]
    assert found.others == 1


@clause("channel.tickets")
def test_a_ticket_goes_back_to_its_old_place_with_the_note_and_the_shift_ends(world, shift):
    ann, _ = shift
    place = ticket("ours").queued_at
    world.move(minutes=50)
    younger = world.ticket(subject="younger")
    left = end_shift([Line(ticket("ours"), "Their DNS is at fault.")], by=ann, at=world.now)

    row = ticket("ours")
    assert (left, row.assignee, row.state, row.queued_at) == (1, None, "open", place)
    note = row.messages.get(kind=Message.Kind.INTERNAL)
    assert (note.text, note.author_name, note.at) == ("Their DNS is at fault.", "Ann", world.now)
    assert judged(world, "ours") == [("channel.tickets", "returned")]
    assert Entry.objects.filter(subject_type="ticket", subject_id=row.pk, verb="returned").count() == 1
    assert open_shift(ann) is None
    assert list(Ticket.objects.waiting().in_order()) == [row, younger]
    assert [(one.from_agent, one.to_agent, one.message) for one in HandOver.objects.all()] == [
        (ann, None, note)
    ]


@clause("channel.tickets")
def test_a_ticket_goes_to_a_colleague_on_duty_and_to_nobody_else(world, shift):
    ann, ben = shift
    cat = world.agent("Cat")
    with pytest.raises(Refused):
        end_shift([Line(ticket("ours"), "Please go on.", "colleague", cat)], by=ann, at=world.now)
    assert (ticket("ours").assignee, open_shift(ann) is None) == (ann, False)
    assert ticket("ours").messages.filter(kind="internal").count() == 0

    end_shift([Line(ticket("ours"), "Please go on.", "colleague", ben)], by=ann, at=world.now)
    assert ticket("ours").assignee == ben
    assert judged(world, "ours") == [("channel.tickets", "handed over")]


@clause("channel.tickets")
def test_what_waits_for_us_cannot_stay_with_whoever_goes(world, shift):
    ann, _ = shift
    with pytest.raises(Refused):
        end_shift([Line(ticket("ours"), "", "keep")], by=ann, at=world.now)
    end_shift([Line(ticket("window"), "Tonight at two.", "keep")], by=ann, at=world.now)

    assert ticket("window").assignee == ann
    assert ticket("window").messages.filter(text="Tonight at two.").count() == 1


@clause("channel.tickets")
def test_a_ticket_that_a_colleague_took_meanwhile_is_left_alone(world, shift):
    ann, ben = shift
    seen = ticket("ours")
    assign(seen, ben, by=ben, at=world.now)

    assert end_shift([Line(seen, "Mine?")], by=ann, at=world.now) == 0
    assert ticket("ours").assignee == ben
    assert open_shift(ann) is None


@clause("channel.tickets")
def test_whoever_goes_without_handing_over_keeps_nothing_past_the_grace_time(world, shift):
    ann, _ben = shift
    lets_pass(world, minutes=35)
    schedule.end(ann, by=ann.actor(), at=world.now)
    lets_pass(world, minutes=25)
    assert ticket("ours").assignee == ann
    lets_pass(world, minutes=5)

    assert ticket("ours").assignee is None
    assert [(one.assignee, one.state) for one in (ticket("theirs"), ticket("window"))] == [
        (ann, "waiting_customer"),
        (ann, "waiting_window"),
    ]
    assert judged(world, "ours") == [("channel.tickets", "returned")]
    entry = Entry.objects.get(subject_type="ticket", verb="returned")
    assert (entry.actor_kind, entry.facts) == ("system", {"from": "Ann", "why": "off duty"})
    assert HandOver.objects.get().how == "absent"


@clause("channel.tickets")
def test_a_customers_answer_to_somebody_off_duty_comes_back_to_the_queue(world, shift):
    ann, _ = shift
    lets_pass(world, minutes=35)
    end_shift([Line(ticket("ours"), "")], by=ann, at=world.now)
    lets_pass(world, hours=2)
    assert ticket("theirs").assignee == ann
    row = ticket("theirs")
    add_customer_message(
        row, Addition("bob@acme.example"), contact=row.contact, by=row.contact.actor(), at=world.now
    )
    return_round(world.now)

    assert (ticket("theirs").assignee, ticket("theirs").state) == (None, "open")


@clause("channel.tickets")
def test_the_answer_to_somebody_on_duty_stays_with_them(world, shift):
    ann, _ = shift
    lets_pass(world, minutes=35)
    row = ticket("theirs")
    add_customer_message(
        row, Addition("bob@acme.example"), contact=row.contact, by=row.contact.actor(), at=world.now
    )
    return_round(world.now)

    assert ticket("theirs").assignee == ann


@clause("channel.tickets")
def test_what_somebody_who_has_left_the_house_holds_comes_back_at_once(world, shift):
    ann, _ = shift
    ann.active = False
    ann.save()

    assert return_round(world.now) == 2
    assert [(one.assignee, one.state) for one in (ticket("ours"), ticket("window"), ticket("theirs"))] == [
        (None, "open"),
        (None, "waiting_window"),
        (ann, "waiting_customer"),
    ]
    assert [(one.ticket.subject, one.how) for one in HandOver.objects.order_by("ticket")] == [
        ("ours", "left"),
        ("window", "left"),
    ]
    assert return_round(world.now) == 0


@clause("channel.tickets")
def test_a_ticket_given_to_somebody_whose_shift_begins_soon_waits_for_them(world, shift):
    ann, _ = shift
    cat = world.agent("Cat")
    lets_pass(world, minutes=40)
    assign(ticket("ours"), cat, by=ann, at=world.now)
    lets_pass(world, minutes=25)
    assert ticket("ours").assignee == cat
    lets_pass(world, minutes=10)
    assert ticket("ours").assignee is None


@clause("channel.tickets")
def test_the_end_of_a_planned_shift_counts_like_the_button(world):
    ann = world.agent("Ann")
    world.agent("Ben")
    team = Team.objects.get(slug="support")
    hours = planning.Hours(8 * 60, 9 * 60)
    planning.plan_shift(ann, team, range(7), hours, since=date(2026, 11, 1), by=ann, at=world.now)
    open_for_agent(ann, step="full", browser=BROWSER, at=world.now)
    world.ticket(world.contact(), subject="ours")
    take_next(by=ann, at=world.now)
    lets_pass(world, minutes=85)
    assert ticket("ours").assignee == ann
    lets_pass(world, minutes=5)
    assert ticket("ours").assignee is None


def test_a_desk_without_shifts_takes_nothing_from_anybody(world):
    ann = world.agent("Ann")
    world.ticket(world.contact(), subject="ours")
    take_next(by=ann, at=world.now)
    lets_pass(world, hours=12)

    assert ticket("ours").assignee == ann


@clause("channel.tickets")
def test_a_clock_that_jumps_takes_nothing_from_people_who_are_there(world, shift):
    ann, _ben = shift
    lets_pass(world, minutes=60)
    schedule.end(ann, by=ann.actor(), at=world.now)
    world.now += timedelta(hours=30)
    watching.watch(world.now)
    assert return_round(world.now) == 0
    world.now -= timedelta(hours=31)
    watching.watch(world.now)
    assert return_round(world.now) == 0
    open_for_agent(ann, step="full", browser=BROWSER, at=world.now + timedelta(minutes=29))
    lets_pass(world, minutes=35)
    assert ticket("ours").assignee == ann


@clause("channel.tickets")
def test_the_incoming_shift_sees_what_was_handed_over(world, shift):
    ann, _ben = shift
    cat = world.agent("Cat")
    sealed = world.ticket(subject="sealed")
    Ticket.objects.filter(pk=sealed.pk).update(sealed=True, team=Team.objects.get(slug="supervisors"))
    HandOver.objects.create(ticket=sealed, from_agent=ann, how="shift_end", at=world.now)
    end_shift([Line(ticket("ours"), "Look at the zone.")], by=ann, at=world.now)
    found = since_away(cat, world.now + timedelta(minutes=1))

    assert [(one.ticket.subject, one.message.text) for one in found.handed] == [("ours", "Look at the zone.")]
    assert found.counts.waiting == 1
    assert since_away(ann, world.now + timedelta(minutes=1)).handed == ()


def test_the_pages_hand_over_and_show_it(world, client):
    world.now = timezone.now()
    ann, ben = world.agent("Ann"), world.agent("Ben")
    for one in (ann, ben):
        schedule.start(one, by=one.actor(), at=world.now - timedelta(hours=1))
    row = world.ticket(world.contact(), subject="<b>ours</b>")
    take_next(by=ann, at=world.now)
    client.cookies["hd_desk"] = open_for_agent(ann, step="full", browser=BROWSER, at=world.now).token
    page = client.get("/desk/shift/hand-over").content.decode()
    assert "&lt;b&gt;ours&lt;/b&gt;" in page
    assert f'<option value="{ben.pk}">Ben</option>' in page

    words = {f"note-{row.pk}": "Ask <i>them</i>.", f"to-{row.pk}": "999"}
    refused = client.post("/desk/shift/hand-over", words)
    assert refused.status_code == 422
    assert "Ask &lt;i&gt;them&lt;/i&gt;." in refused.content.decode()
    assert open_shift(ann) is not None

    gone = client.post("/desk/shift/hand-over", {**words, f"to-{row.pk}": str(ben.pk)})
    assert (gone.status_code, gone["Location"]) == (303, "/desk/shift")
    row.refresh_from_db()
    assert (row.assignee, open_shift(ann)) == (ben, None)
    client.cookies["hd_desk"] = open_for_agent(ben, step="full", browser=BROWSER, at=world.now).token
    away = client.get("/desk/shift/away").content.decode()
    assert "Ask &lt;i&gt;them&lt;/i&gt;." in away
    assert "gave it to you" in away


@clause("channel.tickets")
@clause("sla.hours")
def test_evidence_counts_hand_overs_and_times_without_anybody(world, shift):
    ann, ben = shift
    lets_pass(world, minutes=35)
    end_shift([Line(ticket("ours"), "")], by=ann, at=world.now)
    schedule.end(ben, by=ben.actor(), at=world.now)
    begun = world.now + timedelta(minutes=5)
    lets_pass(world, minutes=65)
    schedule.start(ben, by=ben.actor(), at=world.now)
    lets_pass(world, minutes=5)

    assert "1 were handed over at the end of a shift; 0 came back" in histories(world.now).sentence
    found = hours(world.now)
    assert found.exceptions == ["nobody was on duty: Mon 23 Nov, 08:40 to Mon 23 Nov, 09:45"]
    assert "Nobody was on duty for 1 hour 5 minutes of these days" in found.sentence
    assert begun.isoformat() == "2026-11-23T06:40:00+00:00"
