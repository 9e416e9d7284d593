"""The mails about delays: one to the customer, and a word to whoever owes them the next one."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from hostdesk.kit import moments
from hostdesk.mail.actions import OutboundDraft, queue_once
from hostdesk.people.models import Agent
from hostdesk.tickets.delay_models import Delay
from hostdesk.tickets.delay_words import said_of
from hostdesk.tickets.mails import rendered, to_contact
from hostdesk.tickets.models import Ticket


def delayed(ticket: Ticket, delay: Delay, *, at: datetime) -> None:
    """Tell the contact, once for this delay, why it takes longer and what to expect instead. Clause: sla.delays."""
    assert ticket.contact is not None, "only a contact is told"
    zone = ZoneInfo(settings.TIME_ZONE)
    context: dict[str, object] = {
        "ticket": ticket,
        "what": "answer" if delay.kind == "response" else "solution",
        "why": said_of(delay),
        "due": moments.day_and_time(delay.due_at, zone, now=at),
        "expected": moments.day_and_time(delay.expected_at, zone, now=at),
        "next_word": moments.day_and_time(delay.next_word_at, zone, now=at),
        "policy_url": f"{settings.HOSTDESK_URL}/policy/{ticket.policy_slug}/#sla.delays",
    }
    about = f"delay:{delay.pk}"
    queue_once(to_contact(ticket, ticket.contact, "delay", context, about=about, automatic=True), at=at)


def word_owed(ticket: Ticket, delay: Delay, agent: Agent, *, at: datetime) -> None:
    """Tell an agent that a customer was promised a word by now. Clause: sla.delays."""
    context: dict[str, object] = {
        "ticket": ticket,
        "promised": moments.day_and_time(delay.next_word_at, ZoneInfo(settings.TIME_ZONE), now=at),
        "why": said_of(delay),
        "url": f"{settings.HOSTDESK_URL}/desk/tickets/{ticket.pk}",
    }
    subject, text, html = rendered("word_owed", context)
    queue_once(
        OutboundDraft(
            kind="word_owed",
            to_address=agent.email,
            to_name=agent.name,
            subject=subject,
            text=text,
            html=html,
            ticket_number=ticket.pk,
            about=f"word-owed:{delay.pk}:{int(delay.next_word_at.timestamp())}:{agent.pk}",
            automatic=True,
            passes_breakers=True,
        ),
        at=at,
    )
