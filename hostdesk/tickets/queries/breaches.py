"""Broken promises of time: those that nobody has explained yet, and those of lately."""

from __future__ import annotations

from datetime import datetime, timedelta

from hostdesk.kit.refusals import Missing
from hostdesk.people.models import Agent
from hostdesk.policy import queries as policy
from hostdesk.tickets.models import Breach
from hostdesk.tickets.queries.access import tickets_for_agent

PAGE = 50
LATELY = timedelta(days=30)


def breaches_for_agent(agent: Agent, *, unexplained: bool, at: datetime) -> list[Breach]:
    """Up to a page of broken promises on tickets that the agent may see: the oldest unexplained first, else the latest."""
    seen = Breach.objects.filter(ticket__in=tickets_for_agent(agent)).select_related(
        "ticket__customer", "ticket__assignee", "explained_by"
    )
    if unexplained:
        return list(seen.filter(explained_at=None).order_by("late_at", "pk")[:PAGE])
    return list(seen.filter(late_at__gt=at - LATELY).order_by("-late_at", "-pk")[:PAGE])


def unexplained_for_agent(agent: Agent, *, most: int = 100) -> int:
    """How many wait for a reason, counted up to `most`."""
    seen = Breach.objects.filter(ticket__in=tickets_for_agent(agent), explained_at=None)
    return seen[:most].count()


def breach_for_agent(agent: Agent, pk: int) -> Breach:
    """One broken promise on a ticket that the agent may see; raises Missing."""
    found = Breach.objects.filter(pk=pk, ticket__in=tickets_for_agent(agent)).select_related("ticket").first()
    if found is None:
        raise Missing
    return found


def reasons_of(versions: set[int]) -> dict[int, list[tuple[str, str]]]:
    """The reasons that each policy version names, as choices."""
    return {
        one: [(word, word.replace("_", " ").capitalize()) for word in policy.by_id(one).terms.delay_reasons]
        for one in versions
    }
