"""Pages for when something does not work, in plain words; a short sentence where htmx asks for a piece."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hostdesk.kit.refusals import Refused
from hostdesk.web.htmx import wants_fragment

DATABASE_AWAY = (OperationalError, InterfaceError)
"""Nothing is wrong with what was asked: the same will work when the database answers again."""
SECONDS_TO_COME_BACK = 30
SENTENCES = {
    400: "We could not make sense of what the browser sent. Reload the page and try again.",
    403: "This page is not open to you. Signing in with another account may help.",
    404: "There is nothing here, or it is not yours to see.",
    409: "Somebody changed this while you were looking. Reload the page to see how it stands now.",
    429: "That was too often in a short time. Wait a little, then try again.",
    500: "Something broke on our side. It is noted, and what you sent before is safe. Please try again.",
}


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """403 with the refusal's sentence and a link to its clause (`web/refused.html`)."""
    return _answer(request, 403, refusal.sentence, clause=refusal.clause, template="web/refused.html")


def missing(request: HttpRequest) -> HttpResponse:
    """404, the same for what is not there and what is not yours."""
    return _answer(request, 404, SENTENCES[404], template="404.html")


def changed_meanwhile(request: HttpRequest, sentence: str = SENTENCES[409]) -> HttpResponse:
    """409: the row is no longer what the form was made from."""
    return _answer(request, 409, sentence, template="web/refused.html")


def too_often(request: HttpRequest, *, wait_seconds: int, sentence: str = SENTENCES[429]) -> HttpResponse:
    """429 with `Retry-After`, in seconds."""
    response = _answer(request, 429, sentence, template="429.html")
    response.headers["Retry-After"] = str(wait_seconds)
    return response


def _answer(
    request: HttpRequest, status: int, sentence: str, *, template: str, clause: str = ""
) -> HttpResponse:
    context = {"sentence": sentence, "clause": clause, "status": status}
    if not wants_fragment(request):
        return render(request, template, context, status=status)
    response = render(request, "web/refused_fragment.html", context, status=status)
    response.headers["HX-Retarget"] = "#toasts"
    response.headers["HX-Reswap"] = "beforeend"
    return response
