"""The mails about delays: one to the customer, and a word to whoever owes them the next one."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from hostdesk.kit import moments
from hostdesk.mail.actions import queue_once
from hostdesk.people.models import Agent
from hostdesk.tickets.delay_models import Delay
from hostdesk.tickets.delay_words import said_of
from hostdesk.tickets.mail_drafts import to_agent, to_contact
from hostdesk.tickets.models import Ticket


def delayed(ticket: Ticket, delay: Delay, *, at: datetime) -> None:
    """Tell the contact, once for this delay, why it takes longer and what to expect instead. Clause: sla.delays."""
    assert ticket.contact is not None, "only a contact is told"
    zone = ZoneInfo(settings.TIME_ZONE)
    context = {
        "what": "answer" if delay.kind == "response" else "solution",
        "why": said_of(delay),
        "due": moments.day_and_time(delay.due_at, zone, now=at),
        "expected": moments.day_and_time(delay.expected_at, zone, now=at),
        "next_word": moments.day_and_time(delay.next_word_at, zone, now=at),
        "policy_url": f"{settings.HOSTDESK_URL}/policy/{ticket.policy_slug}/#sla.delays",
    }
    about = f"delay:{delay.pk}"
    said_by_somebody = delay.picked_by_id is not None
    queue_once(
        to_contact(
            ticket,
            ticket.contact,
            "delay",
            context,
            about=about,
            automatic=True,
            passes_breakers=said_by_somebody,
        ),
        at=at,
    )


def word_owed(ticket: Ticket, delay: Delay, agent: Agent, *, at: datetime) -> None:
    """Tell an agent that a customer was promised a word by now. Clause: sla.delays."""
    context = {
        "promised": moments.day_and_time(delay.next_word_at, ZoneInfo(settings.TIME_ZONE), now=at),
        "why": said_of(delay),
    }
    about = f"word-owed:{delay.pk}:{int(delay.next_word_at.timestamp())}"
    to_agent(ticket, agent, "word_owed", context, about=about, at=at)
