"""What a page that is open needs to know to say that something is new; each a few index entries."""

from __future__ import annotations

from hostdesk.audit.prepared import Prepared
from hostdesk.mail.models import OutboundMail, OutboundState
from hostdesk.people.models import Agent
from hostdesk.people.queries import team_ids_of
from hostdesk.tickets.models import Ticket

MOST = 100
_NEWEST = Prepared(lambda: Ticket.objects.order_by("-pk").values_list("pk")[:1])
_UNSENT = Prepared(
    lambda number: (
        OutboundMail.objects.filter(ticket_number=number)
        .exclude(state=OutboundState.SENT, bounced_at=None)
        .only("state", "last_answer", "next_try_at", "ticket_number", "bounced_at", "bounce_said")
    ),
    int,
)


def arrived_for_agent(agent: Agent, *, after: int) -> int:
    """How many tickets above a running number wait for the agent's teams, counted up to MOST."""
    newer = Ticket.objects.waiting().filter(team_id__in=team_ids_of(agent), pk__gt=after)
    return newer.order_by()[:MOST].count()


def newest_number() -> int:
    """The running number of the newest ticket; 0 before the first."""
    newest = _NEWEST.first()
    return newest[0] if newest else 0


def unsent_mails_of(ticket: Ticket) -> dict[int, OutboundMail]:
    """Mails of a ticket that have not left, or came back, by key."""
    return {mail.pk: mail for mail in _UNSENT(ticket.pk)}
