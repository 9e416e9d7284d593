"""A panel that hangs holds a page for a short while only; what became of the wish is found out by the round."""

import dataclasses
import threading
import time

import pytest
from django.conf import settings as django_settings

from hostdesk.hosting import panels
from hostdesk.hosting.models import Server
from hostdesk.kit.actors import SYSTEM
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Contact
from hostdesk.ports.outcomes import PortAway, PortDown
from hostdesk.ports.panels import line
from hostdesk.requests.actions import through_panel
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.requests.models import Run
from hostdesk.requests.tasks import look_at_panels
from tests.panels.certificates import certificates
from tests.panels.model import SECRET
from tests.panels.serving import panel_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def slow(world, settings, tmp_path, monkeypatch):
    """A panel whose answers to reads are late by `slow.late` seconds; a page waits three seconds for a look, six in all."""
    ca_file, pem = certificates(tmp_path)
    settings.ENVIRONMENT = dataclasses.replace(django_settings.ENVIRONMENT, panel_ca=str(ca_file))
    monkeypatch.setattr(line, "SECONDS_TO_LOOK", 3.0)
    monkeypatch.setattr(line, "SECONDS_OF_A_PRESS", 6.0)
    with panel_server("cpanel", pem) as (url, server):
        server.late, answers = 0.0, server.dialect.answer

        def answer(request, model):
            server.over.wait(server.late)
            return answers(request, model)

        server.dialect.answer = answer
        contact = world.contact()
        contact.account.services.update(server=Server.objects.create(name="web01", created_at=world.now))
        panels.connect("web01", kind="cpanel", url=url, user="root", secret=SECRET, by=SYSTEM, at=world.now)
        yield server


def asked(world):
    contact = Contact.objects.get(role="primary")
    wish = Wish(kind="plan_change", contact=contact, channel="client", details={"plan": "Business 20"})
    return ask(wish, by=contact.actor(), at=world.now)


def lasted(since):
    return time.monotonic() - since


def test_a_look_at_a_panel_that_hangs_is_given_up_with_a_sentence(world, slow):
    request = asked(world)
    slow.late = 30
    began = time.monotonic()
    shown = through_panel.preview(request)

    assert "cannot be asked now" in shown.problem
    assert "gave no" in shown.problem
    assert lasted(began) < 20


def test_a_press_on_a_panel_that_hangs_sends_nothing_it_could_not_look_at(world, slow):
    request = asked(world)
    seen = through_panel.preview(request).seen
    slow.late = 30
    began = time.monotonic()
    with pytest.raises(Refused, match="cannot be asked now"):
        through_panel.carry_out(request, seen=seen, by=world.agent(), at=world.now)

    assert lasted(began) < 20
    assert (slow.works, Run.objects.count()) == (0, 0)


def test_a_panel_that_hangs_after_the_work_is_told_once_and_the_round_finds_out(world, slow):
    request = asked(world)
    seen = through_panel.preview(request).seen
    slow.trouble = ["hang after doing"]
    began = time.monotonic()
    run = through_panel.carry_out(request, seen=seen, by=world.agent(), at=world.now)

    assert (run.state, lasted(began) < 20) == ("unclear", True)
    world.move(minutes=1)
    look_at_panels(world.now)
    run.refresh_from_db()
    assert (run.state, slow.works) == ("done", 1)


def test_who_waits_for_panels_takes_half_of_the_threads_at_most(world, slow, monkeypatch):
    request, agent = asked(world), world.agent()
    seen = through_panel.preview(request).seen
    monkeypatch.setattr(line, "SECONDS_FOR_A_PLACE", 0.05)
    over, there = threading.Event(), threading.Semaphore(0)

    def waits():
        with line.no_longer_than(60):
            there.release()
            over.wait(60)

    many = max(1, django_settings.ENVIRONMENT.web_threads // 2)
    others = [threading.Thread(target=waits) for _ in range(many)]
    for one in others:
        one.start()
        there.acquire()
    try:
        assert "others wait for control panels" in through_panel.preview(request).problem
        with pytest.raises(Refused, match="Nothing was sent: others wait"):
            through_panel.carry_out(request, seen=seen, by=agent, at=world.now)
    finally:
        over.set()
        for one in others:
            one.join()

    assert (slow.works, Run.objects.count()) == (0, 0)
    assert through_panel.carry_out(request, seen=seen, by=agent, at=world.now).state == "done"


def test_what_is_asked_after_the_time_is_over_is_not_sent(slow):
    panel = panels.panel_of(panels.panels()[0])
    slow.late = 30
    with line.no_longer_than(60), line.no_longer_than(3):
        with pytest.raises(PortDown) as late:
            panel.check()
        count = len(slow.asked)
        with pytest.raises(PortAway, match="no time left"):
            panel.check()

    assert type(late.value) is PortDown
    assert len(slow.asked) == count
