"""The few answers that belong to no feature."""

from __future__ import annotations

import sys

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views.decorators.http import require_POST

from hostdesk.web import errors
from hostdesk.web.context import HOTKEYS, HOTKEYS_COOKIE, THEME_COOKIE, THEMES
from hostdesk.web.htmx import go, safe_next

_A_YEAR_SECONDS = 365 * 24 * 3600


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  (Django's own signature)
    """The page for a form whose proof of origin is missing or old; tells how to go on without losing the text."""
    return render(request, "403_csrf.html", {"status": 403}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (Django's own signature)
    """The page for what no browser of ours sends."""
    return render(request, "400.html", {"sentence": errors.SENTENCES[400], "status": 400}, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (Django's own signature)
    """The page for somebody signed in who may not go there."""
    return render(request, "403.html", {"status": 403}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (Django's own signature)
    """The page for addresses that lead nowhere."""
    return errors.missing(request)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  (Django's own signature)
    """The page for a bug of ours, or for a database that is away. It leans on nothing that may itself be broken: no context processor, no row."""
    if not isinstance(sys.exception(), errors.DATABASE_AWAY):
        return HttpResponse(loader.get_template("500.html").render({"status": 500}), status=500)
    answer = HttpResponse(loader.get_template("503.html").render({"status": 503}), status=503)
    answer.headers["Retry-After"] = str(errors.SECONDS_TO_COME_BACK)
    return answer


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep the choice of light or dark, and of hotkeys, in this browser, then go back."""
    response = go(request, safe_next(request, otherwise="/"))
    for cookie, allowed in ((THEME_COOKIE, THEMES), (HOTKEYS_COOKIE, HOTKEYS)):
        chosen = request.POST.get(cookie, "")
        if chosen in allowed:
            response.set_cookie(
                cookie, chosen, max_age=_A_YEAR_SECONDS, samesite="Lax", secure=settings.SECURE
            )
    return response
