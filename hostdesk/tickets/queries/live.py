"""What a page that is open needs to know to say that something is new; each a few index entries."""

from __future__ import annotations

from hostdesk.mail.models import OutboundMail, OutboundState
from hostdesk.people.models import Agent
from hostdesk.people.queries import team_ids_of
from hostdesk.tickets.models import Ticket

MOST = 100


def arrived_for_agent(agent: Agent, *, after: int) -> int:
    """How many tickets above a running number wait for the agent's teams, counted up to MOST."""
    newer = Ticket.objects.waiting().filter(team_id__in=team_ids_of(agent), pk__gt=after)
    return newer.order_by()[:MOST].count()


def newest_number() -> int:
    """The running number of the newest ticket; 0 before the first."""
    return Ticket.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def unsent_mails_of(ticket: Ticket) -> dict[int, OutboundMail]:
    """Mails of a ticket that have not left, by key."""
    mails = OutboundMail.objects.filter(ticket_number=ticket.pk).exclude(state=OutboundState.SENT)
    return {mail.pk: mail for mail in mails.only("state", "last_answer", "next_try_at", "ticket_number")}
