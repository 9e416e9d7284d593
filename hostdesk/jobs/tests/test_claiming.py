"""Each piece of work is somebody's, and nobody else's."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

from django.db import OperationalError, connection

from hostdesk.jobs import identity
from hostdesk.jobs.claiming import claim, free_dead, release
from hostdesk.mail import actions
from hostdesk.mail.actions import OutboundDraft
from hostdesk.mail.models import OutboundMail

AT = datetime(2027, 2, 28, 23, 59, 59, tzinfo=UTC)
LEASE = timedelta(minutes=5)


def make(number: int, *, at: datetime = AT) -> list[OutboundMail]:
    draft = OutboundDraft(kind="answer", to_address="a@b.example", subject="x", text="x")
    return [actions.queue(draft, at=at) for _ in range(number)]


def take(limit: int, *, by: str = "one", at: datetime = AT) -> list[int]:
    return [row.pk for row in claim(OutboundMail.objects.waiting(), limit=limit, by=by, at=at, lease=LEASE)]


def test_taken_rows_are_taken_and_the_longest_due_come_first(db):
    late, early = make(1)[0].pk, make(1, at=AT - timedelta(hours=1))[0].pk
    not_yet = make(1, at=AT + timedelta(seconds=1))[0].pk

    assert take(1) == [early]
    assert take(5, by="two") == [late]
    assert take(5, by="three") == []
    assert take(5, at=AT + timedelta(seconds=1)) == [not_yet]


def test_lease_that_ran_out_makes_a_row_due_again(db):
    [row] = make(1)
    take(1)

    assert take(1, by="two", at=AT + LEASE - timedelta(seconds=1)) == []
    assert take(1, by="two", at=AT + LEASE) == [row.pk]
    row.refresh_from_db()
    assert (row.tries, row.claimed_by) == (2, "two")


def test_only_the_holder_gives_a_row_back(db):
    make(1)
    [first] = claim(OutboundMail.objects.waiting(), limit=1, by="one", at=AT, lease=LEASE)
    [second] = claim(OutboundMail.objects.waiting(), limit=1, by="two", at=AT + LEASE, lease=LEASE)

    assert not release(first, next_try_at=AT)
    assert release(second, next_try_at=AT + LEASE)
    assert take(1, at=AT + LEASE) == [second.pk]


def test_rows_of_a_killed_process_are_freed_and_those_of_the_living_are_not(db):
    dead = subprocess.Popen([sys.executable, "-c", "pass"])
    dead.wait()
    ours, theirs, elsewhere = (row.pk for row in make(3))
    for by in (identity.claimant("x"), f"{identity.machine()}:{dead.pid}:x", f"000000000000:{dead.pid}:x"):
        take(1, by=by)

    assert free_dead(OutboundMail.objects.waiting(), is_dead=identity.is_dead, at=AT) == 1
    assert take(5) == [theirs]
    assert {ours, elsewhere} == set(OutboundMail.objects.exclude(pk=theirs).values_list("pk", flat=True))


def test_what_a_thread_held_before_it_began_anew_is_freed_and_what_it_holds_since_is_not(db):
    before, since, beside = (row.pk for row in make(3))
    take(1, by=identity.claimant("anew"))
    identity.begin_anew("anew")
    for thread in ("anew", "anew too"):
        take(1, by=identity.claimant(thread))

    assert free_dead(OutboundMail.objects.waiting(), is_dead=identity.is_dead, at=AT) == 1
    assert take(5) == [before]
    assert {since, beside} == set(OutboundMail.objects.exclude(pk=before).values_list("pk", flat=True))


def test_racing_threads_never_share_a_row(committed_db):
    rows = {row.pk for row in make(60)}
    got: list[list[int]] = []
    gate = threading.Barrier(8)

    def race(name: str) -> None:
        mine: list[int] = []
        gate.wait()
        try:
            for _ in range(30):
                try:
                    mine += take(3, by=name)
                except OperationalError:
                    continue
        finally:
            got.append(mine)
            connection.close()

    threads = [threading.Thread(target=race, args=(f"t{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    taken = [pk for mine in got for pk in mine]
    assert len(taken) == len(set(taken))
    assert set(taken) == rows
