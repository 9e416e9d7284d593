"""What every shell needs to know about the request."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from hostdesk.policy import documents
from hostdesk.policy import queries as policy

THEME_COOKIE = "theme"
THEMES = ("system", "light", "dark")
HOTKEYS_COOKIE = "hotkeys"
HOTKEYS = ("on", "off")


def shell(request: HttpRequest) -> dict[str, Any]:
    """`operator_name`, `urgent_telephone` ("" for none), `theme` ("", "light", "dark"), `hotkeys` ("on", "off").

    `Any`: a context holds anything.
    """
    theme = request.COOKIES.get(THEME_COOKIE)
    return {
        "operator_name": _operator_name(str(settings.HOSTDESK_POLICY)),
        # As published, and asked for only by pages that show it.
        "urgent_telephone": SimpleLazyObject(lambda: policy.operator().urgent_telephone),
        "theme": theme if theme in ("light", "dark") else "",
        "hotkeys": "off" if request.COOKIES.get(HOTKEYS_COOKIE) == "off" else "on",
    }


@lru_cache(maxsize=1)
def _operator_name(folder: str) -> str:
    """The company's name out of its own file, read once a process: a shell must not cost a query."""
    return documents.load_operator(Path(folder)).name
