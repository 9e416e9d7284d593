"""Questions between teams."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from hostdesk.kit.refusals import Missing
from hostdesk.people.models import Agent
from hostdesk.people.queries import team_ids_of
from hostdesk.tickets.consult_models import Consult
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.queries.access import tickets_for_agent

PAGE = 50
_BESIDE = ("ticket__customer", "team", "asked_by", "ended_by", "clock")


def asked_of_agent(agent: Agent) -> list[Consult]:
    """Open questions to the agent's teams, the oldest first; PAGE at most."""
    return list(_open(agent).filter(team__in=team_ids_of(agent)).order_by("asked_at", "pk")[:PAGE])


def asked_by_agent(agent: Agent) -> list[Consult]:
    """The agent's own open questions to other teams; PAGE at most."""
    mine = _open(agent).filter(asked_by=agent).exclude(team__in=team_ids_of(agent))
    return list(mine.order_by("asked_at", "pk")[:PAGE])


def waiting_for_agent(agent: Agent) -> int:
    """How many questions wait for the agent's teams, counted up to PAGE."""
    return _open(agent).filter(team__in=team_ids_of(agent)).order_by()[:PAGE].count()


def consults_of(ticket: Ticket) -> list[Consult]:
    """All questions about a ticket that was fetched for whoever reads: open ones first."""
    found = Consult.objects.filter(ticket=ticket).select_related(*_BESIDE).order_by("-asked_at", "-pk")
    return sorted(found, key=lambda one: bool(one.ended))


def consult_for_agent(agent: Agent, pk: int) -> Consult:
    """One question about a ticket that the agent may see; raises Missing."""
    found = (
        Consult.objects.filter(pk=pk, ticket__in=tickets_for_agent(agent)).select_related(*_BESIDE).first()
    )
    if found is None:
        raise Missing
    return found


def _open(agent: Agent) -> QuerySet[Consult]:
    own = Q(ticket__sealed=False) | Q(ticket__team__in=team_ids_of(agent))
    return Consult.objects.filter(own, ended="").select_related(*_BESIDE)
