"""Out of date never means silence: somebody is always told, and what was owed is asked for afterwards."""

import re
from datetime import timedelta

import pytest

from hostdesk.mail.models import OutboundMail
from hostdesk.people import passwords
from hostdesk.people.actions import details, links, reaching, sessions
from hostdesk.people.models import Contact, Session
from hostdesk.people.tests.making import BROWSER
from hostdesk.requests.actions import contact_changes
from hostdesk.requests.tasks import details_cured
from hostdesk.requests.tests.test_contact_changes import dns, people, token  # noqa: F401
from hostdesk.tickets.actions import identifying

clause = pytest.mark.clause


def kinds():
    return list(OutboundMail.objects.order_by("pk").values_list("kind", flat=True))


@clause("contact.current")
def test_an_unproven_mail_of_a_contact_whose_mail_came_back_is_answered_with_the_way_to_cure_it(world):
    contact = world.contact(proven=False)
    for _ in range(3):
        reaching.count_bounce(contact.person_id, status="5.1.1", said="no such user", at=world.now)
    details.ask(contact.person, why="bounces", at=world.now)
    ticket = world.ticket_of(world.receives())
    before = ticket.state
    assert kinds() == ["details_please", "please_confirm"]
    links.make(contact.person, next_path="/client/", at=world.now)
    mail = OutboundMail.objects.get(kind="sign_in_link")
    links.use(re.search(r"/sign-in/link/([\w-]+)", mail.text)[1], browser=BROWSER, at=world.now)
    details_cured(world.now)
    ticket.refresh_from_db()

    assert (before, ticket.state) == ("waiting_customer", "new")


@clause("contact.identify", "contact.current")
def test_who_acts_for_several_accounts_is_asked_which_one_once_the_details_are_in_order(world):
    world.contact()
    world.contact("alice@acme.example", username="acme02", domains=("acme2.example",))
    Contact.objects.update(created_at=world.now - timedelta(days=2000))
    ticket = world.ticket_of(world.receives())
    assert kinds() == ["details_first"]
    mail = OutboundMail.objects.get()
    world.move(hours=5)
    details.confirm_by_link(re.search(r"/details/([\w-]+)", mail.text)[1], at=world.now)
    details_cured(world.now)
    asked = OutboundMail.objects.latest("pk")
    buttons = re.findall(r"/account-choice/(\S+)", asked.text)
    ticket.refresh_from_db()

    assert (kinds(), len(buttons), ticket.queued_at) == (
        ["details_first", "acknowledgement"],
        2,
        ticket.opened_at,
    )
    assert "answers it within 3 hours from now" in " ".join(asked.text.split())
    assert identifying.choose_by_link(buttons[1], at=world.now).account.username == "acme02"


@clause("contact.restricted")
def test_t11_no_browser_stays_signed_in_over_a_change_of_ones_own_address(world, people, dns):  # noqa: F811
    primary, secondary, _ = people
    for person in (primary.person, secondary.person):
        sessions.open_for_person(person, browser=BROWSER, at=world.now)
    contact_changes.change_address(
        primary, primary, email="alice@new.example", network="n", submission=None, at=world.now
    )
    contact_changes.verify(token("alice@new.example"), at=world.now)
    open_ones = Session.objects.filter(revoked_at=None).values_list("person_id", flat=True)

    assert list(open_ones) == [secondary.person_id]


@pytest.mark.db_free
def test_a_password_is_the_same_however_a_keyboard_puts_its_letters_together():
    kept = passwords.hashed("zo\u00eb eet koek by ma", email="a@b.example")

    assert passwords.matches("zoe\u0308 eet koek by ma", kept)
    assert not passwords.matches("zoe eet koek by ma", kept)
