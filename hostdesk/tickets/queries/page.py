"""Everything on a ticket's page, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hostdesk.audit.models import Decision, Entry
from hostdesk.audit.prepared import Prepared
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


_CLOCKS = Prepared(
    lambda pk: (
        SlaClock.objects.filter(ticket_id=pk).exclude(kind="consult", stopped_at__isnull=False).order_by("id")
    ),
    int,
)
_SERVICES = Prepared(lambda pk: Service.objects.current().filter(account_id=pk).select_related("server"), int)
_DOMAINS = Prepared(
    lambda pk: Domain.objects.filter(account_id=pk).order_by("name").values_list("name")[:20], int
)
_CONTACTS = Prepared(
    lambda pk: Contact.objects.active().filter(account_id=pk).select_related("person").order_by("id"), int
)
_DRAFTS = Prepared(
    lambda pk, agent: Draft.objects.filter(ticket_id=pk, agent_id=agent).values_list("kind", "text"), int, int
)
_MESSAGES = Prepared(lambda pk: Message.objects.filter(ticket_id=pk).order_by("at", "id"), int)
_FILES = Prepared(lambda pk: Attachment.objects.filter(message__ticket_id=pk).order_by("id"), int)
_COMPANY = Prepared(
    lambda pk, agent, since: (
        Presence.objects.filter(ticket_id=pk, seen_at__gte=since)
        .exclude(agent_id=agent)
        .values_list("agent__name", "writing_at")
    ),
    int,
    int,
    datetime,
)


def page_for_agent(ticket: Ticket, agent: Agent) -> TicketPage:
    """All that stands on the page of a ticket which was fetched for this agent. A fixed number of queries."""
    account = ticket.account_id
    return TicketPage(
        ticket=ticket,
        written=written_in(ticket, internal=True),
        clocks=_CLOCKS(ticket.pk),
        events=history_of("ticket", ticket.pk),
        decisions=decisions_of("ticket", [ticket.pk]),
        services=_SERVICES(account) if account else [],
        domains=[name for (name,) in _DOMAINS(account)] if account else [],
        contacts=_CONTACTS(account) if account else [],
        earlier=earlier_of(ticket, agent),
        drafts=dict(_DRAFTS(ticket.pk, agent.pk)),
    )


def written_in(ticket: Ticket, *, internal: bool) -> list[Written]:
    """The correspondence, oldest first; internal notes only for staff."""
    files: dict[int, list[Attachment]] = {}
    for file in _FILES(ticket.pk):
        files.setdefault(file.message_id, []).append(file)
    return [
        Written(message, files.get(message.pk, []))
        for message in _MESSAGES(ticket.pk)
        if internal or message.kind != Message.Kind.INTERNAL
    ]


def company_on(ticket: Ticket, agent: Agent, *, at: datetime) -> list[Company]:
    """Who else has the ticket open now, and whether they are writing."""
    others = _COMPANY(ticket.pk, agent.pk, at - PRESENT)
    return [Company(name, writing is not None and writing >= at - WRITING) for name, writing in others]
