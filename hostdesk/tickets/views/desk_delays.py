"""An agent says why a promise will be late."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from hostdesk.kit.refusals import Refused
from hostdesk.people.access import agents_only
from hostdesk.people.requests import DeskRequest
from hostdesk.tickets.actions.delaying import pick
from hostdesk.tickets.queries.access import ticket_for_agent
from hostdesk.web import flash
from hostdesk.web.htmx import go

CHOICES = (1, 2, 4, 8, 24, 48, 72)
"""Hours from now in which an agent may expect it."""


@require_POST
@agents_only
def delay(request: DeskRequest, number: str) -> HttpResponse:
    """Say the cause and what the customer may expect; they are told once."""
    found = ticket_for_agent(request.agent, number)
    page = reverse("tickets:ledger", args=[found.pk])
    later = {str(one): timedelta(hours=one) for one in CHOICES}.get(request.POST.get("hours", ""))
    if later is None:
        flash.said_no(request, Refused("", "Choose when the customer may expect it."))
        return go(request, page)
    try:
        told = pick(found, request.POST.get("cause", ""), later=later, by=request.agent, at=request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        words = "told" if told.told_at else f"not told: {told.silent_because}"
        flash.done(request, f"Noted for {found.number}; the customer is {words}.")
    return go(request, page)
