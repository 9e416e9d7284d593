"""Who is on duty."""

from datetime import timedelta

import pytest

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
