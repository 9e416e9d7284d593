"""Changing who is listed, in the client area: what counts at once, what waits for an address, and on which ticket."""

import re
from datetime import timedelta

import pytest

from hostdesk.hosting import homes
from hostdesk.hosting.models import Server
from hostdesk.kit.refusals import Refused
from hostdesk.mail.auth.resolver import DnsDown, ZoneResolver
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import rechecking
from hostdesk.people.models import Contact, PendingContact, Person
from hostdesk.people.queries import contacts_for_address
from hostdesk.people.standing import contact_state
from hostdesk.people.tests.test_races import at_once, good
from hostdesk.policy import queries as policy
from hostdesk.requests.actions import contact_changes
from hostdesk.requests.models import AdminRequest
from hostdesk.tickets.models import Message, Ticket

clause = pytest.mark.clause


@pytest.fixture
def people(world):
    """An account with a primary, a secondary and an authorised contact."""
    primary = world.contact()
    secondary = world.contact("alice@elsewhere.example", name="Alice Elsewhere", role="secondary", domains=())
    authorised = world.contact("dev@acme.example", name="Dev", role="authorised")
    return primary, secondary, authorised


@pytest.fixture
def dns(monkeypatch):
    """What the off-server rule is told by DNS: call it with a zone."""

    def answers(zone):
        monkeypatch.setattr(homes, "_resolver", ZoneResolver(zone))

    answers({})
    return answers


def add(world, me, email="nina@new.example", *, role="authorised", name="Nina New", submission=None):
    return contact_changes.add(
        me,
        email=email,
        name=name,
        phone="+27 11 555 0100",
        role=role,
        network="192.0.2.1/32",
        submission=submission,
        at=world.now,
    )


def token(email="nina@new.example"):
    """The token of the newest link that was mailed to an address."""
    mail = OutboundMail.objects.filter(kind="contact_verification", to_address=email).latest("pk")
    return re.search(r"/contacts/verification/([\w-]+)", mail.text)[1]


def told(number=0):
    """To whom notice went, since a number of notices."""
    rows = (
        OutboundMail.objects.filter(kind="contacts_changed")
        .order_by("pk")
        .values_list("to_address", flat=True)
    )
    return sorted(rows[number:])


def roles(account):
    listed = Contact.objects.filter(account=account, removed_at=None)
    return dict(listed.values_list("person__email", "role"))


@clause("contact.listed_sender")
def test_an_address_counts_only_once_its_owner_has_pressed_the_button(world, people):
    primary = people[0]
    request = add(world, primary)
    pending = PendingContact.objects.get()
    world.prove("new.example")
    before = world.receives("nina@new.example")

    assert (before.disposition, contacts_for_address("nina@new.example")) == ("closed", [])
    assert contact_state(pending, policy.current().terms, at=world.now) == "unverified"
    assert (request.state, told()) == ("doing", [])

    world.now += timedelta(minutes=5)
    done = contact_changes.verify(token(), at=world.now)

    assert (done.contact.role, done.contact.confirmed_at) == ("authorised", world.now)
    assert AdminRequest.objects.get().state == "done"
    assert told() == ["alice@acme.example", "alice@elsewhere.example", "dev@acme.example"]
    assert world.receives("nina@new.example", words="Now?").disposition == "ticketed"


@clause("channel.tickets")
def test_every_change_stands_on_its_own_ticket_and_waits_for_nobody(world, people):
    primary, _, authorised = people
    add(world, primary)
    contact_changes.remove(primary, authorised, submission=None, at=world.now)
    contact_changes.change_details(
        primary, primary, name="Alice Ames", phone="", submission=None, at=world.now
    )
    requests = AdminRequest.objects.order_by("pk")

    assert [one.details["change"] for one in requests] == ["add", "remove", "change details"]
    assert len({one.ticket_id for one in requests}) == 3
    assert set(Ticket.objects.values_list("state", flat=True)) == {"resolved"}
    assert Ticket.objects.filter(clocks__stopped_at=None).count() == 0
    assert Message.objects.filter(kind="system").count() == 3


