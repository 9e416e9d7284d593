"""Agents sign in: password, second step, invitation."""

from __future__ import annotations

from io import BytesIO

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people import forms, proof, queries, rules
from hostdesk.people.access import anybody, to_sign_in
from hostdesk.people.actions import agents, passkeys, second_step, sessions
from hostdesk.people.middleware import DESK_COOKIE, browser_of, forget, remember
from hostdesk.people.models import Session, Step
from hostdesk.people.views.answers import refuse
from hostdesk.policy import queries as policy
from hostdesk.web.htmx import safe_next

DESK = "/desk/"


@anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Address and password of an agent."""
    leads_to = safe_next(request, otherwise=DESK)
    if request.method != "POST":
        if request.agent is not None:  # type: ignore[attr-defined]
            return HttpResponseRedirect(leads_to)
        return _sign_in_page(request, forms.DeskSignIn(), leads_to)
    form = forms.DeskSignIn(request.POST)
    if not form.is_valid():
        return _sign_in_page(request, form, leads_to, status=422)
    try:
        signed_in = agents.sign_in(
            form.cleaned_data["email"],
            form.cleaned_data["password"],
            browser=browser_of(request),
            at=request.at,  # type: ignore[attr-defined]
        )
    except Refused as refusal:
        return refuse(form, refusal, lambda status: _sign_in_page(request, form, leads_to, status=status))
    rotate_token(request)
    where = (
        leads_to if signed_in.session.step == Step.FULL else _second_step_address(signed_in.session, leads_to)
    )
    return remember(HttpResponseRedirect(where, status=303), signed_in)


def _sign_in_page(
    request: HttpRequest, form: forms.DeskSignIn, leads_to: str, status: int = 200
) -> HttpResponse:
    return render(
        request,
        "people/desk_sign_in.html",
        {"form": form, "next": leads_to, "passkeys": passkeys.are_possible()},
        status=status,
    )


def _second_step_address(session: Session, leads_to: str) -> str:
    assert session.agent is not None, "only agents have a second step"
    name = "people:second_step" if queries.has_second_step(session.agent) else "people:second_step_setup"
    return reverse(name, query={"next": leads_to})


@anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_second_step(request: HttpRequest) -> HttpResponse:
    """The code of the moment, or a recovery code."""
    session = request.desk_session  # type: ignore[attr-defined]
    leads_to = safe_next(request, otherwise=DESK)
    if session is None:
        return to_sign_in(request, "people:desk_sign_in")
    if session.step == Step.FULL:
        return HttpResponseRedirect(leads_to)
    if not queries.has_second_step(session.agent):
        return HttpResponseRedirect(_second_step_address(session, leads_to))
    if request.method != "POST":
        return _code_page(request, forms.Code(), leads_to)
    return _try_code(request, session, forms.Code(request.POST), leads_to)


def _try_code(request: HttpRequest, session: Session, form: forms.Code, leads_to: str) -> HttpResponse:
    if not form.is_valid():
        return _code_page(request, form, leads_to, status=422)
    network, at = browser_of(request).network, request.at  # type: ignore[attr-defined]
    try:
        signed_in = second_step.take(session, form.cleaned_data["code"], network=network, at=at)
    except Missing:
        return to_sign_in(request, "people:desk_sign_in")
    except Refused as refusal:
        return refuse(
            form, refusal, lambda status: _code_page(request, form, leads_to, status=status), field="code"
        )
    rotate_token(request)
    return remember(HttpResponseRedirect(leads_to, status=303), signed_in)


def _code_page(request: HttpRequest, form: forms.Code, leads_to: str, status: int = 200) -> HttpResponse:
    agent = request.desk_session.agent  # type: ignore[attr-defined]
    context = {
        "form": form,
        "next": leads_to,
        "app": agent.totp_confirmed_at is not None,
        "passkeys": passkeys.are_possible() and bool(queries.passkeys_of(agent)),
    }
    return render(request, "people/second_step.html", context, status=status)


@anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_up_second_step(request: HttpRequest) -> HttpResponse:
    """The secret as picture and text; the first right code switches it on and shows the recovery codes."""
    session = request.desk_session  # type: ignore[attr-defined]
    leads_to = safe_next(request, otherwise=DESK)
    if session is None:
        return to_sign_in(request, "people:desk_sign_in")
    if session.step != Step.FULL:
        if queries.has_second_step(session.agent):
            return HttpResponseRedirect(_second_step_address(session, leads_to))
        return _set_up(request, session, leads_to)
    # Whoever found an open browser must not add a second step of their own.
    return proof.gate(request, lambda: _set_up(request, session, leads_to))


def _set_up(request: HttpRequest, session: Session, leads_to: str) -> HttpResponse:
    agent = session.agent
    assert agent is not None, "only agents have a second step"
    form = forms.Code(request.POST or None)
    secret = second_step.secret_to_show(agent)

    def page(status: int) -> HttpResponse:
        return render(
            request,
            "people/second_step_setup.html",
            {
                "form": form,
                "next": leads_to,
                "passkeys": passkeys.are_possible() and session.step != Step.FULL,
                "secret": " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
            },
            status=status,
        )

    if request.method != "POST":
        return page(200)
    if not form.is_valid():
        return page(422)
    at, network = request.at, browser_of(request).network  # type: ignore[attr-defined]
    try:
        codes = second_step.confirm(agent, form.cleaned_data["code"], network=network, at=at)
    except Refused as refusal:
        return refuse(form, refusal, page, field="code")
    response = render(request, "people/recovery_codes.html", {"codes": codes, "next": leads_to})
    if session.step != Step.FULL:
        rotate_token(request)
        remember(response, sessions.finish(session, at=at))
    return response


@anybody
@never_cache
@require_safe
def second_step_picture(request: HttpRequest) -> HttpResponse:
    """The secret as QR picture, for the browser that is setting it up and nobody else."""
    session = request.desk_session  # type: ignore[attr-defined]
    at = request.at  # type: ignore[attr-defined]
    if session is None or not (
        rules.is_proven(session.proven_at, at=at)
        if session.step == Step.FULL
        else not queries.has_second_step(session.agent)
    ):
        raise Missing
    address = second_step.address_for_app(session.agent, issuer=f"{policy.operator().name} desk")
    out = BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=5, border=3, dark="#000", light="#fff")
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


@anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The first password, by a link that works once."""
    at = request.at  # type: ignore[attr-defined]
    agent = agents.invited(token, at=at)
    form = forms.NewPassword(request.POST or None)

    def page(status: int) -> HttpResponse:
        return render(request, "people/invitation.html", {"form": form, "invited": agent}, status=status)

    if agent is None:
        return page(410)
    if request.method != "POST":
        return page(200)
    if not form.is_valid():
        return page(422)
    try:
        agents.accept_invitation(token, password=form.cleaned_data["new"], at=at)
    except Refused as refusal:
        return refuse(form, refusal, page, field="new")
    messages.success(request, "Your password is set. Sign in with it now.")
    return HttpResponseRedirect(reverse("people:desk_sign_in"), status=303)


@anybody
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's session at the desk."""
    session = request.desk_session  # type: ignore[attr-defined]
    if session is not None:
        agent = session.agent
        sessions.revoke(agent, session.pk, by=agent.actor(), at=request.at)  # type: ignore[attr-defined]
    messages.info(request, "You are signed out.")
    return forget(HttpResponseRedirect(reverse("people:desk_sign_in"), status=303), DESK_COOKIE)
