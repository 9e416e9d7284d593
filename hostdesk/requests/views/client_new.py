"""Asking for a change in the client area: which account, which change, then its details."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hostdesk.hosting.queries import domains_of, policy_version_for
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people.access import contacts_only
from hostdesk.people.models import Contact
from hostdesk.people.queries import contacts_by_account, contacts_of_person
from hostdesk.people.requests import ClientRequest
from hostdesk.policy.queries import Version
from hostdesk.requests import offers
from hostdesk.requests.actions.asking import Wish, WrongDetails, ask
from hostdesk.requests.actions.documenting import KIND
from hostdesk.requests.forms import DetailsForm
from hostdesk.web import flash
from hostdesk.web.htmx import go

_NOT_LISTED = "requests/client/no_account.html"


@dataclass(frozen=True)
class About:
    """Who asks, under which policy, for what."""

    contact: Contact
    version: Version
    offer: offers.Offer


@require_safe
@contacts_only
def choose(request: ClientRequest) -> HttpResponse:
    """What would you like to change? First the account where there are several, then the change."""
    mine = contacts_of_person(request.person)
    if not mine:
        return render(request, _NOT_LISTED, {"area": "requests"}, status=403)
    contact = _chosen(mine, request.GET.get("account", ""))
    context: dict[str, Any] = {"area": "requests", "contact": contact, "mine": mine}  # a template context
    if contact is not None:
        version = policy_version_for(contact.account)
        context |= {"groups": offers.offers(contact, version, at=request.at), "policy": version.slug}
    return render(request, "requests/client/choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@contacts_only
def ask_for(request: ClientRequest, kind: str) -> HttpResponse:
    """The details of one change and all that it entails; then ask, once however often the button was pressed."""
    mine = contacts_of_person(request.person)
    if not mine:
        return render(request, _NOT_LISTED, {"area": "requests"}, status=403)
    contact = _chosen(mine, request.POST.get("account") or request.GET.get("account", ""))
    if contact is None or kind == KIND:
        # Contacts have a page of their own, where a change is asked for and carried out at once.
        return go(request, reverse("requests:client_new" if contact is None else "people:contacts"))
    version = policy_version_for(contact.account)
    offer = _offer(contact, version, kind, request)
    about = About(contact, version, offer)
    domains = domains_of(contact.account)
    if not offer.allowed:
        return _page(request, about, None, 200 if request.method != "POST" else 403)
    if request.method == "POST":
        form = DetailsForm(request.POST, kind=offer.kind, domains=domains)
        if form.is_valid():
            return _asked(request, about, form)
        return _page(request, about, form, 422)
    initial = {"submission": f"r-{secrets.token_urlsafe(16)}"}
    form = DetailsForm(initial=initial, kind=offer.kind, domains=domains)
    return _page(request, about, form, 200)


def _asked(request: ClientRequest, about: About, form: DetailsForm) -> HttpResponse:
    contact, offer = about.contact, about.offer
    wish = Wish(
        kind=offer.key,
        contact=contact,
        channel="client",
        details=form.given(),
        words=form.cleaned_data["words"],
        submission=form.cleaned_data["submission"] or None,
    )
    try:
        made = ask(wish, by=contact.actor(), at=request.at)
    except WrongDetails as wrong:
        form.say_wrong(wrong.fields)
        return _page(request, about, form, 422)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _page(request, about, form, 422)
    flash.done(request, f"Asked for. It stands on ticket {made.ticket.number}.")
    return go(request, reverse("requests:client_request", args=[made.pk]))


def _page(request: ClientRequest, about: About, form: DetailsForm | None, status: int) -> HttpResponse:
    contact, version, offer = about.contact, about.version, about.offer
    context: dict[str, Any] = {  # a template context holds anything
        "area": "requests",
        "contact": contact,
        "offer": offer,
        "form": form,
        "conditions": offers.conditions(
            offer.kind, version, others_can_agree=_others_can_agree(contact, version)
        ),
        "policy": version.slug,
    }
    return render(request, "requests/client/ask.html", context, status=status)


def _others_can_agree(contact: Contact, version: Version) -> bool:
    listed = contacts_by_account([contact.account_id])[contact.account_id]
    restricted = version.terms.restricted_roles
    return any(one.person_id != contact.person_id and one.role in restricted for one in listed)


def _chosen(mine: list[Contact], account: str) -> Contact | None:
    """The contact for the account that was named; where there is only one, that; `Missing` for another's account."""
    if account:
        found = next((one for one in mine if str(one.account_id) == account), None)
        if found is None:
            raise Missing
        return found
    return mine[0] if len(mine) == 1 else None


def _offer(contact: Contact, version: Version, key: str, request: ClientRequest) -> offers.Offer:
    for group in offers.offers(contact, version, at=request.at):
        for offer in group.offers:
            if offer.key == key:
                return offer
    raise Missing
