"""Who is a contact, of what, and until when."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from hostdesk.audit.models import Entry
from hostdesk.hosting import queries as hosting
from hostdesk.hosting.models import Server
from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.refusals import Refused
from hostdesk.people import queries
from hostdesk.people.actions import contacts, sessions
from hostdesk.people.models import Contact
from hostdesk.people.tests.making import BROWSER

clause = pytest.mark.clause


def add(world, account, email, role="authorised", name="Bob Brown"):
    return contacts.add(
        account, email=email, name=name, role=role, vouched_for="letter", by=OPERATOR, at=world.now
    )


@clause("contact.listed_sender")
def test_only_an_equal_address_finds_the_contact(world, django_assert_num_queries):
    contact = world.contact("kate@acme.example")
    with django_assert_num_queries(1):
        (found,) = queries.contacts_for_address("Kate@ACME.example")
        named = (found.person.name, found.account.username, found.account.customer.name)

    assert (found, named) == (contact, ("Alice Adams", "acme01", "Acme"))
    for stranger in (
        "\u212aate@acme.example",
        "kate@\u0430cme.example",
        "kate@acme.example.",
        "kate@sub.acme.example",
        "kate+x@acme.example",
        "xkate@acme.example",
        "kate@xacme.example",
        "kate@acme.example.evil.example",
        "",
        "kate",
        "kate@acme.example ",
    ):
        assert queries.contacts_for_address(stranger) == []


@clause("contact.listed_sender")
def test_one_person_may_act_for_several_accounts(world):
    world.contact("kate@agency.example", username="acme01", domains=())
    world.contact("kate@agency.example", username="bravo", customer="Bravo", domains=(), role="secondary")

    assert [
        (one.account.username, one.role) for one in queries.contacts_for_address("kate@agency.example")
    ] == [
        ("acme01", "primary"),
        ("bravo", "secondary"),
    ]


@clause("contact.listed_sender")
def test_the_fourth_authorised_contact_is_refused(world):
    account = world.contact().account
    for number in range(3):
        add(world, account, f"c{number}@x.example")
    with pytest.raises(Refused) as refused:
        add(world, account, "c3@x.example")

    assert (refused.value.clause, refused.value.sentence) == (
        "contact.listed_sender",
        "Account acme01 may have 3 authorised contacts; remove one first or choose another role.",
    )
    assert [one.person.email for one in queries.contacts_of(account)] == [
        "alice@acme.example",
        "c0@x.example",
        "c1@x.example",
        "c2@x.example",
    ]


@clause("contact.off_server")
@pytest.mark.parametrize("email", ["bob@acme.example", "bob@mail.acme.example", "bob@mail.host.example"])
def test_a_secondary_contact_who_lives_here_is_refused(world, email):
    account = world.contact().account
    Server.objects.create(name="web01", hostnames=["mail.host.example"], created_at=world.now)
    with pytest.raises(Refused) as refused:
        add(world, account, email, role="secondary")

    assert refused.value.clause == "contact.off_server"
    assert add(world, account, "bob@elsewhere.example", role="secondary").role == "secondary"


@clause("contact.off_server")
def test_changing_a_role_asks_the_same(world):
    account = world.contact().account
    bob = add(world, account, "bob@acme.example")
    with pytest.raises(Refused) as refused:
        contacts.change_role(bob, role="secondary", by=OPERATOR, at=world.now)

    assert refused.value.clause == "contact.off_server"


@pytest.mark.parametrize(
    ("email", "name", "role", "refusal"),
    [
        ("support@itpossible.com", "Bob", "authorised", "contact.listed_sender"),
        ("reply+x@itpossible.com", "Bob", "authorised", "contact.listed_sender"),
        ("bob at home", "Bob", "authorised", "contact.listed_sender"),
        ("bob@x.example", " ", "authorised", "contact.identify"),
        ("bob@x.example", "Bob\u202e", "authorised", "contact.identify"),
        ("bob@x.example", "Bob", "king", "contact.listed_sender"),
        ("bob@x.example", "Bob", "primary", "contact.listed_sender"),
        ("ALICE@acme.example", "Alice", "authorised", ""),
    ],
)
def test_what_cannot_be_a_contact_is_refused(world, email, name, role, refusal):
    account = world.contact().account
    with pytest.raises(Refused) as refused:
        add(world, account, email, role=role, name=name)

    assert refused.value.clause == refusal
    assert Contact.objects.count() == 1


def test_the_database_itself_allows_one_primary_and_one_row_a_person(world):
    contact = world.contact()
    other = world.contact("bob@x.example", role="authorised")
    for change in (
        {"person": other.person, "role": "primary"},
        {"person": contact.person, "role": "authorised"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Contact.objects.create(account=contact.account, vouched_for="x", created_at=world.now, **change)


def test_a_removed_contact_is_gone_everywhere_at_once_and_stays_as_history(world):
    contact = world.contact()
    signed_in = sessions.open_for_person(contact.person, browser=BROWSER, at=world.now)
    contacts.remove(contact, by=OPERATOR, at=world.now)

    assert queries.contacts_for_address("alice@acme.example") == []
    assert queries.contacts_of_person(contact.person) == []
    assert queries.living_sessions([signed_in.token], at=world.now) == []
    assert Contact.objects.get().removed_at == world.now
    assert list(Entry.objects.filter(subject_type="contact").values_list("verb", "actor_kind")) == [
        ("removed", "operator")
    ]
    assert add(world, contact.account, "alice@acme.example", role="primary").pk != contact.pk


def test_who_still_acts_for_another_account_stays_signed_in(world):
    contact = world.contact("kate@agency.example", domains=())
    world.contact("kate@agency.example", username="bravo", customer="Bravo", domains=())
    signed_in = sessions.open_for_person(contact.person, browser=BROWSER, at=world.now)
    contacts.remove(contact, by=OPERATOR, at=world.now)

    assert len(queries.living_sessions([signed_in.token], at=world.now)) == 1


def test_contacts_of_closed_accounts_are_no_contacts(world):
    contact = world.contact()
    contact.account.closed_at = world.now - timedelta(days=1)
    contact.account.save()

    assert queries.contacts_for_address("alice@acme.example") == []


@clause("scope.dedicated")
def test_a_dedicated_server_has_a_policy_of_its_own(world):
    hosted = world.contact().account
    machine = world.contact(
        "d@d.example", username="dedi", customer="D", domains=(), product="dedicated"
    ).account
    both = world.contact(
        "m@m.example", username="mixed", customer="M", domains=(), product="dedicated"
    ).account
    both.services.create(product="shared", created_at=world.now)

    assert hosting.policy_slugs_for([hosted.pk, machine.pk, both.pk]) == {
        hosted.pk: "hosting",
        machine.pk: "dedicated",
        both.pk: "hosting",
    }
    assert hosting.policy_slug_for(machine) == "dedicated"
