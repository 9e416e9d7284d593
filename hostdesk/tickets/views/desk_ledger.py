"""The ledger of a ticket's deadlines, as pictures and step by step; the delay that it is in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hostdesk.people.access import agents_only
from hostdesk.people.looking import saw
from hostdesk.people.requests import DeskRequest
from hostdesk.policy import queries as policy
from hostdesk.tickets import delay_words
from hostdesk.tickets.models import ENDED
from hostdesk.tickets.queries.access import ticket_for_agent
from hostdesk.tickets.queries.delays import open_delay
from hostdesk.tickets.queries.ledger import ledgers_of
from hostdesk.tickets.views.desk_delays import CHOICES
from hostdesk.tickets.views.ledger_words import shown


@require_safe
@agents_only
def ledger(request: DeskRequest, number: str) -> HttpResponse:
    """Every clock of one ticket: why its deadline is what it is."""
    found = ticket_for_agent(request.agent, number)
    saw(request, "ticket", found.pk, customer=found.customer_id)
    told = open_delay(found)
    reasons = policy.current(found.policy_slug).terms.delay_reasons
    context = {
        "place": "all",
        "ticket": found,
        "clocks": [shown(one, slug=found.policy_slug, now=request.at) for one in ledgers_of(found)],
        "delay": told,
        "delay_said": delay_words.said_of(told) if told else "",
        "may_delay": told is None and found.state not in ENDED,
        "causes": [(word, word.replace("_", " ").capitalize()) for word in reasons],
        "hours": CHOICES,
    }
    return render(request, "tickets/desk/ledger.html", context)
