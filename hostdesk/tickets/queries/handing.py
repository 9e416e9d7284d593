"""To whom a ticket can be handed."""

from __future__ import annotations

from hostdesk.kit.refusals import Missing
from hostdesk.people.models import Agent, Team
from hostdesk.people.queries import agents_of_team
from hostdesk.tickets.models import Ticket


def holders_of(ticket: Ticket) -> list[Agent]:
    """The active agents of the ticket's team, by name."""
    return agents_of_team(ticket.team.slug)


def other_teams(ticket: Ticket) -> list[Team]:
    """The teams that do not have the ticket, by name."""
    return list(Team.objects.exclude(pk=ticket.team_id).order_by("name"))


def team_named(slug: str) -> Team:
    """One team; `Missing` when there is none of that name."""
    found = Team.objects.filter(slug=slug).first()
    if found is None:
        raise Missing
    return found
