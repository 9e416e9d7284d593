"""Rows of the plan for whoever changes it; the views ask for the role."""

from __future__ import annotations

from hostdesk.kit.refusals import Missing
from hostdesk.people.models import Agent, Team
from hostdesk.schedule.models import PlanChange, PlannedShift


def staff() -> list[Agent]:
    """The agents who can be planned, by name."""
    return list(Agent.objects.active().order_by("name", "pk"))


def teams() -> list[Team]:
    """The teams for which somebody can be planned: Support first, then by name."""
    return sorted(Team.objects.all(), key=lambda team: (team.slug != Team.SUPPORT, team.name))


def planned(pk: int) -> PlannedShift:
    """One weekly shift; `Missing` when there is none or it has ended."""
    found = PlannedShift.objects.select_related("agent").filter(pk=pk, until=None).first()
    if found is None:
        raise Missing
    return found


def change(pk: int) -> PlanChange:
    """One exception; `Missing` when there is none."""
    found = PlanChange.objects.select_related("agent", "stand_in").filter(pk=pk).first()
    if found is None:
        raise Missing
    return found
