"""Which cause a delay has, and what is usual."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hostdesk.policy.rules.delays import (
    Signs,
    cause_of_delay,
    expected_instead,
    usual_length,
    usual_outbreak,
)
from hostdesk.policy.tests.test_rules import TERMS

pytestmark = [pytest.mark.db_free]
BUSY = Signs(waiting=15, usual=10.0, usual_ever=10.0)
AT = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


@pytest.mark.clause("sla.delays")
@pytest.mark.parametrize(
    ("signs", "cause"),
    [
        (Signs(), None),
        (Signs(same_server=4), None),
        (Signs(same_server=5), "server_wide"),
        (Signs(same_server=8, same_server_usual=6), None),
        (Signs(same_server=9, same_server_usual=6), "server_wide"),
        (Signs(specialist_away=True), "escalation"),
        (BUSY, "workload"),
        (replace(BUSY, waiting=14), None),
        (replace(BUSY, usual=None), None),
        (Signs(waiting=9, usual=2.0, usual_ever=2.0), None),
        (Signs(waiting=15, usual=15.0, usual_ever=10.0), "peak_time"),
        (Signs(waiting=15, usual=14.9, usual_ever=10.0), None),
        (replace(BUSY, specialist_away=True, same_server=9, team_is_late=True), "clarification"),
        (replace(BUSY, specialist_away=True, same_server=9), "server_wide"),
    ],
)
def test_the_cause_that_concerns_the_one_ticket_comes_first(signs, cause):
    assert cause_of_delay(signs, TERMS) == cause


@pytest.mark.clause("sla.delays")
def test_what_is_usual_is_known_only_from_enough():
    assert (usual_length([3, 1, 90], least=3), usual_length([3, 1], least=3)) == (3, None)


@pytest.mark.clause("sla.delays")
def test_the_expectation_lies_behind_the_promise_and_behind_now():
    assert expected_instead(due_at=AT, at=AT - timedelta(hours=1), terms=TERMS) == AT + timedelta(hours=2)
    assert expected_instead(due_at=AT, at=AT + timedelta(hours=1), terms=TERMS) == AT + timedelta(hours=3)


def test_usual_is_what_all_but_one_in_ten_days_bring():
    assert (usual_outbreak([]), usual_outbreak([7])) == (0, 7)
    assert usual_outbreak([2] * 9 + [30]) == 30
    assert usual_outbreak([2] * 18 + [3, 30]) == 3
