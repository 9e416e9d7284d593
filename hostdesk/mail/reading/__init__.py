"""Reads one raw mail: who wrote it (strictly), what is new in it, which files it carries, whether a machine sent it.

`show(raw)` makes its own formatting fit to be looked at. Neither ever raises, whatever the bytes;
they know no Django, no table and no clock.
Clauses: contact.listed_sender, intake.screenshot.
"""

from __future__ import annotations

from hostdesk.mail.reading.shapes import (
    Address,
    Attachment,
    Author,
    Bounce,
    FailedRecipient,
    Formatted,
    Machine,
    MachineKind,
    Note,
    ParsedMail,
    Unreadable,
)

__all__ = [
    "Address",
    "Attachment",
    "Author",
    "Bounce",
    "FailedRecipient",
    "Formatted",
    "Machine",
    "MachineKind",
    "Note",
    "ParsedMail",
    "Unreadable",
    "read",
    "show",
]


# The words of all languages and clients take long to make ready, and most processes only know the shapes: the reader is
# brought in by the first mail.


def read(raw: bytes) -> ParsedMail:
    """Read one mail; see `hostdesk.mail.reading.reader.read`."""
    from hostdesk.mail.reading import reader

    return reader.read(raw)


def show(raw: bytes, *, pictures: bool) -> Formatted | Unreadable:
    """A mail's own formatting, fit to be looked at; see `hostdesk.mail.reading.reader.show`."""
    from hostdesk.mail.reading import reader

    return reader.show(raw, pictures=pictures)
