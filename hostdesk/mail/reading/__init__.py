"""Reads one raw mail: who wrote it (strictly), what is new in it, which files it carries, whether a machine sent it.

`show(raw)` makes its own formatting fit to be looked at. Neither ever raises, whatever the bytes;
they know no Django, no table and no clock.
Clauses: contact.listed_sender, intake.screenshot.
"""

from hostdesk.mail.reading.reader import read, show
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
