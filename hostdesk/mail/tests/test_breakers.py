"""Breakers: automatic mails stop before they are a storm, what people write does not, and calm returns by itself."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from hostdesk.jobs import health
from hostdesk.kit.actors import OPERATOR
from hostdesk.mail import actions, breakers
from hostdesk.mail.actions import OutboundDraft
from hostdesk.mail.models import Breaker, OutboundMail
from hostdesk.mail.tasks import deliver_waiting
from hostdesk.policy import queries as policy
from hostdesk.policy.actions import publish_packaged_if_none
from hostdesk.ports import smarthost

clause = pytest.mark.clause
AT = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def draft(n=0, **given):
    return OutboundDraft(
        **{
            "kind": "acknowledgement",
            "to_address": "thandi@customer.example",
            "subject": f"Matter {n}",
            "text": "We have it.\n",
            "ticket_number": 1001 + n,
            "automatic": True,
            **given,
        }
    )


@pytest.fixture
def desk(settings, db):
    publish_packaged_if_none(at=AT)
    settings.SMTP_URL = "memory://"
    twin = smarthost.MEMORY
    twin.sent.clear()
    twin.trouble.clear()
    yield twin
    twin.sent.clear()


def most(scope):
    return getattr(policy.current().terms, f"breaker_mails_per_{scope}")


def states():
    return list(OutboundMail.objects.order_by("id").values_list("state", "held_by"))


def flood(scope, *, at=AT):
    """As many mails as just fill one scope, and nothing beside it."""
    for n in range(most(scope)):
        given = {"address": {}, "ticket": {"ticket_number": 7, "to_address": f"a{n}@customer.example"},
                 "desk": {"to_address": f"a{n}@customer.example"}}[scope]  # fmt: skip
        actions.queue(draft(n, **given), at=at)


def one_more(scope, n=5000, *, at=AT, **given):
    same = {"address": {}, "ticket": {"ticket_number": 7, "to_address": f"b{n}@customer.example"},
            "desk": {"to_address": f"b{n}@customer.example"}}[scope]  # fmt: skip
    return actions.queue(draft(n, **{**same, **given}), at=at)


@clause("contact.listed_sender")
@pytest.mark.parametrize("scope", ["address", "ticket", "desk"])
def test_the_mail_beyond_a_scopes_limit_is_held_and_all_before_it_wait_with_it(desk, scope):
    flood(scope)
    held = one_more(scope)
    deliver_waiting(AT)

    assert (held.state, held.held_by, held.last_answer) == ("held", scope, breakers.reason_of(scope))
    assert [row.scope for row in breakers.open_now(at=AT)] == [scope]
    assert desk.sent == [], "what waited when the breaker opened does not leave either"


@clause("contact.listed_sender")
@pytest.mark.parametrize("scope", ["address", "ticket", "desk"])
def test_as_many_as_the_limit_leave(desk, scope):
    flood(scope)
    while deliver_waiting(AT):
        pass

    assert len(desk.sent) == most(scope)
    assert Breaker.objects.open(AT).count() == 0


def test_a_storm_to_one_address_holds_nobody_elses_mail(desk):
    flood("address")
    one_more("address")
    other = actions.queue(draft(1, to_address="sipho@other.example"), at=AT)
    while deliver_waiting(AT):
        pass

    assert other.state == "waiting"
    assert [letter.recipient for letter in desk.sent] == ["sipho@other.example"]


@clause("contact.listed_sender")
def test_what_a_person_wrote_and_ways_to_sign_in_go_out_through_any_storm(desk):
    flood("desk")
    one_more("desk")
    answer = actions.queue(draft(1, kind="answer", automatic=False), at=AT)
    link = actions.queue(draft(2, kind="sign_in_link", passes_breakers=True), at=AT)
    while deliver_waiting(AT):
        pass

    assert [mail.kind for mail in (answer, link)] == ["answer", "sign_in_link"]
    assert sorted(OutboundMail.objects.filter(state="sent").values_list("kind", flat=True)) == [
        "answer",
        "sign_in_link",
    ]


@clause("contact.listed_sender")
def test_a_breaker_closes_by_itself_after_a_quiet_time_and_counts_anew(desk):
    flood("address")
    one_more("address")
    quiet = policy.current().terms.breaker_quiet
    before = one_more("address", 6000, at=AT + quiet - SECOND)
    # The mail that just asked was within the window of the storm: the quiet time begins anew.
    again = AT + quiet - SECOND + quiet
    after = one_more("address", 6001, at=again)
    while deliver_waiting(again):
        pass

    assert (before.state, after.state) == ("held", "waiting")
    assert OutboundMail.objects.get(pk=after.pk).state == "sent"


def test_a_held_mail_is_sent_on_by_a_person_though_the_breaker_is_open(desk):
    flood("address")
    held = one_more("address")
    actions.send_again(held, by=OPERATOR, at=AT)
    while deliver_waiting(AT):
        pass

    held.refresh_from_db()
    assert (held.state, held.held_by, [letter.recipient for letter in desk.sent]) == (
        "sent",
        "",
        ["thandi@customer.example"],
    )
    assert OutboundMail.objects.exclude(state__in=["held", "sent"]).count() == 0


def test_held_mails_count_for_the_breaker_that_holds_them_and_not_for_the_wider_ones(desk):
    flood("address")
    for n in range(most("desk")):
        one_more("address", 6000 + n)

    assert [row.scope for row in breakers.open_now(at=AT)] == ["address"]


def test_the_page_of_health_warns_without_naming_anybody(desk):
    before = health.look(at=AT).warnings
    flood("address")
    one_more("address")
    after = health.look(at=AT).warnings

    assert set(after) - set(before) == {"Automatic mail is held back for 1 address; see the mailroom."}
    assert health.look(at=AT).is_healthy


@clause("contact.listed_sender")
def test_people_on_duty_are_told_once_of_each_opening(world):
    world.agent("Bongani")
    world.agent("Sara")
    flood("address", at=world.now)
    one_more("address", at=world.now)
    for _ in range(3):
        world.tend()
    told = OutboundMail.objects.filter(kind="breaker_opened").order_by("to_address")

    assert [mail.to_address for mail in told] == ["bongani@itpossible.com", "sara@itpossible.com"]
    assert [mail.state for mail in told] == ["waiting", "waiting"]
    assert "to thandi@customer.example are held back" in told[0].text

    world.move(days=1)
    flood("address", at=world.now)
    one_more("address", at=world.now)
    world.tend()
    assert OutboundMail.objects.filter(kind="breaker_opened").count() == 4


@clause("contact.listed_sender")
def test_a_held_acknowledgement_is_said_on_its_ticket(world):
    alice = world.contact()
    world.ticket(alice)
    for n in range(most("address")):
        actions.queue(draft(n, to_address="alice@acme.example", kind="notice"), at=world.now)
    ticket = world.ticket(alice, subject="Another")
    world.tend()

    assert ("acknowledgement", "held") in OutboundMail.objects.filter(ticket_number=ticket.pk).values_list(
        "kind", "state"
    )
    assert world.decisions(ticket)[-1] == ("contact.listed_sender", "held back")
    [(_, facts)] = [one for one in world.events(ticket) if one[0] == "mail held"]
    assert (facts["to"], facts["what"], facts["said"]) == (
        "alice@acme.example", "acknowledgement", breakers.reason_of("address"),
    )  # fmt: skip


def test_without_breakers_in_an_old_policy_mail_goes_out_and_the_operator_is_told(desk, monkeypatch):
    from types import SimpleNamespace

    from hostdesk.policy.terms import Terms

    old = object.__new__(Terms)
    old.__dict__.update({"label": "hosting/1"})
    monkeypatch.setattr(policy, "current", lambda *_: SimpleNamespace(terms=old))
    actions.queue(draft(), at=AT)

    assert states() == [("waiting", "")]
    assert breakers.warnings(at=AT) == [
        "The policy in force sets no breakers for automatic mail; publish its newest version."
    ]


@clause("contact.listed_sender")
@pytest.mark.parametrize("scope", ["address", "ticket", "desk"])
def test_workers_that_queue_at_once_let_not_one_mail_more_through(committed_world, scope):
    world, workers = committed_world, 6
    with transaction.atomic():
        flood(scope, at=world.now)
        OutboundMail.objects.order_by("-id").first().delete()
    together = threading.Barrier(workers)

    def race(n):
        try:
            together.wait(10)
            with transaction.atomic():
                one_more(scope, n, at=world.now)
        finally:
            connection.close()

    threads = [threading.Thread(target=race, args=(n,)) for n in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert OutboundMail.objects.filter(state="waiting").count() == most(scope)
    assert OutboundMail.objects.filter(state="held").count() == workers - 1


@clause("contact.listed_sender")
@pytest.mark.parametrize(
    ("scope", "key"), [("address", "thandi@customer.example"), ("ticket", "1001"), ("desk", "")]
)
def test_an_open_breaker_holds_also_when_little_was_sent_lately(desk, scope, key):
    breaker = Breaker.objects.create(scope=scope, key=key, opened_at=AT - 9 * MINUTE, open_until=AT + MINUTE)

    assert breakers.scope_that_holds("thandi@customer.example", 1001, at=AT) == scope
    assert breakers.scope_that_holds("thandi@customer.example", 1001, at=breaker.open_until) is None


@clause("contact.listed_sender")
@pytest.mark.parametrize(("scope", "key"), [("address", "pieter@customer.example"), ("ticket", "1002")])
def test_an_open_breaker_of_something_else_holds_nothing(desk, scope, key):
    Breaker.objects.create(scope=scope, key=key, opened_at=AT, open_until=AT + MINUTE)

    assert breakers.scope_that_holds("thandi@customer.example", 1001, at=AT) is None
    assert breakers.scope_that_holds("thandi@customer.example", None, at=AT) is None
