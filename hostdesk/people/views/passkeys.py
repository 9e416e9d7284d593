"""Passkeys at the desk: one's own, signing in, and the page that asks again who is there."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people import forms, proof, queries
from hostdesk.people.access import agents_only, anybody, recently_proven, to_sign_in
from hostdesk.people.actions import passkeys, sessions
from hostdesk.people.middleware import PASSKEY_COOKIE, browser_of, forget, remember, remember_ticket
from hostdesk.people.models import Session, Step
from hostdesk.policy import queries as policy
from hostdesk.web.htmx import safe_next

DESK = "/desk/"
_UNREADABLE = "Your browser sent nothing for the passkey. Please try once more."


# --- one's own


@require_safe
@agents_only
@recently_proven
def new(request: HttpRequest) -> HttpResponse:
    """Name a new passkey, and have the browser make it."""
    return _new_page(request, forms.NewPasskey())


def _new_page(request: HttpRequest, form: forms.NewPasskey, status: int = 200) -> HttpResponse:
    context = {"place": "me", "form": form, "possible": passkeys.are_possible()}
    return render(request, "people/passkey_new.html", context, status=status)


@require_POST
@agents_only
@recently_proven
def options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to make a passkey."""
    return _registration(request)


@require_POST
@agents_only
@recently_proven
def register(request: HttpRequest) -> HttpResponse:
    """Keep the passkey that the browser made."""
    form = forms.NewPasskey(request.POST)
    return _register(request, form, lambda status: _new_page(request, form, status), leads_to="/desk/me")


@require_POST
@agents_only
def rename(request: HttpRequest, passkey_id: int) -> HttpResponse:
    """Call one's passkey something else."""
    passkey = queries.passkey_of(_session(request).agent, passkey_id)  # type: ignore[arg-type]  # agents_only
    form = forms.PasskeyName(request.POST)
    if form.is_valid():
        passkeys.rename(passkey, name=form.cleaned_data["name"], at=request.at)  # type: ignore[attr-defined]
        messages.success(request, "The passkey has its new name.")
    else:
        messages.error(request, "Give the passkey a name of at most 60 characters.")
    return HttpResponseRedirect(reverse("people:me"), status=303)


@require_POST
@agents_only
@recently_proven
def remove(request: HttpRequest, passkey_id: int) -> HttpResponse:
    """Forget one's passkey."""
    passkey = queries.passkey_of(_session(request).agent, passkey_id)  # type: ignore[arg-type]  # agents_only
    try:
        passkeys.remove(passkey, at=request.at)  # type: ignore[attr-defined]
        messages.success(request, f"The passkey {passkey.name} opens nothing any more.")
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return HttpResponseRedirect(reverse("people:me"), status=303)


# --- setting up, between password and second step


@anybody
@never_cache
@require_POST
def set_up_options(request: HttpRequest) -> HttpResponse:
    """`options`, for an agent who must set up a second step before going on."""
    if not _must_set_up(request):
        return to_sign_in(request, "people:desk_sign_in")
    return _registration(request)


@anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """A passkey as the first second step: the sign-in is complete with it."""
    if not _must_set_up(request):
        return to_sign_in(request, "people:desk_sign_in")
    form = forms.NewPasskey(request.POST or None)
    leads_to = safe_next(request, otherwise=DESK)

    def page(status: int) -> HttpResponse:
        return render(request, "people/passkey_set_up.html", {"form": form, "next": leads_to}, status=status)

    if request.method != "POST":
        return page(200)
    return _register(request, form, page, leads_to=leads_to)


def _must_set_up(request: HttpRequest) -> bool:
    """Whether this browser has given a password of an agent who has no second step yet."""
    session = request.desk_session  # type: ignore[attr-defined]
    return bool(session and session.step == Step.PASSWORD and not queries.has_second_step(session.agent))


def _registration(request: HttpRequest) -> HttpResponse:
    session = _session(request)
    issuer = f"{policy.operator().name} desk"
    return _ceremony(
        lambda: passkeys.begin_registration(
            session.agent,  # type: ignore[arg-type]  # a desk session is an agent's
            session,
            issuer=issuer,
            at=request.at,  # type: ignore[attr-defined]
        )
    )


