"""Everything on a ticket's page, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hostdesk.audit.models import Decision, Entry
from hostdesk.audit.queries import decisions_of, history_of
from hostdesk.hosting.models import Domain, Service
from hostdesk.people.models import Agent, Contact
from hostdesk.tickets.models import Attachment, Draft, Message, Presence, SlaClock, Ticket
from hostdesk.tickets.queries.desk import Row, earlier_of

PRESENT = timedelta(seconds=45)
WRITING = timedelta(seconds=60)


@dataclass(frozen=True)
class Written:
    """One message with its files."""

    message: Message
    files: list[Attachment] = field(default_factory=list)


@dataclass(frozen=True)
class Company:
    """Another agent on the same page."""

    name: str
    writing: bool


@dataclass(frozen=True)
class TicketPage:
    """A ticket as an agent sees it.

    `clocks` by kind; `events` are the history without the messages; `drafts` by kind of the agent who looks.
    """

    ticket: Ticket
    written: list[Written]
    clocks: list[SlaClock]
    events: list[Entry]
    decisions: list[Decision]
    services: list[Service]
    domains: list[str]
    contacts: list[Contact]
    earlier: list[Row]
    drafts: dict[str, str]
    company: list[Company]


def page_for_agent(ticket: Ticket, agent: Agent, *, at: datetime) -> TicketPage:
    """All that stands on the page of a ticket which was fetched for this agent. A fixed number of queries."""
    account = ticket.account_id
    return TicketPage(
        ticket=ticket,
        written=written_in(ticket, internal=True),
        clocks=list(ticket.clocks.order_by("id")),
        events=history_of("ticket", ticket.pk),
        decisions=decisions_of("ticket", [ticket.pk]),
        services=list(Service.objects.current().filter(account_id=account).select_related("server")) if account else [],
        domains=list(Domain.objects.filter(account_id=account).order_by("name").values_list("name", flat=True)[:20])
        if account
        else [],
        contacts=list(Contact.objects.active().filter(account_id=account).select_related("person").order_by("id"))
        if account
        else [],
        earlier=earlier_of(ticket, agent),
        drafts=dict(Draft.objects.filter(ticket=ticket, agent=agent).values_list("kind", "text")),
        company=company_on(ticket, agent, at=at),
    )


def written_in(ticket: Ticket, *, internal: bool) -> list[Written]:
    """The correspondence, oldest first; internal notes only for staff."""
    messages = Message.objects.filter(ticket=ticket).order_by("at", "id")
    if not internal:
        messages = messages.exclude(kind=Message.Kind.INTERNAL)
    found = list(messages)
    files: dict[int, list[Attachment]] = {}
    for file in Attachment.objects.filter(message__ticket=ticket).order_by("id"):
        files.setdefault(file.message_id, []).append(file)
    return [Written(message, files.get(message.pk, [])) for message in found]


def company_on(ticket: Ticket, agent: Agent, *, at: datetime) -> list[Company]:
    """Who else has the ticket open now, and whether they are writing."""
    others = (
        Presence.objects.filter(ticket=ticket, seen_at__gte=at - PRESENT)
        .exclude(agent=agent)
        .values_list("agent__name", "writing_at")
    )
    return [Company(name, writing is not None and writing >= at - WRITING) for name, writing in others]
