"""Who looked at what: for supervisors, about the desk itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hostdesk.audit import queries as audit
from hostdesk.people import powers, queries, shown
from hostdesk.people.access import agents_only

_PAGE = 100
_LONGEST_NUMBER = 18


@require_safe
@agents_only(roles=powers.KEEPERS)
def looks(request: HttpRequest, agent_id: int) -> HttpResponse:
    """What one agent looked at, newest first."""
    agent = queries.agent_by_id(agent_id)
    typed = request.GET.get("before", "")
    before = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST_NUMBER else None
    found = audit.looks_of_agent(agent.pk, before=before, limit=_PAGE + 1)
    context = {
        "place": "agents",
        "agent": agent,
        "looks": shown.looked(found[:_PAGE], whose=True),
        "following": found[_PAGE - 1].pk if len(found) > _PAGE else None,
    }
    return render(request, "people/agent_looks.html", context)
