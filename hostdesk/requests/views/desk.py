"""Requests at the desk: lists, the panel beside a ticket, and one with every judgement, yes and step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from hostdesk.audit.models import Decision
from hostdesk.hosting.panels import kind_shown
from hostdesk.kit.refusals import Missing
from hostdesk.people.access import agents_only
from hostdesk.people.looking import saw, saw_list
from hostdesk.people.models import Agent
from hostdesk.people.requests import DeskRequest
from hostdesk.policy.registry import CLAUSES
from hostdesk.policy.rules import requests as rules
from hostdesk.requests import run_words, words
from hostdesk.requests.actions.carrying import BY_HAND, is_chosen_behind_link
from hostdesk.requests.actions.through_panel import may_undo
from hostdesk.requests.forms import BeforeForm, OutcomeForm, PaymentForm, ReasonForm
from hostdesk.requests.models import UNDER_WAY, AdminRequest, RecoveryLink, RequestState
from hostdesk.requests.queries import (
    LISTS,
    counts_for_agent,
    decisions_on,
    listed_for_agent,
    request_for_agent,
    requests_of_ticket,
    waiting_for_agent,
)
from hostdesk.requests.recovery_queries import waits_to_be_set
from hostdesk.requests.rules import AgentCan, agent_can
from hostdesk.requests.standing import Case, asking_of, case_of, cases_of
from hostdesk.requests.views.recovery_panels import panels_on
from hostdesk.requests.views.rows import key_in, rows
from hostdesk.requests.views.suggested import suggested_on
from hostdesk.tickets.models import ENDED
from hostdesk.tickets.queries.access import ticket_for_agent
from hostdesk.web.htmx import show

_WORDS = {
    "mine": "For you",
    "approval": "To approve",
    "payment": "To be paid",
    "ready": "Ready",
    "doing": "Being done",
    "customer": "With the customer",
    "waiting": "Waiting",
    "ended": "Ended",
}
_EMPTY = {
    "mine": "What you can approve, note as paid or carry out stands here.",
    "ended": "What was done, refused, stopped or not confirmed stands here.",
}


@require_safe
@agents_only
def listed(request: DeskRequest) -> HttpResponse:
    """Requests by what they wait for, first what waits for this agent."""
    name = request.GET.get("show", "mine")
    if name not in LISTS:
        raise Missing
    page = listed_for_agent(request.agent, name, before=key_in(request, "before"))
    saw_list(request, "requests")
    counts = counts_for_agent(request.agent)
    here = f"{reverse('requests:desk')}?show={name}"
    context = {
        "place": "requests",
        "rows": rows(page.rows, "requests:desk_request"),
        "lists": [(key, _WORDS[key], counts.get(key), key == name) for key in LISTS],
        "nothing": _EMPTY.get(name, "Requests that wait for this stand here, the newest on top."),
        "first": here if "before" in request.GET else "",
        "following": f"{here}&before={page.before}" if page.before else "",
    }
    return render(request, "requests/desk/list.html", context)


@require_safe
@agents_only
def count(request: DeskRequest) -> HttpResponse:
    """How many wait for this agent: the figure on the rail, nothing for none."""
    return HttpResponse(str(waiting_for_agent(request.agent) or ""), content_type="text/plain")


@require_safe
@agents_only
def on_ticket(request: DeskRequest, number: str) -> HttpResponse:
    """The requests and recoveries on one ticket, and what its words suggest: a panel of its page, or a page of its own."""
    ticket = ticket_for_agent(request.agent, number)
    saw(request, "ticket", ticket.pk, customer=ticket.customer_id)
    found = requests_of_ticket(ticket)
    context = {
        "place": "all",
        "ticket": ticket,
        "panels": [_panel(case, request.agent, request.at) for case in cases_of(found)],
        "recoveries": panels_on(ticket, request.agent, at=request.at),
        "suggested": suggested_on(ticket, but={one.kind for one in found if one.state in UNDER_WAY}),
        "ended": ticket.state in ENDED,
    }
    return show(request, "requests/desk/on_ticket.html", context, fragment="panel")


@dataclass(frozen=True, slots=True)
class Panel:
    """One request beside its ticket: what, who, on what proof, how it stands, and whether the reader can bring it on.

    `left` says what is to be done on a ticket that is not finished when its request has ended; "" else.
    """

    case: Case
    brief: str
    tone: str
    proof: str
    sentence: str
    can: AgentCan
    left: str


def _panel(case: Case, agent: Agent, at: datetime) -> Panel:
    request = case.request
    state = run_words.state_shown(request)
    return Panel(
        case=case,
        brief=words.brief(request, state),
        tone=words.tone(request, state),
        proof=words.proof(case, asking_of(case, at=at)),
        sentence=words.standing(case, me=None, at=at).sentence,
        can=can_do(case, agent),
        left="" if request.state in UNDER_WAY or request.ticket.state in ENDED else words.left_to_do(request),
    )


@require_safe
@agents_only
def request_page(request: DeskRequest, pk: int) -> HttpResponse:
    """One request with everything that was said, judged and done about it."""
    found = request_for_agent(request.agent, pk)
    saw(request, "request", pk, customer=lambda: found.account.customer_id)
    return show_request(request, found)


def show_request(
    request: DeskRequest, found: AdminRequest, *, status: int = 200, **refused: object
) -> HttpResponse:
    """The page of a request that was fetched for this agent; a form that was refused comes back with its words."""
    case, at = case_of(found), request.at
    asking = asking_of(case, at=at)
    verdict = rules.judge(asking, case.kind, case.version.terms) if found.state in UNDER_WAY else None
    run = next((one for one in found.runs.all() if one.state in ("asked", "unclear")), None)
    done = [one for one in found.runs.all() if one.state == "done"]
    context: dict[str, Any] = {  # a template context holds anything
        "place": "requests",
        "case": case,
        "standing": words.standing(case, me=None, at=at),
        "steps": words.steps(case, at=at),
        "details": words.details(case),
        "price": words.price(found),
        "proof": words.proof(case, asking),
        "contact_state": _STATES[asking.contact_state],
        "verdict": verdict,
        "outcome": _OUTCOMES[verdict.outcome] if verdict else "",
        "verdicts": [_judged(one) for one in decisions_on(found)],
        "can": can_do(case, request.agent),
        "run": run,
        "runs": [
            (one, kind_shown(one.panel), words.seen(one.before), words.seen(one.after))
            for one in found.runs.all()
        ],
        "checklist": _checklist(case),
        "may_undo": bool(done) and may_undo(done[-1]),
        "by_hand": case.kind.carried_out == BY_HAND,
        "behind_link": is_chosen_behind_link(case),
        "to_be_set": _to_be_set(case),
        "payment_form": PaymentForm(currency=found.currency, initial={"amount": words.price(found)}),
        "objection_form": ReasonForm(prefix="no"),
        "refusal_form": ReasonForm(),
        "before_form": BeforeForm(),
        "outcome_form": OutcomeForm(),
        **refused,
    }
    return render(request, "requests/desk/request.html", context, status=status)


def _to_be_set(case: Case) -> RecoveryLink | None:
    """The link whose password an agent sets from its hash now."""
    waits = case.kind.clause == rules.PASSWORD and case.request.state == RequestState.READY
    return waits_to_be_set(case.request) if waits else None


_STATES = {
    "current": "up to date",
    "out_of_date": "out of date",
    "unverified": "address not confirmed yet",
    "removed": "no contact any more",
}
_OUTCOMES = {
    "granted": "granted",
    "confirm": "to be confirmed",
    "update_details": "waits for the contact's details",
    "refused": "refused",
}


def _judged(decision: Decision) -> tuple[Decision, str, str]:
    """A judgement with the title of its clause and the way in which it was asked."""
    clause = CLAUSES.get(decision.clause)
    channel = words.BY_CHANNEL.get(str(decision.facts.get("channel")), "")
    return decision, clause.title if clause else decision.clause, channel


def can_do(case: Case, agent: Agent) -> AgentCan:
    """What this agent can do with the request now."""
    said = [one.agent_id for one in case.request.approvals.all()]
    state = "owner" if case.request.asked_owner else case.request.state
    return agent_can(state=state, role=agent.role, agent_id=agent.pk, said_by=said)


def _checklist(case: Case) -> list[dict[str, object]]:
    """The steps of the catalogue, each with who ticked it off."""
    ticks = {tick.position: tick for tick in case.request.ticks.all()}
    return [
        {"position": place, "text": text, "tick": ticks.get(place)}
        for place, text in enumerate(case.kind.steps)
    ]
