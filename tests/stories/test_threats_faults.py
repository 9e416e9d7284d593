"""The disk is full, the database is away: senders are asked to come back, nothing is lost, work resumes by itself."""

import os
import shutil
import socket
import subprocess
import threading
from contextlib import contextmanager, suppress
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from django.conf import settings

from tests import databases
from tests.running import desk
from tests.servers import name_server, smart_host
from tests.stories.outside import COLUMNS, HERE, Outsider, add_agent, digest, letter

pytestmark = [pytest.mark.faults, pytest.mark.timeout(170)]

ZONE = {"acme.example": HERE, "_dmarc.acme.example": [["TXT", "v=DMARC1; p=reject"]]}
ALICE = "alice@acme.example"


@contextmanager
def small_disk(folder):
    """A disk of 40 MB on a folder, with a function that fills it and gives its room back; skips where we may not mount."""
    folder.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("only root can mount a small disk")
    if subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=40m", "tmpfs", folder], capture_output=True
    ).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        yield folder / "filler"
    finally:
        subprocess.run([shutil.which("umount"), "--lazy", folder], check=True)


def fill(file):
    with open(file, "wb", buffering=0) as out, suppress(OSError):
        while True:
            out.write(bytes(65_536))


def answer_to(house, raw):
    """The code that the door gives a mail."""
    with (
        socket.create_connection(("127.0.0.1", house.smtp_port), timeout=60) as line,
        line.makefile("rb") as replies,
    ):
        replies.readline()
        for words in ("EHLO x", f"MAIL FROM:<{ALICE}>", "RCPT TO:<support@itpossible.com>", "DATA"):
            line.sendall(words.encode() + b"\r\n")
            while replies.readline()[3:4] == b"-":
                pass
        line.sendall(raw + b".\r\n")
        return replies.readline()[:3].decode()


def prepare(house, folder):
    (folder / "customers.csv").write_text(f"{COLUMNS}Acme,acme01,shared,,,Alice Adams,{ALICE},primary,\n")
    house.run("customers", "import", "customers.csv")
    return Outsider(house, add_agent(house, "technician"))


def all_became_acknowledged_tickets(house, outsider, kept, raws):
    """What is not as promised, after everything has settled."""
    # What was in work when its database went away is free once it answers; a round that failed again and again tries again
    # after half a minute at most.
    ends = [outsider.settled(digest(raw), seconds=90)["disposition"] for raw in raws]
    house.wait_for(lambda: len(kept.mails) >= len(raws), seconds=60)
    return [end for end in ends if end != "ticketed"], len(kept.mails) - len(raws)


@pytest.mark.timeout(600)
@pytest.mark.skipif(databases.KIND != "sqlite", reason="the disk of PostgreSQL is not ours to fill")
def test_a_full_disk_is_452_and_work_resumes_by_itself(tmp_path):
    # Larger than what SQLite's log has set aside already, into which a small mail still fits.
    lines = "\r\n".join(["y" * 70] * 80_000)
    before, late, after = letter(ALICE), letter(ALICE, words=lines), letter(ALICE)
    with (
        small_disk(tmp_path / "data") as filler,
        name_server(ZONE) as dns,
        smart_host() as (url, kept),
        desk(tmp_path / "data", HOSTDESK_DNS=dns, SMTP_URL=url) as house,
    ):
        outsider = prepare(house, tmp_path)
        assert answer_to(house, before) == "250"
        fill(filler)
        piped = house.run("mail", "deliver", "--rcpt", "support@itpossible.com", given=late, check=False)

        assert answer_to(house, late) == "452"
        assert (piped.returncode, piped.stderr.decode().count("\n")) == (75, 1)
        assert house.get("/health/ready")[0] == 503
        filler.unlink()
        house.wait_for(lambda: answer_to(house, late) == "250")
        assert answer_to(house, after) == "250"
        assert all_became_acknowledged_tickets(house, outsider, kept, [before, late, after]) == ([], 0)
        assert house.get("/health/ready")[0] == 200


class Between:
    """A gate on the way to the database: passes bytes on while it is open, cuts every line when it shuts."""

    def __init__(self, socket_path):
        self._path, self._lines, self._is_open = socket_path, [], True
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def shut(self):
        self._is_open = False
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        self._lines.clear()

    def open(self):
        self._is_open = True

    def close(self):
        self.shut()
        self._door.close()

    def _serve(self):
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                if not self._is_open:
                    client.close()
                    continue
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._path)
                self._lines += [client, server]
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    @staticmethod
    def _pass_on(one, other):
        with suppress(OSError):
            while piece := one.recv(65_536):
                other.sendall(piece)
        for line in (one, other):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def gate():
    """(address of a database of its own behind a gate, the gate)."""
    made_by = settings.DATABASES["default"]
    name = f"away_{os.getpid()}"
    where = {"host": made_by["HOST"], "user": made_by["USER"] or "postgres", "autocommit": True}
    with psycopg.connect(dbname="postgres", **where) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    [folder] = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"]
    between = Between(f"{folder}/.s.PGSQL.5432")
    yield f"postgres://{where['user']}@127.0.0.1:{between.port}/{name}", between
    between.close()
    with psycopg.connect(dbname="postgres", **where) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.timeout(600)
@pytest.mark.skipif(databases.KIND != "postgres", reason="SQLite's database cannot be away")
def test_a_database_that_is_away_is_451_and_work_resumes_by_itself(tmp_path, gate):
    url_of_database, between = gate
    before, late, after = letter(ALICE), letter(ALICE), letter(ALICE)
    with (
        name_server(ZONE) as dns,
        smart_host() as (url, kept),
        desk(tmp_path / "data", HOSTDESK_DNS=dns, SMTP_URL=url, DATABASE_URL=url_of_database) as house,
    ):
        outsider = prepare(house, tmp_path)
        assert answer_to(house, before) == "250"
        between.shut()
        piped = house.run("mail", "deliver", "--rcpt", "support@itpossible.com", given=late, check=False)

        assert answer_to(house, late) == "451"
        assert (piped.returncode, piped.stderr.decode().count("\n")) == (75, 1)
        assert house.get("/health/ready")[0] == 503
        assert house.get("/health/live")[0] == 200
        between.open()
        house.wait_for(lambda: answer_to(house, late) == "250")
        assert answer_to(house, after) == "250"
        assert all_became_acknowledged_tickets(house, outsider, kept, [before, late, after]) == ([], 0)
        assert house.wait_for(lambda: house.get("/health/ready")[0] == 200)
