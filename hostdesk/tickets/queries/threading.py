"""Finding the ticket that a request repeats."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from hostdesk.audit.prepared import Prepared
from hostdesk.mail.models import OutboundMail
from hostdesk.people.models import Contact
from hostdesk.tickets.models import Message, Ticket

_MARKS = re.compile(
    r"\A(?:\s*(?:re|fw|fwd|aw|wg|sv|vs|antw|tr|rv|enc)\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE
)
_TAG = re.compile(r"\s*\[#\d+-\d\]")
_LOOKED_AT = 20
_RECENT = Prepared(
    lambda contact, since: (
        Ticket.objects.filter(contact_id=contact, opened_at__gte=since, sealed=False)
        .unfinished()
        .exclude(trust__in=("unproven", "forged"))
        .order_by("-id")
        .values_list("pk", "subject")[:_LOOKED_AT]
    ),
    int,
    datetime,
)


def same_request(contact: Contact, subject: str, words: str, *, since: datetime) -> Ticket | None:
    """An unfinished ticket of this contact, opened after `since`, with the same subject and the same first words.

    Same means letter for letter once spaces, reply marks and tags are gone: a second report of another fault under
    the same subject stays a ticket of its own. Clause: channel.no_duplicates.
    """
    if not words.strip():
        return None
    wanted = (plain_subject(subject), " ".join(words.split()))
    alike = [pk for pk, said in _RECENT(contact.pk, since) if plain_subject(said) == wanted[0]]
    if not alike:
        return None
    first_words = (
        Message.objects.filter(ticket__in=alike, kind=Message.Kind.CUSTOMER)
        .order_by("id")
        .values_list("ticket_id", "text", "fresh")
    )
    for ticket_id, text, fresh in first_words:
        if " ".join((fresh or text).split()) == wanted[1]:
            return Ticket.objects.get(pk=ticket_id)
    return None


def tickets_of_message_ids(message_ids: Sequence[str]) -> list[int]:
    """Running numbers of the tickets whose mails of ours bear these Message-IDs, in the order given."""
    if not message_ids:
        return []
    ours = OutboundMail.objects.filter(message_id__in=message_ids[:_LOOKED_AT])
    known = dict(ours.values_list("message_id", "ticket_number"))
    numbers = (known.get(name) for name in message_ids)
    return list(dict.fromkeys(number for number in numbers if number is not None))


def plain_subject(subject: str) -> str:
    """A subject without reply marks and tags, in small letters and single spaces."""
    return " ".join(_MARKS.sub("", _TAG.sub("", subject)).split()).casefold()
