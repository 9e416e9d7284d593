"""Mails about the queue."""

from __future__ import annotations

from datetime import datetime

from hostdesk.people.models import Agent
from hostdesk.tickets.mail_drafts import to_agent
from hostdesk.tickets.models import Ticket


def came_back(ticket: Ticket, supervisor: Agent, *, many: int, at: datetime) -> None:
    """Tell one supervisor that all who could take a ticket have passed it over. Clause: sla.fcfs."""
    about = f"came back:{ticket.pk}:{int(at.timestamp())}"
    to_agent(ticket, supervisor, "came_back", {"many": many}, about=about, at=at)
