"""Beginning and ending a shift."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import note
from hostdesk.kit.actors import Actor
from hostdesk.people.models import Agent
from hostdesk.schedule.models import Shift


@transaction.atomic
def start(agent: Agent, *, by: Actor, at: datetime) -> Shift:
    """The agent is on duty from now on; pressed twice, it is one shift."""
    # Without a look beforehand: two presses at once must both find the one open shift.
    Shift.objects.bulk_create([Shift(agent=agent, started_at=at)], ignore_conflicts=True)
    shift = Shift.objects.get(agent=agent, ended_at=None)
    if shift.started_at == at:
        note("agent", agent.pk, "began a shift", by=by, at=at)
    return shift


@transaction.atomic
def end(agent: Agent, *, by: Actor, at: datetime) -> None:
    """The agent is off duty from now on; no open shift is no error."""
    if Shift.objects.filter(agent=agent, ended_at=None).update(ended_at=at):
        note("agent", agent.pk, "ended a shift", by=by, at=at)
