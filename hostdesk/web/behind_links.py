"""The page behind a mailed link: looking changes nothing, since programs look as well; the button does, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hostdesk.kit.refusals import Refused

Found = TypeVar("Found")
Context = Mapping[str, object]


def page_behind_link(
    request: HttpRequest,
    template: str,
    found: Found | None,
    *,
    gone: str,
    question: Callable[[Found], Context],
    press: Callable[[Found], Context],
) -> HttpResponse:
    """Ask, or do what the button says and show what became of it, in one template.

    `found` is what the link stands for, None when it is void; then, and when `press` is refused, the sentence stands as
    `gone` in the template, with status 410. `question` and `press` say what else the template shows.
    """
    if found is None:
        return render(request, template, {"gone": gone}, status=410)
    if request.method != "POST":
        return render(request, template, dict(question(found)))
    try:
        context = press(found)
    except Refused as refusal:
        return render(request, template, {"gone": refusal.sentence}, status=410)
    return render(request, template, dict(context))
