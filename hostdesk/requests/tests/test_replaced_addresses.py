"""Whoever reads the old address of a contact has nothing there to press any more; what was asked goes to the new one."""

import re

import pytest

from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import details, links
from hostdesk.people.models import Contact
from hostdesk.requests.actions import confirming, contact_changes
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.requests.models import AdminRequest, Confirmation
from hostdesk.requests.tests.test_contact_changes import dns, people, token  # noqa: F401

clause = pytest.mark.clause
NEW = "successor@elsewhere.example"


def replace(world, me, contact):
    contact_changes.change_address(me, contact, email=NEW, network="n", submission=None, at=world.now)
    contact_changes.verify(token(NEW), at=world.now)


def link_at(address, kind, path):
    mail = OutboundMail.objects.filter(kind=kind, to_address=address).latest("pk")
    return re.search(rf"{path}/([\w-]+)", mail.text)[1]


def question_at(address):
    return link_at(address, "request_please_confirm", "/requests/confirmation")


@clause("contact.restricted")
@pytest.mark.parametrize("purpose", ["first", "second"])
def test_t11_a_yes_that_was_asked_for_at_a_replaced_address_is_given_at_the_new_one_only(
    world,
    people,  # noqa: F811
    dns,  # noqa: F811
    purpose,
):
    primary, secondary, _ = people
    if purpose == "first":
        wish = Wish(
            kind="plan_change", contact=secondary, channel="mail", trust="proven", details={"plan": "B"}
        )
    else:
        wish = Wish(kind="account_recreation", contact=primary, channel="client")
    request = ask(wish, by=wish.contact.actor(), at=world.now)
    old, until = (
        question_at("alice@elsewhere.example"),
        Confirmation.objects.get(contact=secondary).expires_at,
    )
    before = request.state
    world.move(hours=2)
    # Moved by the other contact, the address of who is to agree would end the request.
    replace(world, primary if purpose == "first" else secondary, secondary)

    with pytest.raises(Refused):
        confirming.confirm_by_link(old, at=world.now)
    asked = Confirmation.objects.get(contact=secondary)
    assert (asked.address, asked.expires_at) == (NEW, until)
    assert AdminRequest.objects.get(pk=request.pk).state == before
    confirming.confirm_by_link(question_at(NEW), at=world.now)
    assert AdminRequest.objects.get(pk=request.pk).state != before


@clause("contact.restricted")
def test_a_link_made_while_the_address_changed_counts_for_nothing(world, people):  # noqa: F811
    primary, *_ = people
    wish = Wish(kind="plan_change", contact=primary, channel="mail", trust="proven", details={"plan": "B"})
    ask(wish, by=primary.actor(), at=world.now)
    mailed = question_at(primary.person.email)
    Confirmation.objects.update(address="before@acme.example")

    with pytest.raises(Refused):
        confirming.confirm_by_link(mailed, at=world.now)


@clause("contact.listed_sender")
def test_t11_links_to_sign_in_or_to_confirm_details_end_with_the_address_they_went_to(world, people, dns):  # noqa: F811
    primary, *_ = people
    links.make(primary.person, next_path="/client/", at=world.now)
    details.ask(primary.person, why="age", at=world.now)
    signing_in = link_at("alice@acme.example", "sign_in_link", "/sign-in/link")
    confirming_details = link_at("alice@acme.example", "details_please", "/details")
    alive = (
        links.person_of_link(signing_in, at=world.now),
        details.person_of_link(confirming_details, at=world.now),
    )
    replace(world, primary, primary)

    assert alive == (primary.person, primary.person)
    assert Contact.objects.get(pk=primary.pk).person_id == primary.person_id
    assert links.person_of_link(signing_in, at=world.now) is None
    assert details.person_of_link(confirming_details, at=world.now) is None


def test_a_link_goes_to_the_address_of_this_moment_however_old_the_caller_is(world, people, dns):  # noqa: F811
    primary, *_ = people
    as_it_was = Contact.objects.select_related("person").get(pk=primary.pk).person
    replace(world, primary, primary)
    links.make(as_it_was, next_path="/client/", at=world.now)

    assert OutboundMail.objects.get(kind="sign_in_link").to_address == NEW