@clause("contact.restricted")
def test_an_authorised_contact_changes_nothing_and_leaves_no_ticket(world, people):
    _, _, authorised = people
    with pytest.raises(Refused) as refusal:
        add(world, authorised)

    assert (refusal.value.clause, Ticket.objects.count()) == ("contact.restricted", 0)


@clause("contact.listed_sender")
def test_those_who_are_asked_count_towards_the_limit_of_three(world, people):
    primary = people[0]
    add(world, primary, "one@new.example")
    add(world, primary, "two@new.example")
    with pytest.raises(Refused) as refusal:
        add(world, primary, "three@new.example")

    assert refusal.value.clause == "contact.listed_sender"
    contact_changes.cancel(primary, PendingContact.objects.first(), at=world.now)
    assert add(world, primary, "three@new.example").state == "doing"


def test_a_link_runs_out_and_is_sent_again(world, people):
    primary = people[0]
    add(world, primary)
    first = token()
    contact_changes.send_again(primary, PendingContact.objects.get(), network="n", at=world.now)
    with pytest.raises(Refused):
        contact_changes.verify(first, at=world.now)
    world.now += policy.current().terms.request_confirm
    with pytest.raises(Refused):
        contact_changes.verify(token(), at=world.now)

    assert contact_changes.expire(world.now) == 1
    assert (AdminRequest.objects.get().state, PendingContact.objects.get().ended) == ("expired", "expired")


def test_what_was_taken_back_cannot_be_verified(world, people):
    primary = people[0]
    add(world, primary)
    contact_changes.cancel(primary, PendingContact.objects.get(), at=world.now)
    with pytest.raises(Refused):
        contact_changes.verify(token(), at=world.now)

    assert AdminRequest.objects.get().state == "withdrawn"


def test_the_old_address_works_until_the_new_one_says_yes_and_is_told(world, people):
    primary = people[0]
    contact_changes.change_address(
        primary, primary, email="Alice@New.example", network="n", submission=None, at=world.now
    )

    assert len(contacts_for_address("alice@acme.example")) == 1
    contact_changes.verify(token("alice@new.example"), at=world.now)
    assert (
        len(contacts_for_address("alice@acme.example")),
        len(contacts_for_address("alice@new.example")),
    ) == (0, 1)
    assert told() == ["alice@acme.example", "alice@elsewhere.example", "dev@acme.example"]
    assert Person.objects.get(email="alice@new.example").pk == primary.person_id


def test_an_address_changed_by_another_brings_no_password_along(world, people):
    primary, _, authorised = people
    Person.objects.filter(pk=authorised.person_id).update(password="kept")
    contact_changes.change_address(
        primary, authorised, email="dev@new.example", network="n", submission=None, at=world.now
    )
    contact_changes.verify(token("dev@new.example"), at=world.now)
    new = Person.objects.get(email="dev@new.example")

    assert (new.password, new.pk != authorised.person_id) == ("", True)


@clause("contact.restricted")
def test_the_primary_goes_only_by_handing_over_and_only_when_the_other_agrees(world, people):
    primary, secondary, authorised = people
    with pytest.raises(Refused):
        contact_changes.remove(primary, primary, submission=None, at=world.now)
    with pytest.raises(Refused):
        contact_changes.hand_over(secondary, secondary, network="n", submission=None, at=world.now)
    with pytest.raises(Refused):
        contact_changes.change_address(
            secondary, primary, email="mine@new.example", network="n", submission=None, at=world.now
        )
    contact_changes.hand_over(primary, authorised, network="n", submission=None, at=world.now)

    assert roles(primary.account)["alice@acme.example"] == "primary"
    contact_changes.verify(token("dev@acme.example"), at=world.now)
    assert roles(primary.account) == {
        "alice@acme.example": "authorised",
        "alice@elsewhere.example": "secondary",
        "dev@acme.example": "primary",
    }


