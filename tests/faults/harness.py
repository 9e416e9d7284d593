"""Mail door and worker as processes that may be killed at any instant, and clients that insist until they hear 250."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from email import message_from_bytes
from pathlib import Path

from hostdesk.config.environment import PACKAGED_POLICY
from tests.servers import free_port, name_server, smart_host

ZONE = {
    "acme.example": [["TXT", "v=spf1 ip4:127.0.0.1 -all"]],
    "_dmarc.acme.example": [["TXT", "v=DMARC1; p=reject"]],
}
MAILS_OF_ONE = 10
"""As many mails one contact sends, so that each is acknowledged by itself and no breaker opens."""
MOST_IN_A_MINUTE, A_SECOND = 1000, 10
"""The most patient breaker that a policy can have, and how many mails a second stay well below it."""
COLUMNS = "customer,account,product,server,domains,contact_name,contact_email,contact_role,contact_phone\n"


def customers(mails):
    """The file of as many contacts as so many mails need, each with an account."""
    rows = (
        f"C{n},acme{n},shared,,,Person {n},{contact(n * MAILS_OF_ONE)},primary,\n"
        for n in range(mails // MAILS_OF_ONE + 1)
    )
    return COLUMNS + "".join(rows)


def contact(n):
    """Who writes the n-th mail."""
    return f"c{n // MAILS_OF_ONE}@acme.example"


def letter(n):
    """The n-th mail; no two have the same bytes, subject or words."""
    return (
        f"From: Person <{contact(n)}>\r\nTo: support@itpossible.com\r\nSubject: Fault {n}\r\n"
        f"Message-ID: <{n}@acme.example>\r\n\r\nThis is fault number {n}.\r\n"
    ).encode()


class House:
    """Two parts over one database; each is killed by its own process id and started again."""

    def __init__(self, folder: Path, dns, smtp_url, *, mails, database_url=None, broken=None):
        self.folder, self.port = folder, free_port()
        quiet = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("HOSTDESK_", "DATABASE_URL", "SMTP_URL", "DJANGO_"))
        }
        self.env = {
            **quiet,
            "HOSTDESK_DATA": str(folder / "data"),
            "HOSTDESK_DNS": dns,
            "SMTP_URL": smtp_url,
            "HOSTDESK_LOG": "error",
            "HOSTDESK_POLICY": str(_patient_policy(folder)),
            **({"DATABASE_URL": database_url} if database_url else {}),
        }
        self.words = {"mail": ["mail", "--smtp", f"127.0.0.1:{self.port}"], "worker": ["worker"]}
        self.broken = broken
        self.parts = {}
        (folder / "customers.csv").write_text(customers(mails))
        self.run("customers", "import", "customers.csv")

    def run(self, *words):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "hostdesk", *words],
            env=self.env,
            cwd=self.folder,
            capture_output=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def start(self, part):
        module = ["tests.faults.broken", self.broken] if self.broken and part == "mail" else ["hostdesk"]
        env = {**self.env, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
        with open(self.folder / f"{part}.log", "ab") as log:
            self.parts[part] = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", *module, *self.words[part]],
                env=env,
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )

    def kill(self, part):
        self.parts[part].send_signal(signal.SIGKILL)
        self.parts[part].wait(10)

    def wait_for_the_door(self):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("the door did not open: " + (self.folder / "mail.log").read_text()[-2000:])

    def stop(self):
        for process in self.parts.values():
            process.terminate()
        for process in self.parts.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def insist(port, numbers, chance, accepted, over, *, pace):
    """Send each mail until it is answered 250; now and then the answer is not waited for, and the mail sent again.

    `pace` is the mean pause before a mail, in seconds, so that mails arrive as long as there are kills.
    """
    for n in numbers:
        time.sleep(chance.uniform(0.0, 2 * pace))
        while not over.is_set():
            try:
                with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example", timeout=10) as client:
                    if chance.random() < 0.1:
                        _hang_up_after_data(client, n)
                        continue
                    client.sendmail(contact(n), ["support@itpossible.com"], letter(n))
                accepted.append(n)
                break
            except (OSError, smtplib.SMTPException):
                time.sleep(0.05)


def _hang_up_after_data(client, n):
    client.ehlo()
    client.mail(contact(n))
    client.rcpt("support@itpossible.com")
    client.docmd("DATA")
    client.send(letter(n) + b".\r\n")
    client.sock.shutdown(socket.SHUT_RDWR)
    client.close()


class Outcome:
    """What became of the mails: counts by subject of rows, tickets and acknowledgements (by Message-ID)."""

    def __init__(self, accepted, mails, tickets, acknowledgements, *, waiting, held):
        self.accepted, self.held = accepted, held
        self.mails, self.tickets, self.acknowledgements, self.waiting = (
            mails,
            tickets,
            acknowledgements,
            waiting,
        )

    def faults(self):
        """One line for each promise that was broken."""
        found = [f"{self.waiting} mails still wait"] if self.waiting else []
        found += [f"a breaker holds {self.held} mails back"] if self.held else []
        for n in self.accepted:
            subject = f"Fault {n}"
            for name, counts in (
                ("mail", self.mails),
                ("ticket", self.tickets),
                ("acknowledgement", self.acknowledgements),
            ):
                if counts[subject] != 1:
                    found.append(f"{subject}: {counts[subject]} {name}s")
        return found


def under_fire(folder, *, seed, mails, kills, broken=None, database=None):
    """Send mails while door and worker are killed at random instants; what became of the mails.

    `database` gives (url, rows): the address for the parts, and a function from SQL to rows. None means SQLite.
    """
    chance = random.Random(seed)
    pace = max(4 * kills / mails, 4 / A_SECOND if mails > MOST_IN_A_MINUTE else 0.0)
    # As long as mails come there are kills.
    stretch = mails * pace / 4 / kills
    with name_server(ZONE) as dns, smart_host() as (smtp_url, kept):
        house = House(
            folder, dns, smtp_url, mails=mails, database_url=database[0] if database else None, broken=broken
        )
        rows = database[1] if database else lambda sql: _sqlite(folder, sql)
        accepted, over = [], threading.Event()
        try:
            for part in house.words:
                house.start(part)
            clients = [
                threading.Thread(
                    target=insist,
                    args=(house.port, range(i, mails, 4), random.Random(seed + i), accepted, over),
                    kwargs={"pace": pace},
                )
                for i in range(4)
            ]
            for client in clients:
                client.start()
            # A door that is killed before it ever opened breaks no promise; later starts are fair game.
            house.wait_for_the_door()
            for _ in range(kills):
                if broken:
                    # A breach is there to be caught: no kill is spent on a door that has not opened again.
                    house.wait_for_the_door()
                time.sleep(chance.uniform(0.3, 1.8) * stretch)
                part = chance.choice(["mail", "mail", "worker"])
                house.kill(part)
                house.start(part)
            end = time.monotonic() + 60 + mails / 10
            for client in clients:
                client.join(max(0.0, end - time.monotonic()))
            over.set()
            for part, process in house.parts.items():
                assert process.poll() is None, (
                    f"{part} ended by itself: " + (folder / f"{part}.log").read_text()[-2000:]
                )
            waiting = _settled(rows, kept, mails)
            (held,) = rows("SELECT count(*) FROM mail_outboundmail WHERE state = 'held'")[0]
        finally:
            over.set()
            house.stop()
        acknowledged = {
            (m["Message-ID"], m["Subject"].rpartition(" [#")[0])
            for m in (message_from_bytes(k[2]) for k in kept.mails)
        }
        return Outcome(
            accepted,
            Counter(subject for (subject,) in rows("SELECT subject FROM mail_inboundmail")),
            Counter(subject for (subject,) in rows("SELECT subject FROM tickets_ticket")),
            Counter(subject for _, subject in acknowledged),
            waiting=waiting,
            held=held,
        )


def _settled(rows, kept, mails):
    """Wait until nothing waits any more; how many mails still do. Leases of killed workers must run out first."""
    end = time.monotonic() + 120
    while True:
        (waiting,) = rows("SELECT count(*) FROM mail_inboundmail WHERE disposition IS NULL")[0]
        (unsent,) = rows("SELECT count(*) FROM mail_outboundmail WHERE state = 'waiting'")[0]
        if (not waiting and not unsent and kept.mails) or time.monotonic() > end:
            return waiting + unsent
        time.sleep(0.3)


def _patient_policy(folder):
    """The packaged policy with a breaker of the whole desk that thousands of mails within minutes do not open."""
    policy = folder / "policy"
    if not policy.exists():
        shutil.copytree(PACKAGED_POLICY, policy)
        for terms in policy.glob("*/terms.yaml"):
            text, many = re.subn(
                r"(breaker_mails_per_desk:\n  value: )\d+", r"\g<1>1000", terms.read_text(encoding="utf-8")
            )
            text = re.sub(r"(breaker_desk_window_minutes:\n  value: )\d+", r"\g<1>1", text)
            assert many == 1, terms
            terms.write_text(text, encoding="utf-8")
    return policy


def _sqlite(folder, sql):
    with sqlite3.connect(f"file:{folder / 'data' / 'hostdesk.sqlite3'}?mode=ro", uri=True, timeout=20) as db:
        return db.execute(sql).fetchall()
