"""Erlang C by the textbook, arrivals with few weeks, and the day to come."""

from random import Random

import pytest

from hostdesk.tickets.forecasting import (
    KEPT,
    arrivals_by_hour,
    begun_within,
    next_hours,
    people_needed,
    waits_at_all,
)

clause = pytest.mark.clause
pytestmark = pytest.mark.db_free


@pytest.mark.parametrize(
    ("people", "load", "share"),
    [
        # One server: the load itself. Two: A^2 / (2 + A) by hand, for A = 1 a third.
        (1, 0.5, 0.5),
        (2, 1.0, 1 / 3),
        # Three with A = 2: 4/9 (Gross and others, Fundamentals of Queueing Theory, M/M/3).
        (3, 2.0, 4 / 9),
        # The worked example of call-centre primers: 10 Erlang.
        (11, 10.0, 0.6821),
        (14, 10.0, 0.1741),
        (5, 5.0, 1.0),
        (4, 0.0, 0.0),
    ],
)
def test_erlang_c_by_the_book(people, load, share):
    assert waits_at_all(people, load) == pytest.approx(share, abs=5e-5)


def test_a_call_centre_of_the_book():
    """200 calls an hour of 3 minutes, answered within 20 seconds: 14 people answer nine in ten (8 s on average)."""
    assert begun_within(14, an_hour=200, work_minutes=3, minutes=20 / 60) == pytest.approx(0.8884, abs=5e-4)
    assert begun_within(10, an_hour=200, work_minutes=3, minutes=20 / 60) == 0


@clause("sla.response")
def test_people_needed_are_the_fewest_that_keep_the_promise():
    for an_hour in (0.2, 1, 4, 9, 30):
        people = people_needed(an_hour=an_hour, work_minutes=25, promise_minutes=90)
        kept = [begun_within(n, an_hour=an_hour, work_minutes=25, minutes=65) for n in (people - 1, people)]
        assert kept[0] < KEPT <= kept[1]
    assert people_needed(an_hour=0, work_minutes=25, promise_minutes=90) == 0


def test_a_shorter_promise_needs_as_many_or_more():
    needed = [people_needed(an_hour=8, work_minutes=20, promise_minutes=one) for one in (300, 90, 40, 25, 10)]

    assert needed == sorted(needed) and needed[0] < needed[-1]


def test_an_hour_in_which_nobody_wrote_leans_on_its_day_and_its_time():
    """Two weeks; every weekday at ten four tickets, on Tuesdays an hour later, and nights are quiet."""
    counts = {**{day * 24 + 10: 8 for day in (0, 2, 3, 4)}, 24 + 11: 8}
    weeks = dict.fromkeys(range(168), 2.0)
    found = arrivals_by_hour(counts, weeks)

    assert len(found) == 168
    tuesday, monday, night = found[24 + 10], found[10], found[3]
    assert 0 < tuesday < monday < 4.1
    assert night < tuesday / 5
    assert sum(found) == pytest.approx(sum(counts.values()) / 2, rel=0.25)


def test_with_many_weeks_an_hour_is_what_was_counted():
    counts = {hour: 200 if hour == 34 else 50 for hour in range(168)}

    assert arrivals_by_hour(counts, dict.fromkeys(range(168), 50.0))[34] == pytest.approx(4.0, rel=0.05)


def test_nothing_at_all_is_nothing():
    assert arrivals_by_hour({}, {}) == [0.0] * 168


@clause("sla.delays")
def test_a_backlog_stays_until_there_are_people_for_it():
    """Four an hour with one person of 30 minutes each: two more an hour; then three come."""
    hours = next_hours(
        waiting=3, arrivals=[4.0] * 8, people=[1.0] * 4 + [4.0] * 4, work_minutes=30, chance=Random(1)
    )
    middle = [one.waiting for one in hours]

    assert 9 <= middle[3] <= 13
    assert middle[3] > middle[7]
    assert all(one.least <= one.waiting <= one.most for one in hours)
    assert hours == next_hours(
        waiting=3, arrivals=[4.0] * 8, people=[1.0] * 4 + [4.0] * 4, work_minutes=30, chance=Random(1)
    )


def test_without_people_everything_waits():
    hours = next_hours(waiting=5, arrivals=[0.0] * 3, people=[0.0] * 3, work_minutes=20, chance=Random(2))

    assert [one.waiting for one in hours] == [5, 5, 5]
