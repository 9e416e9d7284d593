"""Mails about the queue."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from hostdesk.kit import numbers
from hostdesk.mail import compose
from hostdesk.mail.actions import OutboundDraft, queue_once
from hostdesk.people.models import Agent
from hostdesk.policy import queries as policy
from hostdesk.tickets.models import Ticket


def came_back(ticket: Ticket, supervisor: Agent, *, many: int, at: datetime) -> None:
    """Tell one supervisor that all who could take a ticket have passed it over. Clause: sla.fcfs."""
    subject, text, html = compose.render(
        "tickets/mails/came_back",
        {
            "ticket": ticket,
            "number": numbers.shown(ticket.pk),
            "many": many,
            "url": f"{settings.HOSTDESK_URL}/desk/tickets/{ticket.pk}",
            "operator": policy.operator(),
        },
    )
    queue_once(
        OutboundDraft(
            kind="came_back",
            to_address=supervisor.email,
            to_name=supervisor.name,
            subject=subject,
            text=text,
            html=html,
            ticket_number=ticket.pk,
            about=f"came back:{ticket.pk}:{int(at.timestamp())}:{supervisor.pk}",
            automatic=True,
            passes_breakers=True,
        ),
        at=at,
    )
