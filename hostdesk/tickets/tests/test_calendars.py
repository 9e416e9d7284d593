"""Calendars of quiet times: read again by the library, secret, renewable, and without a word of anybody."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from hostdesk.schedule import feeds
from hostdesk.schedule.models import CalendarFeed
from hostdesk.tickets.actions import slots
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.tests.test_desk_pages import Screen
from hostdesk.tickets.tests.test_slot_pages import customer, later, night  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.django_db, pytest.mark.clause("sla.offpeak")]


def read(token):
    answer = Client().get(f"/calendar/{token}.ics")
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content).walk("VEVENT")


def test_how_often_to_read_it_again_is_a_duration_that_every_program_understands(night):  # noqa: F811
    token = feeds.renew(night.contact.person, by=night.contact.actor(), at=night.now)

    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in Client().get(f"/calendar/{token}.ics").content


def test_a_time_keeps_its_name_through_proposal_agreement_move_and_end(night):  # noqa: F811
    token = feeds.renew(night.contact.person, by=night.contact.actor(), at=night.now)
    place = later(night)
    night.propose(window=place)
    seen = [read(token)]
    slots.accept(night.ticket, by=night.contact, at=night.now)
    seen.append(read(token))
    slots.move_by_contact(night.ticket, night.windows[place + 1], by=night.contact, at=night.now)
    seen.append(read(token))
    slots.give_up(night.ticket, reason="", by=night.contact, at=night.now)
    seen.append(read(token))

    assert [len(one) for one in seen] == [1, 1, 1, 1]
    assert len({str(one[0]["uid"]) for one in seen}) == 1
    assert [(str(one[0]["status"]), one[0]["sequence"]) for one in seen] == [
        ("TENTATIVE", 0), ("CONFIRMED", 1), ("CONFIRMED", 2), ("CANCELLED", 3),
    ]  # fmt: skip
    assert seen[2][0].decoded("dtstart") == night.windows[place + 1].begins_at
    assert seen[2][0].decoded("dtend") == night.windows[place + 1].ends_at
    assert seen[0][0].decoded("dtstamp") == night.now
    assert str(seen[0][0]["uid"]).endswith("@itpossible.com")


def test_a_calendar_holds_no_word_of_anybody_asks_for_no_cookie_and_is_not_indexed(night):  # noqa: F811
    Ticket.objects.filter(pk=night.ticket.pk).update(subject="My password is hunter2")
    night.propose(window=later(night))
    token = feeds.renew(night.agent, by=night.agent.actor(), at=night.now)
    answer = Client().get(f"/calendar/{token}.ics")
    text = answer.content.decode()

    assert night.ticket.number in text
    assert "hunter2" not in text
    assert "Acme" not in text
    assert "Alice" not in text
    assert answer.cookies == {}
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"


def test_a_new_address_ends_the_one_before_and_both_end_with_their_owner(night):  # noqa: F811
    first = feeds.renew(night.agent, by=night.agent.actor(), at=night.now)
    second = feeds.renew(night.agent, by=night.agent.actor(), at=night.now)
    browser = Client()
    assert CalendarFeed.objects.filter(token_sha256__in=[first, second]).count() == 0
    assert (browser.get(f"/calendar/{first}.ics").status_code, browser.get(f"/calendar/{second}.ics").status_code) == (404, 200)  # fmt: skip
    night.agent.active = False
    night.agent.save()
    assert browser.get(f"/calendar/{second}.ics").status_code == 404
    night.agent.active = True
    night.agent.save()
    feeds.end(night.agent, by=night.agent.actor(), at=night.now)
    assert browser.get(f"/calendar/{second}.ics").status_code == 404


def test_everybody_sees_their_own_times_only(night):  # noqa: F811
    night.propose(window=later(night))
    other = night.world.agent("Naledi")
    eve = night.world.contact(
        "eve@other.example", username="other01", customer="Other", domains=("other.example",)
    )
    tokens = [
        feeds.renew(one, by=night.agent.actor(), at=night.now) for one in (night.agent, other, eve.person)
    ]
    assert [len(read(token)) for token in tokens] == [1, 0, 0]

    night.contact.removed_at = night.now
    night.contact.account_id = eve.account_id
    token = feeds.renew(night.contact.person, by=night.contact.actor(), at=night.now)
    assert len(read(token)) == 1
    night.contact.save()
    assert read(token) == []


def test_the_pages_show_an_address_once(night, customer):  # noqa: F811
    screen = Screen(night.world, night.agent)
    made = screen.post("/desk/windows/calendar").content.decode()
    assert "/calendar/" in made
    assert ".ics" not in screen.words("/desk/windows/calendar")
    assert ".ics" in customer.post("/client/calendar").content.decode()
    assert "End the address" in customer.get("/client/calendar").content.decode()
    customer.post("/client/calendar/end")
    screen.post("/desk/windows/calendar/end")
    assert CalendarFeed.objects.count() == 0


def test_times_of_long_ago_leave_the_calendar(night):  # noqa: F811
    night.propose(window=0)
    token = feeds.renew(night.agent, by=night.agent.actor(), at=night.now)
    window = night.windows[0]
    window.begins_at, window.ends_at = (
        timezone.now() - timedelta(days=32),
        timezone.now() - timedelta(days=31),
    )
    window.save()

    assert read(token) == []
