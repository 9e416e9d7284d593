"""A caller asks for a change: first who it is, as they say it themselves; then what, believed as far as they proved it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hostdesk.hosting.queries import account_by_username, account_of_domain, domains_of, policy_version_for
from hostdesk.kit import addresses
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people.access import agents_only
from hostdesk.people.actions import pins
from hostdesk.people.looking import saw
from hostdesk.people.models import Agent, Contact
from hostdesk.people.queries import contacts_by_account
from hostdesk.people.requests import DeskRequest
from hostdesk.requests import offers
from hostdesk.requests.actions.asking import Wish, WrongDetails, ask
from hostdesk.requests.forms import CallerForm, DetailsForm
from hostdesk.requests.models import AdminRequest
from hostdesk.requests.queries import active_contact
from hostdesk.requests.words import what_it_does
from hostdesk.web import flash
from hostdesk.web.htmx import go

_SALT = "hostdesk.requests.caller"
_CALL_SECONDS = 30 * 60
_NOBODY = "Nobody of that address is a contact of an open account there. Ask the caller to spell both, or to write to us."


@dataclass(frozen=True)
class Caller:
    """A contact on the telephone, and whether they said their PIN; holds for the length of a call."""

    contact: Contact
    pin_spoken: bool


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def caller(request: DeskRequest) -> HttpResponse:
    """Account, address and PIN as the caller says them; nothing of the account is shown before they fit together."""
    form = CallerForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return _caller_page(request, form, status)
    given = form.cleaned_data
    contact = _contact(given["account"], given["email"])
    if contact is None:
        form.add_error("account", _NOBODY)
        return _caller_page(request, form, 422)
    said = bool(given["pin"].strip())
    if said:
        number = _fault_of_pin(contact, request, form)
        if number is not None:
            return _caller_page(request, form, 422, number=number)
    seal = sealed(contact, pin_spoken=said, agent=request.agent)
    return go(request, reverse("requests:ask_for_caller", args=[seal]))


def sealed(contact: Contact, *, pin_spoken: bool, agent: Agent) -> str:
    """What this agent has found out about a caller, for the next pages of the same call."""
    return signing.dumps([contact.pk, pin_spoken, agent.pk], salt=_SALT)


def _fault_of_pin(contact: Contact, request: DeskRequest, form: CallerForm) -> str | None:
    """None when the PIN is right; else the form says what is wrong, and the number to call back comes with it, "" for none."""
    given = form.cleaned_data
    try:
        found = pins.check(
            contact, given["pin"], called_back=given["called_back"], by=request.agent.actor(), at=request.at
        )
    except Refused as refusal:
        form.add_error("called_back", refusal.sentence)
        return ""
    if found.is_right:
        return None
    form.add_error("pin", found.sentence)
    return contact.person.phone if found.call_back else ""


def _caller_page(request: DeskRequest, form: CallerForm, status: int, *, number: str = "") -> HttpResponse:
    context = {"place": "requests", "form": form, "number": number}
    return render(request, "requests/desk/caller.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def ask_for_caller(request: DeskRequest, seal: str) -> HttpResponse:
    """What the caller wants, then its details; asked on a ticket of its own, by telephone."""
    found = _caller(request, seal)
    saw(request, "customer", found.contact.account.customer_id, customer=found.contact.account.customer_id)
    version = policy_version_for(found.contact.account)
    context: dict[str, Any] = {"place": "requests", "caller": found, "seal": seal}  # a template context
    key = request.GET.get("kind", "")
    if not key:
        context["groups"] = offers.offers(found.contact, version, at=request.at)
        return render(request, "requests/desk/caller_asks.html", context)
    kind = version.catalogue.administrative.get(key)
    if kind is None or not kind.proof:
        raise Missing
    domains = domains_of(found.contact.account)
    if request.method != "POST":
        initial = {"submission": f"p-{secrets.token_urlsafe(16)}"}
        form = DetailsForm(initial=initial, kind=kind, domains=domains)
        return render(
            request, "requests/desk/caller_asks.html", {**context, "kind": kind, "key": key, "form": form}
        )
    form = DetailsForm(request.POST, kind=kind, domains=domains)
    made = _asked(request, found, key, form)
    if made is None:
        context |= {"kind": kind, "key": key, "form": form}
        return render(request, "requests/desk/caller_asks.html", context, status=422)
    flash.done(request, f"Asked for on ticket {made.ticket.number}. It {what_it_does(made.state)}.")
    return go(request, reverse("requests:desk_request", args=[made.pk]))


def _asked(request: DeskRequest, found: Caller, key: str, form: DetailsForm) -> AdminRequest | None:
    """The request, or None with what is wrong said in the form."""
    if not form.is_valid():
        return None
    wish = Wish(
        kind=key,
        contact=found.contact,
        channel="phone",
        details=form.given(),
        words=form.cleaned_data["words"],
        pin_spoken=found.pin_spoken,
        submission=form.cleaned_data["submission"] or None,
    )
    try:
        return ask(wish, by=request.agent.actor(), at=request.at)
    except WrongDetails as wrong:
        form.say_wrong(wrong.fields)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
    return None


def _caller(request: DeskRequest, seal: str) -> Caller:
    """The caller whom this agent has just found out; raises Missing when the call is long over, or was another's."""
    try:
        contact_id, pin_spoken, agent_id = signing.loads(seal, salt=_SALT, max_age=_CALL_SECONDS)
    except signing.BadSignature as error:
        raise Missing from error
    if agent_id != request.agent.pk:
        raise Missing
    return Caller(active_contact(contact_id), pin_spoken)


def _contact(named: str, email: str) -> Contact | None:
    """The active contact of this address on the account of this username or domain."""
    domain = addresses.normalised_domain(named.strip())
    account = account_by_username(named.strip()) or (account_of_domain(domain) if domain else None)
    address = addresses.normalised(email.strip())
    if account is None or account.closed_at is not None or address is None:
        return None
    listed = contacts_by_account([account.pk])[account.pk]
    return next((one for one in listed if one.person.email == address), None)
