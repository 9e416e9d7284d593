"""A policy published in mid-ticket makes no open promise worse; clocks on the wall that jump tear no ledger."""

import random
import shutil
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hostdesk.audit.models import Decision, Entry
from hostdesk.kit import moments
from hostdesk.kit.actors import SYSTEM
from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.policy import documents
from hostdesk.policy.actions import publish
from hostdesk.policy.sentences import say
from hostdesk.sla.ledger import first_difference
from hostdesk.tickets.actions.classing import set_class
from hostdesk.tickets.actions.identifying import choose_account
from hostdesk.tickets.actions.switching import switch_round
from hostdesk.tickets.actions.ticking import clock_round
from hostdesk.tickets.actions.writing import Answer, answer
from hostdesk.tickets.models import Breach, SlaClock, Ticket
from hostdesk.tickets.queries.ledger import replayed, steps_of
from hostdesk.tickets.switch_models import Switch
from hostdesk.tickets.tests.test_ledger import go_on

pytestmark = [pytest.mark.django_db]
clause = pytest.mark.clause


def publish_with(tmp_path, at, **figures):
    """Publish the hosting policy with other figures: minutes, or hours where the name of the figure ends in them."""
    folder = tmp_path / f"policy-{'-'.join(f'{k}{v}' for k, v in figures.items())}"
    shutil.copytree(Path(settings.HOSTDESK_POLICY), folder)
    terms = folder / "hosting" / "terms.yaml"
    text = terms.read_text()
    for key, value in figures.items():
        name = key if key.endswith("_hours") else f"{key}_minutes"
        before, rest = text.split(f"{name}:\n  value: ", 1)
        text = f"{before}{name}:\n  value: {value}\n{rest.split(chr(10), 1)[1]}"
        text = text.replace("  source: policy\n\n", "  source: policy\n\n")
    terms.write_text(text)
    return publish(documents.load_folder(folder).policies["hosting"], by=SYSTEM, at=at)


def judge_all(at):
    while switch_round(at):
        pass


def ends(ticket):
    return dict(ticket.clocks.values_list("kind", "due_at"))


@clause("sla.hours", "sla.response")
def test_where_clocks_rest_the_acknowledgement_and_the_page_name_the_time_of_the_clock(world, tmp_path):
    folder = tmp_path / "office-hours"
    shutil.copytree(Path(settings.HOSTDESK_POLICY), folder)
    terms = folder / "hosting" / "terms.yaml"
    name, always, office = "support_hours:\n  value: ", '["mon-sun 00:00-24:00"]', '["mon-fri 09:00-10:00"]'
    assert f"{name}{always}" in terms.read_text()
    terms.write_text(terms.read_text().replace(f"{name}{always}", f"{name}{office}"))
    publish(documents.load_folder(folder).policies["hosting"], by=SYSTEM, at=world.now)
    ticket = world.ticket()
    due = ticket.clocks.get(kind="response").due_at
    mail = OutboundMail.objects.get(kind="acknowledgement")
    told = [
        say(one.clause, one.outcome, one.facts, zone=ZoneInfo(settings.TIME_ZONE))
        for one in Decision.objects.filter(outcome="promised").order_by("pk")
    ]

    assert due - world.now > timedelta(days=1)
    assert moments.day_and_time(due, ZoneInfo(settings.TIME_ZONE), now=world.now) in mail.text
    assert "within 3 hours of our support hours" in mail.text
    assert "of its arrival" not in mail.text
    assert "within 3 hours of our support hours" in told[0]
    assert "answers within 3 hours of our support hours" in Client().get("/").content.decode()


@clause("scope.versions")
def test_a_kinder_promise_applies_to_what_is_open_and_an_unkinder_one_does_not(world, tmp_path):
    ticket, at = world.ticket(), world.now + timedelta(minutes=30)
    publish_with(tmp_path, at, response_breach=120, resolution_breach=480)
    judge_all(at)

    assert ends(ticket) == {
        "response": world.now + timedelta(hours=2),
        "resolution": world.now + timedelta(hours=6),
    }
    assert world.decisions(ticket).count(("scope.versions", "kinder promise")) == 1
    assert [first_difference(steps_of(clock)) for clock in ticket.clocks.all()] == [None, None]
    assert [clock.as_clock(None).used for clock in ticket.clocks.order_by("kind")] == [
        timedelta(0),
        timedelta(minutes=30),
    ]


@clause("scope.versions")
def test_publishing_breaks_no_promise(world, tmp_path):
    ticket, at = world.ticket(), world.now + timedelta(minutes=130)
    publish_with(tmp_path, at, response_breach=120)
    judge_all(at)

    assert ends(ticket)["response"] == world.now + timedelta(hours=3)


@clause("scope.versions")
def test_what_waits_for_the_customer_is_judged_by_the_time_that_is_left(world, tmp_path):
    agent, ticket = world.agent(), world.ticket()
    answer(ticket, Answer("Which one?"), by=agent, at=world.now + timedelta(minutes=60))
    at = world.now + timedelta(hours=20)
    publish_with(tmp_path, at, resolution_breach=330)
    judge_all(at)
    clock = SlaClock.objects.get(ticket=ticket, kind="resolution")

    assert (clock.state, clock.waits, clock.used_seconds) == ("paused", "customer", 3600)
    assert clock.due_at == at + timedelta(minutes=330 - 60)
    assert (replayed(clock).due_at, first_difference(steps_of(clock))) == (clock.due_at, None)


