"""Another address for a contact: on every account where the asker may, each with its ticket, and the role as it is by then."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from hostdesk.hosting import homes
from hostdesk.kit.refusals import Refused
from hostdesk.mail import ours
from hostdesk.mail.auth.resolver import ZoneResolver
from hostdesk.mail.models import OutboundMail
from hostdesk.people.models import Contact, PendingContact, Person
from hostdesk.people.tests.test_races import at_once, good
from hostdesk.requests.actions import contact_changes
from hostdesk.requests.models import AdminRequest
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.tests.browsers import browser_of, page

clause = pytest.mark.clause
NEW = "tshepo@new.example"


@pytest.fixture
def tshepo(world, monkeypatch):
    """One person: primary of one account, secondary of a second, authorised on a third; each has somebody else as well."""
    monkeypatch.setattr(homes, "_resolver", ZoneResolver({}))
    return stage(world)


def stage(world):
    one = {"customer": "Jozi Web", "domains": ("jozi.example",), "username": "joziweb"}
    two = {"customer": "Melville Books", "domains": ("melville.example",), "username": "melvbook"}
    three = {"customer": "Soweto Gym", "domains": ("gym.example",), "username": "sowegym"}
    found = {}
    for name, about, role in (
        ("one", one, "primary"),
        ("two", two, "secondary"),
        ("three", three, "authorised"),
    ):
        found[name] = world.contact("tshepo@mail.example", name="Tshepo Maseko", role=role, **about)
        other = "primary" if role != "primary" else "authorised"
        world.contact(f"{name}@{about['domains'][0]}", name=f"Other {name}", role=other, **about)
    return found


def change(world, me, contact=None, email=NEW):
    return contact_changes.change_address(
        me, contact or me, email=email, network="n", submission=None, at=world.now
    )


def token(email=NEW):
    mail = OutboundMail.objects.filter(kind="contact_verification", to_address=email).latest("pk")
    return re.search(r"/contacts/verification/([\w-]+)", mail.text)[1]


def addresses():
    listed = Contact.objects.active().filter(person__name="Tshepo Maseko")
    return dict(listed.values_list("account__username", "person__email"))


@clause("contact.restricted")
def test_one_press_changes_an_address_wherever_the_asker_may_and_nowhere_else(world, tshepo):
    Person.objects.filter(pk=tshepo["one"].person_id).update(password="kept")
    request = change(world, tshepo["one"])

    mails = OutboundMail.objects.filter(kind="contact_verification")
    assert (mails.count(), "accounts joziweb, melvbook at" in mails.get().text) == (1, True)
    assert request.details["also_on"] == "melvbook"
    assert request.details["not_on"].startswith("sowegym: ")
    assert "primary or secondary" in request.details["not_on"]
    done = contact_changes.verify(token(), at=world.now)

    assert addresses() == {"joziweb": NEW, "melvbook": NEW, "sowegym": "tshepo@mail.example"}
    assert [one.contact.account.username for one in done.others] == ["melvbook"]
    # A contact stays on the old address, so password and PIN stay with it.
    assert Person.objects.get(email=NEW).password == ""


@clause("channel.tickets")
def test_every_account_has_its_own_ticket_of_it(world, tshepo):
    change(world, tshepo["one"])
    contact_changes.verify(token(), at=world.now)

    rows = AdminRequest.objects.order_by("account__username")
    assert [(row.account.username, row.state) for row in rows] == [("joziweb", "done"), ("melvbook", "done")]
    assert Ticket.objects.count() == 2
    assert {row.ticket.account_id for row in rows} == {tshepo["one"].account_id, tshepo["two"].account_id}


def test_the_other_contacts_of_each_account_concerned_get_one_notice_that_names_theirs(world, tshepo):
    change(world, tshepo["one"])
    contact_changes.verify(token(), at=world.now)
    notices = {mail.to_address: mail.subject for mail in OutboundMail.objects.filter(kind="contacts_changed")}

    assert notices == {
        "one@jozi.example": "The contacts of account joziweb have changed",
        "two@melville.example": "The contacts of account melvbook have changed",
        "tshepo@mail.example": "The contacts of accounts joziweb, melvbook have changed",
    }


def test_where_no_contact_stays_on_the_old_address_the_person_takes_password_and_pin_along(world, tshepo):
    Contact.objects.filter(pk=tshepo["three"].pk).update(removed_at=world.now)
    Person.objects.filter(pk=tshepo["one"].person_id).update(password="kept")
    change(world, tshepo["one"])
    contact_changes.verify(token(), at=world.now)

    found = Person.objects.get(email=NEW)
    assert (found.pk, found.password) == (tshepo["one"].person_id, "kept")


def test_another_contact_reaches_only_the_accounts_that_are_theirs_too(world, tshepo):
    other = Contact.objects.get(person__email="two@melville.example")
    request = change(world, other, tshepo["two"])
    contact_changes.verify(token(), at=world.now)

    assert "also_on" not in request.details
    assert "not_on" not in request.details
    assert addresses() == {
        "joziweb": "tshepo@mail.example", "melvbook": NEW, "sowegym": "tshepo@mail.example"
    }  # fmt: skip


def test_one_account_taken_back_before_the_press_stays_as_it_is(world, tshepo):
    change(world, tshepo["one"])
    row = PendingContact.objects.get(account=tshepo["two"].account)
    contact_changes.cancel(tshepo["two"], row, at=world.now)
    contact_changes.verify(token(), at=world.now)

    assert addresses()["melvbook"] == "tshepo@mail.example"


@clause("contact.restricted")
def test_a_right_lost_on_one_account_leaves_that_one_out_and_says_so(world, tshepo):
    change(world, tshepo["one"])
    Contact.objects.filter(pk=tshepo["two"].pk).update(role="authorised")
    done = contact_changes.verify(token(), at=world.now)

    assert (addresses()["joziweb"], addresses()["melvbook"]) == (NEW, "tshepo@mail.example")
    assert "primary or secondary" in done.left_out[0].sentence
    row = AdminRequest.objects.get(account=tshepo["two"].account)
    assert (row.state, row.sentence) == ("refused", done.left_out[0].sentence)


@clause("contact.off_server")
def test_an_account_on_which_the_address_would_be_at_home_is_left_out(world, tshepo):
    request = change(world, tshepo["one"], email="tshepo@melville.example")

    assert "also_on" not in request.details
    assert "melvbook: tshepo@melville.example lives on melville.example" in request.details["not_on"]


@pytest.mark.parametrize(("before", "since"), [("secondary", "authorised"), ("authorised", "secondary")])
@clause("contact.restricted")
def test_a_new_address_leaves_the_role_that_was_changed_in_between(world, monkeypatch, before, since):
    monkeypatch.setattr(homes, "_resolver", ZoneResolver({}))
    primary = world.contact()
    other = world.contact("kim@elsewhere.example", role=before, domains=())
    change(world, primary, other)
    contact_changes.change_role(primary, other, role=since, submission=None, at=world.now)
    contact_changes.verify(token(), at=world.now)

    assert Contact.objects.get(person__email=NEW).role == since


@clause("contact.off_server")
def test_who_became_secondary_in_between_gets_no_address_at_home(world, monkeypatch):
    primary = world.contact()
    other = world.contact("kim@elsewhere.example", role="authorised", domains=())
    monkeypatch.setattr(homes, "_resolver", ZoneResolver({}))
    change(world, primary, other, email="kim@acme.example")
    contact_changes.change_role(primary, other, role="secondary", submission=None, at=world.now)
    with pytest.raises(Refused) as refusal:
        contact_changes.verify(token("kim@acme.example"), at=world.now)

    assert refusal.value.clause == "contact.off_server"


def test_name_and_number_are_told_on_every_account_of_the_person(world, tshepo):
    me = tshepo["one"]
    contact_changes.change_details(
        me, me, name="Tshepo M", phone="+27 11 555 0100", submission=None, at=world.now
    )
    told = OutboundMail.objects.filter(kind="contacts_changed").values_list("to_address", flat=True)

    assert set(told) == {"one@jozi.example", "two@melville.example", "three@gym.example"}


def test_a_question_asked_again_settles_all_of_them_too(world, tshepo):
    change(world, tshepo["one"])
    world.now += timedelta(minutes=1)
    row = PendingContact.objects.get(account=tshepo["two"].account)
    contact_changes.send_again(tshepo["two"], row, network="n", at=world.now)
    contact_changes.verify(token(), at=world.now)

    assert (addresses()["joziweb"], addresses()["melvbook"]) == (NEW, NEW)


def test_page_and_link_say_what_a_new_address_covers_and_what_it_leaves(world, tshepo, client):
    world.now = timezone.now()
    form = page(browser_of(tshepo["one"]), f"/client/contacts/{tshepo['one'].pk}")
    change(world, tshepo["one"])
    link = f"/contacts/verification/{token()}"
    asked = client.get(link).content.decode()
    Contact.objects.filter(pk=tshepo["two"].pk).update(role="authorised")
    done = client.post(link).content.decode()

    assert "melvbook: secondary contact, changes" in form
    assert "sowegym: authorised contact, <strong>stays as it is</strong>" in form
    assert "telephone PIN stay with it" in form
    assert ("Primary contact of account joziweb" in asked, "Secondary contact of account melvbook" in asked) == (
        True, True,
    )  # fmt: skip
    assert "Account melvbook: Only the primary or secondary contact" in done


@clause("conduct.complaints")
def test_an_address_that_was_replaced_is_told_where_its_mail_is_read(world, tshepo):
    change(world, tshepo["one"])
    contact_changes.verify(token(), at=world.now)
    mail = OutboundMail.objects.get(kind="contacts_changed", to_address="tshepo@mail.example")
    listed = OutboundMail.objects.get(kind="contacts_changed", to_address="one@jozi.example")

    assert (ours.complaint_address() in mail.text, ours.complaint_address() in mail.html) == (True, True)
    assert ours.complaint_address() not in listed.text
    assert "not listed" not in listed.text


@pytest.mark.faults
def test_two_links_of_one_change_pressed_at_once_change_each_account_once(committed_world, monkeypatch):
    world = committed_world
    monkeypatch.setattr(homes, "_resolver", ZoneResolver({}))
    tshepo = stage(world)
    change(world, tshepo["one"])
    first = token()
    row = PendingContact.objects.get(account=tshepo["two"].account)
    contact_changes.send_again(tshepo["two"], row, network="n", at=world.now)
    second = token()
    results = at_once(*[lambda key=key: contact_changes.verify(key, at=world.now) for key in (first, second)])

    assert len(good(results)) == 1
    assert addresses() == {"joziweb": NEW, "melvbook": NEW, "sowegym": "tshepo@mail.example"}
    assert Person.objects.filter(email=NEW).count() == 1
