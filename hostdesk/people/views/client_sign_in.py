"""Contacts sign in: by a mailed link or by password."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people import forms
from hostdesk.people.access import anybody
from hostdesk.people.actions import details, links, persons, sessions
from hostdesk.people.middleware import CLIENT_COOKIE, browser_of, forget, remember
from hostdesk.people.models import Person
from hostdesk.people.views.answers import refuse
from hostdesk.web.behind_links import page_behind_link
from hostdesk.web.htmx import safe_next

CLIENT_AREA = "/client/"


@anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """One form: the address alone asks for a link, with a password it signs in."""
    leads_to = safe_next(request, otherwise=CLIENT_AREA)
    form = forms.SignIn(request.POST or None)

    def page(status: int) -> HttpResponse:
        return render(request, "people/sign_in.html", {"form": form, "next": leads_to}, status=status)

    if request.method != "POST":
        return HttpResponseRedirect(leads_to) if request.person else page(200)  # type: ignore[attr-defined]
    if not form.is_valid():
        return page(422)
    browser, at = browser_of(request), request.at  # type: ignore[attr-defined]
    email, password = form.cleaned_data["email"], form.cleaned_data["password"]
    try:
        if not password:
            links.ask(email, next_path=leads_to, network=browser.network, at=at)
            return render(request, "people/link_asked.html", {"email": email, "next": leads_to})
        signed_in = persons.sign_in(email, password, browser=browser, at=at)
    except Refused as refusal:
        return refuse(form, refusal, page)
    rotate_token(request)
    return remember(HttpResponseRedirect(leads_to, status=303), signed_in)


@anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The landing page of a mailed link: looking costs nothing, pressing the button signs in."""
    at = request.at  # type: ignore[attr-defined]
    person = links.person_of_link(token, at=at)
    if person is None:
        return render(request, "people/link.html", {"gone": links.GONE}, status=410)
    if request.method != "POST":
        return render(request, "people/link.html", {"invited": person})
    try:
        signed_in, leads_to = links.use(token, browser=browser_of(request), at=at)
    except Refused as refusal:
        return render(request, "people/link.html", {"gone": refusal.sentence}, status=410)
    rotate_token(request)
    return remember(HttpResponseRedirect(leads_to or CLIENT_AREA, status=303), signed_in)


@anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def details_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the mail that asks for details: looking changes nothing, the button does, once."""
    at = request.at  # type: ignore[attr-defined]

    def press(asked: Person) -> dict[str, object]:
        details.confirm_by_link(token, at=at)
        return {"thanked": asked}

    return page_behind_link(
        request,
        "people/details_link.html",
        details.person_of_link(token, at=at),
        gone=details.GONE,
        question=lambda asked: {"asked": asked},
        press=press,
    )


@anybody
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's session in the client area."""
    session = request.client_session  # type: ignore[attr-defined]
    if session is not None:
        by = Actor("contact", None, session.person.name)
        sessions.revoke(session.person, session.pk, by=by, at=request.at)  # type: ignore[attr-defined]
    messages.info(request, "You are signed out.")
    return forget(HttpResponseRedirect(reverse("people:sign_in"), status=303), CLIENT_COOKIE)