@clause("scope.versions")
def test_what_begins_after_the_publication_begins_under_it(world, tmp_path):
    at = world.now + timedelta(minutes=1)
    publish_with(tmp_path, at, response_breach=200)
    judge_all(at)
    later = world.ticket(at=at)

    assert ends(later)["response"] == at + timedelta(minutes=200)


@clause("scope.versions")
def test_many_are_judged_in_pieces_and_then_nothing_is_read_of_them(world, tmp_path, monkeypatch):
    monkeypatch.setattr("hostdesk.tickets.actions.switching.BATCH", 3)
    for _ in range(4):
        world.ticket()
    at = world.now + timedelta(minutes=1)
    publish_with(tmp_path, at, response_breach=120)
    pieces = []
    while judged := switch_round(at):
        pieces.append(judged)
    with CaptureQueriesContext(connection) as seen:
        switch_round(at)
    switch = Switch.objects.get()

    assert (pieces, switch.moved, switch.kept, switch.finished_at) == ([3, 3, 2], 4, 4, at)
    assert not [one["sql"] for one in seen if "slaclock" in one["sql"]]
    assert Entry.objects.filter(subject_type="policy", verb="open promises judged").count() == 1


@clause("sla.response", "sla.resolve")
@pytest.mark.parametrize("seed", range(8))
def test_a_clock_on_the_wall_that_jumps_tears_no_ledger(world, seed):
    chance, agent, alice = random.Random(seed), world.agent(), world.contact()
    ticket, at = world.ticket(alice), world.now
    for _ in range(16):
        at += timedelta(seconds=chance.choice((1, 900, 5_000, -1, -4_000, -50_000, 20_000)))
        try:
            go_on(chance, ticket, agent, alice, at)
        except Refused:
            continue
    for clock in SlaClock.objects.filter(ticket=ticket):
        instants = list(clock.steps.order_by("pk").values_list("at", flat=True))
        again = replayed(clock)

        assert instants == sorted(instants)
        assert clock.used_seconds >= 0
        assert (again.due_at, again.used.total_seconds(), again.stopped_at) == (
            clock.due_at,
            clock.used_seconds,
            clock.stopped_at,
        )
        assert first_difference(steps_of(clock)) is None


def test_a_round_under_a_clock_that_jumped_back_takes_no_warning_back(world):
    ticket = world.ticket()
    clock_round(world.now + timedelta(hours=2))
    clock_round(world.now - timedelta(days=1))

    assert SlaClock.objects.get(ticket=ticket, kind="response").state == "warned"


@clause("scope.versions", "class.general_fast")
def test_another_class_brings_no_harsher_version_by_the_back_door(world, tmp_path):
    agent, ticket, at = world.agent(), world.ticket(), world.now + timedelta(minutes=30)
    newest = publish_with(
        tmp_path, at, response_breach=200, resolution_breach=480, advanced_resolution_breach_hours=200
    )
    judge_all(at)
    set_class(ticket, "advanced", by=agent, at=at)
    advanced = ends(ticket)
    set_class(ticket, "general", by=agent, at=at + timedelta(minutes=1))

    assert advanced == {
        "response": world.now + timedelta(hours=3),
        "resolution": world.now + timedelta(hours=120),
    }
    assert ends(ticket)["resolution"] == world.now + timedelta(hours=6)
    assert newest.id not in ticket.clocks.values_list("policy_version", flat=True)
    assert ("scope.versions", "kinder promise") not in world.decisions(ticket)
    assert [first_difference(steps_of(clock)) for clock in ticket.clocks.all()] == [None, None]


@clause("scope.versions", "class.general_fast")
def test_another_class_takes_the_newest_version_where_its_promise_is_kinder(world, tmp_path):
    agent, ticket, at = world.agent(), world.ticket(), world.now + timedelta(minutes=30)
    newest = publish_with(tmp_path, at, response_breach=200, advanced_resolution_breach_hours=110)
    judge_all(at)
    set_class(ticket, "advanced", by=agent, at=at)
    set_class(ticket, "general", by=agent, at=at + timedelta(minutes=1))
    set_class(ticket, "advanced", by=agent, at=at + timedelta(minutes=2))

    assert ends(ticket) == {
        "response": world.now + timedelta(hours=3),
        "resolution": world.now + timedelta(hours=110),
    }
    assert dict(ticket.clocks.values_list("kind", "policy_version"))["resolution"] == newest.id
    assert world.decisions(ticket).count(("scope.versions", "kinder promise")) == 1


@clause("scope.versions", "class.general_fast")
def test_another_class_breaks_no_promise_by_a_newer_version(world, tmp_path):
    agent, ticket, at = world.agent(), world.ticket(), world.now + timedelta(hours=112)
    set_class(ticket, "not_supported", by=agent, at=world.now)
    publish_with(tmp_path, at, resolution_breach=350, advanced_resolution_breach_hours=110)
    judge_all(at)
    set_class(ticket, "advanced", by=agent, at=at)
    clock_round(at)

    assert ends(ticket)["resolution"] == world.now + timedelta(hours=120)
    assert not Breach.objects.filter(ticket=ticket, kind="resolution").exists()


@clause("scope.versions", "contact.identify")
def test_naming_the_account_brings_no_harsher_version_either(world, tmp_path):
    one, ticket = world.contact(), world.ticket()
    Ticket.objects.filter(pk=ticket.pk).update(account=None, customer=None)
    at = world.now + timedelta(minutes=10)
    before = ends(ticket)
    publish_with(tmp_path, at, response_breach=200, resolution_breach=480)
    judge_all(at)
    choose_account(ticket, one, via="signed in", at=at)

    assert ends(ticket) == before
