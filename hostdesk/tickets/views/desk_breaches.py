"""The desk's list of broken promises, each with the form that gives it its reason."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hostdesk.kit.refusals import Refused
from hostdesk.people.access import agents_only
from hostdesk.people.looking import saw_list
from hostdesk.people.requests import DeskRequest
from hostdesk.tickets.actions.explaining import MOST_WORDS, explain
from hostdesk.tickets.queries import breaches
from hostdesk.web import flash
from hostdesk.web.htmx import go, safe_next

KINDS = {"response": "first answer", "update": "next word", "resolution": "solution"}


@require_safe
@agents_only
def listed(request: DeskRequest) -> HttpResponse:
    """Promises that were broken: those without a reason, or all of the last days."""
    every = request.GET.get("show") == "all"
    saw_list(request, "broken promises")
    found = breaches.breaches_for_agent(request.agent, unexplained=not every, at=request.at)
    reasons = breaches.reasons_of({one.policy_version_id for one in found})
    context = {
        "place": "all",
        "every": every,
        "rows": [(one, KINDS.get(one.kind, one.kind), reasons[one.policy_version_id]) for one in found],
        "waiting": breaches.unexplained_for_agent(request.agent),
        "full": len(found) == breaches.PAGE,
        "most_words": MOST_WORDS,
    }
    return render(request, "tickets/desk/breaches.html", context)


@require_POST
@agents_only
def reason(request: DeskRequest, pk: int) -> HttpResponse:
    """Give one of them its reason."""
    found = breaches.breach_for_agent(request.agent, pk)
    given, words = request.POST.get("reason", ""), request.POST.get("words", "")
    try:
        explain(found, given, words=words, by=request.agent, at=request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        flash.done(request, f"Noted for {found.ticket.number}.")
    return go(request, safe_next(request, otherwise=reverse("tickets:breaches")))
