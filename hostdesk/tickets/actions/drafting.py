"""What is typed and not sent, and who else is there."""

from __future__ import annotations

from datetime import datetime

from hostdesk.people.models import Agent
from hostdesk.tickets.models import Draft, Presence, Ticket

LONGEST = 200_000


def keep_draft(ticket: Ticket, kind: str, text: str, *, by: Agent, at: datetime) -> None:
    """Keep what an agent has typed; an empty text forgets it. `kind` is answer or internal."""
    if not text.strip():
        Draft.objects.filter(ticket=ticket, agent=by, kind=kind).delete()
        return
    Draft.objects.update_or_create(
        ticket=ticket,
        agent=by,
        kind=kind,
        defaults={"text": text[:LONGEST].replace("\x00", ""), "updated_at": at},
    )


def be_present(ticket: Ticket, *, by: Agent, at: datetime, writing: bool) -> None:
    """Say that an agent has a ticket open, and whether something is being written."""
    values = {"seen_at": at} | ({"writing_at": at} if writing else {})
    Presence.objects.update_or_create(ticket=ticket, agent=by, defaults=values)


def leave(ticket: Ticket, *, by: Agent) -> None:
    """The agent has closed the page."""
    Presence.objects.filter(ticket=ticket, agent=by).delete()
