"""Contacts of an account, changed in the client area by those who may; and the page behind the mail to a new address."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hostdesk.hosting.queries import policy_version_for
from hostdesk.kit.refusals import Refused
from hostdesk.people import forms, queries
from hostdesk.people.access import anybody, contacts_only
from hostdesk.people.actions import verifying
from hostdesk.people.middleware import browser_of
from hostdesk.people.models import Contact, ContactRole
from hostdesk.people.requests import ClientRequest
from hostdesk.people.views.answers import refuse
from hostdesk.requests.actions import contact_changes
from hostdesk.web.behind_links import page_behind_link

_ROLES = [(ContactRole.AUTHORISED, "Authorised contact"), (ContactRole.SECONDARY, "Secondary contact")]
_PRIMARY = (ContactRole.PRIMARY, "Primary contact, in your place")


@require_http_methods(["GET", "HEAD", "POST"])
@contacts_only
def new(request: ClientRequest, account_id: int) -> HttpResponse:
    """Have somebody listed."""
    me = queries.contact_on_account(request.person, account_id)
    _may_change(me)
    roles = [*_ROLES, _PRIMARY] if me.role == ContactRole.PRIMARY else _ROLES
    initial = {"submission": _submission()}
    form = forms.ListedContact(request.POST or None, roles=roles, initial=initial)

    def page(status: int) -> HttpResponse:
        context = {"area": "contacts", "me": me, "form": form}
        return render(request, "requests/client/contact_new.html", context, status=status)

    if request.method != "POST":
        return page(200)
    if not form.is_valid():
        return page(422)
    given = form.cleaned_data
    try:
        made = contact_changes.add(
            me,
            email=given["email"],
            name=given["name"],
            phone=given["phone"],
            role=given["role"],
            network=browser_of(request).network,
            submission=given["submission"] or None,
            at=request.at,
        )
    except Refused as refusal:
        return refuse(form, refusal, page)
    asked = made.details["address"]
    return _back(request, f"We asked {asked} by mail. It counts as soon as the button there is pressed.")


@require_safe
@contacts_only
def contact(request: ClientRequest, pk: int) -> HttpResponse:
    """One contact, and what can be changed about them."""
    me, asked = queries.listed_beside(request.person, pk)
    _may_change(me)
    return _page(request, me, asked)


@require_POST
@contacts_only
def details(request: ClientRequest, pk: int) -> HttpResponse:
    """Another name or telephone number."""
    me, asked = queries.listed_beside(request.person, pk)
    form = forms.ContactDetails(request.POST)

    def change() -> str:
        given = form.cleaned_data
        done = contact_changes.change_details(
            me, asked, name=given["name"], phone=given["phone"], submission=_key(form), at=request.at
        )
        return "Changed." if done else "Nothing was changed."

    return _changed(request, (me, asked), ("details", form), change)


@require_POST
@contacts_only
def address(request: ClientRequest, pk: int) -> HttpResponse:
    """Another address, once its owner has said yes."""
    me, asked = queries.listed_beside(request.person, pk)
    form = forms.ContactAddress(request.POST)

    def change() -> str:
        email, network = form.cleaned_data["email"], browser_of(request).network
        made = contact_changes.change_address(
            me, asked, email=email, network=network, submission=_key(form), at=request.at
        )
        return _asked_by_mail(asked, made.details)

    return _changed(request, (me, asked), ("address", form), change)


@require_POST
@contacts_only
def role(request: ClientRequest, pk: int) -> HttpResponse:
    """Another role; the primary one changes hands when the other agrees."""
    me, asked = queries.listed_beside(request.person, pk)
    form = forms.ContactRoleChoice(request.POST, roles=_roles_for(me, asked))

    def change() -> str:
        wanted = form.cleaned_data["role"]
        if wanted == ContactRole.PRIMARY:
            network = browser_of(request).network
            contact_changes.hand_over(me, asked, network=network, submission=_key(form), at=request.at)
            return f"We asked {asked.person.email} by mail. You stay the primary contact until they agree."
        done = contact_changes.change_role(me, asked, role=wanted, submission=_key(form), at=request.at)
        return f"{asked.person.name} is {wanted} contact now." if done else "Nothing was changed."

    return _changed(request, (me, asked), ("role", form), change)


@require_POST
@contacts_only
def removal(request: ClientRequest, pk: int) -> HttpResponse:
    """Take a contact off the list."""
    me, asked = queries.listed_beside(request.person, pk)
    if me.pk != asked.pk:
        _may_change(me)
    try:
        contact_changes.remove(me, asked, submission=None, at=request.at)
    except Refused as refusal:
        return _page(request, me, asked, refusal=refusal, status=422)
    return _back(request, f"{asked.person.name} is no contact of {asked.account.username} any more.")


@require_POST
@contacts_only
def question_again(request: ClientRequest, pk: int) -> HttpResponse:
    """Mail the link to a new address once more."""
    me, pending = queries.pending_for_person(request.person, pk)
    try:
        contact_changes.send_again(me, pending, network=browser_of(request).network, at=request.at)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return HttpResponseRedirect(reverse("people:contacts"), status=303)
    return _back(request, f"Another link is on its way to {pending.email}; the earlier one works no more.")


@require_POST
@contacts_only
def question_removal(request: ClientRequest, pk: int) -> HttpResponse:
    """Take back what nobody has confirmed yet."""
    me, pending = queries.pending_for_person(request.person, pk)
    try:
        contact_changes.cancel(me, pending, at=request.at)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return HttpResponseRedirect(reverse("people:contacts"), status=303)
    return _back(request, f"Taken back. The link that {pending.email} has works no more.")


@anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verification(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the mail to a new address: looking changes nothing, the button does, once."""
    at = request.at  # type: ignore[attr-defined]  # set by people.middleware
    return page_behind_link(
        request,
        "requests/public/contact_verification.html",
        verifying.pending_of_token(token, at=at),
        gone=verifying.GONE,
        question=lambda asked: {"asked": asked, "others": verifying.together(asked, at=at)},
        press=lambda _: {"done": contact_changes.verify(token, at=at)},
    )


