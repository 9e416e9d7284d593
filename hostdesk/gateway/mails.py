"""The mail that the gateway itself sends: the daily count for supervisors."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from hostdesk.mail import compose
from hostdesk.mail.actions import OutboundDraft, queue
from hostdesk.mail.models import OutboundMail
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
        ),
        at=at,
    )
