"""Who is on duty, and the button."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from hostdesk.people.access import agents_only
from hostdesk.people.powers import KEEPERS
from hostdesk.schedule import actions, queries, shown
from hostdesk.web.htmx import go, safe_next


@require_safe
@agents_only
def duty(request: HttpRequest) -> HttpResponse:
    """Who is on duty now, and the button."""
    agent, at = request.agent, request.at  # type: ignore[attr-defined]  # set by people.middleware
    context = {
        "place": "duty",
        "shift": queries.open_shift(agent),
        "duty": shown.duty(agent, at),
        "keeper": agent.role in KEEPERS,
    }
    return render(request, "schedule/duty.html", context)


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
