"""The quiet time of one ticket at the desk: a panel beside it, a page with its forms, and the verbs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hostdesk.kit.refusals import Refused
from hostdesk.people.access import agents_only
from hostdesk.people.looking import saw
from hostdesk.people.models import Agent
from hostdesk.people.requests import DeskRequest
from hostdesk.policy import queries as policy
from hostdesk.policy.rules import offpeak
from hostdesk.schedule.queries import window_of_team
from hostdesk.tickets.actions import slot_work, slots
from hostdesk.tickets.actions.choosing import passed_by
from hostdesk.tickets.forms_slots import ProposalForm, WindowForm
from hostdesk.tickets.models import ENDED, LIVE_SLOTS, Ticket
from hostdesk.tickets.queries.access import ticket_for_agent
from hostdesk.tickets.queries.slots import slot_for_agent
from hostdesk.tickets.slot_mails import work_in_words
from hostdesk.tickets.views.slot_words import STATES, kinds, spoken
from hostdesk.web import flash
from hostdesk.web.htmx import go, show, wants_fragment


@require_safe
@agents_only
def slot(request: DeskRequest, number: str) -> HttpResponse:
    """How it stands and what can be done: a few lines beside the ticket, or the page with the forms."""
    found = ticket_for_agent(request.agent, number)
    saw(request, "ticket", found.pk, customer=found.customer_id)
    return _page(request, found)


def _page(
    request: DeskRequest, ticket: Ticket, *, form: ProposalForm | None = None, status: int = 200
) -> HttpResponse:
    at, found = request.at, slot_for_agent(ticket, at=request.at)
    booking, terms = found.booking, policy.current(ticket.policy_slug).terms
    live = booking is not None and booking.state in LIVE_SLOTS
    paid = offpeak.may_be_scheduled(ticket_class=ticket.ticket_class, is_paid=False)
    context = {
        "place": "all",
        "whole": not wants_fragment(request),
        "ticket": ticket,
        "booking": booking,
        "live": live,
        "when": spoken(booking.window, at) if booking else "",
        "work": work_in_words(booking.work) if booking else "",
        "state": STATES[booking.state] if booking else ("", ""),
        "begun": booking is not None and booking.window.begins_at <= at,
        "windows": [(one, spoken(one, at)) for one in found.windows],
        "kinds": kinds(offpeak.kinds_of_work(terms)),
        "may_propose": ticket.state not in ENDED
        and not ticket.sealed
        and paid
        and not (booking is not None and booking.state == "agreed"),
        "unpaid": slots.UNPAID if not paid and ticket.state not in ENDED else "",
        "is_mine": booking is not None and booking.done_by_id == request.agent.pk,
        "needs_reason": ticket.assignee_id is None and passed_by(ticket, request.agent, at=at).choice > 0,
        "form": form,
        "ended": ticket.state in ENDED,
    }
    return show(request, "tickets/desk/slot.html", context, fragment="panel", status=status)


@require_POST
@agents_only
def proposal(request: DeskRequest, number: str) -> HttpResponse:
    """Class the work and propose a window; a refusal brings the page back with every word of it."""
    ticket = ticket_for_agent(request.agent, number)
    form = ProposalForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket, form=form, status=422)
    given = form.cleaned_data
    try:
        window = window_of_team(given["window"], ticket.team_id)
        wanted = slots.Proposal(given["work"], window, given["words"], given["jump_reason"])
        slots.propose(ticket, wanted, by=request.agent, at=request.at)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _page(request, ticket, form=form, status=422)
    flash.done(request, f"Proposed to the customer: {spoken(window, request.at)}.")
    return go(request, reverse("tickets:ticket", args=[ticket.number]))


Verb = Callable[[Ticket, Agent, datetime, int, str], object]


def _pressed(request: DeskRequest, number: str, verb: Verb, said: str) -> HttpResponse:
    ticket = ticket_for_agent(request.agent, number)
    form = WindowForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    words = str(request.POST.get("words") or given.get("reason") or "")
    try:
        verb(ticket, request.agent, request.at, given.get("window") or 0, words)
    except Refused as refusal:
        flash.said_no(request, refusal)
        return go(request, reverse("tickets:slot", args=[ticket.number]))
    flash.done(request, said)
    return go(request, reverse("tickets:ticket", args=[ticket.number]))


@require_POST
@agents_only
def agreement(request: DeskRequest, number: str) -> HttpResponse:
    """Note that the customer has said yes to the proposal."""

    def verb(ticket: Ticket, agent: Agent, at: datetime, _window: int, _words: str) -> object:
        return slots.accept_for(ticket, by=agent, at=at)

    return _pressed(request, number, verb, "Noted: the customer agrees.")


@require_POST
@agents_only
def move(request: DeskRequest, number: str) -> HttpResponse:
    """Move what is agreed, with a reason."""

    def verb(ticket: Ticket, agent: Agent, at: datetime, window: int, words: str) -> object:
        target = window_of_team(window, ticket.team_id)
        return slots.move_by_agent(ticket, target, reason=words, by=agent, at=at)

    return _pressed(request, number, verb, "Moved. The customer is told.")


@require_POST
@agents_only
def release(request: DeskRequest, number: str) -> HttpResponse:
    """Give the time up, with a reason."""

    def verb(ticket: Ticket, agent: Agent, at: datetime, _window: int, words: str) -> object:
        return slots.give_up(ticket, reason=words, by=agent, at=at)

    return _pressed(request, number, verb, "Given up. The ticket is our turn again.")


@require_POST
@agents_only
def work(request: DeskRequest, number: str) -> HttpResponse:
    """Check the work off."""

    def verb(ticket: Ticket, agent: Agent, at: datetime, _window: int, words: str) -> object:
        return slot_work.check_off(ticket, words, by=agent, at=at)

    return _pressed(request, number, verb, "Checked off. It wants a second look, or the customer's word.")


@require_POST
@agents_only
def verification(request: DeskRequest, number: str) -> HttpResponse:
    """The second look: right, or not."""

    def verb(ticket: Ticket, agent: Agent, at: datetime, _window: int, words: str) -> object:
        if request.POST.get("right") == "no":
            return slot_work.not_right(ticket, words, by=agent, at=at)
        return slot_work.verify(ticket, by=agent, at=at)

    no = request.POST.get("right") == "no"
    return _pressed(request, number, verb, "Noted: it is our turn again." if no else "Verified and solved.")
