"""The room's pages in a client without JavaScript."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from hostdesk.kit.actors import OPERATOR
from hostdesk.mail.models import OutboundMail
from hostdesk.people import queries
from hostdesk.people.actions import agents, contacts, links, sessions
from hostdesk.people.models import Agent, Contact, Session
from hostdesk.people.tests.making import BROWSER, PASSWORD, PERSON_PASSWORD, agent, code
from hostdesk.people.urls import urlpatterns


@pytest.fixture(autouse=True)
def _clock(world):
    with time_machine.travel(world.now, tick=False) as clock:
        world.clock = clock
        yield


def desk(world, someone, **client):
    """A browser in which an agent is wholly signed in."""
    browser = Client(**client)
    step = "full"
    browser.cookies["hd_desk"] = sessions.open_for_agent(
        someone, step=step, browser=BROWSER, at=world.now
    ).token
    return browser


def counter(world, person):
    browser = Client()
    browser.cookies["hd_client"] = sessions.open_for_person(person, browser=BROWSER, at=world.now).token
    return browser


def text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_an_agent_signs_in_and_comes_back_to_where_the_way_led(world, client):
    agent(world)
    first = client.get("/desk/customers?q=acme")
    assert (first.status_code, first["Location"]) == (
        302,
        "/desk/sign-in?next=%2Fdesk%2Fcustomers%3Fq%3Dacme",
    )
    wrong = client.post(
        "/desk/sign-in", {"email": "ann@host.example", "password": "wrong password", "next": "/desk/me"}
    )
    assert (wrong.status_code, agents.WRONG in text(wrong)) == (422, True)
    right = client.post(
        "/desk/sign-in", {"email": "ann@host.example", "password": PASSWORD, "next": "/desk/customers"}
    )

    assert (right.status_code, right["Location"]) == (303, "/desk/customers")
    cookie = right.cookies["hd_desk"]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"], cookie["path"]) == (
        True,
        "Lax",
        "",
        "/",
    )
    assert client.get("/desk/customers").status_code == 200


def test_an_admin_sets_up_the_second_step_and_uses_it(world, client):
    admin = agent(world, role="admin")
    first = client.post("/desk/sign-in", {"email": admin.email, "password": PASSWORD})
    assert first["Location"] == "/desk/sign-in/setup?next=%2Fdesk%2F"
    assert client.get("/desk/agents")["Location"].startswith("/desk/sign-in?")
    page, picture = client.get(first["Location"]), client.get("/desk/sign-in/setup/picture.svg")
    assert (page.status_code, picture["Content-Type"], picture.content[:5]) == (
        200,
        "image/svg+xml",
        b"<?xml",
    )
    done = client.post("/desk/sign-in/setup", {"code": code(admin, world.now), "next": "/desk/me"})
    codes = re.findall(r"<code>([a-z0-9-]{19})</code>", done.content.decode())

    assert (done.status_code, len(codes)) == (200, 10)
    assert client.get("/desk/agents").status_code == 200
    assert client.get("/desk/sign-in/setup").status_code == 403
    assert client.get("/desk/sign-in/setup/picture.svg").status_code == 403

    world.clock.shift(timedelta(minutes=2))
    later, other = world.now + timedelta(minutes=2), Client()
    half = other.post("/desk/sign-in", {"email": admin.email, "password": PASSWORD, "next": "/desk/agents"})
    assert half["Location"] == "/desk/sign-in/code?next=%2Fdesk%2Fagents"
    assert other.get("/desk/agents").status_code == 302
    assert other.post("/desk/sign-in/code", {"code": "000000"}).status_code == 422
    through = other.post("/desk/sign-in/code", {"code": code(admin, later), "next": "/desk/agents"})
    assert (through.status_code, through["Location"]) == (303, "/desk/agents")
    assert other.get("/desk/agents").status_code == 200


def test_too_many_tries_say_when_to_try_again(world, client):
    agent(world)
    for _ in range(5):
        client.post("/desk/sign-in", {"email": "ann@host.example", "password": "wrong password"})
    answer = client.post("/desk/sign-in", {"email": "ann@host.example", "password": PASSWORD})

    assert (answer.status_code, answer["Retry-After"]) == (429, "30")
    assert "You can try again in 1 minute." in text(answer)


def test_an_invitation_leads_to_a_password(world, client):
    new = agents.add("ann@host.example", name="Ann", role="technician", by=OPERATOR, at=world.now)
    address = reverse("people:invitation", args=[new.invitation])
    assert client.get(address).status_code == 200
    assert client.post(address, {"new": "short"}).status_code == 422
    assert client.post(address, {"new": PASSWORD})["Location"] == "/desk/sign-in"

    gone = client.get(address)
    assert (gone.status_code, "does not work any more" in text(gone)) == (410, True)
    assert (
        client.post("/desk/sign-in", {"email": "ann@host.example", "password": PASSWORD}).status_code == 303
    )


def test_a_contact_signs_in_by_a_link_in_another_browser_and_scanners_do_not_use_it_up(world, client):
    world.contact()
    client.post("/sign-in", {"email": "alice@acme.example", "password": "", "next": "/client/contacts"})
    links.serve_requests(world.now)
    address = "/sign-in/link/" + OutboundMail.objects.get().text.partition("/sign-in/link/")[2].split()[0]
    for method in ("get", "head", "options"):
        getattr(Client(), method)(address)
    phone = Client()
    assert "Welcome, Alice Adams" in text(phone.get(address))
    pressed = phone.post(address)

    assert (pressed.status_code, pressed["Location"]) == (303, "/client/contacts")
    assert phone.get("/client/contacts").status_code == 200
    assert (client.post(address).status_code, phone.get(address).status_code) == (410, 410)


def test_the_answer_is_the_same_for_known_and_unknown_addresses(world, client):
    world.contact()
    pages = []
    for email in ("alice@acme.example", "zoe00@acme.example"):
        answer = client.post("/sign-in", {"email": email, "password": ""})
        headers = {name: value for name, value in answer.items() if name != "Content-Length"}
        pages.append(
            (
                answer.status_code,
                headers,
                answer.content.replace(email.encode(), b"ADDRESS"),
                dict(answer.cookies),
            )
        )
    refusals = [
        client.post("/sign-in", {"email": email, "password": "wrong password here"}).content.replace(
            email.encode(), b""
        )
        for email in ("alice@acme.example", "zoe00@acme.example")
    ]

    assert pages[0] == pages[1]
    strip = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
    assert strip.sub(b"", refusals[0]) == strip.sub(b"", refusals[1])


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "\thttps://evil.example",
        "http://testserver.evil.example/",
        "///evil.example",
        "evil",
    ],
)
def test_no_sign_in_leads_away_from_the_house(world, client, wanted):
    agent(world)
    answer = client.post("/desk/sign-in", {"email": "ann@host.example", "password": PASSWORD, "next": wanted})

    assert answer["Location"] == "/desk/"


def test_a_revoked_session_is_dead_at_the_next_request(world):
    someone = agent(world)
    browser, other = desk(world, someone), desk(world, someone)
    assert browser.get("/desk/me").status_code == 200
    session = Session.objects.order_by("pk").first()
    ended = other.post(f"/desk/me/sessions/{session.pk}/end")

    assert (ended.status_code, browser.get("/desk/me").status_code, other.get("/desk/me").status_code) == (
        303,
        302,
        200,
    )


def test_signing_out_ends_the_session_and_not_only_the_cookie(world):
    browser = desk(world, agent(world))
    token = browser.cookies["hd_desk"].value
    browser.post("/desk/sign-out")
    assert queries.living_sessions([token], at=world.now) == []

    person = counter(world, world.contact().person)
    token = person.cookies["hd_client"].value
    assert person.post("/sign-out")["Location"] == "/sign-in"
    assert queries.living_sessions([token], at=world.now) == []


def test_a_removed_contact_is_out_at_the_next_request(world):
    contact = world.contact()
    browser = counter(world, contact.person)
    assert browser.get("/client/contacts").status_code == 200
    contacts.remove(contact, by=OPERATOR, at=world.now)

    assert browser.get("/client/contacts").status_code == 302


def test_htmx_is_told_to_go_and_sign_in(world, client):
    answer = client.get(
        "/desk/me", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/queue?a=1"}
    )

    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/desk/sign-in?next=%2Fdesk%2Fqueue%3Fa%3D1")


def test_demo_agents_away_from_this_machine_are_nobody(world):
    browser = desk(world, agent(world, demo=True))

    assert browser.get("/desk/me").status_code == 200
    assert browser.get("/desk/me", REMOTE_ADDR="203.0.113.9").status_code == 302
    assert browser.get("/desk/me", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 302


def test_signed_in_pages_ask_once_who_is_there(world, django_assert_num_queries):
    someone = agent(world)
    both = desk(world, someone)
    both.cookies["hd_client"] = counter(world, world.contact().person).cookies["hd_client"].value
    stranger = Client()
    with django_assert_num_queries(0):
        stranger.get("/desk/customers")
    # who is there; customers, their accounts, their domains; that this list was looked at
    with django_assert_num_queries(5):
        both.get("/desk/customers")
    with django_assert_num_queries(4):
        both.get("/desk/customers")


@pytest.mark.parametrize("many", [1, 30])
def test_the_customer_page_costs_the_same_for_one_account_and_many(world, django_assert_num_queries, many):
    for number in range(many):
        world.contact(f"c{number}@x.example", username=f"acc{number}", domains=(f"d{number}.example",))
    browser = desk(world, agent(world, role="supervisor", demo=True))
    customer = Contact.objects.first().account.customer_id
    browser.get(f"/desk/customers/{customer}")  # the policies are read once a process
    # who is there; customer, accounts, services, domains, contacts, questions to addresses, products, policies twice;
    # who read the policy; whether this look is kept already; who looked before
    with django_assert_num_queries(13):
        page = browser.get(f"/desk/customers/{customer}")
    assert page.content.count(b"@x.example") == many


def test_supervisors_list_and_remove_contacts_and_others_do_not(world):
    account = world.contact().account
    where = f"/desk/customers/{account.customer_id}"
    facts = {
        "account": account.pk,
        "name": "Bob",
        "email": "bob@acme.example",
        "role": "secondary",
        "vouched_for": "call",
    }
    technician = desk(world, agent(world))
    supervisor = desk(world, agent(world, "sue@host.example", role="supervisor", demo=True))
    assert technician.post(f"{where}/contacts", facts).status_code == 403
    refused = supervisor.post(f"{where}/contacts", facts)
    assert (refused.status_code, "lives on acme.example, which is hosted here" in text(refused)) == (
        422,
        True,
    )
    assert supervisor.post(f"{where}/contacts", {**facts, "email": "bob@x.example"}).status_code == 303
    bob = Contact.objects.get(person__email="bob@x.example")
    assert technician.post(f"{where}/contacts/{bob.pk}/removal").status_code == 403
    other = world.contact("c@c.example", username="bravo", customer="Bravo", domains=()).account.customer_id
    assert supervisor.post(f"/desk/customers/{other}/contacts/{bob.pk}/removal").status_code == 404
    assert supervisor.post(f"{where}/contacts/{bob.pk}/removal", {"why": "left"}).status_code == 303
    bob.refresh_from_db()

    assert (bob.vouched_for, bob.removed_at) == ("call", world.now)


def test_admins_invite_and_deactivate(world):
    browser = desk(world, agent(world, role="admin", demo=True))
    assert (
        browser.post(
            "/desk/agents", {"name": "Ben", "email": "ben@host.example", "role": "level1"}
        ).status_code
        == 303
    )
    again = browser.post("/desk/agents", {"name": "Ben", "email": "ben@host.example", "role": "level1"})
    ben = Agent.objects.get(email="ben@host.example")
    assert (again.status_code, ben.role, world.outbox) == (
        422,
        "level1",
        [("invitation", "ben@host.example")],
    )
    assert browser.post(f"/desk/agents/{ben.pk}/invitation").status_code == 303
    assert browser.post(f"/desk/agents/{ben.pk}/second-step-reset").status_code == 303
    assert browser.post(f"/desk/agents/{ben.pk}/deactivation").status_code == 303
    ben.refresh_from_db()

    assert (ben.active, "has left" in text(browser.get("/desk/agents"))) == (False, True)


@pytest.mark.clause("contact.listed_sender")
def test_contacts_see_who_may_ask_for_what_on_their_accounts_only(world):
    contact = world.contact()
    world.contact("bob@x.example", name="Bob Brown", role="authorised")
    world.contact("eve@bravo.example", name="Eve Evans", username="bravo", customer="Bravo", domains=())
    words = text(counter(world, contact.person).get("/client/contacts"))

    assert ("Bob Brown" in words, "Eve Evans" in words) == (True, False)
    assert "An account can have up to 3." in words


def test_a_contact_sets_a_password_and_signs_other_browsers_out(world):
    person = world.contact().person
    here, there = counter(world, person), counter(world, person)
    assert here.post("/client/security/password", {"new": "short"}).status_code == 422
    assert here.post("/client/security/password", {"new": PERSON_PASSWORD}).status_code == 303

    assert (here.get("/client/security").status_code, there.get("/client/security").status_code) == (200, 302)
    signed_in = Client().post("/sign-in", {"email": person.email, "password": PERSON_PASSWORD})
    assert (signed_in.status_code, signed_in["Location"]) == (303, "/client/")
    phone = Session.objects.order_by("-pk").first()
    assert here.post(f"/client/security/sessions/{phone.pk}/end").status_code == 303


def test_nothing_changes_without_the_token_of_the_form(world):
    browser = desk(world, agent(world), enforce_csrf_checks=True)
    assert browser.post("/desk/sign-out").status_code == 403
    assert Session.objects.get().revoked_at is None


def test_every_address_of_the_room_says_who_may_call_it():
    open_to = {pattern.name: pattern.callback.access for pattern in urlpatterns}
    kinds = {name: kind for name, (kind, _) in open_to.items()}

    assert {name for name, kind in kinds.items() if kind == "anybody"} == {
        "sign_in",
        "link",
        "details_link",
        "sign_out",
        "desk_sign_in",
        "second_step",
        "second_step_setup",
        "second_step_picture",
        "invitation",
        "desk_sign_out",
        "passkey_sign_in",
        "passkey_sign_in_options",
        "set_up_passkey",
        "set_up_passkey_options",
    }
    for pattern in urlpatterns:
        kind, _ = pattern.callback.access
        path = str(pattern.pattern)
        assert kind == "anybody" or path.startswith({"agents": "desk/", "contacts": "client/"}[kind])


def test_pages_answer_with_and_without_people(world):
    admin, person = desk(world, agent(world, role="admin", demo=True)), counter(world, world.contact().person)
    for browser, path in (
        (Client(), "/sign-in"),
        (Client(), "/desk/sign-in"),
        (Client(), "/sign-in/link/none"),
        (admin, "/desk/me"),
        (admin, "/desk/agents"),
        (admin, "/desk/customers"),
        (admin, "/desk/customers?q=nobody"),
        (person, "/client/security"),
        (person, "/client/contacts"),
    ):
        answer = browser.get(path)
        assert (path, answer.status_code) == (path, 410 if path.endswith("none") else 200)
        assert "style=" not in answer.content.decode()
        if browser is not None and path.startswith(("/desk/m", "/client")):
            assert answer["Cache-Control"] == "private, no-store"
