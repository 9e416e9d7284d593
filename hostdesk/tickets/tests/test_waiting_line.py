"""Who was there and who came before whom, told apart by skills."""

import pytest

from hostdesk.tickets.expecting import Question, Wait, learn
from hostdesk.tickets.waiting_line import NONE, Duty, Line, Turn

clause = pytest.mark.clause
pytestmark = pytest.mark.db_free
DNS, ROOT = frozenset({1}), frozenset({2})
BOTH = DNS | ROOT
DAY = 24 * 60.0


def test_duty_counts_those_who_have_what_is_needed():
    duty = Duty([Turn(0, 100, DNS), Turn(0, 50, BOTH), Turn(60, None, None)], [DNS, BOTH])

    assert [duty.at(40, needs) for needs in (NONE, DNS, ROOT)] == [2, 2, 1]
    assert [duty.at(55, needs) for needs in (NONE, DNS, ROOT)] == [1, 1, 0]
    assert [duty.at(100, needs) for needs in (NONE, ROOT)] == [1, 1]
    assert duty.able(55, DNS) == [DNS]
    assert duty.able(55, ROOT) == [BOTH]


def test_who_comes_next_begins_the_wait_for_a_skill():
    duty = Duty([Turn(0, 50, BOTH), Turn(0, None, DNS), Turn(90, None, ROOT)])

    assert [duty.from_when(minute, ROOT) for minute in (10, 60, 95)] == [10, 90, 95]
    assert duty.from_when(60, NONE) == 60
    assert Duty([]).from_when(60, ROOT) == 60


@clause("sla.fcfs")
def test_only_what_the_same_people_can_take_is_ahead():
    line = Line()
    for minute, needs in ((1, DNS), (2, ROOT), (3, NONE), (4, DNS)):
        line.add(minute, needs)

    assert line.ahead(5, NONE, [DNS]) == 3
    assert line.ahead(5, NONE, [BOTH]) == 4
    assert line.ahead(5, ROOT, []) == 1
    line.remove(1, DNS)
    assert line.ahead(5, NONE, [DNS]) == 2


@clause("sla.delays")
def test_hours_without_the_specialist_do_not_widen_everybody_s_range():
    """One in four comes at noon and waits for the evening, when it is answered as soon as any other."""
    waits = []
    for day in range(20):
        waits += [Wait(day * DAY + 600 + n * 60, day * DAY + 620 + n * 60 + n, 12) for n in range(3)]
        waits.append(Wait(day * DAY + 725, day * DAY + 1100, 12, ROOT))
    turns = [Turn(0, None, NONE)] + [Turn(day * DAY + 1080, day * DAY + 1200, ROOT) for day in range(20)]
    learnt = learn(waits, turns, now=20 * DAY, crew=[NONE, ROOT])
    blind = learn([Wait(one.arrived, one.answered, one.hour) for one in waits], turns, now=20 * DAY)
    asked = Question(0, 0, 1, 12)

    assert learnt.range_for(asked).most <= 30
    assert blind.range_for(asked).most >= 100
