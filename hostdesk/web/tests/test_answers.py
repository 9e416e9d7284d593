"""What every answer carries, and how a refusal reaches whoever asked."""

import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.utils import timezone

from hostdesk.kit.refusals import Missing, Refused
from hostdesk.web import errors, htmx, middleware, views

pytestmark = pytest.mark.db_free
FRAGMENT = {"headers": {"HX-Request": "true"}}


def asked(path="/", **more):
    request = RequestFactory().get(path, **more)
    request.at = timezone.now()
    return request


def test_no_page_may_run_or_load_what_is_not_ours():
    answer = middleware.security_headers(lambda _: HttpResponse())(asked())
    policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))

    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "frame-src": "'self'",
        "object-src": "'none'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert (answer["X-Content-Type-Options"], answer["Referrer-Policy"]) == ("nosniff", "same-origin")


def test_a_view_may_be_stricter_about_its_own_answer():
    own = middleware.security_headers(lambda _: HttpResponse(headers={"Content-Security-Policy": "sandbox"}))

    assert own(asked())["Content-Security-Policy"] == "sandbox"


@pytest.mark.parametrize(("secure", "said"), [(True, "max-age=63072000; includeSubDomains"), (False, None)])
def test_browsers_are_told_to_stay_with_https_only_where_there_is_https(secure, said):
    with override_settings(SECURE=secure):
        answer = middleware.security_headers(lambda _: HttpResponse())(asked())

    assert answer.headers.get("Strict-Transport-Security") == said


@pytest.mark.parametrize(
    ("method", "path", "header", "answered"),
    [
        ("get", "/client/?a=1", {}, (301, "https://support.example.com/client/?a=1")),
        ("post", "/api/v1/tickets", {}, (308, "https://support.example.com/api/v1/tickets")),
        ("get", "/client/", {"X-Forwarded-Proto": "https"}, (200, None)),
        ("get", "/health/ready", {}, (200, None)),
    ],
)
def test_plain_requests_are_sent_to_the_https_address(method, path, header, answered):
    request = getattr(RequestFactory(headers=header), method)(path)
    with override_settings(SECURE=True, HOSTDESK_URL="https://support.example.com"):
        answer = middleware.https_only(lambda _: HttpResponse())(request)

    assert (answer.status_code, answer.headers.get("Location")) == answered


def test_where_the_public_address_is_plain_nothing_is_redirected():
    assert middleware.https_only(lambda _: HttpResponse())(asked()).status_code == 200


def refuse(request, exception):
    return middleware.refusals_as_pages(lambda _: HttpResponse()).process_exception(request, exception)


def test_a_refusal_is_a_page_with_its_sentence_and_a_way_to_its_clause():
    answer = refuse(asked(), Refused("sla.fcfs", "Older tickets <wait>."))
    page = answer.content.decode()

    assert answer.status_code == 403
    assert ("Older tickets &lt;wait&gt;." in page, 'href="/policy/hosting/#sla.fcfs"' in page) == (True, True)


def test_a_refused_fragment_lands_among_the_toasts_and_not_where_it_was_asked_for():
    answer = refuse(asked(**FRAGMENT), Refused("", "Not like this."))

    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reswap"]) == (403, "#toasts", "beforeend")
    assert "<html" not in answer.content.decode()


def test_what_is_missing_looks_the_same_whatever_the_reason():
    absent, of_others = (
        refuse(asked("/a"), Missing()),
        refuse(asked("/a"), Missing("belongs to somebody else")),
    )

    assert (absent.status_code, of_others.status_code) == (404, 404)
    assert absent.content == of_others.content


def test_a_bug_is_not_taken_for_a_refusal():
    assert refuse(asked(), ValueError("a bug")) is None


def test_too_often_says_when_to_come_back():
    answer = errors.too_often(asked(), wait_seconds=90)

    assert (answer.status_code, answer["Retry-After"]) == (429, "90")


def test_the_page_for_a_broken_server_needs_nothing_that_may_be_broken():
    """No database is reachable from this test, and no context processor has run."""
    answer = views.server_error(asked())

    assert (answer.status_code, "Something broke on our side" in answer.content.decode()) == (500, True)


@pytest.mark.parametrize(
    ("headers", "fragment"),
    [
        ({"HX-Request": "true"}, True),
        ({}, False),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_only_htmx_that_wants_a_piece_gets_a_piece(headers, fragment):
    assert htmx.wants_fragment(asked(headers=headers)) is fragment


def test_whoever_posts_is_sent_on_in_the_way_they_understand():
    plain, piece = htmx.go(asked(), "/desk/queue"), htmx.go(asked(**FRAGMENT), "/desk/queue")

    assert (plain.status_code, plain["Location"]) == (303, "/desk/queue")
    assert (piece.status_code, piece["HX-Redirect"]) == (204, "/desk/queue")


def test_events_for_the_page_are_gathered():
    answer = htmx.announce(htmx.announce(HttpResponse(), "sent"), "counted", {"many": 2})

    assert json.loads(answer["HX-Trigger"]) == {"sent": {}, "counted": {"many": 2}}


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "desk",
        "",
        "http:///evil.example",
    ],
)
def test_a_form_never_leads_out_of_the_house(wanted):
    request = RequestFactory().post("/", {"next": wanted})

    assert htmx.safe_next(request, otherwise="/desk/queue") == "/desk/queue"


def test_a_form_leads_back_to_where_it_came_from():
    assert (
        htmx.safe_next(RequestFactory().post("/", {"next": "/desk/mine?x=1"}), otherwise="/")
        == "/desk/mine?x=1"
    )


def test_the_choice_of_light_or_dark_is_kept_and_nothing_else():
    chosen = views.appearance(
        RequestFactory().post("/appearance", {"theme": "dark", "hotkeys": "maybe", "x": "y"})
    )

    assert {name: cookie.value for name, cookie in chosen.cookies.items()} == {"theme": "dark"}
