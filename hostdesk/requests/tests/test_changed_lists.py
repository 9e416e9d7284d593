"""What needs the yes of two contacts is not had by changing who the contacts are: before, meanwhile, or after a yes."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from hostdesk.mail.models import OutboundMail
from hostdesk.requests import words
from hostdesk.requests.actions import confirming, contact_changes, contacts_by_staff
from hostdesk.requests.standing import case_of
from hostdesk.requests.tasks import look_again
from hostdesk.requests.tests.staging import Stage

clause = pytest.mark.clause


@pytest.fixture
def stage(world):
    world.now = timezone.now()
    return Stage(world)


@clause("contact.restricted")
@pytest.mark.parametrize("way", ["removed", "demoted", "moved"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_nobody_gets_round_a_second_yes_by_taking_the_other_contact_out_of_the_way(stage, way, when):
    at = stage.world.now
    primary, secondary = stage.primary, stage.secondary
    request = stage.asks("end", "cancellation") if when == "after" else None
    if way == "removed":
        contact_changes.remove(primary, secondary, submission=None, at=at)
    elif way == "demoted":
        stage.world.contact("x@else.example", name="X", username="other1", domains=())
        contact_changes.change_role(primary, stage.authorised, role="authorised", submission=None, at=at)
        contact_changes.change_role(primary, secondary, role="authorised", submission=None, at=at)
    else:
        contact_changes.change_address(
            primary, secondary, email="mine@own.example", network="n", submission=None, at=at
        )
        mail = OutboundMail.objects.filter(kind="contact_verification").latest("pk")
        contact_changes.verify(re.search(r"/contacts/verification/([\w-]+)", mail.text)[1], at=at)
        secondary.refresh_from_db()
    if when == "after":
        giver = secondary if way == "moved" else primary
        ended = confirming.confirm(request, by=giver, at=at)
        assert (ended.state, ended.clause) == ("refused", "contact.restricted")
        assert "Who may decide on this account was changed" in ended.sentence
        return
    refused = stage.asks("end", "cancellation")
    stage.world.move(hours=49)
    later_on = stage.asks("later", "cancellation")

    assert (refused.state, later_on.state) == ("refused", "second")
    assert "Who may decide on this account was changed" in refused.sentence


@clause("contact.restricted")
def test_nor_by_handing_the_account_to_a_second_self(stage):
    at = stage.world.now
    contact_changes.remove(stage.primary, stage.secondary, submission=None, at=at)
    contact_changes.hand_over(stage.primary, stage.authorised, network="n", submission=None, at=at)
    mail = OutboundMail.objects.filter(kind="contact_verification").latest("pk")
    contact_changes.verify(re.search(r"/contacts/verification/([\w-]+)", mail.text)[1], at=at)
    stage.authorised.refresh_from_db()
    stage.world.move(hours=1)

    assert stage.authorised.role == "primary"
    assert stage.asks("end", "cancellation", contact=stage.authorised).state == "refused"


@clause("contact.restricted")
@pytest.mark.parametrize("when", ["before", "after"])
def test_nor_by_having_our_staff_take_the_other_one_off_the_list(stage, when):
    at = stage.world.now
    request = stage.asks("end", "cancellation") if when == "after" else None
    contacts_by_staff.remove(stage.secondary, why="left the firm", by=stage.boss, at=at)
    if request is None:
        request = stage.asks("end", "cancellation")
    look_again(at)
    request.refresh_from_db()

    assert (request.state, request.clause) == ("refused", "contact.restricted")


@clause("contact.restricted")
def test_where_the_other_one_leaves_by_themselves_who_asked_is_asked_again_and_told_so(stage):
    at = stage.world.now
    request = stage.asks("end", "cancellation")
    contact_changes.remove(stage.secondary, stage.secondary, submission=None, at=at)
    look_again(at)
    request.refresh_from_db()
    mails = OutboundMail.objects.filter(kind="request_please_confirm", ticket_number=request.ticket_id)
    case = case_of(request)

    assert [mail.to_address for mail in mails.order_by("pk")] == [
        "alice@elsewhere.example",
        stage.primary.person.email,
    ]
    assert "once more" in mails.latest("pk").text
    assert words.standing(case, me=stage.primary, at=at).headline == "It must be confirmed twice"
    confirming.confirm(request, by=stage.primary, at=at)
    request.refresh_from_db()
    assert [
        point.title
        for point in words.steps(case_of(request), at=at)
        if "onfirmed" in point.title or "agreed" in point.title
    ] == ["Confirmed a second time"]


@clause("contact.restricted")
def test_no_button_outlives_the_contact_who_could_have_said_no(stage):
    """The round ends it within its seconds, and whoever asked reads why; nobody has to press first."""
    at = stage.world.now
    request = stage.asks("end", "cancellation")
    contact_changes.remove(stage.primary, stage.secondary, submission=None, at=at)
    look_again(at)
    request.refresh_from_db()
    mail = OutboundMail.objects.filter(ticket_number=request.ticket_id).latest("pk")

    assert (request.state, request.clause) == ("refused", "contact.restricted")
    assert (mail.kind, "Who may decide on this account was changed" in mail.text) == ("request_refused", True)


@clause("contact.restricted")
@clause("contact.privileges")
@pytest.mark.parametrize("way", ["removed", "demoted", "by staff"])
def test_a_second_yes_ends_with_the_right_of_who_gave_it(stage, way):
    at = stage.world.now
    request = stage.asks("end", "cancellation")
    assert confirming.confirm(request, by=stage.secondary, at=at).state == "wait"
    if way == "removed":
        contact_changes.remove(stage.primary, stage.secondary, submission=None, at=at)
    elif way == "demoted":
        contact_changes.change_role(stage.primary, stage.secondary, role="authorised", submission=None, at=at)
    else:
        contacts_by_staff.remove(stage.secondary, why="left", by=stage.boss, at=at)
    look_again(at)
    request.refresh_from_db()

    assert (request.state, request.clause) == ("refused", "contact.restricted")
    assert request.sentence.startswith("Alice Elsewhere, who agreed to it, may not decide")


@clause("contact.privileges")
def test_what_a_removed_contact_asked_for_ends_at_once_and_waits_for_no_agent(stage):
    at = stage.world.now
    mine = stage.asks(
        "php", "php_version", {"domain": "acme.example", "version": "8.3"}, contact=stage.authorised
    )
    others = stage.asks("php too", "php_version", {"domain": "acme.example", "version": "8.2"})
    contact_changes.remove(stage.primary, stage.authorised, submission=None, at=at)
    look_again(at)
    for request in (mine, others):
        request.refresh_from_db()

    assert (mine.state, mine.clause, others.state) == ("refused", "contact.privileges", "ready")


@clause("contact.restricted")
def test_a_change_of_the_list_lets_open_questions_stand_to_their_hour(stage):
    at = stage.world.now
    waiting = stage.asks("end", "cancellation")
    contact_changes.remove(stage.primary, stage.authorised, submission=None, at=at)
    look_again(at)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.look_at - at) == ("second", timedelta(hours=48))
    look_again(at + timedelta(hours=48))
    waiting.refresh_from_db()

    assert waiting.state == "expired"
    assert (
        OutboundMail.objects.filter(kind="request_please_confirm", ticket_number=waiting.ticket_id).count()
        == 1
    )


@clause("contact.restricted")
def test_a_contact_who_left_the_list_alone_stands_in_nobodys_way(stage):
    contact_changes.remove(stage.secondary, stage.secondary, submission=None, at=stage.world.now)
    request = stage.asks("end", "cancellation")

    assert confirming.confirm(request, by=stage.primary, at=stage.world.now).state == "wait"


@clause("contact.restricted")
def test_a_contact_who_moves_their_own_address_stands_in_nobodys_way(stage):
    at = stage.world.now
    contact_changes.change_address(
        stage.secondary, stage.secondary, email="alice@new.example", network="n", submission=None, at=at
    )
    mail = OutboundMail.objects.filter(kind="contact_verification").latest("pk")
    contact_changes.verify(re.search(r"/contacts/verification/([\w-]+)", mail.text)[1], at=at)
    request = stage.asks("end", "cancellation")
    stage.secondary.refresh_from_db()

    assert confirming.confirm(request, by=stage.secondary, at=at).state == "wait"
