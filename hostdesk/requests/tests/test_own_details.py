"""Whoever's details are out of date puts them right by changing them: nobody says first that what is wrong is right."""

from datetime import timedelta

import pytest
from django.test import Client

from hostdesk.kit.refusals import Refused
from hostdesk.people.actions import reaching
from hostdesk.people.context import notices_for
from hostdesk.people.models import Contact, PendingContact, Person
from hostdesk.requests.actions import contact_changes
from hostdesk.requests.tasks import details_cured
from hostdesk.requests.tests.test_contact_changes import add, people, token  # noqa: F401
from hostdesk.requests.tests.test_desk_requests import cookie_of

clause = pytest.mark.clause


def grown_old(world, contact):
    Contact.objects.filter(pk=contact.pk).update(
        created_at=world.now - timedelta(days=2000), confirmed_at=None
    )


def coming_back(world, contact):
    for _ in range(2):
        reaching.count_bounce(contact.person_id, status="5.1.1", said="no such user", at=world.now)


def renamed(world, me, contact, name="Alice Bright"):
    return contact_changes.change_details(
        me, contact, name=name, phone="+27 11 555 0177", submission=None, at=world.now
    )


@clause("contact.current")
def test_who_may_not_change_the_list_is_told_who_can_and_sent_nowhere(world, people):  # noqa: F811
    primary, _, authorised = people

    assert [notices_for(one.person, at=world.now).may_change for one in (primary, authorised)] == [
        True,
        False,
    ]
    for one in (primary, authorised):
        grown_old(world, one)
        browser = Client()
        browser.cookies["hd_client"] = cookie_of(one.person, "")["value"]
        page = browser.get("/client/").content.decode()
        told = "the primary or secondary contact of the account can change them" in page
        assert (told, ">Change them<" in page) == (one is authorised, one is primary)


@clause("contact.restricted")
def test_an_authorised_contact_who_presses_remove_is_refused_as_on_every_other_page(world, people):  # noqa: F811
    _, secondary, authorised = people
    browser = Client()
    browser.cookies["hd_client"] = cookie_of(authorised.person, "")["value"]
    answer = browser.post(f"/client/contacts/{secondary.pk}/removal")

    assert (answer.status_code, "contact.restricted" in answer.content.decode()) == (403, True)
    assert Contact.objects.active().filter(pk=secondary.pk).exists()


@clause("contact.listed_sender")
def test_a_hand_over_that_leaves_no_place_for_the_old_primary_is_refused_when_it_is_asked(world, people):  # noqa: F811
    primary, secondary, _ = people
    world.contact("p2@acme.example", name="Two", role="authorised")
    world.contact("p3@acme.example", name="Three", role="authorised")
    Contact.objects.filter(pk=primary.pk).update(
        person=Person.objects.create(email="own@acme.example", name="Own", created_at=world.now)
    )
    primary.refresh_from_db()
    with pytest.raises(Refused) as refusal:
        contact_changes.hand_over(primary, secondary, network="n", submission=None, at=world.now)

    assert "there is none left" in refusal.value.sentence
    assert PendingContact.objects.count() == 0


def moved(world, me, contact, email="alice@new.example"):
    return contact_changes.change_address(
        me, contact, email=email, network="n", submission=None, at=world.now
    )


@clause("contact.current")
def test_another_name_or_number_of_ones_own_counts_as_the_word_that_they_are_right(world, people):  # noqa: F811
    primary, *_ = people
    grown_old(world, primary)
    ticket = world.ticket_of(world.receives(primary.person.email))
    before = ticket.state
    renamed(world, primary, primary)
    details_cured(world.now)
    ticket.refresh_from_db()

    person = Person.objects.get(pk=primary.person_id)
    assert (person.name, notices_for(person, at=world.now).doubt) == ("Alice Bright", "")
    assert (before, ticket.state) == ("waiting_customer", "new")


@clause("contact.current")
@pytest.mark.parametrize("doubtful", [grown_old, coming_back])
def test_another_address_of_ones_own_is_asked_for_and_cures_once_its_owner_agrees(world, people, doubtful):  # noqa: F811
    primary, *_ = people
    doubtful(world, primary)
    before = notices_for(Person.objects.get(pk=primary.person_id), at=world.now).doubt
    moved(world, primary, primary)
    contact_changes.verify(token("alice@new.example"), at=world.now)

    person = Person.objects.get(email="alice@new.example")
    assert (before != "", notices_for(person, at=world.now).doubt) == (True, "")


@clause("contact.current")
def test_a_question_to_ones_own_new_address_can_be_sent_again_and_taken_back(world, people):  # noqa: F811
    primary, *_ = people
    coming_back(world, primary)
    moved(world, primary, primary)
    row = PendingContact.objects.select_related("contact__person").get()
    first = token("alice@new.example")
    contact_changes.send_again(primary, row, network="n", at=world.now)
    assert token("alice@new.example") != first
    contact_changes.cancel(primary, row, at=world.now)

    assert PendingContact.objects.get().ended == "cancelled"


@clause("contact.current", "contact.restricted")
@pytest.mark.parametrize(
    ("doubtful", "said"),
    [(grown_old, "still right, with the button"), (coming_back, "Mail to you comes back")],
)
def test_what_concerns_others_waits_until_ones_own_details_are_in_order(world, people, doubtful, said):  # noqa: F811
    primary, _, authorised = people
    doubtful(world, primary)
    verbs = (
        lambda: add(world, primary),
        lambda: renamed(world, primary, authorised, name="Dev Bright"),
        lambda: moved(world, primary, authorised, "dev@new.example"),
        lambda: contact_changes.hand_over(primary, authorised, network="n", submission=None, at=world.now),
        lambda: contact_changes.remove(primary, authorised, submission=None, at=world.now),
    )
    for verb in verbs:
        with pytest.raises(Refused) as refusal:
            verb()
        assert (refusal.value.clause, said in refusal.value.sentence) == ("contact.current", True)


@clause("contact.restricted")
def test_an_authorised_contact_changes_no_details_however_old_they_are(world, people):  # noqa: F811
    *_, authorised = people
    grown_old(world, authorised)
    for verb in (renamed, moved):
        with pytest.raises(Refused) as refusal:
            verb(world, authorised, authorised)
        assert refusal.value.clause == "contact.restricted"
