"""What happens to one clock, to the second."""

from datetime import UTC, datetime, timedelta

import pytest

from hostdesk.sla import engine
from hostdesk.sla.engine import Target

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
    paused = engine.pause(engine.start(TARGET, at=START), cause="customer", at=after(minutes=50))
    resumed = engine.resume(paused, cause="customer", at=after(hours=20, minutes=50))

    assert (paused.state, paused.due_at, paused.used) == ("paused", after(hours=3), timedelta(minutes=50))
    assert (resumed.state, resumed.warn_at, resumed.due_at) == ("running", after(hours=21), after(hours=23))


def test_a_clock_that_was_warned_is_warned_again_when_it_resumes():
    paused = engine.pause(engine.start(TARGET, at=START), cause="customer", at=after(hours=2))

    assert engine.resume(paused, cause="customer", at=after(hours=5)).state == "warned"


def test_a_paused_clock_is_never_late():
    paused = engine.pause(engine.start(TARGET, at=START), cause="customer", at=after(minutes=10))

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

    assert (again.state, again.warn_at) == ("running", after(hours=10, minutes=20))
    assert again.due_at == after(hours=12, minutes=20)


def test_a_late_promise_stays_late_when_reopened():
    late = engine.stop(engine.start(TARGET, at=START), at=after(hours=4))

    assert engine.restart(late, TARGET, at=after(hours=10)).state == "breached"


@pytest.mark.clause("sla.resolve", "sla.offpeak")
def test_a_clock_that_waits_for_two_things_runs_on_with_the_last_of_them():
    clock = engine.pause(engine.start(TARGET, at=START), cause="customer", at=after(minutes=10))
    clock = engine.pause(clock, cause="window", at=after(minutes=30))
    clock = engine.resume(clock, cause="customer", at=after(hours=5))
    still = clock.state
    clock = engine.resume(clock, cause="window", at=after(hours=9))

    assert (still, clock.state) == ("paused", "running")
    assert clock.due_at == after(hours=11, minutes=50)


@pytest.mark.clause("sla.offpeak")
def test_an_agreed_window_moves_the_end_and_taking_it_back_moves_it_again():
    agreed = engine.agree(engine.start(TARGET, at=START), until=after(days=3), at=after(minutes=30))
    back = engine.agree(agreed, until=None, at=after(hours=1))

    assert (agreed.due_at, agreed.warn_at) == (after(days=3), after(days=3) - timedelta(hours=2))
    assert (back.due_at, back.state) == (after(hours=3), "warned")


@pytest.mark.clause("class.general_fast")
def test_another_class_changes_the_end_and_not_what_has_passed():
    slow = Target(timedelta(hours=96), timedelta(hours=120))
    clock = engine.retarget(engine.start(TARGET, at=START), slow, at=after(hours=2))
    back = engine.retarget(clock, TARGET, at=after(hours=50))

    assert (clock.due_at, clock.passed(after(hours=2))) == (after(hours=120), timedelta(hours=2))
    # What a change makes late is late from the change on: nobody can have kept it before.
    assert (back.state, back.late_at) == ("breached", after(hours=50))


def test_a_clock_that_jumps_back_takes_nothing_off():
    clock = engine.pause(engine.start(TARGET, at=START), cause="customer", at=after(hours=-5))

    assert clock.used == timedelta(0)
    assert engine.resume(clock, cause="customer", at=after(hours=1)).due_at == after(hours=4)


def test_a_clock_on_the_wall_that_jumps_back_takes_no_minute_away_and_counts_none_twice():
    clock = engine.start(TARGET, at=START)
    paused = engine.pause(clock, cause="customer", at=after(minutes=50))
    resumed = engine.resume(paused, cause="customer", at=after(minutes=10))
    stopped = engine.stop(resumed, at=after(minutes=-5))

    assert (resumed.since, resumed.used, resumed.due_at) == (
        after(minutes=50),
        timedelta(minutes=50),
        clock.due_at,
    )
    assert (stopped.stopped_at, stopped.used, stopped.state) == (
        after(minutes=50),
        timedelta(minutes=50),
        "met",
    )


def test_a_warning_is_not_taken_back_by_a_jump():
    warned = engine.tick(engine.start(TARGET, at=START), at=after(hours=2))
    assert engine.tick(warned, at=after(minutes=1)) == warned
