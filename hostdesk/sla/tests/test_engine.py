"""What happens to one clock, to the second."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostdesk.sla import engine
from hostdesk.sla.engine import Clock, Target

pytestmark = [pytest.mark.db_free]

TARGET = Target(warn_after=timedelta(hours=1), due_after=timedelta(hours=3))
# The last evening of a year, so that every hour of the promise lies in another one.
START = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)


def after(**span):
    return START + timedelta(**span)


@pytest.mark.clause("sla.response")
@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (after(minutes=59, seconds=59), "running"),
        (after(hours=1), "warned"),
        (after(hours=2, minutes=59, seconds=59), "warned"),
        (after(hours=3), "breached"),
        (after(days=400), "breached"),
    ],
)
def test_a_clock_warns_and_is_late_to_the_second(moment, state):
    assert engine.tick(engine.start(TARGET, at=START), at=moment).state == state


@pytest.mark.clause("sla.resolve")
def test_time_while_paused_does_not_count():
    paused = engine.pause(engine.start(TARGET, at=START), at=after(minutes=50))
    resumed = engine.resume(paused, at=after(hours=20, minutes=50))

    assert paused == Clock(START, after(hours=1), after(hours=3), "paused", after(minutes=50))
    assert resumed == Clock(START, after(hours=21), after(hours=23), "running")


def test_a_clock_that_was_warned_is_warned_again_when_it_resumes():
    paused = engine.pause(engine.start(TARGET, at=START), at=after(hours=2))

    assert engine.resume(paused, at=after(hours=5)).state == "warned"


def test_a_paused_clock_is_never_late():
    paused = engine.pause(engine.start(TARGET, at=START), at=after(minutes=10))

    assert engine.tick(paused, at=after(days=9)) == paused
    assert paused.look_at is None


def test_stopping_in_time_keeps_the_promise_and_a_second_later_breaks_it():
    clock = engine.start(TARGET, at=START)

    assert engine.stop(clock, at=after(hours=2, minutes=59, seconds=59)).state == "met"
    assert engine.stop(clock, at=after(hours=3)).state == "breached"


def test_a_stopped_clock_stays_as_it_ended():
    met = engine.stop(engine.start(TARGET, at=START), at=after(hours=1))

    assert engine.stop(met, at=after(hours=9)) == met
    assert engine.tick(met, at=after(hours=9)) == met


@pytest.mark.clause("sla.resolve")
def test_a_reopened_promise_runs_on_from_where_it_stood():
    met = engine.stop(engine.start(TARGET, at=START), at=after(minutes=40))
    again = engine.restart(met, TARGET, at=after(hours=10))

    assert again == Clock(START, after(hours=10, minutes=20), after(hours=12, minutes=20), "running")


def test_a_late_promise_stays_late_when_reopened():
    late = engine.stop(engine.start(TARGET, at=START), at=after(hours=4))

    assert engine.restart(late, TARGET, at=after(hours=10)).state == "breached"


@given(st.lists(st.tuples(st.sampled_from(["pause", "resume", "tick"]), st.integers(0, 7200)), max_size=12))
def test_counted_time_equals_a_slow_count_of_seconds_outside_pauses(steps):
    """An independent model: add up the seconds during which the clock ran."""
    clock, now, ran, paused = engine.start(TARGET, at=START), START, 0, False
    for word, seconds in steps:
        now += timedelta(seconds=seconds)
        late = ran >= 3 * 3600
        ran += 0 if paused else seconds
        late = late or (not paused and ran >= 3 * 3600)
        clock = {"pause": engine.pause, "resume": engine.resume, "tick": engine.tick}[word](clock, at=now)
        if not late:
            paused = paused if word == "tick" else word == "pause"
        if late:
            paused = False
    expected = (
        "breached" if ran >= 3 * 3600 else "paused" if paused else "warned" if ran >= 3600 else "running"
    )

    assert engine.tick(clock, at=now).state == expected
