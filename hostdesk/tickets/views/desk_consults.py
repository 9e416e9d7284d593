"""Questions between teams: the list of those that wait, and those of one ticket."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hostdesk.kit.refusals import Refused
from hostdesk.people.access import agents_only
from hostdesk.people.looking import saw, saw_list
from hostdesk.people.queries import team_ids_of
from hostdesk.people.requests import DeskRequest
from hostdesk.tickets.actions import consulting
from hostdesk.tickets.consult_models import Consult
from hostdesk.tickets.queries import consults, handing
from hostdesk.tickets.queries.access import ticket_for_agent
from hostdesk.tickets.views.desk_rows import clock_of_consult
from hostdesk.web import flash
from hostdesk.web.clocks import Face
from hostdesk.web.htmx import go, safe_next


@require_safe
@agents_only
def listed(request: DeskRequest) -> HttpResponse:
    """What other teams ask of mine, and what I asked of others."""
    agent, now = request.agent, request.at
    saw_list(request, "questions between teams")
    context = {
        "place": "consults",
        "ours": _with_clocks(consults.asked_of_agent(agent), now),
        "mine": _with_clocks(consults.asked_by_agent(agent), now),
        "own": team_ids_of(agent),
        "most_words": consulting.MOST_WORDS,
    }
    return render(request, "tickets/desk/consults.html", context)


@require_safe
@agents_only
def count(request: DeskRequest) -> HttpResponse:
    """How many questions wait for my teams, for the rail; nothing when none does."""
    waiting = consults.waiting_for_agent(request.agent)
    return HttpResponse(str(waiting) if waiting else "", content_type="text/plain")


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def of_ticket(request: DeskRequest, number: str) -> HttpResponse:
    """The questions about one ticket; asking another one."""
    found = ticket_for_agent(request.agent, number)
    saw(request, "ticket", found.pk, customer=found.customer_id)
    given = {name: request.POST.get(name, "") for name in ("question", "team", "jump_reason")}
    refused, status = None, 200
    if request.method == "POST":
        try:
            team = handing.team_named(given["team"])
            consulting.ask(
                found,
                team,
                given["question"],
                by=request.agent,
                at=request.at,
                jump_reason=given["jump_reason"],
            )
        except Refused as refusal:
            refused, status = refusal, 422
        else:
            flash.done(request, f"{team.name} has your question about {found.number}.")
            return go(request, reverse("tickets:ticket_consults", args=[found.pk]))
    context = {
        "place": "all",
        "ticket": found,
        "found": _with_clocks(consults.consults_of(found), request.at),
        "teams": [team for team in handing.other_teams(found) if not team.sealed],
        "own": team_ids_of(request.agent),
        "given": given,
        "refused": refused,
        "most_words": consulting.MOST_WORDS,
    }
    return render(request, "tickets/desk/ticket_consults.html", context, status=status)


@require_POST
@agents_only
def answer(request: DeskRequest, pk: int) -> HttpResponse:
    """Answer a question that was asked of my team."""
    found = consults.consult_for_agent(request.agent, pk)
    try:
        consulting.answer(found, request.POST.get("answer", ""), by=request.agent, at=request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        flash.done(request, f"Answered; {found.ticket.number} is back with whoever asked.")
    return go(request, safe_next(request, otherwise=reverse("tickets:consults")))


@require_POST
@agents_only
def withdrawal(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a question back."""
    found = consults.consult_for_agent(request.agent, pk)
    try:
        consulting.withdraw(found, by=request.agent, at=request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        flash.done(request, f"{found.team.name} need not answer any more.")
    return go(
        request, safe_next(request, otherwise=reverse("tickets:ticket_consults", args=[found.ticket_id]))
    )


def _with_clocks(found: Iterable[Consult], now: datetime) -> list[tuple[Consult, Face | None]]:
    return [(one, clock_of_consult(one.clock, now) if one.clock else None) for one in found]
