"""Before what is dangerous the second step is shown again; what was typed goes on, and the session gets a new token."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.urls import get_resolver

from hostdesk.people import rules
from hostdesk.people.actions import second_step, sessions
from hostdesk.people.models import Agent, ApiToken, Contact, Session, Step
from hostdesk.people.tests.making import BROWSER, PASSWORD, agent, code
from tests.house.test_access import addresses

LATER = rules.PROOF_LIFE + timedelta(seconds=1)
DANGEROUS = {
    "desk/recoveries/<int:pk>/approval",
    "desk/recoveries/<int:pk>/link",
    "desk/recoveries/<int:pk>/proof",
    "desk/agents/<int:agent_id>/deactivation",
    "desk/agents/<int:agent_id>/invitation",
    "desk/agents/<int:agent_id>/second-step-reset",
    "desk/customers/<int:customer_id>/contacts",
    "desk/customers/<int:customer_id>/contacts/<int:contact_id>/removal",
    "desk/me/passkeys",
    "desk/me/passkeys/<int:passkey_id>/removal",
    "desk/me/passkeys/new",
    "desk/me/passkeys/options",
    "desk/me/second-step",
    "desk/requests/<int:pk>/approval",
    "desk/requests/<int:pk>/panel-run",
    "desk/requests/<int:pk>/payment",
    "desk/requests/<int:pk>/run/undo",
}


@pytest.fixture(autouse=True)
def _clock(world):
    with time_machine.travel(world.now, tick=False) as clock:
        world.clock = clock
        yield


def signed_in(world, someone):
    browser = Client()
    browser.cookies["hd_desk"] = sessions.open_for_agent(
        someone, step=Step.FULL, browser=BROWSER, at=world.now
    ).token
    return browser


def after_a_while(world):
    world.now += LATER
    world.clock.move_to(world.now)


def with_an_app(world, someone):
    second_step.begin(someone)
    second_step.confirm(someone, code(someone, world.now, steps=-1), network=BROWSER.network, at=world.now)
    someone.refresh_from_db()
    return someone


def hidden(page):
    """What the page carries along, without the token against forged forms."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode())
    return {
        name: unescape(value) for name, value in fields if name not in ("csrfmiddlewaretoken", "username")
    }


@pytest.mark.db_free
def test_the_table_of_what_is_dangerous():
    """Rooms above add their own addresses; none of these may fall out."""
    marked = {pattern for pattern, view in addresses(get_resolver().url_patterns) if is_dangerous(view)}

    assert marked >= DANGEROUS


