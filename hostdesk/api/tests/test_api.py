"""The API as programs meet it: authority, fields, paging, errors, pace."""

import json

import pytest
from django.test import Client

from hostdesk.api import pace
from hostdesk.api.expected import SENTENCES
from hostdesk.people.actions.tokens import create
from hostdesk.people.models import Team
from hostdesk.requests.actions.asking import Wish, ask

clause = pytest.mark.clause


@pytest.fixture
def caller(world):
    """Call the API as an agent: (status, JSON)."""

    def as_agent(agent, scopes=()):
        token = create(agent, name="test", scopes=scopes, by=agent.actor(), at=world.now)
        client = Client(headers={"Authorization": f"Bearer {token}"})

        def call(path):
            answer = client.get(f"/api/v1{path}")
            return answer.status_code, json.loads(answer.content)

        return call

    return as_agent


def test_a_ticket_has_every_field_of_the_contract(world, caller):
    agent = world.agent()
    world.contact()
    ticket = world.ticket_of(world.receives())
    status, body = caller(agent)(f"/tickets/{ticket.pk}")
    clocks = body.pop("clocks")
    decisions = body.pop("decisions")
    messages = body.pop("messages")

    assert status == 200
    assert body == {
        "number": ticket.number,
        "subject": "Site down",
        "state": "new",
        "class": "unclassed",
        "account": "acme01",
        "contact": "alice@acme.example",
        "assignee": None,
        "team": "support",
        "queue_position": 1,
        "opened_at": "2026-11-23T06:00:00Z",
        "requests": [],
    }
    assert clocks == [
        {
            "kind": "response",
            "clause": "sla.response",
            "warn_at": "2026-11-23T07:00:00Z",
            "due_at": "2026-11-23T09:00:00Z",
            "state": "running",
        },
        {
            "kind": "resolution",
            "clause": "sla.resolve",
            "warn_at": "2026-11-23T11:00:00Z",
            "due_at": "2026-11-23T12:00:00Z",
            "state": "running",
        },
    ]
    assert [(d["clause"], d["policy_version"], d["outcome"]) for d in decisions] == [
        ("contact.listed_sender", "hosting/1", "proven"),
        ("sla.response", "hosting/1", "promised"),
        ("sla.resolve", "hosting/1", "promised"),
    ]
    assert messages == [
        {
            "kind": "customer",
            "author": "Alice Adams",
            "text": "The site shows error 500.",
            "at": "2026-11-23T06:00:00Z",
        }
    ]


@clause("channel.tickets")
def test_a_ticket_names_the_changes_that_were_asked_for_on_it(world, caller):
    agent, contact = world.agent(), world.contact("dev@acme.example", name="Dev", role="authorised")
    wish = Wish(kind="plan_change", contact=contact, channel="client", details={"plan": "Business 20"})
    made = ask(wish, by=contact.actor(), at=world.now)
    _, body = caller(agent)(f"/tickets/{made.ticket_id}")

    assert body["requests"] == [
        {
            "id": made.pk,
            "kind": "plan_change",
            "state": "refused",
            "asked_by_role": "authorised",
            "channel": "client",
            "clause": "contact.restricted",
            "asked_at": "2026-11-23T06:00:00Z",
            "ended_at": "2026-11-23T06:00:00Z",
        }
    ]


def test_lists_are_paged_newest_first_until_there_is_no_next(world, caller):
    agent = world.agent()
    numbers = [world.ticket(subject=f"Fault {n}", words=f"Fault {n}").number for n in range(5)]
    call = caller(agent)
    seen, cursor = [], ""
    while cursor is not None:
        _, page = call(f"/tickets?limit=2{cursor and '&cursor=' + cursor}")
        seen += [item["number"] for item in page["items"]]
        cursor = page["next"]

    assert seen == numbers[::-1]


@clause("conduct.complaints")
def test_a_complaint_is_not_in_the_api_of_others(world, caller):
    agent, chief = world.agent(), world.agent("Zanele", role="supervisor")
    complaint = world.receives("stranger@nowhere.example", to="complaint")
    technician, supervisor = caller(agent), caller(chief)
    number = world.ticket_of(complaint).number

    assert technician("/tickets")[1]["items"] == technician("/mails")[1]["items"] == []
    assert [technician(f"/tickets/{number}")[0], technician(f"/mails/{complaint.pk}")[0]] == [404, 404]
    assert [item["number"] for item in supervisor("/tickets")[1]["items"]] == [number]
    assert [item["ticket"] for item in supervisor("/mails")[1]["items"]] == [number]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic abc"}])
def test_without_a_valid_token_there_is_a_problem_and_nothing_else(world, header):
    answer = Client(headers=header).get("/api/v1/tickets")

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_what_is_missing_or_nonsense_is_a_problem(world, caller):
    call = caller(world.agent())
    statuses = [
        call(path)[0]
        for path in (
            "/tickets/9999",
            "/tickets/abc",
            "/mails/1",
            "/nothing",
            "/tickets?limit=0",
            "/tickets?cursor=x",
        )
    ]

    assert statuses == [404, 404, 404, 404, 422, 422]


def test_a_queue_position_counts_the_tickets_of_the_team_that_came_before(world, caller):
    call = caller(world.agent())
    for n in range(3):
        world.ticket(subject=str(n), words=str(n))
    world.ticket(team_slug=Team.SUPERVISORS)

    assert [item["queue_position"] for item in call("/tickets")[1]["items"]] == [3, 2, 1]


