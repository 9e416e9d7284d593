"""Errors as RFC 9457 problem details."""

from __future__ import annotations

import json
from http import HTTPStatus

from django.http import HttpResponse


def problem(status: int, detail: str, *, clause: str = "", **more: object) -> HttpResponse:
    """One error: what happened, in a sentence, and the clause when a rule of the policy says no."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **({"clause": clause} if clause else {}),
        **more,
    }
    return HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")