def _asked_by_mail(asked: Contact, details: dict[str, str]) -> str:
    """What an address change will do, on which accounts, and where it will do nothing."""
    accounts = ", ".join(filter(None, (asked.account.username, details.get("also_on"))))
    left_out = f" Not on {details['not_on']}" if "not_on" in details else ""
    return (
        f"We asked {details['address']} by mail, for {accounts}. "
        f"Until the button there is pressed, the present address goes on working.{left_out}"
    )


Form = forms.ContactDetails | forms.ContactAddress | forms.ContactRoleChoice


def _changed(
    request: ClientRequest, who: tuple[Contact, Contact], typed: tuple[str, Form], change: Callable[[], str]
) -> HttpResponse:
    (me, asked), (_, form) = who, typed

    def page(status: int) -> HttpResponse:
        return _page(request, me, asked, typed=typed, status=status)

    _may_change(me)
    if not form.is_valid():
        return page(422)
    try:
        said = change()
    except Refused as refusal:
        return refuse(form, refusal, page)
    return _back(request, said)


def _page(
    request: ClientRequest,
    me: Contact,
    asked: Contact,
    *,
    typed: tuple[str, Form] | None = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    key = {"submission": _submission()}
    person = asked.person
    shown: dict[str, Form] = {
        "details": forms.ContactDetails(initial={"name": person.name, "phone": person.phone, **key}),
        "address": forms.ContactAddress(initial=key),
        "role": forms.ContactRoleChoice(roles=_roles_for(me, asked), initial={"role": asked.role, **key}),
    }
    if typed is not None:
        shown[typed[0]] = typed[1]
    elsewhere = [
        {"contact": theirs, "goes_along": contact_changes.may_change_list(mine)}
        for mine, theirs in queries.same_person_elsewhere(me, asked)
    ]
    context = {
        "area": "contacts",
        "me": me,
        "asked": asked,
        "is_primary": asked.role == ContactRole.PRIMARY,
        "may_touch": asked.role != ContactRole.PRIMARY or me.role == ContactRole.PRIMARY,
        "elsewhere": elsewhere,
        "splits": me.person_id == person.pk and not all(other["goes_along"] for other in elsewhere),
        "refusal": refusal,
        **shown,
    }
    return render(request, "requests/client/contact.html", context, status=status)


def _roles_for(me: Contact, asked: Contact) -> list[tuple[str, str]]:
    if asked.role == ContactRole.PRIMARY:
        return [(ContactRole.PRIMARY, "Primary contact")]
    return [*_ROLES, _PRIMARY] if me.role == ContactRole.PRIMARY else list(_ROLES)


def _may_change(me: Contact) -> None:
    if not contact_changes.may_change_list(me):
        roles = policy_version_for(me.account).terms.restricted_roles
        way = "Ask them to change it, or to give you one of these roles."
        raise Refused(
            "contact.restricted", f"Only the {' or '.join(roles)} contact changes who is listed. {way}"
        )


def _key(form: Form) -> str | None:
    return form.cleaned_data["submission"] or None


def _submission() -> str:
    return f"c-{secrets.token_urlsafe(16)}"


def _back(request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return HttpResponseRedirect(reverse("people:contacts"), status=303)
