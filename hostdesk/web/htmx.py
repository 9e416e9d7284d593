"""Fragments and whole pages from one address: what htmx asks, what it is told."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a piece of the page; a boosted or history request wants the whole."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, fragment: str, status: int = 200
) -> HttpResponse:
    """The page, or only its named partial when htmx asks for a piece. `Any`: a template context holds anything."""
    name = f"{template}#{fragment}" if wants_fragment(request) else template
    response = render(request, name, context, status=status)
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


def go(request: HttpRequest, address: str) -> HttpResponse:
    """Send the browser to `address`, whoever asks: a redirect, or the header that makes htmx load the page."""
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address, status=303)


def announce(response: HttpResponse, event: str, detail: dict[str, Any] | None = None) -> HttpResponse:
    """Let the page hear `event` once the answer is swapped in. `Any`: the detail is JSON."""
    told = json.loads(response.headers.get("HX-Trigger", "{}"))
    response.headers["HX-Trigger"] = json.dumps({**told, event: detail or {}})
    return response


def safe_next(request: HttpRequest, *, otherwise: str) -> str:
    """The address a form asks to return to, if it is one of ours; else `otherwise`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours and wanted.startswith("/") else otherwise
