"""A mail as it is looked at when it is asked who wrote it: a person or a program."""

from __future__ import annotations

from dataclasses import dataclass

from hostdesk.mail.reading import headers
from hostdesk.mail.reading.mime import Entity

NO = ("no", "false", "0", "none", "never")


@dataclass(frozen=True, slots=True)
class Seen:
    """The root of a mail, its decoded subject, the first words of its text, the names of its header fields."""

    root: Entity
    subject: str
    words: str
    names: frozenset[str]

    def value(self, name: str) -> str:
        """A header field, decoded, in lower case; "" when it is absent."""
        return headers.text_of(self.root.raw(name)).lower()

    def first_of(self, names: tuple[str, ...]) -> str:
        """The first of these fields that the mail has and that does not say "no"; "" when there is none."""
        return next((name for name in names if name in self.names and self.value(name) not in NO), "")
