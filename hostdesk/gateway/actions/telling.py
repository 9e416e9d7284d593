"""People on duty hear, once, of a breaker that opened."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from hostdesk.gateway import mails
from hostdesk.mail import breakers
from hostdesk.mail.models import Breaker
from hostdesk.people.models import Team
from hostdesk.schedule.queries import on_duty
from hostdesk.tickets.models import Ticket

log = structlog.get_logger()


@transaction.atomic
def tell_of_breakers(at: datetime) -> int:
    """Mail everybody on duty about breakers that opened since the last look; how many breakers.

    Any number of workers may run this: each opening is told once. Clause: contact.listed_sender.
    """
    opened = breakers.take_untold(at=at)
    for row in opened:
        for agent in on_duty(at, team=_team(row)):
            mails.breaker_opened(agent, row, at=at)
    return len(opened)


def _team(row: Breaker) -> str:
    """Whose business it is: of a breaker on a ticket that team's, so that a sealed one stays among its own."""
    if row.scope != Breaker.Scope.TICKET:
        return Team.SUPPORT
    ticket = Ticket.objects.select_related("team").filter(pk=int(row.key)).first()
    return ticket.team.slug if ticket else Team.SUPPORT
