"""How a refused form comes back."""

from __future__ import annotations

from collections.abc import Callable

from django.forms import Form
from django.http import HttpResponse

from hostdesk.kit.refusals import Refused
from hostdesk.people.actions.limits import TooOften


def refuse(
    form: Form, refusal: Refused, page: Callable[[int], HttpResponse], *, field: str | None = None
) -> HttpResponse:
    """The page once more, the sentence beside the field or above the form; 429 with `Retry-After` for too many tries."""
    form.add_error(None if isinstance(refusal, TooOften) else field, refusal.sentence)
    if not isinstance(refusal, TooOften):
        return page(422)
    response = page(429)
    response.headers["Retry-After"] = str(refusal.wait_seconds)
    return response
