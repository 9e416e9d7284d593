"""No request stops where nobody can bring it on, and none goes on where nobody looks."""

import re

import pytest
from django.utils import timezone

from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.ports.outcomes import PortDown
from hostdesk.requests.actions import approving, choosing, confirming, contact_changes
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.requests.models import AdminRequest, RecoveryLink
from hostdesk.requests.recovery_round import look_around
from hostdesk.requests.tasks import look_again
from hostdesk.requests.tests.staging import Stage
from hostdesk.requests.tests.test_desk_requests import desk, words
from hostdesk.requests.tests.test_through_panel import later, panel, state, wish  # noqa: F401
from hostdesk.tickets.actions import closing
from hostdesk.tickets.models import Message, Ticket
from hostdesk.tickets.tests.browsers import browser_of

clause = pytest.mark.clause
NEW = "veldskoen vetkoek vrydag"


@pytest.fixture
def stage(world):
    world.now = timezone.now()
    return Stage(world)


def password_links():
    return OutboundMail.objects.filter(kind="password_link").order_by("pk")


def token(mail):
    return re.search(r"/recovery/password/([\w-]+)", mail.text)[1]


def asks_again(stage):
    return stage.asks("again", "password_reset")


@clause("contact.password")
def test_a_link_for_a_new_password_that_ran_out_unused_ends_its_request_and_another_can_be_asked_for(stage):
    request = stage.asks("lost", "password_reset")
    with pytest.raises(Refused, match="under way already"):
        asks_again(stage)
    stage.world.move(days=3)
    look_again(stage.world.now)

    assert state(request) == "expired"
    told = OutboundMail.objects.get(kind="request_expired")
    assert "Nobody chose a new password while the link for it worked" in told.text
    assert asks_again(stage).state == "ready"
    assert not RecoveryLink.objects.filter(voided_at=None, request=request, expires_at__gt=stage.world.now)


@clause("contact.password")
def test_a_password_that_waits_for_an_agents_hands_does_not_run_out(stage):
    request = stage.asks("lost", "password_reset")
    choosing.choose(token(password_links().first()), NEW, at=stage.world.now)
    stage.world.move(days=5)
    look_again(stage.world.now)
    after = AdminRequest.objects.get(pk=request.pk)

    assert (after.state, after.look_at) == ("ready", None)


@clause("contact.password")
def test_when_the_panels_answer_is_lost_and_it_was_not_done_new_links_are_mailed(world, panel, monkeypatch):  # noqa: F811
    request = wish(world, "password_reset")
    before = password_links().count()

    def hangs(*_args, **_named):
        raise PortDown("no answer came")

    with monkeypatch.context() as lost:
        lost.setattr(panel, "carry_out", hangs)
        link = choosing.choose(token(password_links().first()), NEW, at=world.now)
    assert (link.outcome, state(request)) == ("unclear", "unclear")
    for _ in range(8):
        later(world, minutes=5)
        look_around(world.now)

    assert (state(request), password_links().count()) == ("ready", before * 2)
    assert choosing.choose(token(password_links().last()), NEW, at=world.now).outcome == "done"
    assert state(request) == "done"


@clause("fee.minimum")
@pytest.mark.parametrize("end", ["stopped", "refused", "asker removed"])
def test_money_that_was_paid_for_what_is_not_carried_out_stays_somebodys_business(stage, end):
    request = stage.asks("paying", "account_cleanup", contact=stage.authorised)
    if AdminRequest.objects.get(pk=request.pk).state == "second":
        confirming.confirm(request, by=stage.authorised, at=stage.world.now)
    confirming.accept_price(request, by=stage.authorised, cents=request.price_cents, at=stage.world.now)
    request.refresh_from_db()
    approving.record_payment(
        request, cents=request.price_cents, reference="EFT 77", by=stage.billing, at=stage.world.now
    )
    if end == "stopped":
        confirming.withdraw(request, by=stage.authorised, at=stage.world.now)
    elif end == "refused":
        approving.refuse_by_hand(request, reason="It cannot be done.", by=stage.agent, at=stage.world.now)
    else:
        contact_changes.remove(stage.primary, stage.authorised, submission=None, at=stage.world.now)
        stage.world.move(days=3)
        look_again(stage.world.now)
    ticket = Ticket.objects.get(pk=request.ticket_id)
    said = Message.objects.filter(ticket=ticket).latest("pk").text

    assert state(request) in ("withdrawn", "refused")
    assert ticket.state not in ("resolved", "closed")
    assert "R112.00 was paid for it (EFT 77): we look at that now" in said
    assert "the money is to be given back" in words(desk(stage.agent).get(f"/desk/tickets/{ticket.number}"))