def test_somebody_new_becomes_primary_and_the_old_one_stays_authorised(world, people):
    primary = people[0]
    add(world, primary, role="primary")
    contact_changes.verify(token(), at=world.now)

    assert roles(primary.account)["nina@new.example"] == "primary"
    assert roles(primary.account)["alice@acme.example"] == "authorised"


def test_a_change_asked_by_somebody_who_was_removed_since_does_not_count(world, people):
    _, secondary, _ = people
    add(world, secondary)
    # Not by `contacts.remove`, which cancels the question itself: this wall stands behind that one.
    Contact.objects.filter(pk=secondary.pk).update(removed_at=world.now)
    with pytest.raises(Refused) as refusal:
        contact_changes.verify(token(), at=world.now)

    assert (refusal.value.clause, contacts_for_address("nina@new.example")) == ("contact.restricted", [])


def test_name_and_number_of_somebody_who_is_listed_elsewhere_are_theirs_alone(world, people):
    primary, _, authorised = people
    world.contact("dev@acme.example", username="other01", customer="Other", domains=())
    with pytest.raises(Refused):
        contact_changes.change_details(
            primary, authorised, name="Dev", phone="+27 11 555 0199", submission=None, at=world.now
        )

    assert Person.objects.get(pk=authorised.person_id).phone == ""


def test_one_press_that_comes_twice_is_one_change(world, people):
    primary = people[0]
    first, second = (add(world, primary, submission="press-1") for _ in range(2))

    assert (first.pk, PendingContact.objects.count(), Ticket.objects.count()) == (second.pk, 1, 1)


def test_nobody_fills_a_strangers_mailbox_through_us(world, people):
    primary = people[0]
    add(world, primary)
    with pytest.raises(Refused):
        for _ in range(10):
            contact_changes.send_again(primary, PendingContact.objects.get(), network="n", at=world.now)

    assert OutboundMail.objects.filter(kind="contact_verification").count() < 6


@pytest.mark.parametrize("name", ["Win now: http://evil.example", "a@b.example", "x" * 201, "", "Tab\x07"])
def test_a_name_that_carries_a_message_is_refused(world, people, name):
    with pytest.raises(Refused):
        add(world, people[0], name=name)


@clause("contact.off_server")
@pytest.mark.parametrize(
    "email", ["info@ACME.example", "info@sub.acme.example", "info@аcme.example", "i\u0441@acme.example"]
)
def test_t05_case_sub_domain_and_look_alikes_do_not_make_an_address_off_server(world, people, dns, email):
    primary, secondary, _ = people
    contact_changes.remove(primary, secondary, submission=None, at=world.now)
    dns({"xn--cme-5cd.example": [["MX", [10, "mail.acme.example"]]]})
    Server.objects.create(name="web01", hostnames=["mail.acme.example"], created_at=world.now)
    with pytest.raises(Refused) as refusal:
        add(world, primary, email, role="secondary")

    assert refusal.value.clause in ("contact.off_server", "contact.listed_sender")


@clause("contact.off_server")
@pytest.mark.parametrize(
    "zone",
    [
        {"new.example": [["MX", [10, "mx.web01.host.example"]]]},
        {"new.example": [["MX", [10, "mx.new.example"]]], "mx.new.example": [["A", "198.51.100.7"]]},
        {"new.example": [["A", "198.51.100.7"]]},
        {
            "new.example": [["MX", [10, "a.far.example"]], ["MX", [20, "mx.new.example"]]],
            "mx.new.example": [["AAAA", "::ffff:198.51.100.7"]],
        },
    ],
)
def test_a_secondary_whose_mail_comes_to_our_servers_is_refused_with_the_reason(world, people, dns, zone):
    primary, secondary, _ = people
    contact_changes.remove(primary, secondary, submission=None, at=world.now)
    dns(zone)
    Server.objects.create(
        name="web01", hostnames=["web01.host.example"], networks=["198.51.100.0/24"], created_at=world.now
    )
    with pytest.raises(Refused) as refusal:
        add(world, primary, role="secondary")

    assert refusal.value.clause == "contact.off_server"
    assert refusal.value.sentence.startswith(
        "Mail for new.example comes to our server web01, so nina@new.example is hosted here too. "
    )


