"""Every address opens for those named in the table of access, and for nobody else."""

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from hostdesk.kit.actors import OPERATOR
from hostdesk.mail.models import InboundMail, OutboundMail
from hostdesk.people.actions import agents, sessions
from hostdesk.people.middleware import CLIENT_COOKIE, DESK_COOKIE
from hostdesk.people.models import Step
from hostdesk.tickets.models import Attachment, Message, Ticket
from tests.house.access import ACTORS, OPEN_TO, ROLES, TABLE

BROWSER = sessions.Browser("127.0.0.1", "127.0.0.1/32", "Firefox/130 (Linux)", on_this_machine=True)
OWN_GUARD = ("hostdesk.web.", "hostdesk.jobs.", "hostdesk.api.")
"""Rooms that lie below `people`, or know tokens only, mark no views; the requests below show that they are guarded."""
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645"
    "400000000049454e44ae426082"
)


def addresses(patterns=None, before=""):
    """(pattern, view) of every address of the product."""
    for one in patterns if patterns is not None else get_resolver().url_patterns:
        whole = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from addresses(one.url_patterns, whole)
        else:
            yield whole, one.callback


@pytest.mark.db_free
def test_every_address_is_in_the_table_and_the_table_names_no_other():
    assert sorted(pattern for pattern, _ in addresses()) == sorted(TABLE)


@pytest.mark.db_free
def test_every_view_says_what_the_table_says():
    said = {
        pattern: getattr(view, "access", None)
        for pattern, view in addresses()
        if not view.__module__.startswith(OWN_GUARD)
    }
    kinds = {"half signed in": "anybody", "supervisors": "agents", "admins": "agents"}

    assert said == {p: (kinds.get(TABLE[p].who, TABLE[p].who), ROLES.get(TABLE[p].who)) for p in said}


class Staffed:
    """A desk with one of everything, and a browser for each actor."""

    def __init__(self, world):
        contact = world.contact()
        files = [("notes.txt", b"what was done"), ("shot.png", PICTURE)]
        mail = world.receives(raw=html_letter(world, files), to="support")
        closed = world.receives("stranger@nowhere.example")
        staff = {role: world.agent(role.title(), role=role) for role in ("level1", "supervisor", "admin")}
        self.tokens = {
            role: sessions.open_for_agent(a, step=Step.FULL, browser=BROWSER, at=world.now)
            for role, a in staff.items()
        }
        self.person = sessions.open_for_person(contact.person, browser=BROWSER, at=world.now)
        ticket = world.ticket_of(mail)
        self.parts = {
            "attachment": Attachment.objects.get(filename="notes.txt").pk,
            "picture": Attachment.objects.get(filename="shot.png").pk,
            "closed_mail": closed.pk,
            "contact": contact.pk,
            "customer": contact.account.customer_id,
            "html_message": Message.objects.filter(ticket=ticket).first().pk,
            "level1": staff["level1"].pk,
            "mail": mail.pk,
            "outbound": OutboundMail.objects.first().pk,
            "person_session": self.person.session.pk,
            "ticket": ticket.number,
        }

    def browser(self, actor):
        client = Client(raise_request_exception=True)
        if actor == "contact":
            client.cookies[CLIENT_COOKIE] = self.person.token
        elif actor in self.tokens:
            client.cookies[DESK_COOKIE] = self.tokens[actor].token
        return client

    def asks(self, actor, pattern):
        """The answer to an actor who opens an address; what the request changed is undone."""
        own = self.tokens.get(actor)
        parts = {**self.parts, "own_session": own.session.pk if own else 1}
        address = "/" + (TABLE[pattern].sample or pattern).format(**parts)
        client = self.browser(actor)
        with transaction.atomic():
            answer = client.get(address)
            if answer.status_code == 405:
                answer = client.post(address, dict(TABLE[pattern].form))
            transaction.set_rollback(True)
        return answer