@clause("fee.minimum")
def test_one_payment_is_not_noted_for_two_requests(stage):
    stage.everything()
    first, second = stage.by["payment"], stage.by["price"]
    confirming.accept_price(second, by=stage.authorised, cents=second.price_cents, at=stage.world.now)
    noted = {"by": stage.billing, "at": stage.world.now}
    approving.record_payment(first, cents=first.price_cents, reference="EFT 77", **noted)
    with pytest.raises(Refused, match=f"noted already, for ticket {first.ticket.number}"):
        approving.record_payment(second, cents=second.price_cents, reference=" eft  77", **noted)

    approving.record_payment(second, cents=second.price_cents, reference="EFT 77 (2 of 2)", **noted)


@clause("channel.tickets", "sla.resolve")
def test_a_ticket_that_was_resolved_opens_again_when_its_request_has_something_for_us_to_do(stage):
    request = stage.asks("mailed", "plan_change", {"plan": "B"}, channel="mail", trust="proven")
    ticket = Ticket.objects.get(pk=request.ticket_id)
    closing.resolve_by_contact(ticket, by=stage.primary.actor(), at=stage.world.now)
    stage.world.move(hours=1)
    confirming.confirm(request, by=stage.primary, at=stage.world.now)
    ticket.refresh_from_db()

    assert (state(request), ticket.state) == ("ready", "open")
    assert ticket.clocks.get(kind="resolution").state == "running"


@clause("contact.identify")
def test_nothing_is_asked_on_an_account_that_the_sender_has_not_named_yet(stage):
    stage.world.contact("alice@acme.example", username="acme02", domains=("acme2.example",))
    ticket = stage.letter("Please set PHP to 8.3.")
    assert ticket.account_id is None
    message = Message.objects.filter(ticket=ticket).first()
    asked = Wish(
        kind="php_version",
        contact=message.contact,
        channel="mail",
        trust="proven",
        details={"domain": "acme.example", "version": "8.3"},
        ticket=ticket,
    )
    with pytest.raises(Refused) as refusal:
        ask(asked, by=stage.agent.actor(), at=stage.world.now)

    assert refusal.value.clause == "contact.identify"
    assert AdminRequest.objects.count() == 0


@clause("fee.cleanup", "contact.restricted")
def test_a_press_that_comes_twice_is_one_yes_also_where_two_are_needed(world):
    world.now = timezone.now()
    alone = world.contact()
    asked = Wish(kind="cancellation", contact=alone, channel="mail", trust="proven")
    request = ask(asked, by=alone.actor(), at=world.now)
    browser, address = browser_of(alone), f"/client/requests/{request.pk}"
    page = browser.get(address).content.decode()
    given = {"question": re.search(r'name="question" value="(\w+)"', page)[1]}
    for _ in range(3):
        browser.post(f"{address}/confirmation", given)
    once = state(request)
    for _ in range(2):
        browser.post(f"{address}/confirmation")
    without = state(request)
    again = {
        "question": re.search(r'name="question" value="(\w+)"', browser.get(address).content.decode())[1]
    }
    browser.post(f"{address}/confirmation", again)

    assert (given, once, without, again) == (
        {"question": "first"},
        "second",
        "second",
        {"question": "second"},
    )
    assert state(request) == "wait"


@clause("contact.restricted")
def test_who_approved_ticks_no_step_and_notes_no_end(stage):
    from hostdesk.requests.actions import carrying

    request = stage.asks(
        "a", "dns_delegation", {"domain": "acme.example", "name_servers": "ns1.other.example"}
    )
    approving.approve(request, by=stage.other, at=stage.world.now)
    stage.world.move(days=10)
    look_again(stage.world.now)
    run = carrying.begin(request, panel="by_hand", before={"seen": "x"}, by=stage.agent, at=stage.world.now)
    noted = {"state": "done", "after": {"seen": "y"}, "answer": "", "at": stage.world.now}

    with pytest.raises(Refused, match="You approved this request"):
        carrying.tick(request, position=0, by=stage.other, at=stage.world.now)
    with pytest.raises(Refused, match="You approved this request"):
        carrying.finish(run, by=stage.other, **noted)
    page = desk(stage.other).get(f"/desk/requests/{request.pk}").content.decode()
    assert f"/desk/requests/{request.pk}/run/steps/0" not in page


@clause("channel.tickets")
def test_a_form_that_another_contact_sent_brings_nobody_their_request(stage):
    stage.asks("a", "php_version", {"domain": "acme.example", "version": "8.3"}, submission="r-1")
    bob = stage.world.contact(
        "bob@bravo.example", username="bravo01", customer="Bravo", domains=("bravo.example",)
    )
    asked = {"domain": "bravo.example", "version": "8.3"}
    with pytest.raises(Refused, match="sent before"):
        stage.asks("b", "php_version", asked, contact=bob, submission="r-1")
