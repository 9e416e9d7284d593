"""The gate before what is dangerous: an agent whose second step is a while ago shows it again, and goes on.

What was typed is not lost: the page that asks carries it along, and the act follows in the same request that proves.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.urls import reverse

from hostdesk.kit import moments
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people import forms, queries, rules
from hostdesk.people.actions import passkeys, proving, sessions
from hostdesk.people.actions.limits import TooOften
from hostdesk.people.middleware import PASSKEY_COOKIE, browser_of, forget, remember
from hostdesk.people.models import Session
from hostdesk.web import errors
from hostdesk.web.htmx import wants_fragment

_OURS = frozenset({"csrfmiddlewaretoken", "proof_code", "proof_password", "proof_passkey"})
_SAFE = ("GET", "HEAD")


def gate(request: HttpRequest, go_on: Callable[[], HttpResponse]) -> HttpResponse:
    """What `go_on` answers when the agent is recently proven, or proves it with this request; else the page that asks.

    A page that is only read is left for the asking page and returned to.
    """
    session: Session = request.desk_session  # type: ignore[attr-defined]
    if rules.is_proven(session.proven_at, at=request.at):  # type: ignore[attr-defined]
        return go_on()
    if request.method in _SAFE:
        address = reverse("people:prove", query={"next": request.get_full_path()})
        if wants_fragment(request):
            return HttpResponse(status=401, headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)
    return prove(request, go_on)


def prove(request: HttpRequest, go_on: Callable[[], HttpResponse]) -> HttpResponse:
    """Take the proof that a form brings and go on, with a new token for the session; without one, ask."""
    if not _OURS & set(request.POST) - {"csrfmiddlewaretoken"}:
        return ask(request, forms.Proof())
    form = forms.Proof(request.POST)
    if form.is_valid() and not any(form.cleaned_data.values()):
        form.add_error(None, "Type it, then go on.")
    if not form.is_valid():
        return ask(request, form, status=422)
    try:
        signed_in = _taken(request, form)
    except Missing:
        return HttpResponseRedirect(reverse("people:desk_sign_in"), status=303)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        response = ask(request, form, status=429 if isinstance(refusal, TooOften) else 422)
        if isinstance(refusal, TooOften):
            response.headers["Retry-After"] = str(refusal.wait_seconds)
        return response
    request.desk_session = signed_in.session  # type: ignore[attr-defined]
    rotate_token(request)
    # The new token must reach the browser whatever becomes of the act: the old one is dead.
    try:
        response = go_on()
    except Refused as refusal:
        response = errors.refused(request, refusal)
    except Missing:
        response = errors.missing(request)
    return forget(remember(response, signed_in), PASSKEY_COOKIE)


def ask(request: HttpRequest, form: forms.Proof, *, status: int = 403) -> HttpResponse:
    """The page that asks for the second step, with everything that was typed before."""
    session: Session = request.desk_session  # type: ignore[attr-defined]
    agent = session.agent
    assert agent is not None, "only agents prove who they are"
    by_password = proving.is_by_password(agent)
    for field in form.fields.values():
        # Only one of them is shown, and that one may not stay empty.
        field.required = True
    context = {
        "form": form,
        "typed": [
            (name, value) for name, values in request.POST.lists() if name not in _OURS for value in values
        ],
        "address": request.get_full_path(),
        "files": bool(request.FILES),
        "by_password": by_password,
        "by_code": not by_password,
        "by_passkey": not by_password and passkeys.are_possible() and bool(queries.passkeys_of(agent)),
        "life": moments.in_words(rules.PROOF_LIFE),
    }
    response = render(request, "people/prove.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    if wants_fragment(request):
        # A piece of a page cannot ask: the whole window does.
        response.status_code = 200
        for name, value in (("Retarget", "body"), ("Reswap", "innerHTML"), ("Reselect", "body > *")):
            response.headers[f"HX-{name}"] = value
    return response


def _taken(request: HttpRequest, form: forms.Proof) -> sessions.SignedIn:
    session: Session = request.desk_session  # type: ignore[attr-defined]
    at, network = request.at, browser_of(request).network  # type: ignore[attr-defined]
    if answer := form.cleaned_data["proof_passkey"]:
        ticket = request.COOKIES.get(PASSKEY_COOKIE, "")
        return proving.by_passkey(session, ticket=ticket, answer=answer, network=network, at=at)
    if password := form.cleaned_data["proof_password"]:
        return proving.by_password(session, password, network=network, at=at)
    return proving.by_code(session, form.cleaned_data["proof_code"], network=network, at=at)
