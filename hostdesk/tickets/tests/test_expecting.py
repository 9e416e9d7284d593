"""How long until a person answers: what the range promises, on queues made for it."""

from datetime import timedelta

import pytest

from hostdesk.tickets.expecting import FEWEST, Question, Range, Wait, learn
from hostdesk.tickets.waiting_line import Turn
from tests import queueing
from tests.replaying import OF_A_TEAM, quick_replay, replay

clause = pytest.mark.clause
pytestmark = pytest.mark.db_free
NOON = 12
DAY = 24 * 60.0


def steady(count, *, each=30.0, apart=60.0, hour=NOON):
    """So many tickets, one at a time, each answered after as many minutes."""
    return [Wait(n * apart, n * apart + each, hour) for n in range(count)]


def asked(waits, turns=(), *, now=None, **more):
    question = Question(**{"waited": 0, "ahead": 0, "on_duty": 1, "hour": NOON, **more})
    return learn(waits, turns, now=now or waits[-1].answered or waits[-1].arrived).range_for(question)


@clause("sla.response")
def test_nothing_is_said_before_there_is_enough_to_learn_from():
    assert asked(steady(FEWEST - 1)) is None
    assert asked(steady(2 * FEWEST)) == Range(30, 35)


@clause("sla.response")
def test_an_answer_that_has_not_been_given_yet_teaches_nothing():
    waits = steady(2 * FEWEST)

    assert asked(waits, now=waits[FEWEST - 2].answered) is None


def test_who_has_waited_longer_waits_less_from_now_on():
    waits = [Wait(n * 60.0, n * 60.0 + (20, 30, 40)[n % 3], NOON) for n in range(90)]
    just_come, soon = asked(waits), asked(waits, waited=18)

    assert (just_come, soon) == (Range(20, 40), Range(0, 25))


def test_what_waits_beyond_all_that_happened_lately_is_told_a_range_all_the_same():
    said = asked(steady(60), waited=200)

    assert said is not None and said.most >= said.least >= 0


def crowded(people):
    """Days on which twelve come at once and are answered one after the other, twelve minutes of one agent each."""
    waits = []
    for day in range(8):
        waits += [Wait(day * DAY + n, day * DAY + n + 10 + 12 * n / people, NOON) for n in range(12)]
    turns = [Turn(-10.0, None)] * people
    return waits, turns


def test_more_ahead_is_longer_and_more_people_is_shorter():
    waits, turns = crowded(2)
    few = asked(waits, turns, ahead=2, on_duty=2, now=8 * DAY)
    many = asked(waits, turns, ahead=10, on_duty=2, now=8 * DAY)
    alone = asked(waits, turns, ahead=10, on_duty=1, now=8 * DAY)

    assert few.most < many.least < alone.least
    assert many.least <= 10 + 12 * 10 / 2 <= many.most


def test_nights_are_told_apart_from_days():
    waits = []
    for n in range(60):
        waits += [Wait(n * DAY, n * DAY + 20, NOON), Wait(n * DAY + 720, n * DAY + 780, 2)]

    assert asked(waits, hour=NOON).most < 50 < asked(waits, hour=2).most


def test_the_few_that_wait_longest_do_not_widen_what_most_are_told():
    """One in six waits two hours: not in the shortest range that holds five in six."""
    waits = [Wait(n * 150.0, n * 150.0 + (120 if n % 6 == 5 else 20 + n % 6), NOON) for n in range(120)]
    told, waited = asked(waits), asked(waits, waited=60)

    assert told.least <= 20
    assert 25 <= told.most <= 35
    assert waited.least <= 60 <= waited.most


@clause("sla.best_effort")
def test_misses_widen_the_range_until_it_is_true_again():
    usual = [Wait(n * 60.0, n * 60.0 + 25 + n % 10, NOON) for n in range(100)]
    worse = [Wait((100 + n) * 60.0, (100 + n) * 60.0 + 45 + n % 10, NOON) for n in range(30)]
    before, after = asked(usual), asked(usual + worse)

    assert before.most <= 40
    assert after.most >= 50


@clause("sla.delays")
def test_a_standstill_widens_the_range_before_anybody_is_answered():
    """Those who wait beyond what they were told are misses already."""
    usual = [Wait(n * 60.0, n * 60.0 + 25 + n % 10 + (40 if n % 30 == 7 else 0), NOON) for n in range(100)]
    stuck = [Wait(6000.0 + n, None, NOON) for n in range(8)]
    before, after = asked(usual, now=6010.0), asked(usual + stuck, now=6200.0)

    assert before.most <= 40
    assert after.most >= 60


@clause("sla.delays")
def test_why_it_is_slow_is_told_from_the_usual():
    waits, turns = crowded(2)
    learnt = learn(waits, turns, now=8 * DAY)

    assert learnt.is_long_queue(Question(0, 12, 2, NOON)) and not learnt.is_long_queue(
        Question(0, 5, 2, NOON)
    )
    assert learnt.is_short_of_people(Question(0, 0, 1, NOON))
    assert not learnt.is_short_of_people(Question(0, 0, 2, NOON))


@pytest.mark.parametrize(
    ("seed", "unlike"),
    [(11, {}), (12, {"surge": 6}), (13, {"sick": 1}), (14, {"surge": 3, "sick": 1})],
    ids=["usual", "surge", "sick", "both"],
)
@clause("sla.response")
@clause("sla.delays")
def test_a_month_replayed_is_true_four_times_in_five_and_half_as_wide_as_certainty(seed, unlike):
    month = queueing.month(seed, a_day=10, **unlike)
    done = quick_replay([(one.arrived, one.answered) for one in month.tickets], month.turns)

    assert len(done.said) > 250
    assert done.share_true >= 0.8
    assert done.width <= done.always / 2


def test_learning_on_comes_to_the_same_as_learning_anew():
    month = queueing.month(5, a_day=3)
    pairs = [(one.arrived, one.answered) for one in month.tickets]

    assert 60 < len(pairs) < OF_A_TEAM
    assert quick_replay(pairs, month.turns) == replay(pairs, month.turns)


def test_a_sick_day_makes_the_play_slower():
    day = queueing.MONDAY + timedelta(days=queueing.ODD_DAY)

    def longest(**unlike):
        found = queueing.month(3, **unlike).tickets
        return max(
            one.answered - one.arrived for one in found if day <= one.arrived < day + timedelta(days=1)
        )

    assert longest() < longest(sick=1) and longest() < longest(surge=3)
