"""Signs of life for load balancers, supervisors of processes, and watchers from outside."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from hostdesk.jobs import health


@require_safe
def live(_request: HttpRequest) -> HttpResponse:
    """Say that this process answers; asks nothing of anybody."""
    return _never_stored(JsonResponse({"healthy": True, "message": "alive", "issues": []}))


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 as soon as pages and mails can be taken, else 503; warnings stand in `issues` and stay 200."""
    state = health.look(at=getattr(request, "at", None) or timezone.now())
    message = "ready" if state.is_healthy else "not ready"
    body = {"healthy": state.is_healthy, "message": message, "issues": [*state.faults, *state.warnings]}
    return _never_stored(JsonResponse(body, status=200 if state.is_healthy else 503))


def _never_stored(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
