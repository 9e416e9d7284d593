"""One bad mail costs itself only: children are limited, replaced, and gone when idle."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from hostdesk.mail import child
from hostdesk.mail.child import ParserPool, SetAside
from hostdesk.mail.reading import Unreadable, read
from tests.worst_mails import KINDS

pytestmark = pytest.mark.db_free

GOOD = b"From: a@acme.example\r\nSubject: x\r\n\r\nHello\r\n"
# Reading it takes a second of CPU or more: a megabyte of open rules.
HEAVY = b"From: a@acme.example\r\n\r\n" + b"From: a\n" * 2_000_000


def wait_until_taken(pool, pid):
    """Until the child of this process is at work."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with pool._lock:
            if any(child.process.pid == pid for child in pool._busy):
                return
        time.sleep(0.01)
    raise AssertionError("nobody took the child")


def kill_when_taken(pool, pid):
    wait_until_taken(pool, pid)
    os.kill(pid, signal.SIGKILL)


def test_a_child_reads_what_we_would_read():
    with ParserPool(1) as pool:
        assert pool.read(GOOD) == read(GOOD)


def test_big_mails_pass_both_ways():
    raw = GOOD + b"x" * 3_000_000

    with ParserPool(1) as pool:
        assert pool.read(raw) == read(raw)


def test_children_start_on_demand_and_are_used_again():
    with ParserPool(2) as pool:
        before = pool.running
        pool.read(GOOD)
        first = pool._idle[0].process.pid
        pool.read(GOOD)

        assert (before, pool.running, pool._idle[0].process.pid) == (0, 1, first)


def test_a_mail_that_takes_too_long_is_unreadable_and_the_next_is_read():
    with ParserPool(1, wall_seconds=4) as pool:
        pool.read(GOOD)
        # A child that hangs, whatever the reason.
        os.kill(pool._idle[0].process.pid, signal.SIGSTOP)
        answers = [pool.read(GOOD), pool.read(GOOD)]

    assert answers == [Unreadable("Reading this mail took longer than 4 seconds."), read(GOOD)]


def test_a_mail_that_computes_too_long_is_unreadable():
    # Three times as large as any door lets in: seconds of work on any machine, where one is allowed.
    slow = KINDS["a file 29 messages down, bytes"].make(90_000_000)

    with ParserPool(1, cpu_seconds=0, memory_mb=4096, wall_seconds=60) as pool:
        assert pool.read(slow) == Unreadable("Reading this mail needed more than 0 seconds of computing.")


def test_a_mail_that_needs_too_much_memory_is_kept_and_the_next_is_read():
    with ParserPool(1, memory_mb=160) as pool:
        heavy = pool.read(b"From: a@acme.example\r\n\r\n" + b"y" * 120_000_000)
        after = pool.read(GOOD)

    assert (isinstance(heavy, Unreadable) or heavy.error is not None, after) == (True, read(GOOD))


def test_a_child_that_is_killed_is_replaced():
    with ParserPool(1) as pool:
        pool.read(GOOD)
        process = pool._idle[0].process
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

        assert pool.read(GOOD) == read(GOOD)


def test_a_child_killed_at_work_costs_its_one_mail():
    with ParserPool(1) as pool:
        pool.read(GOOD)
        pid = pool._idle[0].process.pid
        os.kill(pid, signal.SIGSTOP)
        threading.Thread(target=kill_when_taken, args=(pool, pid)).start()
        answers = [pool.read(GOOD), pool.read(GOOD)]

    assert answers == [Unreadable("The reader of this mail broke down."), read(GOOD)]


def test_idle_children_leave_by_themselves_and_new_ones_come():
    with ParserPool(1, idle_exit_seconds=1.2) as pool:
        pool.read(GOOD)
        deadline = time.monotonic() + 10
        while pool.running and time.monotonic() < deadline:
            time.sleep(0.05)
        gone = pool.running

        assert (gone, pool.read(GOOD)) == (0, read(GOOD))


def test_a_bad_mail_does_not_delay_the_others():
    with ParserPool(2, wall_seconds=60) as pool:
        pool.read_many([GOOD] * 20)
        process = pool._idle[-1].process
        os.kill(process.pid, signal.SIGSTOP)
        slow = threading.Thread(target=pool.read, args=(GOOD,))
        slow.start()
        wait_until_taken(pool, process.pid)
        answers = [pool.read(GOOD) for _ in range(20)]
        still_waits = slow.is_alive()
        process.kill()
        slow.join()

    assert (answers, still_waits) == ([read(GOOD)] * 20, True)


def test_many_threads_and_batches_keep_their_order():
    raws = [GOOD.replace(b"Hello", b"Hello %d" % number) for number in range(200)]

    with ParserPool(2) as pool:
        assert [one.text.strip() for one in pool.read_many(raws)] == [
            f"Hello {number}" for number in range(200)
        ]
        assert pool.running <= 2