def html_letter(world, files):
    """A mail with a formatted body, so that there is one to show."""
    import email
    from email import policy

    letter = email.message_from_bytes(world.letter(files=()), policy=policy.default)
    letter.add_alternative("<p>The site shows <b>error 500</b>.</p>", subtype="html")
    for filename, content in files:
        kind = ("image", "png") if filename.endswith(".png") else ("text", "plain")
        letter.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=filename)
    return letter.as_bytes()


def outcome(answer, pattern):
    """What became of a request, in one word."""
    if TABLE[pattern].who == "half signed in":
        return "open" if answer.status_code == 200 else "sent away"
    if answer.status_code in (301, 302) and answer["Location"].partition("?")[0] in (
        "/sign-in",
        "/desk/sign-in",
    ):
        return "sign in"
    if answer.status_code in (401, 403):
        return "refused"
    return "missing" if answer.status_code == 404 else "open"


def expected(actor, pattern):
    """What the table promises; whoever is signed in on the same side is refused, everybody else asked to sign in."""
    who = TABLE[pattern].who
    if actor in OPEN_TO[who]:
        return "open"
    if who == "half signed in":
        return "sent away"
    if who == "token" or (who in ("supervisors", "admins") and actor in OPEN_TO["agents"]):
        return "refused"
    return "sign in"


@pytest.fixture
def staffed(world):
    with time_machine.travel(world.now, tick=False):
        yield Staffed(world)


@pytest.mark.parametrize("actor", ACTORS)
def test_each_address_opens_for_those_named_and_for_nobody_else(staffed, actor):
    found = {pattern: outcome(staffed.asks(actor, pattern), pattern) for pattern in TABLE}

    assert found == {pattern: expected(actor, pattern) for pattern in TABLE}


def test_the_second_step_opens_after_the_password_and_the_desk_does_not(world, staffed):
    word = "correct horse battery"
    agents.add("half@host.example", name="Half", role="admin", by=OPERATOR, at=world.now, password=word)
    staffed.tokens["half"] = agents.sign_in("half@host.example", word, browser=BROWSER, at=world.now)

    found = {
        pattern: outcome(staffed.asks("half", pattern), pattern)
        for pattern, row in TABLE.items()
        if row.who != "anybody"
    }

    opened = {pattern for pattern, word in found.items() if word == "open"}
    assert opened == {"desk/sign-in/setup", "desk/sign-in/setup/picture.svg"}


def test_another_customer_finds_nothing_of_this_one(world, staffed):
    stranger = world.contact(
        "bob@other.example", name="Bob", username="other01", customer="Other", domains=("other.example",)
    )
    staffed.person = sessions.open_for_person(stranger.person, browser=BROWSER, at=world.now)
    theirs = [pattern for pattern, row in TABLE.items() if row.who == "contacts" and "{" in row.sample]

    assert {pattern: staffed.asks("contact", pattern).status_code for pattern in theirs} == dict.fromkeys(
        theirs, 404
    )


def test_a_complaint_is_there_for_supervisors_and_for_nobody_else(world, staffed):
    """Clause: conduct.complaints."""
    mail = world.receives(to="complaint", subject="About your staff", words="I was treated badly.")
    staffed.parts |= {"mail": mail.pk, "ticket": Ticket.objects.get(pk=mail.ticket_number).number}
    about = [pattern for pattern, row in TABLE.items() if "{ticket}" in row.sample and row.who == "agents"]
    about += ["desk/mailroom/<int:pk>", "desk/mailroom/<int:pk>/source", "desk/mailroom/<int:pk>/judgement"]

    found = {
        actor: {p: outcome(staffed.asks(actor, p), p) for p in about} for actor in ("level1", "supervisor")
    }

    assert found == {"level1": dict.fromkeys(about, "missing"), "supervisor": dict.fromkeys(about, "open")}
    assert InboundMail.objects.get(pk=mail.pk).route == "complaint"
