"""Who may call a view: every view of staff or contacts says so with one of these.

The word stays on the view as `access`, so that one test can read the whole table of addresses and roles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, overload
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from hostdesk.kit.refusals import Refused
from hostdesk.people import proof
from hostdesk.web.htmx import wants_fragment

# `Any`: what follows the request are the parts of the address.
View = Callable[..., HttpResponse]


@overload
def agents_only(view: View) -> View: ...
@overload
def agents_only(view: None = None, *, roles: Iterable[str] | None = None) -> Callable[[View], View]: ...


def agents_only(
    view: View | None = None, *, roles: Iterable[str] | None = None
) -> View | Callable[[View], View]:
    """Only for agents who are wholly signed in, and of one of `roles` where they are given.

    Others are sent to sign in and come back; a signed-in agent of another role is refused.
    `@agents_only`, or `@agents_only(roles={"admin"})`.
    """
    allowed = frozenset(roles) if roles is not None else None

    def guard(inner: View) -> View:
        @wraps(inner)
        def guarded(
            request: HttpRequest, *parts: Any, **named: Any
        ) -> HttpResponse:  # `Any`: parts of an address
            agent = request.agent  # type: ignore[attr-defined]  # set by people.middleware
            if agent is None:
                return to_sign_in(request, "people:desk_sign_in")
            if allowed is not None and agent.role not in allowed:
                raise Refused("", "Your role does not open this page. An administrator can change your role.")
            return _not_kept(inner(request, *parts, **named))

        guarded.access = ("agents", allowed)  # type: ignore[attr-defined]  # read by the table of access
        return guarded

    return guard(view) if view is not None else guard


def recently_proven(view: View) -> View:
    """Only with a second step given a short while ago; else it is asked for, and what was typed goes on with it.

    Stands below `agents_only`. No API token gets here: a token has no browser session to prove.
    """

    @wraps(view)
    def guarded(
        request: HttpRequest, *parts: Any, **named: Any
    ) -> HttpResponse:  # `Any`: parts of an address
        return proof.gate(request, lambda: view(request, *parts, **named))

    guarded.is_dangerous = True  # type: ignore[attr-defined]  # read by the table of what is dangerous
    return guarded


def contacts_only(view: View) -> View:
    """Only for a signed-in person; what exactly they may see, each query checks again."""

    @wraps(view)
    def guarded(
        request: HttpRequest, *parts: Any, **named: Any
    ) -> HttpResponse:  # `Any`: parts of an address
        if request.person is None:  # type: ignore[attr-defined]  # set by people.middleware
            return to_sign_in(request, "people:sign_in")
        return _not_kept(view(request, *parts, **named))

    guarded.access = ("contacts", None)  # type: ignore[attr-defined]  # read by the table of access
    return guarded


def anybody(view: View) -> View:
    """For everybody, and said so."""
    view.access = ("anybody", None)  # type: ignore[attr-defined]  # read by the table of access
    return view


def to_sign_in(request: HttpRequest, name: str) -> HttpResponse:
    """Send a browser to a sign-in page and back afterwards; 401 for what only asked for a piece of a page."""
    fragment = wants_fragment(request)
    if fragment:
        back = _path_of(request.headers.get("HX-Current-URL", ""))
    else:
        back = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    address = reverse(name) + (f"?{urlencode({'next': back})}" if back.startswith("/") else "")
    if fragment:
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _path_of(address: str) -> str:
    """Path and query of an address; "" for what is none, since anybody may send anything."""
    try:
        shown = urlsplit(address)
    except ValueError:
        return ""
    return f"{shown.path}?{shown.query}" if shown.query else shown.path


def _not_kept(response: HttpResponse) -> HttpResponse:
    """No cache keeps a page of somebody: after signing out, "back" must show nothing."""
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response
