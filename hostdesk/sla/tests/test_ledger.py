"""A clock can be reckoned again from its ledger."""

import random
from datetime import timedelta

import pytest

from hostdesk.sla import engine, ledger
from hostdesk.sla.ledger import Step, Torn
from hostdesk.sla.tests import slow
from hostdesk.sla.tests.comparing import after_event, fast_promise, instant

pytestmark = [pytest.mark.db_free]


def written(chance):
    """One history: the clock at its end, and its ledger as verbs write it."""
    first, begun, events = slow.history(chance)
    clock = engine.start(fast_promise(first), at=instant(begun))
    steps = [Step("start", "arrival", instant(begun), clock.due_at, fast_promise(first))]
    for kind, at, told in events:
        before = clock
        clock = after_event(clock, kind, at, told)
        if clock == before:
            continue
        if kind == "tick":
            steps.append(Step("breached" if clock.late_at else "warned", "time", instant(at), clock.due_at))
            continue
        promise = fast_promise(told) if kind in ("retarget", "restart") else None
        until = instant(told) if kind == "agree" and told is not None else None
        steps.append(Step(kind, str(told), instant(at), clock.due_at, promise, until))
    return clock, steps


@pytest.mark.clause("sla.resolve", "sla.response")
def test_a_ledger_leads_to_the_same_figures():
    for seed in range(500):
        clock, steps = written(random.Random(seed))
        again = ledger.replayed(steps)
        assert (again.due_at, again.used, again.stopped_at, again.waits, again.late_at) == (
            clock.due_at,
            clock.used,
            clock.stopped_at,
            clock.waits,
            clock.late_at,
        )
        assert ledger.first_difference(steps) is None


def test_an_end_that_somebody_changed_is_found():
    target = engine.Target(timedelta(hours=1), timedelta(hours=3))
    clock = engine.start(target, at=instant(0))
    steps = [
        Step("start", "arrival", instant(0), clock.due_at, target),
        Step("pause", "customer", instant(60), clock.due_at + timedelta(seconds=1)),
    ]
    assert ledger.first_difference(steps) == steps[1]


def test_a_clock_that_has_ended_may_begin_anew():
    target = engine.Target(timedelta(hours=1), timedelta(hours=3))
    steps = [
        Step("start", "answered", instant(0), instant(3 * 3600), target),
        Step("stop", "answered", instant(60), instant(3 * 3600)),
        Step("start", "customer wrote", instant(7200), instant(5 * 3600), target),
    ]
    assert ledger.replayed(steps).due_at == instant(5 * 3600)


_BEGIN = Step("start", "arrival", instant(0), instant(1), engine.Target(timedelta(0), timedelta(seconds=1)))


@pytest.mark.parametrize("steps", [[], [Step("pause", "customer", instant(0), instant(1))], [_BEGIN, _BEGIN]])
def test_a_ledger_without_a_beginning_or_with_two_is_torn(steps):
    with pytest.raises(Torn):
        ledger.replayed(steps)