def _register(
    request: HttpRequest, form: forms.NewPasskey, page: Callable[[int], HttpResponse], *, leads_to: str
) -> HttpResponse:
    session, at = _session(request), request.at  # type: ignore[attr-defined]
    if not form.is_valid():
        return page(422)
    try:
        made = passkeys.register(
            session.agent,  # type: ignore[arg-type]  # a desk session is an agent's
            session,
            ticket=request.COOKIES.get(PASSKEY_COOKIE, ""),
            answer=form.cleaned_data["answer"],
            name=form.cleaned_data["name"],
            at=at,
        )
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return page(422)
    if made.codes:
        context = {"codes": made.codes, "next": leads_to}
        response = render(request, "people/recovery_codes.html", context)
    else:
        messages.success(request, f"The passkey {made.passkey.name} opens the desk from now on.")
        response = HttpResponseRedirect(leads_to, status=303)
    if session.step != Step.FULL:
        rotate_token(request)
        remember(response, sessions.finish(session, at=at))
    return forget(response, PASSKEY_COOKIE)


# --- signing in


@anybody
@never_cache
@require_POST
def sign_in_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs: for the second step of a half signed-in session, else to sign in without a password."""
    session, at = request.desk_session, request.at  # type: ignore[attr-defined]
    if session is not None and session.step == Step.PASSWORD:
        return _ceremony(lambda: passkeys.begin_second_step(session, at=at))
    return _ceremony(lambda: passkeys.begin_sign_in(at=at))


@anybody
@never_cache
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in by passkey: as the second step, or alone."""
    leads_to = safe_next(request, otherwise=DESK)
    session, at = request.desk_session, request.at  # type: ignore[attr-defined]
    browser = browser_of(request)
    ticket, form = request.COOKIES.get(PASSKEY_COOKIE, ""), forms.PasskeyAnswer(request.POST)
    half = session is not None and session.step == Step.PASSWORD
    back = reverse("people:second_step" if half else "people:desk_sign_in", query={"next": leads_to})
    if not form.is_valid():
        messages.error(request, _UNREADABLE)
        return HttpResponseRedirect(back, status=303)
    answer = form.cleaned_data["answer"]
    try:
        signed_in = (
            passkeys.take(session, ticket=ticket, answer=answer, network=browser.network, at=at)
            if half
            else passkeys.sign_in(ticket=ticket, answer=answer, browser=browser, at=at)
        )
    except Missing:
        return to_sign_in(request, "people:desk_sign_in")
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return forget(HttpResponseRedirect(back, status=303), PASSKEY_COOKIE)
    rotate_token(request)
    return forget(remember(HttpResponseRedirect(leads_to, status=303), signed_in), PASSKEY_COOKIE)


# --- who is there, once more


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def prove(request: HttpRequest) -> HttpResponse:
    """Show the second step again, and go back to where it was asked for."""
    leads_to = safe_next(request, otherwise=DESK)
    if request.method != "POST":
        return proof.ask(request, forms.Proof(), status=200)
    return proof.prove(request, lambda: HttpResponseRedirect(leads_to, status=303))


@require_POST
@agents_only
def prove_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to show a passkey again."""
    return _ceremony(lambda: passkeys.begin_second_step(_session(request), at=request.at))  # type: ignore[attr-defined]


def _ceremony(begin: Callable[[], passkeys.Ceremony]) -> HttpResponse:
    """The options as JSON and the ticket as cookie, or the sentence that refuses."""
    try:
        ceremony = begin()
    except Refused as refusal:
        return JsonResponse({"refused": refusal.sentence}, status=422)
    return remember_ticket(HttpResponse(ceremony.options, content_type="application/json"), ceremony.ticket)


def _session(request: HttpRequest) -> Session:
    session: Session = request.desk_session  # type: ignore[attr-defined]  # set by people.middleware
    return session
