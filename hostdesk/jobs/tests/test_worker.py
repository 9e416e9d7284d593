"""The worker goes on, whatever happens in a step."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from hostdesk.jobs import beats, rounds, worker
from hostdesk.jobs.claiming import claim
from hostdesk.jobs.models import Heartbeat, PeriodicRun
from hostdesk.jobs.rounds import Periodic, Round, Work, take_due
from hostdesk.jobs.tasks import free_rows_of_the_dead
from hostdesk.mail import actions
from hostdesk.mail.actions import OutboundDraft
from hostdesk.mail.models import OutboundMail

AT = datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOON = timedelta(seconds=0.02)


class Unheard:
    """A sign of life that needs no database."""

    has_beaten = True

    def beat(self) -> None:
        pass

    def end(self) -> None:
        pass


def run_until(done: threading.Event, todo: Work) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=worker.work, args=(todo, stop), kwargs={"pulse": Unheard()})
    thread.start()
    try:
        assert done.wait(15)
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()


def test_error_in_a_round_ends_neither_it_nor_its_neighbours():
    done, steps = threading.Event(), []

    def fails_twice(_at):
        steps.append("bad")
        if steps.count("bad") == 1:
            raise OperationalError("gone")
        if steps.count("bad") == 2:
            raise ValueError("bug")
        done.set()
        return 0

    def good(_at):
        steps.append("good")
        return 0

    run_until(done, Work({"room": [Round("bad", fails_twice, SOON), Round("good", good, SOON)]}, []))

    assert steps.count("good") > 3


def test_what_was_in_work_when_the_database_went_away_is_free_once_it_answers_again(committed_db):
    """Not only when its lease ends: an acknowledgement would come ten minutes late."""
    done, held, lease = threading.Event(), [], timedelta(minutes=10)
    draft = OutboundDraft(kind="answer", to_address="a@b.example", subject="x", text="x")
    wanted = actions.queue(draft, at=worker.now_utc()).pk

    def deliver(at):
        rows = claim(OutboundMail.objects.waiting(), limit=1, by=worker.claimant(), at=at, lease=lease)
        held.extend(row.pk for row in rows)
        if rows and len(held) == 1:
            raise OperationalError("the database went away")
        if rows:
            done.set()
        return 0

    room = [Round("deliver", deliver, SOON)]
    run_until(done, Work({"away": room, "jobs": [Round("free", free_rows_of_the_dead, SOON)]}, []))

    assert held == [wanted, wanted]


def test_slow_room_does_not_hold_up_another():
    done, release, counted = threading.Event(), threading.Event(), []

    def slow(_at):
        release.wait(10)
        return 0

    def quick(_at):
        counted.append(1)
        if len(counted) == 5:
            release.set()
            done.set()
        return 0

    run_until(done, Work({"mail": [Round("slow", slow, SOON)], "gateway": [Round("quick", quick, SOON)]}, []))


def test_round_that_did_something_is_called_again_at_once():
    done, left = threading.Event(), [5, 4, 3, 2, 1, 0]

    def run(_at):
        number = left.pop(0) if left else 0
        if number == 0:
            done.set()
        return number

    # Waiting its turn even once would take longer than `run_until` waits.
    run_until(done, Work({"room": [Round("batch", run, timedelta(minutes=1))]}, []))

    assert left == []


def test_failures_back_off_and_are_logged_once():
    pace = worker.Pace()
    new = [pace.failed("same", now=0.0) for _ in range(12)]

    assert new == [True] + [False] * 11
    assert pace.next_turn == 30.0
    assert pace.failed("other", now=0.0)
    assert pace.went_well(now=0.0, pause=1.0)
    assert not pace.went_well(now=0.0, pause=1.0)


def test_a_database_that_was_long_away_is_asked_again_within_seconds_and_a_broken_round_later(monkeypatch):
    """Tickets and clocks of customers wait for it; nobody waits for a round that fails of itself."""

    def fails(error):
        def run(_at):
            raise error

        return run

    away, broken = Round("away", fails(OperationalError()), SOON), Round("broken", fails(ValueError()), SOON)
    loop = worker.Loop("room", [away, broken], threading.Event())
    monkeypatch.setattr(worker.time, "monotonic", lambda: 100.0)
    for _ in range(12):
        loop._step(away)
        loop._step(broken)

    assert {name: pace.next_turn - 100.0 for name, pace in loop.paces.items()} == {
        "away": 5.0,
        "broken": 30.0,
    }


def test_periodic_work_is_taken_once_per_interval_by_whoever_comes_first(db):
    piece = Periodic("daily count", lambda _at: 0, HOUR)

    assert take_due([piece], at=AT) is piece
    assert take_due([piece], at=AT) is None
    assert take_due([piece], at=AT + HOUR - timedelta(seconds=1)) is None
    assert take_due([piece], at=AT + HOUR) is piece


def test_periodic_work_is_taken_once_by_racing_workers(committed_db):
    piece, wins, gate = Periodic("race", lambda _at: 0, HOUR), [], threading.Barrier(6)

    def race():
        gate.wait()
        try:
            wins.append(take_due([piece], at=AT) is piece)
        finally:
            connection.close()

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(wins) == [False] * 5 + [True]


def test_failed_periodic_work_keeps_its_error_and_is_tried_again_soon(db):
    def fails(_at):
        raise ValueError("no")

    run = worker.periodic_round([Periodic("report", fails, timedelta(days=1))]).run
    with pytest.raises(ValueError, match="no"):
        run(AT)

    row = PeriodicRun.objects.get(name="report")
    assert (row.last_error, row.next_at) == ("ValueError: no", AT + timedelta(minutes=5))


def test_rooms_bring_their_work():
    found = rounds.discover()

    assert [piece.name for piece in found.rounds["mail"]] == ["deliver mail", "note delayed mail"]
    assert "forget old heartbeats" in [piece.name for piece in found.periodic]


def test_silence_is_noticed_after_a_minute_and_told_once(db):
    beats.beat("worker@h/x:1", "worker", started_at=AT, at=AT)

    assert beats.newly_silent(at=AT + timedelta(seconds=60)) == []
    late = AT + timedelta(seconds=61)
    assert [row.name for row in beats.newly_silent(at=late)] == ["worker@h/x:1"]
    assert beats.newly_silent(at=late) == []
    assert beats.living_parts(at=AT) == {"worker"}
    beats.beat("worker@h/x:1", "worker", started_at=AT, at=late)
    assert Heartbeat.objects.get().warned_at is None


def test_periodic_work_goes_on_after_the_clock_was_set_back(db):
    piece = Periodic("tidy after a jump", lambda _: 0, HOUR)
    assert take_due([piece], at=AT + timedelta(days=365)) is piece

    assert take_due([piece], at=AT) is piece
    assert take_due([piece], at=AT + HOUR - timedelta(seconds=1)) is None
    # Two machines whose clocks differ by a little do it once.
    assert take_due([piece], at=AT - timedelta(minutes=1)) is None
