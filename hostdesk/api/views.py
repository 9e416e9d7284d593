"""The way in: authority, pace, then the operation. Loaded lightly; the API's library comes with the first call."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt

from hostdesk.api import pace
from hostdesk.api.problems import problem
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people.actions.tokens import touch
from hostdesk.people.queries import agent_for_token
from hostdesk.web.errors import DATABASE_AWAY, SECONDS_TO_COME_BACK

log = structlog.get_logger()

OPEN = ("/openapi.json",)


@csrf_exempt  # a bearer token is never sent by a browser on its own
def entry(request: HttpRequest, rest: str = "/") -> HttpResponse:
    """Answer one call of `/api/v1`; every error is `application/problem+json` (RFC 9457)."""
    try:
        return _answer(request, rest)
    except DATABASE_AWAY:
        log.exception("database does not answer the API")
        away = problem(503, "The desk cannot reach its database now; try again in a moment.")
        away["Retry-After"] = str(SECONDS_TO_COME_BACK)
        return away


def _answer(request: HttpRequest, path: str) -> HttpResponse:
    if path not in OPEN:
        refusal = _let_in(request, path)
        if refusal is not None:
            return refusal
    if request.method == "HEAD":
        request.method = "GET"  # the server leaves the body out
    try:
        match = resolve(path, urlconf="hostdesk.api.operations")
        answer = match.func(request, *match.args, **match.kwargs)
    except Http404:
        return problem(404, "There is nothing at this address.")
    except Missing:
        return problem(404, "There is no such thing, or it is not yours.")
    except Refused as no:
        return problem(403, no.sentence, clause=no.clause)
    assert isinstance(answer, HttpResponse)
    if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        refusal = problem(405, "This address can only be read.")
        refusal["Allow"] = "GET, HEAD"
        return refusal
    return answer


def _let_in(request: HttpRequest, path: str) -> HttpResponse | None:
    """Put the token's agent on the request, or say why not."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    token = agent_for_token(secret.strip(), at=request.at) if scheme.lower() == "bearer" and secret else None  # type: ignore[attr-defined]  # set by the middleware
    if token is None:
        answer = problem(
            401, "Send a valid token: Authorization: Bearer TOKEN. 'hostdesk tokens create' makes one."
        )
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    scope = f"{path.split('/')[1]}:read"
    if token.scopes and scope not in token.scopes:
        return problem(403, f"This token was not made for {scope}.")
    wait = pace.wait_for(token.pk)
    if wait:
        answer = problem(429, "Too many requests with this token; wait a moment.")
        answer["Retry-After"] = str(wait)
        return answer
    touch(token, at=request.at)  # type: ignore[attr-defined]
    request.agent = token.agent  # type: ignore[attr-defined]
    request.api_token = token  # type: ignore[attr-defined]
    # Whatever cookies came along: it is the token that reads.
    request.desk_session = None  # type: ignore[attr-defined]
    return None
