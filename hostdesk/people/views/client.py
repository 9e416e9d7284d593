"""The client area's own pages of this room: security and contacts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people import forms, queries, rules, shown
from hostdesk.people.access import contacts_only
from hostdesk.people.actions import details, limits, persons, pins, sessions
from hostdesk.people.actions.limits import TooOften
from hostdesk.people.context import policies_of
from hostdesk.people.middleware import browser_of
from hostdesk.people.requests import ClientRequest
from hostdesk.people.views.answers import refuse
from hostdesk.web.htmx import safe_next


@require_safe
@contacts_only
def security(request: HttpRequest) -> HttpResponse:
    """Password and signed-in browsers."""
    return _security_page(request, _password_form(request))


@require_POST
@contacts_only
def password(request: HttpRequest) -> HttpResponse:
    """Set or change the password."""
    form = _password_form(request)

    def page(status: int) -> HttpResponse:
        return _security_page(request, form, status)

    if not form.is_valid():
        return page(422)
    try:
        persons.set_password(
            request.client_session,  # type: ignore[attr-defined]
            current=form.cleaned_data.get("current", ""),
            new=form.cleaned_data["new"],
            browser=browser_of(request),
            at=request.at,  # type: ignore[attr-defined]
        )
    except Refused as refusal:
        return refuse(form, refusal, page)
    messages.success(request, "Your password is set, and every other browser is signed out.")
    return HttpResponseRedirect(reverse("people:security"), status=303)


def _password_form(request: HttpRequest) -> forms.NewPassword:
    has_one = bool(request.person.password)  # type: ignore[attr-defined]
    return (forms.ChangePassword if has_one else forms.NewPassword)(request.POST or None)


@require_POST
@contacts_only
def pin(request: ClientRequest) -> HttpResponse:
    """Set or renew the telephone PIN."""
    form = forms.NewPin(request.POST)

    def page(status: int) -> HttpResponse:
        return _security_page(request, forms.NewPassword(), status, pin_form=form)

    if not form.is_valid():
        return page(422)
    person = request.person
    try:
        by = Actor("contact", None, person.name)
        pins.set_pin(person, form.cleaned_data["pin"], by=by, at=request.at)
    except Refused as refusal:
        return refuse(form, refusal, page, field="pin")
    messages.success(request, "Your telephone PIN is set. We ask for it when you call.")
    return HttpResponseRedirect(reverse("people:security"), status=303)


@require_POST
@contacts_only
def remove_pin(request: ClientRequest) -> HttpResponse:
    """Have no telephone PIN any more."""
    person = request.person
    pins.remove(person, by=Actor("contact", None, person.name), at=request.at)
    messages.success(request, "You have no telephone PIN any more.")
    return HttpResponseRedirect(reverse("people:security"), status=303)


def _security_page(
    request: HttpRequest, form: forms.NewPassword, status: int = 200, *, pin_form: forms.NewPin | None = None
) -> HttpResponse:
    person, at = request.person, request.at  # type: ignore[attr-defined]
    browsers = shown.browsers(
        queries.sessions_of(person, at=at),
        this=request.client_session.pk,  # type: ignore[attr-defined]
    )
    return render(
        request,
        "people/security.html",
        {
            "area": "security",
            "form": form,
            "browsers": browsers,
            "pin": queries.pin_of(person),
            "most_tries": rules.PIN_TRIES,
            "pin_form": pin_form or forms.NewPin(),
        },
        status=status,
    )


@require_POST
@contacts_only
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign another browser out."""
    person, at = request.person, request.at  # type: ignore[attr-defined]
    sessions.revoke(person, session_id, by=Actor("contact", None, person.name), at=at)
    messages.success(request, "That browser is signed out.")
    return HttpResponseRedirect(reverse("people:security"), status=303)


@require_safe
@contacts_only
def contacts(request: ClientRequest) -> HttpResponse:
    """For every account of this person: who is listed, what waits, and what each may ask for."""
    accounts = shown.accounts_of(queries.contacts_of_person(request.person))
    return render(
        request, "people/contacts.html", {"area": "contacts", "accounts": accounts, "roles": shown.roles()}
    )


@require_POST
@contacts_only
def confirm_details(request: ClientRequest) -> HttpResponse:
    """One click: name, telephone number and address are still right. Clause: contact.current."""
    details.confirm(request.person, how="signed in", at=request.at)
    messages.success(request, "Thank you. What waited for this goes on now.")
    return HttpResponseRedirect(safe_next(request, otherwise="/client/"), status=303)


@require_POST
@contacts_only
def mail_details_link(request: ClientRequest) -> HttpResponse:
    """Mail came back: try once more with a link, and whoever presses the button behind it is reached again."""
    person = request.person
    try:
        limits.count_try("details", whom=person.email, network=browser_of(request).network, at=request.at)
    except TooOften as refusal:
        messages.error(request, refusal.sentence)
    else:
        details.ask(person, why="bounces", at=request.at)
        messages.success(
            request, f"A mail is on its way to {person.email}. Press the button behind its link."
        )
    return HttpResponseRedirect(safe_next(request, otherwise=reverse("people:contacts")), status=303)


@require_POST
@contacts_only
def read_policy(request: HttpRequest) -> HttpResponse:
    """The person says to have read the policies in force (scope.published)."""
    person = request.person  # type: ignore[attr-defined]
    versions = [version.id for version in policies_of(person)]
    persons.read_policy(person, versions, at=request.at)  # type: ignore[attr-defined]
    messages.success(request, "Thank you. We note that you have read the support policy.")
    return HttpResponseRedirect(safe_next(request, otherwise="/client/"), status=303)
