"""To whom a ticket can be handed."""

from __future__ import annotations

from hostdesk.audit.prepared import Prepared
from hostdesk.kit.refusals import Missing
from hostdesk.people.models import Agent, Team
from hostdesk.tickets.models import Ticket

_HOLDERS = Prepared(
    lambda team: Agent.objects.active().filter(memberships__team_id=team).only("name").order_by("name", "pk"),
    int,
)
_OTHER_TEAMS = Prepared(lambda team: Team.objects.exclude(pk=team).order_by("name"), int)


def holders_of(ticket: Ticket) -> list[Agent]:
    """The active agents of the ticket's team, by name."""
    return _HOLDERS(ticket.team_id)


def other_teams(ticket: Ticket) -> list[Team]:
    """The teams that do not have the ticket, by name."""
    return _OTHER_TEAMS(ticket.team_id)


def team_named(slug: str) -> Team:
    """One team; `Missing` when there is none of that name."""
    found = Team.objects.filter(slug=slug).first()
    if found is None:
        raise Missing
    return found