def is_dangerous(view):
    while view is not None:
        if getattr(view, "is_dangerous", False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def test_soon_after_signing_in_nobody_is_asked(world):
    admin, bob = with_an_app(world, agent(world, role="admin")), agent(world, "bob@host.example", name="Bob")

    signed_in(world, admin).post(f"/desk/agents/{bob.pk}/deactivation")

    assert Agent.objects.get(pk=bob.pk).active is False


def test_t11_later_the_second_step_is_asked_for_and_what_was_typed_goes_on(world):
    admin, contact = with_an_app(world, agent(world, role="admin")), world.contact()
    browser = signed_in(world, admin)
    after_a_while(world)
    typed = {
        "account": str(contact.account_id), "name": 'Zoë "Z" <Zed>', "email": "zoe@else.example", "phone": "",
        "role": "authorised", "vouched_for": "letter of 3 November",
    }  # fmt: skip
    address = f"/desk/customers/{contact.account.customer_id}/contacts"
    page = browser.post(address, typed)
    assert (page.status_code, Contact.objects.count(), hidden(page)) == (403, 1, typed)

    wrong = browser.post(address, {**hidden(page), "proof_code": "000000"})
    assert (wrong.status_code, hidden(wrong), Contact.objects.count()) == (422, typed, 1)
    before = browser.cookies["hd_desk"].value
    done = browser.post(address, {**hidden(wrong), "proof_code": code(admin, world.now)})

    assert (done.status_code, done["Location"]) == (303, f"/desk/customers/{contact.account.customer_id}")
    assert Contact.objects.get(person__email="zoe@else.example").person.name == 'Zoë "Z" <Zed>'
    assert browser.cookies["hd_desk"].value != before
    assert browser.get("/desk/me").status_code == 200
    stolen = Client()
    stolen.cookies["hd_desk"] = before
    assert stolen.get("/desk/me").status_code == 302


def test_a_refused_act_does_not_sign_out_who_proved_themselves(world):
    admin = with_an_app(world, agent(world, role="admin"))
    browser = signed_in(world, admin)
    after_a_while(world)

    refused = browser.post(f"/desk/agents/{admin.pk}/deactivation", {"proof_code": code(admin, world.now)})

    assert (refused.status_code, b"cannot deactivate yourself" in refused.content) == (403, True)
    assert browser.get("/desk/me").status_code == 200


def test_a_password_is_not_enough_where_there_is_a_second_step(world):
    admin, bob = with_an_app(world, agent(world, role="admin")), agent(world, "bob@host.example", name="Bob")
    browser = signed_in(world, admin)
    after_a_while(world)

    answer = browser.post(f"/desk/agents/{bob.pk}/deactivation", {"proof_password": PASSWORD})

    assert (answer.status_code, Agent.objects.get(pk=bob.pk).active) == (422, True)


def test_demo_agents_show_their_password(world):
    demo, bob = agent(world, role="admin", demo=True), agent(world, "bob@host.example", name="Bob")
    browser = signed_in(world, demo)
    after_a_while(world)
    page = browser.post(f"/desk/agents/{bob.pk}/deactivation")
    assert b"Type your password once more" in page.content

    browser.post(f"/desk/agents/{bob.pk}/deactivation", {"proof_password": PASSWORD})

    assert Agent.objects.get(pk=bob.pk).active is False


@pytest.mark.parametrize("is_demo", [True, False])
def test_an_empty_answer_is_asked_for_again_and_counts_as_no_try(world, is_demo):
    boss = agent(world, role="admin", demo=is_demo)
    admin, bob = (boss if is_demo else with_an_app(world, boss)), agent(world, "bob@host.example", name="Bob")
    browser = signed_in(world, admin)
    after_a_while(world)
    empty = {"proof_password" if is_demo else "proof_code": ""}
    answers = [browser.post(f"/desk/agents/{bob.pk}/deactivation", empty) for _ in range(8)]

    assert {(one.status_code, b"Type it, then go on." in one.content) for one in answers} == {(422, True)}


def test_a_page_that_is_only_read_is_left_and_returned_to(world):
    ann = agent(world)
    browser = signed_in(world, ann)
    after_a_while(world)
    away = browser.get("/desk/me/passkeys/new")
    assert (away.status_code, away["Location"]) == (302, "/desk/prove?next=%2Fdesk%2Fme%2Fpasskeys%2Fnew")

    back = browser.post(away["Location"], {"proof_password": PASSWORD})

    assert (back.status_code, back["Location"]) == (303, "/desk/me/passkeys/new")
    assert browser.get(back["Location"]).status_code == 200


def test_a_role_without_the_right_is_refused_before_it_is_asked(world):
    ann, bob = agent(world), agent(world, "bob@host.example", name="Bob")
    browser = signed_in(world, ann)
    after_a_while(world)

    answer = browser.post(f"/desk/agents/{bob.pk}/deactivation", {"proof_password": PASSWORD})

    assert (answer.status_code, Session.objects.get().proven_at) == (403, world.now - LATER)


def test_an_api_token_opens_nothing_dangerous(world):
    admin, bob = agent(world, role="admin"), agent(world, "bob@host.example", name="Bob")
    from hostdesk.kit.actors import OPERATOR
    from hostdesk.people.actions import tokens

    secret = tokens.create(admin, name="report", scopes=[], by=OPERATOR, at=world.now)
    answer = Client().post(
        f"/desk/agents/{bob.pk}/deactivation", headers={"Authorization": f"Bearer {secret}"}
    )

    assert (answer.status_code, Agent.objects.get(pk=bob.pk).active, ApiToken.objects.count()) == (
        302,
        True,
        1,
    )


def test_a_found_browser_adds_no_second_step_of_its_own(world):
    ann = agent(world)
    second_step.begin(ann)
    browser = signed_in(world, ann)
    after_a_while(world)

    page, picture = browser.get("/desk/sign-in/setup"), browser.get("/desk/sign-in/setup/picture.svg")

    assert (page.status_code, page["Location"].partition("?")[0], picture.status_code) == (
        302,
        "/desk/prove",
        404,
    )


def test_half_signed_in_with_a_passkey_nobody_sets_up_an_app_instead(world):
    from hostdesk.people.models import Passkey

    admin = agent(world, role="admin")
    Passkey.objects.create(agent=admin, name="Key", credential_id="k", public_key=b"", created_at=world.now)
    browser = Client()
    browser.post("/desk/sign-in", {"email": admin.email, "password": PASSWORD})
    second_step.begin(admin)

    answers = [browser.get(f"/desk/sign-in/setup{tail}") for tail in ("", "/picture.svg", "/passkey")]

    assert [answer.status_code for answer in answers] == [302, 404, 302]
    assert answers[0]["Location"].startswith("/desk/sign-in/code")
