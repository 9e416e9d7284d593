"""The page behind a mailed link: looking changes nothing, pressing the button does, once."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hostdesk.kit import moments
from hostdesk.people.access import anybody
from hostdesk.requests import words
from hostdesk.requests.actions import confirming, yeses
from hostdesk.requests.models import Confirmation
from hostdesk.requests.standing import case_of, zone
from hostdesk.web.behind_links import page_behind_link


@anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """What was asked for, by whom, and one button. Clause: contact.restricted."""
    at = request.at  # type: ignore[attr-defined]  # set by people.middleware

    def press(_: Confirmation) -> dict[str, object]:
        done = confirming.confirm_by_link(token, at=at)
        case = case_of(done)
        return {"given": done, "case": case, "standing": words.standing(case, me=None, at=at)}

    return page_behind_link(
        request,
        "requests/public/confirmation.html",
        yeses.of_token(token, at=at),
        gone=confirming.GONE,
        question=lambda asked: _question(asked, at),
        press=press,
    )


def _question(asked: Confirmation, at: datetime) -> dict[str, object]:
    """What is shown to whoever has the link: what was asked for, by whom, on which account; nothing else of it."""
    case = case_of(asked.request)
    return {
        "asked": asked,
        "case": case,
        "details": words.details(case),
        "price": words.price(asked.request),
        "until": moments.said(asked.expires_at, zone(), now=at),
    }
