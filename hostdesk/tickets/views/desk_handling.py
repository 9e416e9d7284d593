"""Beside a ticket: its class, the skills it needs, whether it is an emergency, and leaving it to others."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hostdesk.kit.refusals import Refused
from hostdesk.people.access import agents_only
from hostdesk.people.looking import saw
from hostdesk.people.requests import DeskRequest
from hostdesk.tickets.actions import classing, emergencies, needing, passing
from hostdesk.tickets.models import ENDED, OURS, Ticket
from hostdesk.tickets.queries.access import ticket_for_agent
from hostdesk.tickets.queries.skills import needs_on, skills_by_id
from hostdesk.web import flash
from hostdesk.web.htmx import go, show
from hostdesk.web.keys import keys_of

CLASSES = (
    ("unclassed", "Not classed yet"),
    ("general", "General: free"),
    ("advanced", "Advanced: charged"),
    ("not_supported class.no_cgi_perl", "Not supported: CGI or Perl"),
    ("not_supported class.features", "Not supported: how to use a feature"),
)


@require_safe
@agents_only
def panel(request: DeskRequest, number: str) -> HttpResponse:
    """The panel of the ticket's page, or a page of its own."""
    found = ticket_for_agent(request.agent, number)
    saw(request, "ticket", found.pk, customer=found.customer_id)
    chosen = next(value for value, _ in CLASSES if value.split()[0] == found.ticket_class)
    context = {
        "place": "all",
        "ticket": found,
        "classes": [(value, said, value == chosen) for value, said in CLASSES],
        "needs": needs_on(found, at=request.at),
        "ended": found.state in ENDED,
        "waits": found.assignee_id is None and found.state in OURS,
        "held": found.assignee_id is not None and found.state not in ENDED,
        "most_words": passing.MOST_WORDS,
    }
    return show(request, "tickets/desk/handling.html", context, fragment="panel")


@require_POST
@agents_only
def class_change(request: DeskRequest, number: str) -> HttpResponse:
    """Say of which class it is; an undo brings the former class in its address. Clause: class.general_fast."""
    found = ticket_for_agent(request.agent, number)
    # The word of the class, and after a space the clause where several could be meant.
    word, _, clause = (request.POST.get("class") or request.GET.get("class") or "").partition(" ")
    before = found.ticket_class
    try:
        row = classing.set_class(found, word, clause=clause, by=request.agent, at=request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
        return go(request, _page(found))
    undo = f"{reverse('tickets:class', args=[found.pk])}?class={before}" if before != word else ""
    flash.done(request, f"{found.number}: {row.get_ticket_class_display()}.", undo=undo)
    return go(request, _page(found))


@require_POST
@agents_only
def skills(request: DeskRequest, number: str) -> HttpResponse:
    """Say which skills this ticket needs."""
    found = ticket_for_agent(request.agent, number)
    keys = keys_of(request.POST.getlist("skill"))
    try:
        needing.set_skills(found, skills_by_id(keys), by=request.agent, at=request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        flash.done(request, f"{found.number}: the skills it needs are kept.")
    return go(request, _page(found))


@require_POST
@agents_only
def emergency(request: DeskRequest, number: str) -> HttpResponse:
    """Declare an emergency. Clauses: emergency.definition, sla.fcfs."""
    found = ticket_for_agent(request.agent, number)
    try:
        emergencies.declare(found, request.POST.get("reason", ""), by=request.agent.actor(), at=request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
        return go(request, _page(found))
    undo = reverse("tickets:emergency_end", args=[found.pk])
    flash.done(request, f"{found.number} goes before all that are no emergency.", undo=undo)
    return go(request, _page(found))


@require_POST
@agents_only
def emergency_end(request: DeskRequest, number: str) -> HttpResponse:
    """It is none, or none any more."""
    found = ticket_for_agent(request.agent, number)
    emergencies.withdraw(found, request.POST.get("reason", ""), by=request.agent.actor(), at=request.at)
    flash.done(request, f"{found.number} is handled in its turn.")
    return go(request, _page(found))


@require_POST
@agents_only
def passed_over(request: DeskRequest, number: str) -> HttpResponse:
    """Leave a waiting ticket to others, or give back one that is held, with a reason. Clause: sla.fcfs."""
    found = ticket_for_agent(request.agent, number)
    reason = request.POST.get("reason", "")
    try:
        if found.assignee_id is None:
            passing.pass_over(found, reason, by=request.agent, at=request.at)
            said = f"{found.number} is left to others; your reason stands in its history."
        else:
            passing.give_back(found, by=request.agent, at=request.at, reason=reason)
            said = f"{found.number} is back in the queue, at its old place."
    except Refused as refusal:
        flash.said_no(request, refusal)
        return go(request, _page(found))
    flash.done(request, said)
    return go(request, reverse("tickets:queue"))


def _page(found: Ticket) -> str:
    return reverse("tickets:ticket", args=[found.pk])
