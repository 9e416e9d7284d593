"""The telephone PIN: who says it is believed, who guesses is locked out, and nobody can read it."""

import pytest
from django.db import connection

from hostdesk.audit.models import Entry
from hostdesk.kit.refusals import Refused
from hostdesk.people import rules
from hostdesk.people.actions import contacts, pins
from hostdesk.people.models import PhonePin
from hostdesk.people.tests.making import agent
from hostdesk.people.tests.test_races import at_once

PIN = "394712"


@pytest.mark.parametrize(
    "pin",
    ["12345", "1234567", "12a456", "١٢٣٤٥٦", "123456", "654321", "000000", "121212", "123123", "112211", ""],
)
def test_a_pin_that_is_guessed_first_is_refused(pin):
    assert rules.pin_fault(pin) is not None


def test_a_pin_without_a_pattern_is_taken():
    assert rules.pin_fault(PIN) is None


def caller(world):
    contact = world.contact()
    pins.set_pin(contact.person, PIN, by=contact.actor(), at=world.now)
    return contact, agent(world).actor()


def said(world, contact, someone, *spoken):
    return [pins.check(contact, pin, by=someone, at=world.now).outcome for pin in spoken]


@pytest.mark.django_db
def test_the_right_pin_is_believed_and_forgives_what_was_mistyped(world):
    contact, someone = caller(world)

    assert said(world, contact, someone, "394713", f" {PIN} ", "394713") == ["wrong", "right", "wrong"]
    assert pins.check(contact, "1", by=someone, at=world.now).tries_left == 3


@pytest.mark.django_db
def test_t50_five_wrong_pins_lock_it_for_the_right_one_too_until_it_is_renewed(world):
    contact, someone = caller(world)

    assert said(world, contact, someone, *["394713"] * 5, PIN) == ["wrong"] * 4 + ["locked"] * 2
    assert world.outbox[-1] == ("pin_locked", contact.person.email)
    pins.set_pin(contact.person, "582914", by=contact.actor(), at=world.now)
    assert said(world, contact, someone, PIN, "582914") == ["wrong", "right"]


def called_back(world, contact, someone, *spoken):
    return [pins.check(contact, pin, called_back=True, by=someone, at=world.now).outcome for pin in spoken]


def reachable(contact):
    contact.person.phone = "+27 21 000 0100"
    contact.person.save(update_fields=["phone"])


@pytest.mark.django_db
def test_t50_wrong_pins_of_callers_do_not_lock_the_owner_out_who_is_called_back(world):
    contact, someone = caller(world)
    reachable(contact)
    said(world, contact, someone, *["394713"] * 5)
    locked = pins.check(contact, PIN, by=someone, at=world.now)

    assert (locked.outcome, locked.call_back) == ("locked", True)
    assert "Call the contact back" in locked.sentence
    assert called_back(world, contact, someone, PIN) == ["right"]
    # Who answers there and knows it is the owner: it counts on calls that come in again.
    assert said(world, contact, someone, PIN) == ["right"]


@pytest.mark.django_db
def test_t50_on_a_call_back_too_five_wrong_pins_are_the_end_until_it_is_renewed(world):
    contact, someone = caller(world)
    reachable(contact)

    assert called_back(world, contact, someone, *["394713"] * 5, PIN) == ["wrong"] * 4 + ["locked"] * 2
    assert world.outbox.count(("pin_locked", contact.person.email)) == 1
    locked = pins.check(contact, PIN, by=someone, at=world.now)
    assert (locked.outcome, locked.call_back) == ("locked", False)
    pins.set_pin(contact.person, "582914", by=contact.actor(), at=world.now)
    assert called_back(world, contact, someone, "582914") == ["right"]


@pytest.mark.django_db
def test_a_call_back_needs_a_number_that_we_have(world):
    contact, someone = caller(world)
    contact.person.phone = ""
    contact.person.save(update_fields=["phone"])
    said(world, contact, someone, *["394713"] * 5)

    assert not pins.check(contact, PIN, by=someone, at=world.now).call_back
    with pytest.raises(Refused, match="no number"):
        called_back(world, contact, someone, PIN)


@pytest.mark.django_db
def test_t50_the_pin_stands_nowhere_but_as_a_hash(world):
    contact, someone = caller(world)
    said(world, contact, someone, PIN)
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            assert PIN not in str(cursor.fetchall()), table
    assert PhonePin.objects.get().pin.startswith("argon2")


@pytest.mark.django_db
def test_who_is_no_contact_any_more_proves_nothing_by_a_pin(world):
    contact, someone = caller(world)
    contacts.remove(contact, by=someone, at=world.now)

    assert said(world, contact, someone, PIN) == ["none"]


@pytest.mark.django_db
def test_every_check_stands_in_the_history_without_the_pin(world):
    contact, someone = caller(world)
    said(world, contact, someone, "394713", PIN)
    told = Entry.objects.filter(verb="telephone PIN checked").order_by("id")

    assert [(one.actor_id, one.facts) for one in told] == [
        (someone.id, {"outcome": "wrong"}),
        (someone.id, {"outcome": "right"}),
    ]


@pytest.mark.django_db
def test_a_pin_is_the_persons_own_and_needs_to_be_set(world):
    _, someone = caller(world)
    other = world.contact("bob@bravo.example", username="bravo01", customer="Bravo", domains=())

    assert said(world, other, someone, PIN) == ["none"]


@pytest.mark.faults
def test_t50_many_guesses_at_once_are_all_counted(committed_world):
    world = committed_world
    contact, someone = caller(world)
    results = at_once(
        *[
            lambda n=n: pins.check(contact, f"39471{n}", by=someone, at=world.now)
            for n in (3, 4, 5, 6, 7, 8, 9, 0)
        ]
    )

    assert PhonePin.objects.get().tries == 5
    assert sum(one.outcome == "locked" for one in results) >= 3
    assert pins.check(contact, PIN, by=someone, at=world.now).outcome == "locked"


@pytest.mark.django_db
def test_a_pin_that_was_refused_leaves_the_old_one(world):
    contact, someone = caller(world)
    with pytest.raises(Refused):
        pins.set_pin(contact.person, "123456", by=contact.actor(), at=world.now)

    assert said(world, contact, someone, PIN) == ["right"]
