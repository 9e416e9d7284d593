"""The operations of the API; every read goes through the desk's own checking queries."""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from ninja import NinjaAPI, Query
from ninja.errors import HttpError, ValidationError

import hostdesk
from hostdesk.api import description, expected, reads
from hostdesk.api.problems import problem
from hostdesk.api.shapes import Disposition, MailOut, MailsOut, TicketDetailOut, TicketsOut, TicketState
from hostdesk.gateway.finding import Wanted
from hostdesk.people.looking import saw, saw_list

api = NinjaAPI(
    title="hostdesk",
    version=hostdesk.__version__,
    description="Authorization: Bearer TOKEN. Errors are application/problem+json. Lists are newest first.",
    docs_url=None,
    openapi_url=None,
    urls_namespace="api-v1",
    servers=[{"url": "/api/v1"}],
)


@api.get("/tickets", response=TicketsOut, by_alias=True, summary="Tickets the token's agent may see")
def tickets(
    request: HttpRequest,
    cursor: str | None = Query(None, pattern="^[0-9]{1,18}$"),
    state: TicketState | None = None,
    account: str | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> dict[str, object]:
    """Newest first; `state` and `account` narrow."""
    agent, at = request.agent, request.at  # type: ignore[attr-defined]  # set by `views` and the middleware
    saw_list(request, "tickets")
    return reads.tickets_page(agent, cursor=cursor, state=state, account=account, limit=limit, at=at)


@api.get("/tickets/{number}", response=TicketDetailOut, by_alias=True, summary="One ticket")
def ticket(request: HttpRequest, number: str) -> dict[str, object]:
    """By `1042` or `1042-9`."""
    return reads.ticket_detail(request, number)


@api.get("/mails", response=MailsOut, summary="Inbound mails and what became of them")
def mails(  # noqa: PLR0917  (the library reads them by name)
    request: HttpRequest,
    cursor: str | None = Query(None, pattern="^[0-9]{1,18}$"),
    disposition: Literal[Disposition, "waiting"] | None = None,
    q: str = Query(
        "", max_length=200, description="sender, recipient, subject, ticket, Message-ID or SHA-256"
    ),
    ticket: str | None = Query(None, pattern="^[0-9]{1,12}(-[0-9])?$", description="as 1042 or 1042-9"),
    limit: int = Query(50, ge=1, le=200),
) -> dict[str, object]:
    """Newest first; `disposition`, `q` and `ticket` narrow."""
    wanted = Wanted(disposition=disposition or "", typed=q.replace("\0", "").strip())
    if wanted.typed:
        saw(request, "search", words=wanted.typed)
    else:
        saw_list(request, "mails")
    return reads.mails_page(request.agent, wanted, ticket=ticket, cursor=cursor, limit=limit)  # type: ignore[attr-defined]


@api.get("/mails/{id}", response=MailOut, summary="One inbound mail")
def mail(request: HttpRequest, id: int) -> dict[str, object]:  # noqa: A002  (the name in the address)
    """By its id."""
    return reads.mail_detail(request, id)


@api.exception_handler(ValidationError)
def _unsound(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [
        {"at": ".".join(str(part) for part in e["loc"]), "says": expected.sentence(str(e["loc"][-1]))}
        for e in error.errors
    ]
    return problem(422, "The request cannot be understood.", errors=faults)


@api.exception_handler(HttpError)
def _refused(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, str(error))


def openapi(_request: HttpRequest) -> HttpResponse:
    """The API in OpenAPI 3, for people and for tools; needs no token."""
    return JsonResponse(description.completed(dict(api.get_openapi_schema(path_prefix=""))))


urlpatterns = [path("openapi.json", openapi), path("", api.urls)]
