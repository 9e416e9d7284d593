"""The picture of a clock is what its ledger says."""

from datetime import UTC, datetime, timedelta

import pytest

from hostdesk.sla.engine import Target
from hostdesk.sla.ledger import Step
from hostdesk.sla.picture import Stretch, drawn

pytestmark = [pytest.mark.db_free]
START = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
TARGET = Target(timedelta(hours=1), timedelta(hours=3))


def after(**span):
    return START + timedelta(**span)


BEGIN = Step("start", "arrival", START, after(hours=3), TARGET)


@pytest.mark.clause("sla.resolve")
def test_it_counts_waits_counts_and_is_late():
    steps = [
        BEGIN,
        Step("retarget", "policy published", after(minutes=20), after(hours=3), TARGET),
        Step("pause", "customer", after(hours=1), after(hours=3)),
        Step("resume", "customer", after(hours=5), after(hours=7)),
    ]
    picture = drawn(steps, until=after(hours=8))

    assert picture.stretches == (
        Stretch("counts", START, after(hours=1)),
        Stretch("waits", after(hours=1), after(hours=5)),
        Stretch("counts", after(hours=5), after(hours=7)),
        Stretch("late", after(hours=7), after(hours=8)),
    )
    assert (picture.first_due_at, picture.clock.due_at, picture.end) == (
        after(hours=3),
        after(hours=7),
        after(hours=8),
    )


def test_what_has_ended_is_drawn_to_its_end_and_the_promise_beyond_it():
    picture = drawn([BEGIN, Step("stop", "answered", after(hours=1), after(hours=3))], until=after(days=9))

    assert picture.stretches == (Stretch("counts", START, after(hours=1)),)
    assert picture.end == after(hours=3)


def test_a_promise_that_begins_anew_leaves_a_gap():
    steps = [
        BEGIN,
        Step("stop", "answered", after(hours=1), after(hours=3)),
        Step("start", "customer wrote", after(hours=2), after(hours=5), TARGET),
    ]
    assert drawn(steps, until=after(hours=3)).stretches == (
        Stretch("counts", START, after(hours=1)),
        Stretch("counts", after(hours=2), after(hours=3)),
    )
