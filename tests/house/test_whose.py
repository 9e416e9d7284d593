"""Whose things an address shows: own, the same customer's other account, another customer's, nobody's."""

import json

import pytest

from hostdesk.config.access_table import ACTORS, rows
from hostdesk.kit.actors import OPERATOR
from hostdesk.people.actions import sessions, tokens
from tests.house.access import OPEN_TO, TABLE
from tests.house.staffed import BROWSER

THEIRS = [pattern for pattern, row in TABLE.items() if row.who == "contacts" and "{" in row.sample]


def test_the_table_that_people_print_says_what_the_suite_holds():
    printed = {row.address: row.opens for row in rows() if row.address.startswith("/")}
    held = {}
    for pattern, row in TABLE.items():
        if pattern.startswith("^api"):
            continue
        who = "anybody" if row.who == "half signed in" else row.who
        own = "own" if "<" in pattern else "yes"
        opens = OPEN_TO[who]
        held[f"/{pattern}"] = {
            "contact": "no" if "contact" not in opens else own if who == "contacts" else "yes",
            **{role: "yes" if role in opens else "no" for role in ("level1", "supervisor", "admin")},
        }

    assert {a: {actor: cells[actor] for actor in held[a]} for a, cells in printed.items()} == held
    assert {actor for cells in printed.values() for actor in cells} == set(ACTORS)


@pytest.mark.clause("contact.privileges")
@pytest.mark.parametrize(
    ("customer", "domain"),
    [("Acme", "acme-two.example"), ("Other", "other.example")],
    ids=["another account of the same customer", "another customer"],
)
def test_nothing_of_this_account_is_there_for_whoever_acts_for_another(world, staffed, customer, domain):
    stranger = world.contact(
        f"bob@{domain}", name="Bob", username="other01", customer=customer, domains=(domain,)
    )
    staffed.person = sessions.open_for_person(stranger.person, browser=BROWSER, at=world.now)

    assert {pattern: staffed.asks("contact", pattern).status_code for pattern in THEIRS} == dict.fromkeys(
        THEIRS, 404
    )


@pytest.mark.clause("contact.privileges")
def test_nothing_of_an_account_is_there_for_a_contact_who_was_removed(world, staffed):
    from hostdesk.people.actions import contacts
    from hostdesk.people.models import Contact

    world.contact("alice@elsewhere.example", role="secondary", domains=())
    alice = Contact.objects.get(pk=staffed.parts["contact"])
    bob = world.contact("bob@other.example", username="other01", customer="Other", domains=("other.example",))
    type(bob).objects.filter(pk=bob.pk).update(person=alice.person)
    contacts.remove(alice, by=OPERATOR, at=world.now)
    theirs = [pattern for pattern in THEIRS if "session" not in pattern]

    assert {pattern: staffed.asks("contact", pattern).status_code for pattern in theirs} == dict.fromkeys(
        theirs, 404
    )


@pytest.mark.clause("conduct.complaints")
@pytest.mark.parametrize("role", ["level1", "technician", "billing", "admin", "supervisor"])
def test_every_operation_of_the_api_shows_a_token_what_its_agent_may_see_and_no_complaint(
    world, client, role
):
    world.contact()
    open_mail = world.receives(subject="Seen by all")
    sealed = world.receives(to="complaint", subject="Sealed words", words="I was treated badly.")
    agent = world.agent(role.title(), role=role)
    made = tokens.create(agent, name="outside", scopes=(), by=OPERATOR, at=world.now)
    secret = made if isinstance(made, str) else made[-1]

    def asks(path, **headers):
        return client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}", **headers})

    paths = {
        "/tickets": 200,
        "/mails": 200,
        f"/tickets/{open_mail.ticket_number}": 200,
        f"/mails/{open_mail.pk}": 200,
        f"/tickets/{sealed.ticket_number}": 200 if role == "supervisor" else 404,
        f"/mails/{sealed.pk}": 200 if role == "supervisor" else 404,
    }
    found = {path: asks(path) for path in paths}

    assert {path: answer.status_code for path, answer in found.items()} == paths
    assert [client.get(f"/api/v1{path}").status_code for path in paths] == [401] * len(paths)
    words = json.dumps([answer.json() for answer in found.values()])
    assert ("Sealed words" in words) == (role == "supervisor")
