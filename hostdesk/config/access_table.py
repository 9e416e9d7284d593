"""Who may open which address, read off the views themselves: the one table of access, for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from hostdesk.people.models import Role

ACTORS = ("anybody", "contact", *Role.values, "API token")
_OF_ANYBODY = ("hostdesk.web.", "hostdesk.jobs.")


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One address. `opens` says for each of ACTORS "yes", "own" (their own account's things only) or "no"."""

    address: str
    opens: dict[str, str]


def rows() -> list[AccessRow]:
    """Every address of the product and every operation of the API, in alphabetical order."""
    pages = [AccessRow(f"/{address}", _opens(address, view)) for address, view in _views()]
    token_only = {actor: "yes" if actor == "API token" else "no" for actor in ACTORS}
    calls = [AccessRow(f"{method} /api/v1{path}", token_only) for method, path in _operations()]
    return sorted([*pages, *calls], key=lambda row: row.address.lstrip("GETPOSUDLA "))


# `Any`: a view is any callable, and Django's own types say no more.
def _views(patterns: list[Any] | None = None, before: str = "") -> Iterator[tuple[str, Any]]:
    for one in patterns if patterns is not None else get_resolver().url_patterns:
        whole = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _views(one.url_patterns, whole)
        elif isinstance(one, URLPattern) and not whole.startswith("^api"):
            yield whole, one.callback


def _opens(address: str, view: Any) -> dict[str, str]:  # `Any`: as above
    kind, roles = getattr(view, "access", ("anybody", None))
    if not hasattr(view, "access"):
        assert view.__module__.startswith(_OF_ANYBODY), f"/{address} does not say who may open it"
    own = "own" if "<" in address else "yes"
    return {
        "anybody": "yes" if kind == "anybody" else "no",
        "contact": "yes" if kind == "anybody" else own if kind == "contacts" else "no",
        **{
            role: "yes"
            if kind == "anybody" or (kind == "agents" and (roles is None or role in roles))
            else "no"
            for role in Role.values
        },
        "API token": "yes" if kind == "anybody" else "no",
    }


def _operations() -> Iterator[tuple[str, str]]:
    from hostdesk.api.operations import api

    for path, methods in api.get_openapi_schema(path_prefix="")["paths"].items():
        for method in methods:
            yield method.upper(), path
