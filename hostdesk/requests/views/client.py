"""Requests in the client area: all of them, and one with what this contact can say to it."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from hostdesk.hosting import panels
from hostdesk.people.access import contacts_only
from hostdesk.people.models import Contact
from hostdesk.people.queries import contacts_of_person
from hostdesk.people.requests import ClientRequest
from hostdesk.policy.registry import CLAUSES
from hostdesk.policy.rules import requests as rules
from hostdesk.requests import words
from hostdesk.requests.models import AdminRequest
from hostdesk.requests.queries import (
    contact_on,
    listed_for_person,
    request_for_person,
    requests_of_ticket_for_person,
)
from hostdesk.requests.rules import ContactCan, contact_can
from hostdesk.requests.standing import Case, case_of, others_who_may_agree
from hostdesk.requests.views.rows import Row, key_in, rows
from hostdesk.tickets.queries.access import ticket_for_person
from hostdesk.web.htmx import show


@require_safe
@contacts_only
def listed(request: ClientRequest) -> HttpResponse:
    """What is under way, or what has ended, on all accounts of the person."""
    ended = request.GET.get("show") == "ended"
    page = listed_for_person(request.person, under_way=not ended, before=key_in(request, "before"))
    here = reverse("requests:client_requests")
    kept = "show=ended&" if ended else ""
    context = {
        "area": "requests",
        "rows": _for_contact(page.rows),
        "ended": ended,
        "acts": bool(contacts_of_person(request.person)),
        "first": (f"{here}?show=ended" if ended else here) if "before" in request.GET else "",
        "following": f"{here}?{kept}before={page.before}" if page.before else "",
    }
    return render(request, "requests/client/list.html", context)


@require_safe
@contacts_only
def on_ticket(request: ClientRequest, number: str) -> HttpResponse:
    """The requests on one ticket: a panel of its page, or a page of its own."""
    ticket = ticket_for_person(request.person, number)
    found = _for_contact(requests_of_ticket_for_person(request.person, ticket))
    context = {"area": "tickets", "ticket": ticket, "rows": found}
    return show(request, "requests/client/on_ticket.html", context, fragment="panel")


@require_safe
@contacts_only
def request_page(request: ClientRequest, pk: int) -> HttpResponse:
    """How one request stands, and what this contact can say to it."""
    found = request_for_person(request.person, pk)
    return show_request(request, found)


def show_request(request: ClientRequest, found: AdminRequest, *, status: int = 200) -> HttpResponse:
    """The page of a request that was fetched for this person."""
    case, me = case_of(found), contact_on(request.person, found)
    context = {
        "area": "requests",
        "case": case,
        "standing": words.standing(case, me=me, at=request.at),
        "steps": words.steps(case, at=request.at),
        "details": words.details(case),
        "price": words.price(found),
        "can": _offered(case, me),
        "ticked": [case.kind.steps[tick.position] for tick in found.ticks.all()],
        "runs": [run for run in found.runs.all() if run.ended_at],
        "clause_title": CLAUSES[found.clause].title if found.clause in CLAUSES else "",
        "policy_address": f"/policy/{case.version.slug}/{case.version.number}/",
    }
    return render(request, "requests/client/request.html", context, status=status)


def _offered(case: Case, me: Contact) -> ContactCan:
    """What the page offers: no password to choose where no panel sets it, since we do it by hand then."""
    can = can_say(case, me)
    if not can.choose_password:
        return can
    by_hand = case.kind.carried_out in panels.keeper_of(case.request.account).panel.by_hand
    return replace(can, choose_password=not by_hand)


def can_say(case: Case, me: Contact) -> ContactCan:
    """What this contact can say to the request now."""
    request, terms = case.request, case.version.terms
    is_asker = me.person_id == request.contact.person_id
    may_agree = request.state == "second" and rules.may_give_second_yes(
        asker_id=request.contact.person_id,
        giver_id=me.person_id,
        giver_role=me.role,
        others=bool(others_who_may_agree(case)),
        kind=case.kind,
        terms=terms,
    )
    return contact_can(
        state=request.state,
        operation=case.kind.carried_out,
        is_asker=is_asker,
        may_agree=may_agree,
        role=me.role,
        restricted_roles=terms.restricted_roles,
    )


def _for_contact(found: list[AdminRequest]) -> list[Row]:
    return rows(found, "requests:client_request")
