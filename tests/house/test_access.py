"""Every address opens for those named in the table of access, and for nobody else."""

import pytest
from django.urls import get_resolver

from hostdesk.kit.actors import OPERATOR
from hostdesk.mail.models import InboundMail
from hostdesk.people.actions import agents, sessions
from hostdesk.tickets.models import Ticket
from tests.house.access import ACTORS, OPEN_TO, ROLES, TABLE
from tests.house.staffed import BROWSER

OWN_GUARD = ("hostdesk.web.", "hostdesk.jobs.", "hostdesk.api.")
"""Rooms that lie below `people`, or know tokens only, mark no views; the requests below show that they are guarded."""


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
    assert opened == {
        "desk/sign-in/setup",
        "desk/sign-in/setup/picture.svg",
        "desk/sign-in/setup/passkey",
    }


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
