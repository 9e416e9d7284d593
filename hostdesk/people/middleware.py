"""The edge of every request: the instant, and who is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from hostdesk.people import clients, queries, rules
from hostdesk.people.actions import sessions
from hostdesk.people.models import Session, Step

DESK_COOKIE = "hd_desk"
CLIENT_COOKIE = "hd_client"
PASSKEY_COOKIE = "hd_passkey"
GetResponse = Callable[[HttpRequest], HttpResponse]


def who_is_there(get_response: GetResponse) -> GetResponse:
    """Set `request.at`, `.agent`, `.person`, `.desk_session`, `.client_session`.

    No query without a cookie, one with, whatever cookies there are. An agent who still owes the second step has a
    `desk_session` and is no `agent` yet. A session ended, an agent gone, a demo account away from this machine:
    nobody is there, from the next request on.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        at = timezone.now()
        desk, client = _sessions(request, at=at)
        request.at = at  # type: ignore[attr-defined]
        request.desk_session = desk  # type: ignore[attr-defined]
        request.client_session = client  # type: ignore[attr-defined]
        request.agent = desk.agent if desk and desk.step == Step.FULL else None  # type: ignore[attr-defined]
        request.person = client.person if client else None  # type: ignore[attr-defined]
        for session in (desk, client):
            if session is not None:
                sessions.touch(session, at=at)
        return get_response(request)

    return middleware


def _sessions(request: HttpRequest, *, at: datetime) -> tuple[Session | None, Session | None]:
    """The living sessions of the two cookies: an agent's and a person's."""
    desk_token, client_token = request.COOKIES.get(DESK_COOKIE), request.COOKIES.get(CLIENT_COOKIE)
    found: list[Session] = []
    if client_token:
        found = queries.living_sessions([client_token, desk_token or ""], at=at)
    elif desk_token and (one := queries.desk_session(desk_token, at=at)):
        found = [one]
    if not found:
        return None, None
    local = clients.client_of(request).on_this_machine
    believed = [one for one in found if local or not (one.agent or one.person).demo]  # type: ignore[union-attr]
    desk = next((one for one in believed if one.agent_id is not None), None)
    client = next((one for one in believed if one.person_id is not None), None)
    return desk, client


def remember(response: HttpResponse, signed_in: sessions.SignedIn) -> HttpResponse:
    """Give the browser the cookie of a new session."""
    of_agent = signed_in.session.agent_id is not None
    life = rules.AGENT_LIFE if of_agent else rules.PERSON_LIFE
    response.set_cookie(
        DESK_COOKIE if of_agent else CLIENT_COOKIE,
        signed_in.token,
        max_age=life.most,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE,
    )
    return response


def remember_ticket(response: HttpResponse, ticket: str) -> HttpResponse:
    """Give the browser the ticket of a passkey ceremony, for the few minutes that it is good."""
    response.set_cookie(
        PASSKEY_COOKIE,
        ticket,
        max_age=rules.CHALLENGE_LIFE,
        httponly=True,
        samesite="Strict",
        secure=settings.SECURE,
    )
    return response


def forget(response: HttpResponse, cookie: str) -> HttpResponse:
    """Take a cookie of ours away."""
    response.delete_cookie(cookie, samesite="Lax")
    return response


def browser_of(request: HttpRequest) -> sessions.Browser:
    """Where a sign-in comes from."""
    client = clients.client_of(request)
    return sessions.Browser(
        address=str(client.address),
        network=client.network,
        user_agent=request.headers.get("User-Agent", ""),
        on_this_machine=client.on_this_machine,
    )
