"""Who is on duty."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from hostdesk.people import queries as people
from hostdesk.people.models import Agent, Team
from hostdesk.schedule.models import Shift


def on_duty(at: datetime, *, team: str = Team.SUPPORT) -> list[Agent]:
    """The active agents of a team whose shift covers this instant, by name.

    When nobody has begun a shift, all active agents of the team: support runs round the clock (sla.hours), so a
    warning must reach somebody. For the same reason a desk that keeps no shifts at all needs no setting.
    """
    return list(_on_shift(at, team)) or people.agents_of_team(team)


def is_anybody_on_shift(at: datetime, *, team: str = Team.SUPPORT) -> bool:
    """Whether `on_duty` names people in a shift, and not the whole team for want of any."""
    return _on_shift(at, team).exists()


def _on_shift(at: datetime, team: str) -> QuerySet[Agent]:
    running = Shift.objects.running(at).values("agent")
    return Agent.objects.active().in_team(team).filter(pk__in=running).order_by("name", "pk")


def open_shift(agent: Agent) -> Shift | None:
    """The shift in which an agent is now, if any."""
    return Shift.objects.filter(agent=agent, ended_at=None).first()
