"""Reads one raw mail: who wrote it (strictly), what is new in it, which files it carries, whether a machine sent it.

`read(raw)` never raises, whatever the bytes; it knows no Django, no table and no clock.
Clauses: contact.listed_sender, intake.screenshot.
"""

from hostdesk.mail.reading.reader import read
from hostdesk.mail.reading.shapes import (
    Address,
    Attachment,
    Author,
    Bounce,
    FailedRecipient,
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
    "Note",
    "ParsedMail",
    "Unreadable",
    "read",
]
