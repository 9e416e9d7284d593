"""Clock arithmetic is equal to the second to a slow model that looks at every minute by itself."""

import random
from datetime import timedelta

import pytest

from hostdesk.sla.tests.comparing import compared, fast_promise
from hostdesk.sla.tests.slow import EPOCH, HOURS, Promise, Working, first_with, seconds_open

pytestmark = [pytest.mark.db_free]


@pytest.mark.clause("sla.resolve", "sla.response")
def test_two_thousand_histories_come_to_the_same_second():
    differences = [said for seed in range(20) for said in compared(random.Random(seed), 100)]
    assert differences == []


@pytest.mark.parametrize("working", HOURS, ids=lambda one: one.zone)
def test_running_time_is_added_and_measured_as_minute_by_minute(working: Working):
    chance = random.Random(working.zone)
    hours = fast_promise(Promise(0, 1, working)).hours
    for _ in range(500):
        begin, span = chance.randrange(86_400, 330 * 86_400), chance.randrange(1, 300_000)
        end = first_with(working, seconds_open(working, begin) + span)
        at = EPOCH + timedelta(seconds=begin)
        assert hours.after(at, timedelta(seconds=span)) == EPOCH + timedelta(seconds=end)
        assert hours.between(at, EPOCH + timedelta(seconds=end)) == timedelta(seconds=span)


def test_the_comparison_finds_a_clock_that_is_one_second_off(monkeypatch):
    from hostdesk.sla import engine

    plain = engine.pause
    monkeypatch.setattr(
        engine, "pause", lambda clock, *, cause, at: plain(clock, cause=cause, at=at + timedelta(seconds=1))
    )
    assert [said for seed in range(20) for said in compared(random.Random(seed), 100)]