def test_a_closed_pool_leaves_no_process():
    pool = ParserPool(2)
    pool.read_many([GOOD] * 10)
    pids = [one.process.pid for one in pool._idle]
    pool.close()

    assert (len(pids) >= 1, [Path(f"/proc/{pid}").exists() for pid in pids]) == (True, [False] * len(pids))


def test_a_reading_that_closing_breaks_off_says_nothing_about_the_mail():
    pool = ParserPool(1)
    pool.read(GOOD)
    child = pool._idle[0].process
    child.send_signal(signal.SIGSTOP)
    reading = pool.submit(GOOD)
    wait_until_taken(pool, child.pid)
    pool.close()

    assert type(reading.exception()) is SetAside


def test_children_that_are_told_to_end_read_on_and_end_with_their_pool():
    with ParserPool(1) as pool:
        pool.read(GOOD)
        process = pool._idle[0].process
        process.terminate()

        assert (pool.read(GOOD), pool._idle[0].process.pid) == (read(GOOD), process.pid)
    assert process.poll() is not None


@pytest.mark.parametrize("has_begun", [True, False])
def test_a_reader_that_ended_because_it_was_told_to_says_nothing_about_the_mail(has_begun, monkeypatch):
    # As it is between its start and its first word: whoever tells it then still ends it.
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_DFL)"
    ready = "sock.sendall(b'R');" if has_begun else ""
    script = f"import signal, socket, time; {deaf}; sock = socket.socket(fileno=0); {ready} time.sleep(60)"
    popen = child.subprocess.Popen
    monkeypatch.setattr(
        child.subprocess, "Popen", lambda words, **more: popen([words[0], "-c", script], **more)
    )
    with ParserPool(1) as pool:
        reading = pool.submit(GOOD)
        deadline = time.monotonic() + 30
        while not pool._busy and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.5)
        next(iter(pool._busy)).process.terminate()

        assert type(reading.exception(timeout=30)) is SetAside


def test_children_know_none_of_our_secrets(monkeypatch):
    monkeypatch.setenv("HOSTDESK_SECRET_KEY", "secret")
    with ParserPool(1) as pool:
        pool.read(GOOD)
        environ = Path(f"/proc/{pool._idle[0].process.pid}/environ").read_bytes()
        names = {pair.partition(b"=")[0] for pair in environ.split(b"\0") if pair}

    assert names <= {b"PYTHONPATH", b"PATH", b"LANG", b"PYTHONDONTWRITEBYTECODE", b"LC_CTYPE"}


def test_children_load_no_django():
    import subprocess
    import sys

    script = "import sys, hostdesk.mail.child, hostdesk.mail.reading, hostdesk.mail.auth; print('django' in sys.modules)"
    done = subprocess.run(  # noqa: PLW1510
        [sys.executable, "-c", script], capture_output=True, text=True, env=child._bare_environment()
    )

    assert done.stdout.strip() == "False", done.stderr


def stopped(pool, count):
    """The process ids of so many idle children, stopped: the next mails hang in them."""
    pool.read_many([GOOD] * 20)
    while pool.running < count:
        pool.read_many([GOOD] * 20)
    pids = [one.process.pid for one in pool._idle[-count:]]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    return pids


def test_mails_that_hang_step_aside_and_the_others_are_read():
    with ParserPool(2, wall_seconds=60, patience_seconds=0.2) as pool:
        stopped(pool, 2)
        hanging = [pool.submit(GOOD) for _ in range(2)]
        answers = pool.read_many([GOOD] * 20)
        finished = [one.done() for one in hanging]
        for one in list(pool._busy):
            one.process.kill()

        assert (answers, finished) == ([read(GOOD)] * 20, [False, False])


def test_a_slow_mail_is_broken_off_where_no_place_for_slow_ones_is_left():
    with ParserPool(1, slow=0, wall_seconds=60, patience_seconds=0.2) as pool:
        [pid] = stopped(pool, 1)
        hanging = pool.submit(GOOD)
        wait_until_taken(pool, pid)

        assert (type(hanging.exception()), pool.read(GOOD)) == (SetAside, read(GOOD))


def test_a_slow_mail_goes_on_at_low_priority_and_its_child_is_not_used_again():
    with ParserPool(1, wall_seconds=60, patience_seconds=0.2) as pool:
        [pid] = stopped(pool, 1)
        slow = pool.submit(GOOD)
        wait_until_taken(pool, pid)
        others = pool.read(GOOD)
        priority = os.getpriority(os.PRIO_PROCESS, pid)
        os.kill(pid, signal.SIGCONT)

        assert (slow.result(), others, priority) == (read(GOOD), read(GOOD), 10)
        assert pid not in [one.process.pid for one in pool._idle]