@clause("contact.off_server")
def test_without_dns_a_secondary_is_accepted_and_looked_at_again(world, people, monkeypatch):
    class Silent:
        def lookup(self, name, kind):  # noqa: ARG002  (a resolver's signature)
            raise DnsDown(name)

    primary, secondary, _ = people
    contact_changes.remove(primary, secondary, submission=None, at=world.now)
    monkeypatch.setattr(homes, "_resolver", Silent())
    Server.objects.create(name="web01", networks=["198.51.100.0/24"], created_at=world.now)
    add(world, primary, role="secondary")
    contact_changes.verify(token(), at=world.now)
    rechecking.look_again(world.now)
    quiet = Contact.objects.get(role="secondary", removed_at=None).lives_on
    monkeypatch.setattr(homes, "_resolver", ZoneResolver({"new.example": [["A", "198.51.100.7"]]}))
    before = len(told())
    soon = rechecking.look_again(world.now + timedelta(minutes=59))
    rechecking.look_again(world.now + timedelta(hours=1))

    assert (quiet, soon) == ("", 0)
    assert Contact.objects.get(role="secondary", removed_at=None).lives_on == "web01"
    assert len(told()) == before + 3


@clause("contact.off_server")
def test_an_address_that_comes_home_is_told_once_and_so_is_its_leaving(world, people, dns):
    _, secondary, _ = people
    Server.objects.create(name="web01", networks=["198.51.100.0/24"], created_at=world.now)
    rechecking.look_again(world.now)
    assert told() == []
    dns({"elsewhere.example": [["A", "198.51.100.7"]]})
    for day in (1, 2):
        rechecking.look_again(world.now + timedelta(days=day))
    assert len(told()) == 3
    dns({"elsewhere.example": [["A", "203.0.113.7"]]})
    for day in (3, 4):
        rechecking.look_again(world.now + timedelta(days=day))

    assert len(told()) == 6
    assert Contact.objects.get(pk=secondary.pk).lives_on == ""


@pytest.mark.faults
def test_two_who_add_the_third_at_once_make_three(committed_world):
    world = committed_world
    primary = world.contact()
    world.contact("one@acme.example", role="authorised")
    world.contact("two@acme.example", role="authorised")
    results = at_once(*[lambda n=n: add(world, primary, f"new{n}@new.example") for n in range(4)])

    assert (len(good(results)), PendingContact.objects.count(), AdminRequest.objects.count()) == (1, 1, 1)


@pytest.mark.faults
def test_verify_pressed_twice_at_once_lists_once(committed_world):
    world = committed_world
    primary = world.contact()
    add(world, primary)
    key = token()
    results = at_once(*[lambda: contact_changes.verify(key, at=world.now)] * 4)

    assert (len(good(results)), len(contacts_for_address("nina@new.example"))) == (1, 1)
    assert len(told()) == 1


@pytest.mark.faults
def test_a_contact_removed_while_verifying_a_new_address_is_gone_or_has_it_and_is_gone(committed_world):
    world = committed_world
    primary = world.contact()
    dev = world.contact("dev@acme.example", role="authorised", name="Dev")
    contact_changes.change_address(
        primary, dev, email="dev@new.example", network="n", submission=None, at=world.now
    )
    key = token("dev@new.example")
    at_once(
        lambda: contact_changes.verify(key, at=world.now),
        lambda: contact_changes.remove(primary, dev, submission=None, at=world.now),
    )

    assert roles(primary.account) == {"alice@acme.example": "primary"}
    assert PendingContact.objects.filter(ended_at=None).count() == 0
