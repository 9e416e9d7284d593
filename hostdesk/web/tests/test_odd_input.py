"""What no keyboard makes, in queries, forms and headers: answered, and never with a crash."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from hostdesk.people.actions import links
from hostdesk.people.models import Agent, LinkRequest
from hostdesk.web import middleware
from hostdesk.web.keys import key_of, keys_of
from tests.browsing import cookie_of


@pytest.mark.db_free
@pytest.mark.parametrize(
    ("typed", "key"),
    [("12", 12), ("", None), ("-1", None), ("\u0661", None), ("9" * 19, None), ("9" * 5000, None)],
)
def test_a_key_is_a_number_that_a_database_takes(typed, key):
    assert (key_of(typed), keys_of([typed, "7"])) == (key, [*([key] if key else []), 7])


@pytest.mark.db_free
def test_zero_bytes_leave_queries_and_forms_and_nothing_else_changes():
    seen = {}

    def view(request):
        seen.update(get=dict(request.GET.lists()), post=dict(request.POST.lists()))
        return HttpResponse()

    made = RequestFactory()
    for request in (made.post("/?a=1%00&a=2&b=", {"c\0": ["x\0y", "z"]}), made.post("/?a=%00", {"c": "x"})):
        way = middleware.WithoutZeroBytes(view)
        way.process_view(request)
        way(request)
        if "b" in seen["get"]:
            assert seen == {"get": {"a": ["1", "2"], "b": [""]}, "post": {"c": ["xy", "z"]}}
    assert seen == {"get": {"a": [""]}, "post": {"c": ["x"]}}


def test_strangers_odd_input_is_answered(world):
    world.contact()
    stranger = Client(raise_request_exception=False)
    fragment = {"HX-Request": "true", "HX-Current-URL": "http://["}
    answers = [
        stranger.get("/desk/", headers=fragment),
        stranger.get("/client/", headers=fragment),
        stranger.post("/sign-in", {"email": "alice@acme.example", "next": "/client/\0x"}),
        stranger.post("/desk/sign-in/passkey", {"answer": '{"id":"\\ud800"}'}),
    ]
    while links.serve_requests(world.now):
        pass

    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    assert not LinkRequest.objects.exists()


def test_agents_odd_input_is_answered(world):
    ticket = world.ticket()
    boss = world.agent("Pieter", role="supervisor")
    browser = Client(raise_request_exception=False)
    browser.cookies["hd_desk"] = cookie_of(Agent.objects.get(pk=boss.pk), "")["value"]
    page = f"/desk/tickets/{ticket.number}"
    answers = [
        browser.post(f"{page}/emergency", {"reason": "down\0"}),
        browser.post(f"{page}/passing-over", {"reason": "x\0"}),
        browser.post(f"{page}/consults", {"question": "why\0?", "team": "sup\0port"}),
        browser.post(f"{page}/resolution", {"jump_reason": "x\0"}),
        browser.post(f"{page}/team", {"team": "x\0", "reason": "\0"}),
        browser.post(f"{page}/skills", {"skill": "9" * 5000}),
        browser.post("/desk/skills/", {"name": "x\0", "slug": "\0"}),
        browser.get("/desk/queue/news", {"after": "9" * 5000}),
        browser.get("/desk/customers", {"q": "a\0b"}),
    ]

    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
