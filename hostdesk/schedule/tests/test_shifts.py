"""Who is on duty."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hostdesk.people.actions.sessions import Browser, open_for_agent
from hostdesk.schedule import actions, queries
from hostdesk.schedule.models import Shift


@pytest.mark.clause("sla.hours")
def test_those_in_a_shift_are_on_duty_and_without_any_shift_the_whole_team(world):
    ann, ben, sue = world.agent("Ann"), world.agent("Ben"), world.agent("Sue", role="supervisor")
    gone = world.agent("Gone")
    gone.active = False
    gone.save()
    assert queries.on_duty(world.now) == [ann, ben, sue]
    assert queries.on_duty(world.now, team="supervisors") == [sue]

    actions.start(ben, by=ben.actor(), at=world.now)
    actions.start(gone, by=gone.actor(), at=world.now)
    assert queries.on_duty(world.now) == [ben]
    assert queries.on_duty(world.now - timedelta(seconds=1)) == [ann, ben, sue]

    actions.end(ben, by=ben.actor(), at=world.now + timedelta(hours=8))
    assert queries.on_duty(world.now + timedelta(hours=8, seconds=-1)) == [ben]
    assert queries.on_duty(world.now + timedelta(hours=8)) == [ann, ben, sue]


def test_pressing_the_button_twice_makes_one_shift(world):
    ann = world.agent("Ann")
    first = actions.start(ann, by=ann.actor(), at=world.now)
    again = actions.start(ann, by=ann.actor(), at=world.now + timedelta(minutes=1))

    assert first == again
    assert list(Shift.objects.values_list("agent", "started_at", "ended_at")) == [(ann.pk, world.now, None)]
    actions.end(ann, by=ann.actor(), at=world.now + timedelta(hours=1))
    actions.end(ann, by=ann.actor(), at=world.now + timedelta(hours=2))
    assert Shift.objects.get().ended_at == world.now + timedelta(hours=1)
    assert queries.open_shift(ann) is None


def test_the_button_begins_and_ends_a_shift(world, client):
    ann = world.agent("Ann")
    browser = Browser("127.0.0.1", "127.0.0.1/32", "", on_this_machine=True)
    client.cookies["hd_desk"] = open_for_agent(ann, step="full", browser=browser, at=timezone.now()).token
    assert "I am on duty" in client.get("/desk/shift").content.decode()
    begun = client.post("/desk/shift/start", {"next": "/desk/shift"})

    assert (begun.status_code, begun["Location"]) == (303, "/desk/shift")
    assert queries.open_shift(ann) is not None
    assert "End my shift" in client.get("/desk/shift").content.decode()
    client.post("/desk/shift/end")
    assert queries.open_shift(ann) is None
