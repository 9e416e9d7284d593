"""kill -9 of whoever tells a panel, workers that race, presses that race: the panel is told once, and what it did is found."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.db import connection

from hostdesk.hosting.models import Server, ServerPanel
from hostdesk.hosting.panels import connect
from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.refusals import Refused
from hostdesk.ports.outcomes import PortDown
from hostdesk.ports.panels import twins
from hostdesk.requests.actions import through_panel
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.requests.models import AdminRequest, Run
from hostdesk.requests.tasks import look_at_panels
from tests.faults.test_kills import database  # noqa: F401  (a fixture)
from tests.panels.certificates import certificates
from tests.panels.model import SECRET
from tests.panels.serving import panel_server

pytestmark = pytest.mark.timeout(300)
CUSTOMERS = (
    "customer,account,product,server,domains,contact_name,contact_email,contact_role,contact_phone\n"
    "Acme,acme01,shared,web01,acme.example,Alice Adams,alice@acme.example,primary,\n"
)


class House:
    """A data folder or database of its own, and processes over it."""

    def __init__(self, folder, ca_file, database_url):
        kept = ("HOSTDESK_", "DATABASE_URL", "SMTP_URL", "DJANGO_")
        quiet = {name: value for name, value in os.environ.items() if not name.startswith(kept)}
        here = {
            "HOSTDESK_DATA": str(folder / "data"),
            "HOSTDESK_PANEL_CA": str(ca_file),
            "HOSTDESK_LOG": "error",
        }
        here |= {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
        self.env = {**quiet, **here, **({"DATABASE_URL": database_url} if database_url else {})}
        self.folder = folder

    def process(self, *words):
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", *words],
            env=self.env,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def run(self, *words, given=None):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", *words],
            env=self.env,
            cwd=self.folder,
            input=given,
            capture_output=True,
            timeout=120,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def within(seconds, what):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to this in time"
        time.sleep(0.1)


@pytest.mark.faults
@pytest.mark.clause("channel.tickets")
@pytest.mark.parametrize("trouble", ["hang after doing", "slow"])
def test_a_press_that_is_killed_while_the_panel_works_is_found_out_by_the_worker(tmp_path, database, trouble):  # noqa: F811
    ca_file, certificate = certificates(tmp_path)
    house = House(tmp_path, ca_file, database[0] if database else None)
    (tmp_path / "servers.csv").write_text("server,networks,hostnames\nweb01,192.0.2.0/24,\n")
    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    with panel_server("directadmin", certificate) as (url, panel):
        house.run("hostdesk", "servers", "import", "servers.csv")
        house.run("hostdesk", "customers", "import", "customers.csv")
        house.run("hostdesk", "agents", "add", "bo@itpossible.com", "--name", "Bo", "--role", "technician")
        words = ("--kind", "directadmin", "--url", url, "--user", "admin", "--secret-stdin")
        house.run("hostdesk", "servers", "panel", "web01", *words, given=f"{SECRET}\n")
        panel.trouble = [trouble]

        press = house.process("tests.faults.pressing", "press")
        within(60, lambda: any(panel.dialect.changes(one) for one in panel.asked))
        time.sleep(0.2)
        press.kill()
        press.wait(10)
        assert house.run("tests.faults.pressing", "state").startswith("doing asked")

        worker = house.process("hostdesk", "worker")
        try:
            wanted = "done done" if trouble == "hang after doing" else "unclear unclear"
            within(60, lambda: house.run("tests.faults.pressing", "state").startswith(wanted))
        finally:
            worker.terminate()
            worker.wait(20)

        assert sum(panel.dialect.changes(one) for one in panel.asked) == 1
        assert panel.model.accounts["acme01"]["suspended"] == (trouble == "hang after doing")


@pytest.fixture
def panel(committed_world, monkeypatch):
    """A panel in memory on a database with real commits, and a request that is ready."""
    world = committed_world
    memory = twins.MemoryPanel(facts={"account": "present", "suspended": "no", "plan": "Starter"})
    monkeypatch.setattr("hostdesk.ports.panels.choosing.MEMORY", memory)
    contact = world.contact()
    server = Server.objects.create(name="web01", created_at=world.now)
    where = {"kind": "cpanel", "url": "https://web01.example:2087", "user": "root", "secret": "token"}
    connect("web01", **where, by=OPERATOR, at=world.now)
    ServerPanel.objects.update(url="memory://")
    contact.account.services.update(server=server)
    given = Wish(kind="plan_change", contact=contact, channel="client", details={"plan": "Business 20"})
    memory.request = ask(given, by=contact.actor(), at=world.now)
    return memory


def together(count, what):
    """What each of `count` threads that start at once came to."""
    start, said = threading.Barrier(count), []

    def one(number):
        start.wait(10)
        try:
            said.append(what(number))
        except Refused as refusal:
            said.append(refusal.sentence)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return said


@pytest.mark.clause("channel.tickets")
def test_of_agents_who_press_at_once_one_tells_the_panel(committed_world, panel):
    agents = [committed_world.agent(f"A{n}") for n in range(4)]
    seen = through_panel.preview(panel.request).seen

    def press(number):
        return through_panel.carry_out(
            panel.request, seen=seen, by=agents[number], at=committed_world.now
        ).state

    said = together(4, press)

    assert (said.count("done"), len(panel.keys), Run.objects.count()) == (1, 1, 1)
    assert AdminRequest.objects.get().state == "done"


def test_workers_that_look_at_once_conclude_once_and_tell_nothing(committed_world, panel):
    panel.changes["change_plan"] = lambda _facts, _wish: panel.trouble.append(PortDown("gone"))
    panel.after_doing = [PortDown("no answer")]
    seen = through_panel.preview(panel.request).seen
    through_panel.carry_out(panel.request, seen=seen, by=committed_world.agent(), at=committed_world.now)
    assert AdminRequest.objects.get().state == "unclear"
    committed_world.move(minutes=1)

    looked = together(3, lambda _n: look_at_panels(committed_world.now))

    assert sorted(looked) == [0, 0, 1]
    assert (AdminRequest.objects.get().state, len(panel.keys)) == ("done", 1)


def test_of_two_who_undo_at_once_one_does(committed_world, panel):
    agents = [committed_world.agent(f"A{n}") for n in range(2)]
    seen = through_panel.preview(panel.request).seen
    run = through_panel.carry_out(panel.request, seen=seen, by=agents[0], at=committed_world.now)

    def undo(number):
        mine = Run.objects.select_related("request__account").get(pk=run.pk)
        return through_panel.undo(mine, by=agents[number], at=committed_world.now).state

    said = together(2, undo)

    assert said.count("done") == 1
    assert [name for name, _ in panel.keys] == ["change_plan", "undo change_plan"]
    assert AdminRequest.objects.get().state == "undone"
