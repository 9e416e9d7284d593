"""Every look at a customer's things is kept once, apart from the history of the thing, and supervisors see it."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from hostdesk.audit.chaining import seal_history
from hostdesk.audit.models import Entry, Look
from hostdesk.audit.verifying import verify
from hostdesk.kit.actors import OPERATOR
from hostdesk.people import looking, powers
from hostdesk.people.actions import tokens
from hostdesk.people.models import Agent
from tests.house.access import TABLE
from tests.house.staffed import Staffed


def looks():
    return list(Look.objects.order_by("pk").values_list("kind", "thing_id", "customer_id", "words"))


def test_each_kind_of_look_is_kept_with_who_what_whose_and_from_where(world):
    with time_machine.travel(world.now, tick=False):
        staffed = Staffed(world)
        browser, parts = staffed.browser("level1"), staffed.parts
        for address in (
            "/desk/customers/{customer}", "/desk/tickets/{ticket}", "/desk/attachments/{attachment}",
            "/desk/messages/{html_message}/letter", "/desk/mailroom/{mail}", "/desk/mailroom/{mail}/source",
            "/desk/mailroom/{mail}/files/1", "/desk/mailroom/outbound/{outbound}", "/desk/requests/{request}",
            "/desk/search?q=Alice", "/desk/customers?q=acme", "/desk/mailroom/?q=alice@acme.example",
        ):  # fmt: skip
            assert browser.get(address.format(**parts)).status_code == 200

    customer, number = parts["customer"], int(parts["ticket"].split("-")[0])
    assert looks() == [
        ("customer", customer, customer, ""),
        ("ticket", number, customer, ""),
        ("file", parts["attachment"], customer, ""),
        ("mail", parts["mail"], customer, ""),
        ("source", parts["mail"], customer, ""),
        ("mail_file", parts["mail"], customer, ""),
        ("sent_mail", parts["outbound"], customer, ""),
        ("request", parts["request"], customer, ""),
        ("search", 0, None, "Alice"),
        ("search", 0, None, "acme"),
        ("search", 0, None, "alice@acme.example"),
    ]
    level1 = Agent.objects.get(role="level1")
    session = staffed.tokens["level1"].session
    assert set(Look.objects.values_list("agent_id", "agent_name", "session_id", "token_id")) == {
        (level1.pk, level1.name, session.pk, 0)
    }


def test_the_same_look_is_kept_once_a_quarter_of_an_hour_whichever_process_serves_it(world):
    with time_machine.travel(world.now, tick=False) as clock:
        staffed = Staffed(world)
        page = f"/desk/tickets/{staffed.parts['ticket']}"
        browser = staffed.browser("level1")
        for _ in range(3):
            browser.get(page)
            looking.forget()
        assert len(looks()) == 1

        clock.shift(timedelta(minutes=16))
        browser.get(page)
        assert len(looks()) == 2


LISTS = {
    "/desk/queue": "queue",
    "/desk/mine": "own tickets",
    "/desk/tickets/": "tickets, unfinished",
    "/desk/lists/closed": "tickets, closed",
    "/desk/mailroom/": "mails",
    "/desk/mailroom/outbound": "mails sent",
    "/desk/customers": "customers",
    "/desk/requests/": "requests",
    "/desk/recoveries/": "recoveries",
    "/desk/breaches/": "broken promises",
    "/desk/shift/away": "tickets since away",
    "/desk/consults/": "questions between teams",
    "/desk/windows/": "windows for larger work",
    "/desk/fairness/": "who went before whom",
}


def test_a_list_is_a_look_by_its_name_and_a_second_one_asks_nothing(world):
    with time_machine.travel(world.now, tick=False):
        staffed = Staffed(world)
        browser = staffed.browser("supervisor")
        for page in LISTS:
            assert browser.get(page).status_code == 200
        assert looks() == [("list", 0, None, name) for name in LISTS.values()]

        for page in (*LISTS, f"/desk/tickets/{staffed.parts['ticket']}"):
            browser.get(page)
            with CaptureQueriesContext(connection) as asked:
                browser.get(page)
            assert [one["sql"] for one in asked if "audit_look" in one["sql"]] == [], page
        shown = text(browser.get(f"/desk/agents/{staffed.staff['supervisor'].pk}/looks"))

    assert "List: mails sent Firefox on Linux, 127.0.0.1" in shown


@pytest.mark.parametrize("role", ["level1", "supervisor", "admin"])
def test_no_address_of_the_desk_shows_a_customer_without_a_look(world, role):
    with time_machine.travel(world.now, tick=False):
        staffed = Staffed(world)
        shown, unseen = set(), set()
        for pattern in TABLE:
            if not pattern.startswith("desk/"):
                continue
            looking.forget()
            with transaction.atomic():
                answer = staffed.browser(role).get(staffed.address(role, pattern))
                if answer.status_code == 200 and CUSTOMERS.search(content_of(answer)):
                    shown.add(pattern)
                    unseen |= set() if Look.objects.exists() else {pattern}
                transaction.set_rollback(True)

    assert unseen == set()
    assert {"desk/queue", "desk/customers", "desk/mailroom/", "desk/tickets/<slug:number>"} <= shown


CUSTOMERS = re.compile(rb"alice|acme", re.IGNORECASE)


def content_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_program_that_takes_whole_lists_is_seen(world):
    with time_machine.travel(world.now, tick=False):
        Staffed(world)
        agent = Agent.objects.get(role="level1")
        secret = tokens.create(agent, name="export", scopes=[], by=OPERATOR, at=world.now)
        for place in ("tickets", "mails", "tickets"):
            answer = Client().get(f"/api/v1/{place}", headers={"Authorization": f"Bearer {secret}"})
            assert answer.status_code == 200

    assert sorted(Look.objects.values_list("kind", "words")) == [
        ("list", "mails"), ("list", "tickets"),
    ]  # fmt: skip


def test_what_an_agent_may_not_see_is_no_look(world):
    with time_machine.travel(world.now, tick=False):
        staffed = Staffed(world)
        browser = staffed.browser("level1")
        answers = [
            browser.get(f"/desk/{place}").status_code for place in ("customers/999999", "tickets/999999")
        ]

    assert (answers, looks()) == ([404, 404], [])


def test_an_api_token_is_named_and_never_the_cookie_beside_it(world):
    with time_machine.travel(world.now, tick=False):
        staffed = Staffed(world)
        agent = Agent.objects.get(role="level1")
        secret = tokens.create(agent, name="report", scopes=[], by=OPERATOR, at=world.now)
        client = staffed.browser("supervisor")
        answer = client.get(
            f"/api/v1/tickets/{staffed.parts['ticket']}", headers={"Authorization": f"Bearer {secret}"}
        )

    look = Look.objects.get()
    assert (answer.status_code, look.agent_id, look.session_id) == (200, agent.pk, 0)
    assert look.token_id == agent.api_tokens.get().pk


def text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_supervisors_see_who_looked_and_others_do_not(world):
    with time_machine.travel(world.now, tick=False):
        staffed = Staffed(world)
        customer = f"/desk/customers/{staffed.parts['customer']}"
        mine = text(staffed.browser("level1").get(customer))
        seen = text(staffed.browser("supervisor").get(customer))
        page = text(staffed.browser("supervisor").get(f"/desk/agents/{staffed.parts['level1']}/looks"))

    assert "Who looked at this" not in mine
    assert "Who looked at this" in seen
    assert "Level1 Customer page Firefox on Linux, 127.0.0.1" in seen
    assert "Customer page Acme Firefox on Linux, 127.0.0.1" in page


def test_looks_are_sealed_and_stand_in_no_history(world):
    with time_machine.travel(world.now, tick=False):
        staffed = Staffed(world)
        before = Entry.objects.count()
        staffed.browser("level1").get(f"/desk/tickets/{staffed.parts['ticket']}")

    seal_history(world.now)

    assert Entry.objects.count() == before
    assert (verify().findings, verify().waiting) == ([], 0)


def test_the_table_of_roles_says_what_the_pages_say():
    for power in powers.POWERS:
        for name in power.addresses:
            kind, roles = address_of(name).access
            assert (kind, roles or powers.EVERYBODY) == ("agents", power.roles), name


def address_of(name):
    for arguments in ([], [1], [1, 1], ["1042-7"]):
        try:
            return resolve(reverse(name, args=arguments)).func
        except Exception:  # noqa: BLE001  (another number of parts)
            continue
    raise AssertionError(name)


def test_administrators_see_the_table_of_roles(world):
    with time_machine.travel(world.now, tick=False):
        page = text(Staffed(world).browser("admin").get("/desk/agents"))

    assert "What each role may do" in page
    assert Client().get("/desk/agents").status_code == 302


def test_a_piece_of_a_page_that_is_opened_by_itself_is_kept_as_well(world):
    with time_machine.travel(world.now, tick=False) as clock:
        staffed = Staffed(world)
        browser, parts = staffed.browser("level1"), staffed.parts
        for piece in ("requests", "requests/new", "handling", "slot", "consults"):
            clock.shift(timedelta(minutes=20))
            kept = len(looks())
            address = "/desk/tickets/{ticket}/".format(**parts) + piece
            assert browser.get(address).status_code == 200
            assert [kind for kind, *_ in looks()][kept:] == ["ticket"], piece
