"""Places of the desk: each room names its own in `places.py`, the rail lists them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module

from django.apps import apps
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.module_loading import module_has_submodule
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the rail: `key` marks it as current, `order` sorts it, `roles` None means everybody on staff.

    `count_url_name` answers with the figure to show beside it as plain text, or with nothing.
    """

    key: str
    word: str
    icon: str
    url_name: str
    order: int
    roles: frozenset[str] | None = None
    group: int = 1
    hotkey: str = ""
    count_url_name: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A Place with its address, ready to show."""

    place: Place
    address: str
    count_address: str = ""


@lru_cache(maxsize=1)
def places() -> tuple[Place, ...]:
    """All places of all installed rooms, in order."""
    found: list[Place] = []
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, "places"):
            found.extend(getattr(import_module(f"{app.name}.places"), "PLACES", ()))
    return tuple(sorted(found, key=lambda place: (place.group, place.order)))


@lru_cache(maxsize=32)
def entries(role: str) -> tuple[tuple[Entry, ...], ...]:
    """The rail of an agent with `role`, one tuple a group."""
    open_to_role = [place for place in places() if place.roles is None or role in place.roles]
    groups = sorted({place.group for place in open_to_role})
    return tuple(_group(open_to_role, group) for group in groups)


@lru_cache(maxsize=256)
def markup(role: str, current: str) -> SafeString:
    """The rail as HTML: the same for all agents of a role, so it is drawn once for each place."""
    return render_to_string("web/rail.html", {"groups": entries(role), "current": current})


def _group(chosen: Iterable[Place], group: int) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            place,
            reverse(place.url_name),
            reverse(place.count_url_name) if place.count_url_name else "",
        )
        for place in chosen
        if place.group == group
    )
