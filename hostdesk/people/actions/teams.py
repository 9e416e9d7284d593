"""Departments, and who works in them. The first two come with the house; an operator adds others."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import IntegrityError, transaction

from hostdesk.audit.actions import note
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent, Membership, Session, Team

_SLUG = re.compile(r"[a-z][a-z0-9-]{1,49}")


def add(slug: str, *, name: str, by: Actor, at: datetime) -> Team:
    """A new department that tickets can go to and that can be asked (sla.delays).

    Refused: a short name that is none, or is taken; no name.
    """
    if not _SLUG.fullmatch(slug):
        raise Refused("", "The short name of a team is made of small letters, figures and hyphens.")
    if not name.strip():
        raise Refused("", "A team needs a name.")
    try:
        with transaction.atomic():
            team = Team.objects.create(slug=slug, name=name.strip()[:100])
    except IntegrityError as error:
        raise Refused("", f"There is a team '{slug}' already.") from error
    note("team", team.pk, "added", by=by, at=at, facts={"slug": slug})
    return team


@transaction.atomic
def join(team: Team, agent: Agent, *, by: Actor, at: datetime) -> None:
    """The agent gets the team's tickets and questions from now on; joined twice is joined.

    Refused: a sealed team, which belongs to a role (conduct.complaints); somebody who has left.
    """
    if team.sealed:
        raise Refused("conduct.complaints", f"{team.name} is joined by role: 'hostdesk agents role'.")
    if not agent.active:
        raise Refused("", f"{agent.name} has left.")
    _, is_new = Membership.objects.get_or_create(team=team, agent=agent)
    if is_new:
        _tell_sessions(agent)
        note("agent", agent.pk, "joined a team", by=by, at=at, facts={"team": team.slug})


@transaction.atomic
def leave(team: Team, agent: Agent, *, by: Actor, at: datetime) -> None:
    """The agent gets nothing of the team's any more; what they hold stays with them. Refused: as in `join`."""
    if team.sealed:
        raise Refused("conduct.complaints", f"{team.name} is left by role: 'hostdesk agents role'.")
    if Membership.objects.filter(team=team, agent=agent).delete()[0]:
        _tell_sessions(agent)
        note("agent", agent.pk, "left a team", by=by, at=at, facts={"team": team.slug})


def _tell_sessions(agent: Agent) -> None:
    """What a session knows of its agent's teams is as true in the next request as in the table."""
    teams = sorted(Membership.objects.filter(agent=agent).values_list("team_id", flat=True))
    Session.objects.filter(agent=agent).update(team_ids=teams)
