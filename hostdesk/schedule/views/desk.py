"""The "on duty" button."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from hostdesk.people.access import agents_only
from hostdesk.schedule import actions
from hostdesk.web.htmx import go, safe_next


@require_POST
@agents_only
def start(request: HttpRequest) -> HttpResponse:
    """On duty from now."""
    agent = request.agent  # type: ignore[attr-defined]  # set by people.middleware
    actions.start(agent, by=agent.actor(), at=request.at)  # type: ignore[attr-defined]
    messages.success(request, "You are on duty: warnings about late tickets reach you.")
    return go(request, safe_next(request, otherwise="/desk/"))


@require_POST
@agents_only
def end(request: HttpRequest) -> HttpResponse:
    """Off duty from now."""
    agent = request.agent  # type: ignore[attr-defined]  # set by people.middleware
    actions.end(agent, by=agent.actor(), at=request.at)  # type: ignore[attr-defined]
    messages.success(request, "You are off duty.")
    return go(request, safe_next(request, otherwise="/desk/"))
