"""Lost passwords, for people who are not signed in. Every page answers alike for names that we know and that we do not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from hostdesk.kit.refusals import Refused
from hostdesk.people.access import anybody
from hostdesk.people.actions.limits import TooOften
from hostdesk.people.clients import client_of
from hostdesk.people.views.answers import refuse
from hostdesk.requests import recovery_round
from hostdesk.requests.actions import choosing, losing, mailed_links, recovering
from hostdesk.requests.models import Recovery, RecoveryLink
from hostdesk.requests.recovery import DNS_LABEL, FILE_PATH
from hostdesk.requests.recovery_forms import LostForm, PasswordForm, RecoveryForm
from hostdesk.requests.recovery_queries import chosen_password, not_set_yet, recovery_of_page
from hostdesk.requests.words import Point
from hostdesk.web import flash
from hostdesk.web.behind_links import page_behind_link

_METHODS = ["GET", "HEAD", "POST"]


@anybody
@never_cache
@require_http_methods(_METHODS)
def lost(request: HttpRequest) -> HttpResponse:
    """I cannot get into my account: a name and an address, and always the same answer. Clause: contact.password."""
    form = LostForm(request.POST or None)
    page = _page(request, "requests/public/lost.html", form)
    if request.method != "POST":
        return page(200)
    if not form.is_valid():
        return page(422)
    try:
        losing.ask(
            form.cleaned_data["name"],
            form.cleaned_data["address"],
            network=client_of(request).network,
            at=_at(request),
        )
    except Refused as refusal:
        return refuse(form, refusal, page)
    return render(request, "requests/public/lost_noted.html")


@anybody
@never_cache
@require_http_methods(_METHODS)
def by_domain(request: HttpRequest) -> HttpResponse:
    """Nobody reads the stored addresses: begin a recovery, and go to the page on which it can be followed."""
    form = RecoveryForm(request.POST or None)
    page = _page(request, "requests/public/by_domain.html", form)
    if request.method != "POST":
        return page(200)
    if not form.is_valid():
        return page(422)
    domain, address = form.cleaned_data["domain"], form.cleaned_data["address"]
    try:
        token = recovering.start(domain, address, network=client_of(request).network, at=_at(request))
    except Refused as refusal:
        field = {recovering.NOT_A_DOMAIN: "domain", recovering.NOT_AN_ADDRESS: "address"}.get(
            refusal.sentence
        )
        return refuse(form, refusal, page, field=field)
    return HttpResponseRedirect(reverse("requests:recovery_page", args=[token]), status=303)


@anybody
@never_cache
@require_http_methods(_METHODS)
def followed(request: HttpRequest, token: str) -> HttpResponse:
    """How a recovery stands, as far as who asked may know: until the domain is proven that is the same for every domain."""
    row = recovery_of_page(token)
    if request.method == "POST":
        try:
            recovery_round.ask_to_look(row, network=client_of(request).network, at=_at(request))
            flash.done(request, "We look for it now. Come back to this page in a minute.")
        except TooOften as refusal:
            flash.said_no(request, refusal)
        return HttpResponseRedirect(request.path, status=303)
    stands = _stands(row)
    context = {
        "recovery": row,
        "stands": stands,
        "steps": _steps(stands),
        "dns_name": f"{DNS_LABEL}.{row.domain}",
        "file_path": FILE_PATH,
    }
    return render(request, "requests/public/recovery.html", context)


@anybody
@never_cache
@require_http_methods(_METHODS)
def address(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the mail to the new address: looking changes nothing, the button says that it is read."""
    return _pressed(
        request, token, "address", "requests/public/recovery_address.html", recovering.prove_address
    )


@anybody
@never_cache
@require_http_methods(_METHODS)
def stopped(request: HttpRequest, token: str) -> HttpResponse:
    """Behind a notice: looking changes nothing, the button stops the recovery. Clause: contact.password."""
    return _pressed(request, token, "stop", "requests/public/recovery_stop.html", recovering.stop)


@sensitive_post_parameters("password", "again")
@anybody
@never_cache
@require_http_methods(_METHODS)
def password(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link of a granted request: choose a new password, once. Looking changes nothing. Clause: contact.password."""
    template = "requests/public/password.html"
    link = mailed_links.of_token(token, "password", at=_at(request))
    if link is None:
        chosen = not_set_yet(token)
        return render(request, template, {"gone": mailed_links.GONE, "chosen": chosen}, status=410)
    form = PasswordForm(request.POST or None)
    page = _page(request, template, form, link=link)
    if request.method != "POST":
        return page(200)
    if not form.is_valid():
        return page(422)
    try:
        used = choosing.choose(token, form.cleaned_data["password"], at=_at(request))
    except Refused as refusal:
        if refusal.sentence == mailed_links.GONE:
            chosen = not_set_yet(token)
            return render(request, template, {"gone": refusal.sentence, "chosen": chosen}, status=410)
        return refuse(form, refusal, page, field="password" if refusal.clause else None)
    return render(request, template, {"used": used})


def _pressed(
    request: HttpRequest,
    token: str,
    purpose: mailed_links.Purpose,
    template: str,
    verb: Callable[..., Recovery],
) -> HttpResponse:
    def press(link: RecoveryLink) -> dict[str, object]:
        try:
            chosen = chosen_password(verb(token, at=_at(request)))
        except recovering.BeingSet:
            return {"link": link, "being_set": True}
        return {
            "link": link,
            "pressed": True,
            "may_be_set": chosen is not None and chosen.outcome == "unclear",
        }

    return page_behind_link(
        request,
        template,
        mailed_links.of_token(token, purpose, at=_at(request)),
        gone=mailed_links.GONE,
        question=lambda link: {"link": link},
        press=press,
    )


def _page(request: HttpRequest, template: str, form: Form, **more: object) -> Callable[[int], HttpResponse]:
    def page(status: int) -> HttpResponse:
        return render(request, template, {"form": form, **more}, status=status)

    return page


def _at(request: HttpRequest) -> datetime:
    at: datetime = request.at  # type: ignore[attr-defined]  # set by people.middleware
    return at


_STEPS = (
    ("proof", "Show that the domain is yours"),
    ("address", "Confirm your address"),
    ("wait", "More than one of us looks at it, and the waiting time passes"),
    ("granted", "Choose a new password"),
)


_CHOSEN = ("chosen", "unclear", "done")


def _steps(stands: str) -> list[Point]:
    """The way that whoever asked has before them; none where it has ended without a password."""
    keys = [key for key, _ in _STEPS]
    if stands not in (*keys, *_CHOSEN):
        return []
    now = keys.index(stands) if stands in keys else len(keys)
    return [
        Point(title, "done" if place < now else "now" if place == now else "next")
        for place, (_, title) in enumerate(_STEPS)
    ]


def _stands(row: Recovery) -> str:
    """Which part of the page is shown. Before the proof nothing tells whether there is such an account."""
    if row.state == "expired":
        return "expired"
    if not row.proof:
        return "proof"
    if row.state in ("asked", "open"):
        return "address" if row.account_id and row.address_proven_at is None else "wait"
    chosen = chosen_password(row) if row.state == "granted" else None
    if chosen is not None:
        return "chosen" if chosen.outcome == "by_hand" else "unclear"
    return row.state
