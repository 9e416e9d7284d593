"""What each parameter of the API is, in a sentence for whoever sent something else."""

from __future__ import annotations

from typing import get_args

from hostdesk.api.shapes import Disposition, TicketState


def _one_of(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


SENTENCES = {
    "account": "account is the username of an account.",
    "cursor": "cursor is what the page before gave as next; leave it out for the first page.",
    "disposition": f"disposition is {_one_of((*get_args(Disposition), 'waiting'))}.",
    "id": "id is the number of a mail, as in the list of mails.",
    "limit": "limit is a whole number from 1 to 200.",
    "number": "number is that of a ticket, as 1042 or 1042-9.",
    "q": "q is at most 200 characters of a sender, recipient, subject, ticket, Message-ID or SHA-256.",
    "state": f"state is {_one_of(get_args(TicketState))}.",
    "ticket": "ticket is the number of a ticket, as 1042 or 1042-9.",
}
"""By the name of the parameter; a test holds them to the operations."""


def sentence(name: str) -> str:
    """What `name` is."""
    return SENTENCES[name]
