"""Threat T11: sessions, links, tokens, reply addresses and roles end in the same moment as the reason for them."""

import pytest
from django.utils import timezone

from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.refusals import Refused
from hostdesk.mail import reply_tokens
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import agents as staff
from hostdesk.people.actions import contacts, details, links, sessions, tokens
from hostdesk.people.middleware import CLIENT_COOKIE
from hostdesk.people.models import Agent, Contact, DetailsLink, Session, SignInLink
from hostdesk.people.queries import agent_for_token, desk_session, living_sessions
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.requests.actions.confirming import confirm
from hostdesk.tickets.models import Message

clause = pytest.mark.clause
BROWSER = sessions.Browser("127.0.0.1", "127.0.0.1/32", "Firefox/130 (Linux)", on_this_machine=True)
ELSEWHERE = "203.0.113.66"


@pytest.fixture
def alice(world):
    return world.contact()


def reply_address(world, ticket):
    """Where the customer of a ticket answers to, as the acknowledgement says."""
    return reply_tokens.address_for(ticket.pk, ticket.contact.person_id, ticket.reply_generation)


@clause("contact.privileges")
def test_t11_with_the_contact_every_link_session_and_reply_address_ends(world, alice, client):
    world.now = timezone.now()
    world.contact("alice@elsewhere.example", role="secondary", domains=())
    ticket = world.ticket_of(world.receives())
    address = reply_address(world, ticket)
    session = sessions.open_for_person(alice.person, browser=BROWSER, at=world.now)
    links.make(alice.person, next_path="", at=world.now)
    details.new_link(alice.person, at=world.now)
    link = OutboundMail.objects.filter(kind="sign_in_link").latest("pk").text
    token = link.split("/sign-in/link/")[1].split()[0]
    client.cookies[CLIENT_COOKIE] = session.token
    assert client.get("/client/").status_code == 200

    contacts.remove(alice, by=OPERATOR, at=world.now)

    assert living_sessions([session.token], at=world.now) == []
    assert client.get("/client/").status_code == 302
    assert links.person_of_link(token, at=world.now) is None
    unused = {model.objects.filter(used_at=None).exists() for model in (SignInLink, DetailsLink)}
    assert unused == {False}
    mail = world.receives(to=address, words="I am still here.")
    assert (mail.disposition, Message.objects.filter(ticket=ticket).count()) == ("closed", 1)


@clause("channel.tickets")
def test_t11_with_the_agent_every_session_and_token_ends(world):
    boss, leaver = world.agent("Boss", role="admin"), world.agent("Leaver", role="supervisor")
    secret = tokens.create(leaver, name="script", scopes=(), by=OPERATOR, at=world.now)
    secret = secret if isinstance(secret, str) else secret[-1]
    session = sessions.open_for_agent(leaver, step="full", browser=BROWSER, at=world.now)
    assert agent_for_token(secret, at=world.now) is not None

    staff.deactivate(leaver, by=boss.actor(), at=world.now)

    assert agent_for_token(secret, at=world.now) is None
    assert living_sessions([session.token], at=world.now) == []
    assert not leaver.api_tokens.filter(revoked_at=None).exists()
    assert not Session.objects.alive(world.now).filter(agent=leaver).exists()


@clause("contact.privileges")
def test_t11_a_link_is_worth_nothing_without_the_right_behind_it(world, alice):
    links.make(alice.person, next_path="", at=world.now)
    token = OutboundMail.objects.latest("pk").text.split("/sign-in/link/")[1].split()[0]
    assert links.person_of_link(token, at=world.now) == alice.person

    # Nothing but the right is gone here, as after a restored backup or a change by hand.
    Contact.objects.filter(pk=alice.pk).update(removed_at=world.now)

    assert links.person_of_link(token, at=world.now) is None
    with pytest.raises(Refused):
        links.use(token, browser=BROWSER, at=world.now)


@clause("channel.tickets")
def test_t11_sessions_and_tokens_are_worth_nothing_without_the_agent_behind_them(world):
    leaver = world.agent("Leaver")
    secret = tokens.create(leaver, name="script", scopes=(), by=OPERATOR, at=world.now)
    secret = secret if isinstance(secret, str) else secret[-1]
    session = sessions.open_for_agent(leaver, step="full", browser=BROWSER, at=world.now)
    Agent.objects.filter(pk=leaver.pk).update(active=False)

    assert agent_for_token(secret, at=world.now) is None
    assert living_sessions([session.token], at=world.now) == []
    assert desk_session(session.token, at=world.now) is None


@clause("contact.restricted")
def test_t11_a_role_that_was_taken_away_takes_its_rights_along_at_once(world, alice):
    other = world.contact("alice@elsewhere.example", role="secondary", domains=())
    wish = Wish(
        kind="plan_change", contact=other, channel="mail", trust="proven", details={"plan": "Business 20"}
    )
    before = ask(wish, by=other.actor(), at=world.now)
    contacts.change_role(other, role="authorised", by=OPERATOR, at=world.now)
    other = Contact.objects.get(pk=other.pk)
    after = ask(
        Wish(kind="plan_change", contact=other, channel="client", details={"plan": "Business 40"}),
        by=other.actor(),
        at=world.now,
    )
    confirm(before, by=other, at=world.now)
    before.refresh_from_db()

    assert (before.state, before.clause) == ("refused", "contact.restricted")
    assert (after.state, after.clause) == ("refused", "contact.restricted")
