"""Contacts sign in by mailed links."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people import queries
from hostdesk.people.actions import contacts, links, persons
from hostdesk.people.actions.limits import TooOften
from hostdesk.people.models import Contact, LinkRequest, SignInLink
from hostdesk.people.tests.making import BROWSER, ELSEWHERE, PERSON_PASSWORD

clause = pytest.mark.clause


def ask(world, email="alice@acme.example", network="203.0.113.9/32"):
    links.ask(email, next_path="/client/contacts", network=network, at=world.now)


def mailed(world):
    """The tokens of all links mailed so far, once the worker has been round."""
    while links.serve_requests(world.now):
        pass
    texts = OutboundMail.objects.filter(kind="sign_in_link").order_by("id").values_list("text", flat=True)
    return [text.partition("/sign-in/link/")[2].split()[0] for text in texts]


def test_a_contact_signs_in_once_by_the_mailed_link(world):
    contact = world.contact()
    ask(world, "ALICE@Acme.example")
    (token,) = mailed(world)

    assert list(OutboundMail.objects.values_list("to_address", flat=True)) == ["alice@acme.example"]
    assert links.person_of_link(token, at=world.now) == contact.person
    assert links.person_of_link(token, at=world.now) == contact.person
    signed_in, leads_to = links.use(token, browser=BROWSER, at=world.now)
    assert (signed_in.session.person, leads_to) == (contact.person, "/client/contacts")
    with pytest.raises(Refused):
        links.use(token, browser=BROWSER, at=world.now)
    assert token not in {link.token_sha256 for link in SignInLink.objects.all()}


@clause("contact.current")
def test_using_the_link_confirms_the_address(world):
    world.contact()
    ask(world)
    links.use(mailed(world)[0], browser=BROWSER, at=world.now)

    assert Contact.objects.get().confirmed_at == world.now


def test_a_link_lives_twenty_minutes(world):
    world.contact()
    ask(world)
    (token,) = mailed(world)

    assert links.person_of_link(token, at=world.now + timedelta(minutes=20, seconds=-1)) is not None
    with pytest.raises(Refused):
        links.use(token, browser=BROWSER, at=world.now + timedelta(minutes=20))


@clause("contact.unlisted")
@pytest.mark.parametrize(
    "email",
    ["stranger@nowhere.example", "alice@\u0430cme.example", "al\u0131ce@acme.example", "bob@x.example", ""],
)
def test_strangers_and_former_contacts_get_no_mail_and_leave_the_same_traces(world, email):
    world.contact()
    former = world.contact("bob@x.example", role="authorised")
    contacts.remove(former, by=OPERATOR, at=world.now)
    ask(world, email)

    assert mailed(world) == []
    assert (LinkRequest.objects.count(), OutboundMail.objects.count()) == (0, 0)


def test_asking_costs_the_same_queries_for_known_and_unknown(world):
    world.contact()
    shapes = []
    for email in ("alice@acme.example", "stranger@nowhere.example"):
        with CaptureQueriesContext(connection) as queries_made:
            ask(world, email, network=f"{email}/32")
        shapes.append([query["sql"].split()[0] for query in queries_made])

    assert shapes[0] == shapes[1]
    assert "INSERT" in shapes[0]


def test_asking_too_often_waits_for_known_and_unknown_alike(world):
    world.contact()
    waits = []
    for email in ("alice@acme.example", "stranger@nowhere.example"):
        for _ in range(5):
            ask(world, email, network=email)
        with pytest.raises(TooOften) as too_often:
            ask(world, email, network=email)
        waits.append(too_often.value.sentence)

    assert waits == ["That was too often. You can try again in 1 minute."] * 2


def test_an_office_that_asks_for_links_all_day_and_uses_them_never_waits(world):
    world.contact()
    for _ in range(40):
        ask(world, network=BROWSER.network)
        assert links.use(mailed(world)[-1], browser=BROWSER, at=world.now)


def test_a_wish_that_waited_too_long_is_dropped(world):
    world.contact()
    ask(world)
    world.now += timedelta(minutes=20)

    assert mailed(world) == []


def test_one_used_link_ends_the_others_of_the_person(world):
    world.contact()
    ask(world)
    ask(world)
    first, second = mailed(world)
    links.use(second, browser=BROWSER, at=world.now)

    assert links.person_of_link(first, at=world.now) is None


def test_a_link_of_a_removed_contact_is_dead(world):
    contact = world.contact()
    ask(world)
    (token,) = mailed(world)
    contacts.remove(contact, by=OPERATOR, at=world.now)

    assert links.person_of_link(token, at=world.now) is None
    with pytest.raises(Refused):
        links.use(token, browser=BROWSER, at=world.now)


def signed_in_by_link(world):
    ask(world)
    return links.use(mailed(world)[-1], browser=BROWSER, at=world.now)[0]


def set_password(session, new, *, current="", at):
    persons.set_password(session, current=current, new=new, browser=BROWSER, at=at)


def test_a_password_can_be_set_and_ends_the_other_browsers(world):
    contact = world.contact()
    here, there = signed_in_by_link(world), signed_in_by_link(world)
    set_password(here.session, PERSON_PASSWORD, at=world.now)

    assert [one.pk for one in queries.living_sessions([here.token, there.token], at=world.now)] == [
        here.session.pk
    ]
    assert world.outbox[-1] == ("password_changed", "alice@acme.example")
    signed_in = persons.sign_in("Alice@acme.example", PERSON_PASSWORD, browser=BROWSER, at=world.now)
    assert signed_in.session.person == contact.person
    here.session.refresh_from_db()
    here.session.person.refresh_from_db()
    with pytest.raises(Refused):
        set_password(here.session, "another good password", current="wrong", at=world.now)


def test_wrong_passwords_from_elsewhere_do_not_keep_a_contact_out_of_a_place_where_they_were(world):
    world.contact()
    set_password(signed_in_by_link(world).session, PERSON_PASSWORD, at=world.now)
    for _ in range(5):
        with pytest.raises(Refused):
            persons.sign_in("alice@acme.example", "wrong password here", browser=ELSEWHERE, at=world.now)

    with pytest.raises(TooOften):
        persons.sign_in("alice@acme.example", PERSON_PASSWORD, browser=ELSEWHERE, at=world.now)
    assert persons.sign_in("alice@acme.example", PERSON_PASSWORD, browser=BROWSER, at=world.now)


def test_unknown_without_password_and_removed_are_refused_in_the_same_words(world):
    contact = world.contact()
    set_password(signed_in_by_link(world).session, PERSON_PASSWORD, at=world.now)
    world.contact("bob@x.example", role="authorised")
    said = []
    for email, password in (
        ("stranger@nowhere.example", PERSON_PASSWORD),
        ("alice@acme.example", "wrong password here"),
        ("bob@x.example", PERSON_PASSWORD),
    ):
        with pytest.raises(Refused) as refused:
            persons.sign_in(email, password, browser=BROWSER, at=world.now)
        said.append(refused.value.sentence)
    contacts.remove(contact, by=OPERATOR, at=world.now)
    with pytest.raises(Refused) as refused:
        persons.sign_in("alice@acme.example", PERSON_PASSWORD, browser=BROWSER, at=world.now)

    assert [*said, refused.value.sentence] == [persons.WRONG] * 4


def test_demo_contacts_sign_in_on_this_machine_only(world):
    contact = world.contact()
    contact.person.demo = True
    contact.person.save()
    ask(world)
    (token,) = mailed(world)
    with pytest.raises(Refused, match="only from the machine"):
        links.use(token, browser=ELSEWHERE, at=world.now)

    assert links.use(token, browser=BROWSER, at=world.now)


@clause("scope.published")
def test_reading_the_policy_is_kept_once_with_its_first_time(world):
    person = world.contact().person
    persons.read_policy(person, [1, 2], at=world.now)
    persons.read_policy(person, [1], at=world.now + timedelta(days=1))

    assert queries.has_read_policy(person, [1, 2])
    assert not queries.has_read_policy(person, [1, 2, 3])
    assert set(person.policy_readings.values_list("policy_version_id", "at")) == {
        (1, world.now),
        (2, world.now),
    }
