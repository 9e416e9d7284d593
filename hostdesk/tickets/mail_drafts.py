"""Mails about a ticket, drafted: to a contact, whose reply finds its way back, or to an agent. What they say is for others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from hostdesk.kit import numbers
from hostdesk.mail import compose, reply_tokens
from hostdesk.mail.actions import OutboundDraft, OutboundFile, queue_once
from hostdesk.people.models import Agent, Contact
from hostdesk.policy import queries as policy
from hostdesk.tickets.models import Message, Ticket

if TYPE_CHECKING:
    from hostdesk.tickets.actions.opening import NewFile


def to_contact(
    ticket: Ticket,
    contact: Contact,
    kind: str,
    context: Mapping[str, object],
    *,
    about: str,
    automatic: bool,
    answers: str = "",
    files: Sequence[NewFile] = (),
    delay_seconds: int = 0,
    passes_breakers: bool = False,
    is_first: bool = True,
) -> OutboundDraft:
    """A mail to the stored address of a contact, whose reply finds its way back to the ticket.

    Always the stored address, never one that a mail named (threats T05, T13). `passes_breakers`: a storm does not hold it.
    `is_first`: of the mails with which a ticket begins only one is the root of its thread.
    """
    person = contact.person
    subject, text, html = rendered(
        ticket,
        kind,
        {
            **context,
            "reachable": True,
            "first_name": person.name.split(" ")[0],
            "client_url": f"{settings.HOSTDESK_URL}/client/tickets/{ticket.number}",
        },
    )
    opening = is_first and kind in ("acknowledgement", "please_confirm", "details_first")
    heard = answers if opening else last_heard(ticket)
    own = _root_id(ticket) if opening else None
    return OutboundDraft(
        kind=kind,
        to_address=person.email,
        to_name=person.name,
        subject=subject,
        text=text,
        html=html,
        ticket_number=ticket.pk,
        person_id=person.pk,
        about=about,
        automatic=automatic,
        passes_breakers=passes_breakers,
        reply_to=reply_tokens.address_for(ticket.pk, person.pk, ticket.reply_generation),
        message_id=own,
        in_reply_to=heard or None,
        references=thread(ticket, heard),
        files=outbound_files(files),
        delay_seconds=delay_seconds,
    )


def to_agent(
    ticket: Ticket,
    agent: Agent,
    kind: str,
    context: Mapping[str, object],
    *,
    about: str,
    at: datetime,
    place: str = "",
) -> None:
    """Queue a mail to one agent about a ticket, once for what it is `about`; it carries the marks of a machine.

    Its link leads to the ticket, or to another `place` of the desk ("consults/"). No breaker holds it: it can answer no mail.
    """
    url = f"{settings.HOSTDESK_URL}/desk/{place or f'tickets/{ticket.pk}'}"
    subject, text, html = rendered(ticket, kind, {**context, "url": url})
    queue_once(
        OutboundDraft(
            kind=kind,
            to_address=agent.email,
            to_name=agent.name,
            subject=subject,
            text=text,
            html=html,
            ticket_number=ticket.pk,
            about=f"{about}:{agent.pk}",
            automatic=True,
            passes_breakers=True,
        ),
        at=at,
    )


def rendered(ticket: Ticket, kind: str, context: Mapping[str, object]) -> tuple[str, str, str]:
    """Subject, text and HTML of a mail about a ticket."""
    return compose.render(
        f"tickets/mails/{kind}",
        {**context, "ticket": ticket, "number": numbers.shown(ticket.pk), "operator": policy.operator()},
    )


def outbound_files(files: Sequence[NewFile]) -> tuple[OutboundFile, ...]:
    """Files of a message as files of a mail."""
    return tuple(OutboundFile(file.digest, file.filename, file.content_type) for file in files)


def _root_id(ticket: Ticket) -> str:
    """The Message-ID of a ticket's first mail: known beforehand, so that every later mail can refer to it."""
    return compose.message_id(f"ticket.{ticket.pk}.{int(ticket.opened_at.timestamp())}")


def thread(ticket: Ticket, heard: str) -> tuple[str, ...]:
    """What a mail client needs to put all mails of a ticket under each other."""
    return tuple(dict.fromkeys(name for name in (_root_id(ticket), heard) if name))


def last_heard(ticket: Ticket) -> str:
    """The Message-ID of the customer's newest mail in a ticket; empty when the client area was used."""
    return (
        Message.objects.filter(ticket=ticket, kind=Message.Kind.CUSTOMER, inbound_mail__isnull=False)
        .order_by("-id")
        .values_list("inbound_mail__message_id", flat=True)
        .first()
        or ""
    )
