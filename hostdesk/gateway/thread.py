"""Which ticket does a believed contact's mail belong to?

A reply token, one of our Message-IDs or the tag in the subject only *point* at a ticket; what opens it is that the
proven sender may write into it (threats T02, T09, T10, T11).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from hostdesk.kit import numbers
from hostdesk.mail import reply_tokens
from hostdesk.mail.models import InboundMail
from hostdesk.mail.reading import ParsedMail
from hostdesk.people.models import Contact
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.queries.access import may_write
from hostdesk.tickets.queries.threading import same_request, tickets_of_message_ids

How = Literal["reply address", "message id", "subject tag", "same request again"]


@dataclass(frozen=True)
class Match:
    """The ticket a mail belongs to, how that was found, and as which of the sender's contacts they write."""

    ticket: Ticket
    contact: Contact
    how: How


def find_ticket(
    mail: ParsedMail, contacts: list[Contact], recipients: list[str], *, at: datetime, duplicate: timedelta
) -> Match | None:
    """The ticket that one of the sender's contacts may write into and that the mail points at; else None.

    `contacts` are the active contacts of the proven author. A closed ticket matches too: the caller opens a new one
    that follows it. Clause: channel.no_duplicates.
    """
    for number, (how, generation) in _pointers(mail, recipients).items():
        ticket = Ticket.objects.select_related("contact__person", "account").filter(pk=number).first()
        contact = _entitled(ticket, contacts)
        if ticket is not None and contact is not None and generation in (None, ticket.reply_generation):
            return Match(ticket, contact, how)
    for contact in contacts:
        ticket = same_request(contact, mail.subject, mail.reply_text or mail.text, since=at - duplicate)
        if ticket is not None:
            return Match(ticket, contact, "same request again")
    return None


def pointed_at(mail: ParsedMail, recipients: list[str]) -> list[int]:
    """Running numbers of tickets that a mail points at in any way, surest first; whether they exist is not said."""
    return list(_pointers(mail, recipients))


def is_complaint_already(row: InboundMail) -> bool:
    """Whether the same bytes came in by both addresses and are a complaint already."""
    if row.digest is None:
        return False
    twins = InboundMail.objects.filter(digest=row.digest, ticket_number__isnull=False).exclude(pk=row.pk)
    return Ticket.objects.filter(pk__in=twins.values("ticket_number"), sealed=True).exists()


def _pointers(mail: ParsedMail, recipients: list[str]) -> dict[int, tuple[How, int | None]]:
    """The tickets that a mail points at, best pointer first, with the generation that a reply address names."""
    found: dict[int, tuple[How, int | None]] = {}
    addresses = [*recipients, *(to.address for to in mail.to), *(cc.address for cc in mail.cc)]
    for address in addresses:
        token = reply_tokens.read(address)
        if token is not None:
            found.setdefault(token.ticket_number, ("reply address", token.generation))
    answered = [name for name in (mail.in_reply_to, *reversed(mail.references)) if name]
    for number in tickets_of_message_ids(answered):
        found.setdefault(number, ("message id", None))
    for number in numbers.tags_in(mail.subject):
        found.setdefault(number, ("subject tag", None))
    return found


def _entitled(ticket: Ticket | None, contacts: list[Contact]) -> Contact | None:
    if ticket is None:
        return None
    return next((contact for contact in contacts if may_write(contact, ticket)), None)
