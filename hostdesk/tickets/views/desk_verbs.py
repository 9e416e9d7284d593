"""What agents do with a ticket: each address a noun, each a form that also works without scripts."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people.access import agents_only
from hostdesk.people.queries import agent_by_id
from hostdesk.people.requests import DeskRequest
from hostdesk.ports.outcomes import PortDown
from hostdesk.tickets import rules
from hostdesk.tickets.actions import closing, consulting, drafting, passing, taking, writing
from hostdesk.tickets.forms import AnswerForm, AssignmentForm, DraftForm, NoteForm
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.queries import handing
from hostdesk.tickets.queries.access import ticket_for_agent
from hostdesk.tickets.views.desk_ticket import show
from hostdesk.tickets.views.uploads import kept
from hostdesk.web import flash
from hostdesk.web.htmx import go, safe_next

_SENT = {
    "waiting_customer": "Sent. It is the customer's turn now.",
    "open": "Sent. It stays with us.",
    "resolved": "Sent, and marked resolved.",
}


@require_POST
@agents_only
def answer(request: DeskRequest, number: str) -> HttpResponse:
    """Send an answer; a refusal brings the page back with every word of it."""
    found = ticket_for_agent(request.agent, number)
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return show(request, found, answer=form, status=422)
    given = form.cleaned_data
    then: rules.After = given["then"] or "waiting_customer"
    try:
        files = kept(given["files"])
    except PortDown:
        form.add_error(
            "files", "The file storage does not answer. Send without files, or try again in a minute."
        )
        return show(request, found, answer=form, status=503)
    written = writing.Answer(
        text=given["text"],
        files=files,
        then=then,
        jump_reason=given["jump_reason"],
        submission=given["submission"] or None,
    )
    try:
        writing.answer(found, written, by=request.agent, at=request.at)
    except Refused as refusal:
        form.add_error("jump_reason" if refusal.clause == "sla.fcfs" else None, refusal.sentence)
        return show(request, found, answer=form, status=422)
    flash.done(request, f"{_SENT[then]} Ticket {found.number}.")
    return go(request, reverse("tickets:mine") if then == "resolved" else _page(found))


@require_POST
@agents_only
def note(request: DeskRequest, number: str) -> HttpResponse:
    """Keep an internal note."""
    found = ticket_for_agent(request.agent, number)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return show(request, found, note=form, status=422)
    given = form.cleaned_data
    submission = given["submission"] or None
    try:
        writing.add_note(found, given["text"], by=request.agent, at=request.at, submission=submission)
    except Refused as refusal:
        form.add_error("text", refusal.sentence)
        return show(request, found, note=form, status=422)
    flash.done(request, "Noted, for staff only.")
    return go(request, _page(found))


@require_POST
@agents_only
def reading(request: DeskRequest, number: str) -> HttpResponse:
    """What the customer wrote during a wait was read, and nothing is to be answered."""
    found = ticket_for_agent(request.agent, number)
    try:
        writing.nothing_to_answer(found, by=request.agent, at=request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        flash.done(request, f"Read: {found.number} waits on as agreed.")
    return go(request, _page(found))


@require_POST
@agents_only
def draft(request: DeskRequest, number: str) -> HttpResponse:
    """Keep what is typed, and let others see that somebody writes."""
    found = ticket_for_agent(request.agent, number)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    text = form.cleaned_data["text"]
    drafting.keep_draft(found, form.cleaned_data["kind"], text, by=request.agent, at=request.at)
    drafting.be_present(found, by=request.agent, at=request.at, writing=bool(text.strip()))
    return HttpResponse(status=204)


@require_POST
@agents_only
def assignment(request: DeskRequest, number: str) -> HttpResponse:
    """Give a ticket to an agent with a word for them, or (nobody named) back to the queue."""
    found = ticket_for_agent(request.agent, number)
    # An undo brings the former holder in its address.
    form = AssignmentForm(request.POST if "to" in request.POST else request.GET)
    if not form.is_valid():
        raise Missing
    given, by, at = form.cleaned_data, request.agent, request.at
    try:
        if given["to"] is None:
            passing.give_back(found, by=by, at=at, reason=given["reason"])
            flash.done(request, f"{found.number} is back in the queue, at its old place.")
            return go(request, safe_next(request, otherwise=reverse("tickets:queue")))
        to = by if given["to"] == by.pk else agent_by_id(given["to"])
        taking.assign(found, to, by=by, at=at, reason=given["reason"], hand_over=given["hand_over"])
    except Refused as refusal:
        flash.said_no(request, refusal)
        return go(request, _page(found))
    if given["hand_over"].strip():
        writing.add_note(found, given["hand_over"], by=by, at=at)
    flash.done(request, "It is yours now." if to.pk == by.pk else f"{to.name} has it now.", undo=_undo(found))
    return go(request, _page(found))


@require_POST
@agents_only
def team_change(request: DeskRequest, number: str) -> HttpResponse:
    """Hand a ticket to another team with a word for it; its place by arrival goes with it."""
    found = ticket_for_agent(request.agent, number)
    team = handing.team_named(request.POST.get("team", ""))
    try:
        consulting.escalate(found, team, request.POST.get("note", ""), by=request.agent, at=request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
        return go(request, _page(found))
    flash.done(request, f"{found.number} is with {team.name} now.")
    return go(request, reverse("tickets:queue"))


@require_POST
@agents_only
def resolution(request: DeskRequest, number: str) -> HttpResponse:
    """Mark a ticket resolved; for ten seconds nobody outside has heard of it."""
    found = ticket_for_agent(request.agent, number)
    reason = request.POST.get("jump_reason", "")[:300]
    try:
        closing.resolve(found, by=request.agent, at=request.at, jump_reason=reason)
    except Refused as refusal:
        flash.said_no(request, refusal)
        return go(request, _page(found))
    undo = reverse("tickets:resolution_undo", args=[found.pk])
    flash.done(request, f"{found.number} is resolved.", undo=undo)
    return go(request, safe_next(request, otherwise=reverse("tickets:mine")))


@require_POST
@agents_only
def resolution_undo(request: DeskRequest, number: str) -> HttpResponse:
    """Open a resolved ticket again."""
    found = ticket_for_agent(request.agent, number)
    try:
        closing.reopen(found, by=request.agent.actor(), at=request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        flash.done(request, f"{found.number} is open again.")
    return go(request, _page(found))


def _page(found: Ticket) -> str:
    return reverse("tickets:ticket", args=[found.pk])


def _undo(found: Ticket) -> str:
    """The address that gives a ticket back to who had it before."""
    address = reverse("tickets:assignment", args=[found.pk])
    return f"{address}?to={found.assignee_id}" if found.assignee_id else address
