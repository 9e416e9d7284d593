"""The mails that the gateway itself sends: the daily count for supervisors, word of a breaker that opened."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from hostdesk.kit import moments, numbers
from hostdesk.mail import compose
from hostdesk.mail.actions import OutboundDraft, queue, queue_once
from hostdesk.mail.models import Breaker, OutboundMail
from hostdesk.people.models import Agent
from hostdesk.policy import queries as policy


def resembling_count(agent: Agent, count: int, *, at: datetime) -> OutboundMail:
    """Tell a supervisor how many closed mails of the last day looked like a contact's (contact.unlisted)."""
    subject, text, html = compose.render(
        "gateway/mails/resembling_count",
        {"count": count, "url": f"{settings.HOSTDESK_URL}/desk/mailroom/", "operator": policy.operator()},
    )
    return queue(
        OutboundDraft(
            kind="resembling_count",
            to_address=agent.email,
            to_name=agent.name,
            subject=subject,
            text=text,
            html=html,
            about=f"resembling:{at:%Y-%m-%d}:{agent.pk}",
            automatic=True,
            passes_breakers=True,
        ),
        at=at,
    )


def breaker_opened(agent: Agent, breaker: Breaker, *, at: datetime) -> None:
    """Tell an agent on duty that automatic mails are held back, of what, and until when (contact.listed_sender)."""
    zone = ZoneInfo(settings.TIME_ZONE)
    ticket = int(breaker.key) if breaker.scope == Breaker.Scope.TICKET else None
    subject, text, html = compose.render(
        "gateway/mails/breaker_opened",
        {
            "scope": breaker.scope,
            "key": numbers.shown(ticket) if ticket else breaker.key,
            "until": moments.day_and_time(breaker.open_until, zone, now=at),
            "url": f"{settings.HOSTDESK_URL}/desk/mailroom/outbound?state=held",
            "operator": policy.operator(),
        },
    )
    queue_once(
        OutboundDraft(
            kind="breaker_opened",
            to_address=agent.email,
            to_name=agent.name,
            subject=subject,
            text=text,
            html=html,
            ticket_number=ticket,
            about=f"breaker:{breaker.pk}:{int(breaker.opened_at.timestamp())}:{agent.pk}",
            automatic=True,
            passes_breakers=True,
        ),
        at=at,
    )