def test_a_list_costs_the_same_number_of_queries_for_one_ticket_and_for_fifty(
    world, caller, django_assert_num_queries
):
    call = caller(world.agent())
    call("/tickets")  # the first call also writes down when the token was used
    world.ticket()
    with django_assert_num_queries(5):
        call("/tickets")
    for n in range(50):
        world.ticket(subject=str(n), words=str(n))
    with django_assert_num_queries(5):
        call("/tickets")


def test_a_program_gone_wild_is_told_to_wait(world, caller, monkeypatch):
    monkeypatch.setattr(pace, "AT_ONCE", 3.0)
    monkeypatch.setattr(pace, "PER_SECOND", 0.001)
    # Buckets of its own: the next test's token may bear the same number.
    monkeypatch.setattr(pace, "_buckets", {})
    call = caller(world.agent())

    assert [call("/mails")[0] for _ in range(5)] == [200, 200, 200, 429, 429]


def test_the_description_needs_no_token_and_names_every_operation(world):
    described = json.loads(Client().get("/api/v1/openapi.json").content)

    assert sorted(described["paths"]) == ["/mails", "/mails/{id}", "/tickets", "/tickets/{number}"]


def test_the_description_names_the_token_and_every_error_that_a_call_may_give(caller, world):
    described = json.loads(Client().get("/api/v1/openapi.json").content)
    described_call = described["paths"]["/mails/{id}"]["get"]

    assert [name for need in described["security"] for name in need] == list(
        described["components"]["securitySchemes"]
    )
    assert sorted(described_call["responses"]) == ["200", "401", "403", "404", "422", "429", "503"]
    assert "404" not in described["paths"]["/mails"]["get"]["responses"]
    shape = described["components"]["schemas"]["Problem"]
    assert described_call["responses"]["404"]["content"]["application/problem+json"]["schema"][
        "$ref"
    ].endswith("/Problem")
    call = caller(world.agent())
    for path in ("/mails/999", "/mails/none"):
        _, body = call(path)
        assert set(shape["required"]) <= set(body) <= set(shape["properties"])


def test_mails_are_found_by_words_and_by_ticket(world, caller):
    world.contact()
    mail = world.receives(subject="Shop down")
    world.receives("stranger@nowhere.example", subject="An offer")
    call = caller(world.agent())
    number = world.ticket_of(mail).number

    def subjects(query):
        return [item["subject"] for item in call(f"/mails?{query}")[1]["items"]]

    assert subjects("q=nowhere.example") == ["An offer"]
    assert subjects(f"q={mail.digest}") == subjects(f"ticket={number}") == ["Shop down"]
    assert subjects("disposition=closed&q=shop") == []
    assert subjects("disposition=waiting") == []
    assert subjects(f"ticket={mail.ticket_number}-{(int(number[-1]) + 1) % 10}") == []
    assert call("/mails?ticket=x")[0] == 422


def test_a_token_for_mails_reads_no_tickets(world, caller):
    call = caller(world.agent(), scopes=["mails:read"])

    assert [call("/mails")[0], call("/tickets")[0]] == [200, 403]


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("get", "", 404, None),
        ("get", "/", 404, None),
        ("get", "/tickets/", 404, None),
        ("get", "/tickets?cursor=x", 422, None),
        ("get", "/tickets?limit=0", 422, None),
        ("post", "/tickets", 405, "GET, HEAD"),
        ("delete", "/tickets/1001", 405, "GET, HEAD"),
    ],
)
def test_every_error_is_a_problem(world, method, path, status, allow):
    agent = world.agent()
    token = create(agent, name="test", scopes=(), by=agent.actor(), at=world.now)
    client = Client(headers={"Authorization": f"Bearer {token}"})
    answer = getattr(client, method)(f"/api/v1{path}")

    assert (answer.status_code, answer.get("Content-Type"), answer.get("Allow")) == (
        status,
        "application/problem+json",
        allow,
    )
    assert json.loads(answer.content)["status"] == status


def test_head_says_what_get_would(world):
    agent = world.agent()
    token = create(agent, name="test", scopes=(), by=agent.actor(), at=world.now)
    answer = Client(headers={"Authorization": f"Bearer {token}"}).head("/api/v1/tickets")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json; charset=utf-8")


@pytest.mark.parametrize(
    ("path", "at", "says"),
    [
        (
            "/tickets?cursor=x",
            "query.cursor",
            "cursor is what the page before gave as next; leave it out for the first page.",
        ),
        ("/tickets?limit=0", "query.limit", "limit is a whole number from 1 to 200."),
        ("/tickets?limit=many", "query.limit", "limit is a whole number from 1 to 200."),
        (
            "/tickets?state=lost",
            "query.state",
            "state is new, open, waiting_customer, waiting_window, waiting_team, resolved or closed.",
        ),
        (
            "/mails?disposition=lost",
            "query.disposition",
            "disposition is ticketed, appended, closed, quarantined, ignored, refused or waiting.",
        ),
        ("/mails?ticket=x", "query.ticket", "ticket is the number of a ticket, as 1042 or 1042-9."),
        ("/mails/abc", "path.id", "id is the number of a mail, as in the list of mails."),
        (
            f"/mails?q={'x' * 201}",
            "query.q",
            "q is at most 200 characters of a sender, recipient, subject, ticket, Message-ID or SHA-256.",
        ),
    ],
)
def test_what_cannot_be_understood_is_named_with_what_it_should_be(world, caller, path, at, says):
    status, body = caller(world.agent())(path)

    assert (status, body["errors"]) == (422, [{"at": at, "says": says}])


def test_every_parameter_of_the_api_has_its_sentence():
    described = Client().get("/api/v1/openapi.json").json()
    named = {
        parameter["name"]
        for calls in described["paths"].values()
        for call in calls.values()
        for parameter in call.get("parameters", [])
    }

    assert set(SENTENCES) == named
