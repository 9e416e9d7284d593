"""For supervisors: whether the queue is fair, and which skills the desk tells apart."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hostdesk.kit.refusals import Refused
from hostdesk.people import powers
from hostdesk.people.access import agents_only
from hostdesk.people.actions import skills
from hostdesk.people.looking import saw_list
from hostdesk.people.requests import DeskRequest
from hostdesk.tickets.actions import needing
from hostdesk.tickets.queries import fairness
from hostdesk.tickets.queries.skills import agents_by_id, skill_by_id, skill_lines
from hostdesk.tickets.queries.unserved import unserved_for_agent
from hostdesk.tickets.views.desk_rows import lines
from hostdesk.web import flash, times
from hostdesk.web.htmx import go
from hostdesk.web.keys import keys_of

CAUSES = {
    "choice": "Somebody chose it and said why",
    "emergency": "It was an emergency",
    "skill": "The taker lacks a skill for the older ones",
    "skip": "The taker had left the older ones to others",
}


@require_safe
@agents_only(roles=powers.KEEPERS)
def shown(request: DeskRequest) -> HttpResponse:
    """Who went before whom and why, how long customers waited, and what waits for a skill that nobody has now."""
    agent, at = request.agent, request.at
    saw_list(request, "who went before whom")
    found = fairness.fairness_for_agent(agent, at=at)
    by_cause = {one.cause: one for one in found.inversions}
    unserved = unserved_for_agent(agent, at=at)
    waits = [found.all_waits] if found.all_waits else []
    context = {
        "place": "fairness",
        "found": found,
        "days": fairness.SPAN.days,
        "causes": [(said, by_cause[cause]) for cause, said in CAUSES.items()],
        "waits": [_waited(one) for one in waits],
        "team_waits": [_waited(one) for one in found.teams],
        "customer_waits": [_waited(one) for one in found.customers],
        "unserved": lines(unserved.rows, at),
        "unserved_many": unserved.many,
        "left": fairness.passed_over_for_agent(agent, at=at),
        "jumps": fairness.jumps_for_agent(agent, at=at),
    }
    return render(request, "tickets/desk/fairness.html", context)


def _waited(one: fairness.Waits) -> tuple[str, int, str, str, str]:
    return (
        one.name,
        one.many,
        times.length(one.median),
        times.length(one.most),
        times.length(one.longest),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only(roles=powers.KEEPERS)
def skill_list(request: DeskRequest) -> HttpResponse:
    """All skills, each with who holds it and what needs it; a POST adds one."""
    if request.method == "POST":
        try:
            made = skills.add_skill(request.POST.get("word", ""), by=request.agent, at=request.at)
        except Refused as refusal:
            flash.said_no(request, refusal)
        else:
            flash.done(request, f"{made.word} is a skill now. Say who holds it, and what needs it.")
        return go(request, reverse("tickets:skills_page"))
    context = {"place": "fairness", "lines": skill_lines(), "longest": skills.LONGEST}
    return render(request, "tickets/desk/skills.html", context)


@require_POST
@agents_only(roles=powers.KEEPERS)
def skill(request: DeskRequest, pk: int) -> HttpResponse:
    """Keep who holds a skill and what needs it."""
    found = skill_by_id(pk)
    keys = keys_of(request.POST.getlist("agent"))
    pairs = [tuple(one.split(" ", 1)) for one in request.POST.getlist("need") if " " in one]
    try:
        needing.set_needs(
            found, [(subject, word) for subject, word in pairs], by=request.agent, at=request.at
        )
    except Refused as refusal:
        flash.said_no(request, refusal)
        return go(request, reverse("tickets:skills_page"))
    skills.set_holders(found, agents_by_id(keys), by=request.agent, at=request.at)
    flash.done(request, f"{found.word} is kept.")
    return go(request, reverse("tickets:skills_page"))


@require_POST
@agents_only(roles=powers.KEEPERS)
def skill_removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a skill away: nobody holds it and nothing needs it any more."""
    found = skill_by_id(pk)
    word = found.word
    skills.remove_skill(found, by=request.agent, at=request.at)
    flash.done(request, f"{word} is no skill any more. What needed it can be taken by everybody of its team.")
    return go(request, reverse("tickets:skills_page"))
