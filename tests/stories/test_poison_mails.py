"""Mails that hang their readers, beside ordinary ones, through a running desk: only the poison waits."""

import os
import signal
import smtplib
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.running import desk
from tests.servers import name_server

pytestmark = pytest.mark.timeout(170)


def readers(house):
    """The process ids of the desk's reading children: all its processes are of one session."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            session = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
            if session == house.process.pid and b"hostdesk.mail.child" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def send(house, numbers):
    with smtplib.SMTP("127.0.0.1", house.smtp_port, local_hostname="client.example", timeout=60) as client:
        for number in numbers:
            client.sendmail(
                "somebody@sender.example",
                ["support@itpossible.com"],
                f"From: somebody@sender.example\r\nSubject: Matter {number}\r\n\r\nWords\r\n",
            )


def settled(house):
    file = house.folder / "hostdesk.sqlite3"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20) as db:
        return db.execute("SELECT count(*) FROM mail_inboundmail WHERE disposition IS NOT NULL").fetchone()[0]


def seconds_until(house, count):
    began = time.monotonic()
    house.wait_for(lambda: settled(house) >= count, seconds=60)
    return time.monotonic() - began


def test_mails_that_hang_do_not_delay_the_others(tmp_path):
    with name_server({}) as dns, desk(tmp_path / "data", HOSTDESK_DNS=dns) as house:
        send(house, range(40))
        usual = seconds_until(house, 40)
        stopped = readers(house)
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        send(house, range(40, 80))
        beside_poison = seconds_until(house, 80 - len(stopped))
        waiting = 80 - settled(house)
        for pid in stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        seconds_until(house, 80)

    # A stopped child that nobody needed holds no mail.
    assert 1 <= waiting <= len(stopped)
    # A second is the promise, four the margin of a busy machine; the hanging ones are given up after twenty.
    assert beside_poison < usual + 5
