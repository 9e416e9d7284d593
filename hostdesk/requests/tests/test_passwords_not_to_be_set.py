"""A password that waits for an agent's hands is set by nobody once its request has ended, or its chooser has lost the right."""

import pytest
from django.utils import timezone

from hostdesk.hosting.models import Service
from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.models import Contact
from hostdesk.requests.actions import approving, choosing, confirming, contacts_by_staff
from hostdesk.requests.models import AdminRequest, RecoveryLink, Run
from hostdesk.requests.tasks import look_again
from hostdesk.requests.tests.test_desk_recoveries import desk, words
from hostdesk.requests.tests.test_lost_passwords import NEW, link_mails, request_of, token_to

pytestmark = [pytest.mark.clause("contact.password"), pytest.mark.django_db]
PRIMARY, SECONDARY = "alice@acme.example", "alice@elsewhere.example"


@pytest.fixture(params=["hosting", "dedicated"])
def chosen(world, request):
    """(request, link) of a password that the secondary contact chose and that waits for hands."""
    world.now = timezone.now()
    world.contact()
    world.contact(SECONDARY, name="Alice Elsewhere", role="secondary", domains=())
    if request.param == "dedicated":
        Service.objects.update(product="dedicated")
    asked = request_of(world, Contact.objects.get(role="primary"))
    return asked, choosing.choose(token_to(SECONDARY), NEW, at=world.now)


def now(row):
    return type(row).objects.get(pk=row.pk)


def mailed(kind):
    return sorted(OutboundMail.objects.filter(kind=kind).values_list("to_address", flat=True))


def ended(asked, how, world):
    if how == "withdrawn":
        confirming.withdraw(asked, by=asked.contact, at=world.now)
    else:
        approving.refuse_by_hand(asked, reason="A thief asked.", by=world.agent("Pieter"), at=world.now)


@pytest.mark.parametrize("how", ["withdrawn", "refused"])
def test_what_was_chosen_for_a_request_that_has_ended_is_no_work_for_anybody(world, chosen, how):
    asked, link = chosen
    ended(asked, how, world)
    browser = desk(world.agent())

    assert (now(asked).state, now(link).outcome, now(link).verifier) == (how, "dropped", "")
    assert "Passwords to set by hand" not in words(browser.get("/desk/recoveries/"))
    page = words(browser.get(f"/desk/passwords/{link.pk}"))
    assert ("not to be set any more" in page, "usermod" in page) == (True, False)


@pytest.mark.parametrize("how", ["withdrawn", "refused"])
def test_whoever_had_set_it_all_the_same_sets_another_one_and_everybody_hears(world, chosen, how):
    asked, link = chosen
    ended(asked, how, world)
    agent = world.agent()
    browser, address = desk(agent), f"/desk/passwords/{link.pk}"

    assert "must not be there" in words(browser.post(address, {"deed": "set"}, follow=True))
    assert (now(link).outcome, mailed("password_set"), Run.objects.count()) == ("late", [], 0)
    assert "acme01" in words(browser.get("/desk/recoveries/")).partition("Passwords to set by hand")[2]
    assert "must not be there" in words(browser.post(address, {"deed": "set"}, follow=True))
    browser.post(address, {"deed": "replaced"})

    assert (now(link).outcome, now(asked).state) == ("replaced", how)
    assert mailed("password_replaced") == [PRIMARY, SECONDARY]
    assert "Passwords to set by hand" not in words(browser.get("/desk/recoveries/"))


@pytest.mark.parametrize("how", ["removed", "lowered"])
@pytest.mark.parametrize("pressed", ["after the round", "before the round"])
def test_what_somebody_chose_who_lost_the_right_is_not_set_and_others_choose(world, chosen, how, pressed):
    asked, link = chosen
    chooser = Contact.objects.get(role="secondary")
    agent = world.agent()
    if how == "removed":
        contacts_by_staff.remove(chooser, why="They left.", by=world.agent("Pieter"), at=world.now)
    else:
        Contact.objects.filter(pk=chooser.pk).update(role="authorised")
        AdminRequest.objects.filter(pk=asked.pk).update(look_at=world.now)
    if pressed == "after the round":
        look_again(world.now)
        assert (now(link).outcome, now(asked).state) == ("dropped", "ready")

    with pytest.raises(Refused, match="must not be there"):
        choosing.set_by_hand(link, by=agent, at=world.now)

    assert (now(link).outcome, now(asked).state, mailed("password_set")) == ("late", "ready", [])
    assert link_mails() == [PRIMARY, PRIMARY, SECONDARY]
    again = choosing.choose(token_to(PRIMARY), NEW, at=world.now)
    choosing.set_by_hand(again, by=agent, at=world.now)
    assert (now(asked).state, now(link).outcome) == ("done", "replaced")


def test_what_is_set_has_ended_and_cannot_be_stopped_any_more(world, chosen):
    asked, link = chosen
    choosing.set_by_hand(link, by=world.agent(), at=world.now)

    assert (now(asked).state, Run.objects.get().state) == ("done", "done")
    with pytest.raises(Refused):
        confirming.withdraw(asked, by=asked.contact, at=world.now)
    assert mailed("password_set") == [PRIMARY, SECONDARY]


def test_of_two_contacts_who_press_at_the_same_instant_the_second_is_told_so(world, chosen, monkeypatch):
    asked, link = chosen
    RecoveryLink.objects.filter(pk=link.pk).update(outcome="asked", verifier="")
    RecoveryLink.objects.filter(contact__role="primary").update(voided_at=None)

    with pytest.raises(Refused, match="at this moment"):
        choosing._used_up(token_to(PRIMARY), at=world.now)
    assert now(asked).state == "ready"
