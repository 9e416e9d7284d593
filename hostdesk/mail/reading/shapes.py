"""What a mail is, once it has been read: plain frozen values that travel between processes as msgpack."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

ReportKind = Literal["delivery", "abuse", "auth-failure", "dmarc", "tls", "read-receipt"]
MachineKind = Literal["bounce", "report", "automatic answer", "receipt", "list", "notification"]
"""What kind of program wrote a mail: `bounce` some mail was not delivered, or is late; `report` on delivered mail,
abuse, DMARC or TLS; `automatic answer` out of office, acknowledgement, challenge, calendar reply; `receipt` it was
read; `list` a mailing list or a mass mail; `notification` whatever else a program sends by itself."""
Sealed = Literal["smime-signed", "smime-encrypted", "pgp-signed", "pgp-encrypted"]
NoteKind = Literal["encrypted", "signed", "invitation", "outlook", "forwarded", "partial"]


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    """One mailbox for showing; `address` may be anything a sender wrote and proves nothing."""

    address: str
    name: str = ""


class Author(msgspec.Struct, frozen=True):
    """The strict reading of `From`: either `address` is usable, or `problem` is a sentence and `address` is None.

    `address` keeps the local part as written, its domain is lower case; U-labels are kept as they came.
    """

    address: str | None
    name: str
    problem: str | None

    @property
    def domain(self) -> str | None:
        """The domain on which DMARC has to be evaluated; None when there is no usable author."""
        return self.address.rpartition("@")[2] if self.address else None


class Attachment(msgspec.Struct, frozen=True):
    """One file of a mail, decoded. `content_id` stands without angle brackets; `size` is that of `content`."""

    filename: str
    content_type: str
    size: int
    inline: bool
    content_id: str | None
    content: bytes


class Note(msgspec.Struct, frozen=True):
    """What an agent should know about a mail beyond its words, as one sentence or two to be shown above its text.

    `kind` is for a mark or a picture beside it: `encrypted` (cannot be read here), `signed` (not checked here),
    `invitation` (an appointment in words), `outlook` (opened from a winmail.dat), `forwarded` (its only text is a
    mail inside it), `partial` (not all of it was read). `words` hold the sender's own words, as plain text.
    """

    kind: NoteKind
    words: str


class FailedRecipient(msgspec.Struct, frozen=True):
    """One address that a delivery report speaks about; `status` is an RFC 3463 code such as `5.1.1`, or ""."""

    recipient: str
    status: str
    action: str
    diagnostic: str


class Bounce(msgspec.Struct, frozen=True):
    """A mail that says that some mail was not delivered.

    `formal` is true for RFC 3464 reports. `original_message_id` and `original_recipient_hint` come from the
    returned mail and prove nothing by themselves; only the return address of our own mail does.
    """

    recipient: str
    status: str
    action: str
    diagnostic: str
    all: list[FailedRecipient]
    formal: bool
    original_message_id: str | None = None

    @property
    def is_permanent(self) -> bool:
        """Whether the address itself failed for good (a 5.x.x status or action `failed` without 4.x.x)."""
        if self.status:
            return self.status.startswith("5")
        return self.action == "failed"


class Machine(msgspec.Struct, frozen=True):
    """A program wrote the mail: which kind of program, and that in a sentence for the mailroom."""

    kind: MachineKind
    sentence: str


class ParsedMail(msgspec.Struct, frozen=True):
    """One mail as the gateway reads it. Everything here is the sender's word, except `author`'s strictness.

    `from_` is the lenient reading for screens; judgements use `author` only.
    `text` is the whole readable text, `reply_text` only what the sender newly wrote.
    `notes` are sentences for whoever reads the mail, in the order in which they matter.
    `machine` is None for a person's mail; a machine's is never answered and opens no ticket.
    `auto_submitted` is true for mail that must get no automatic answer, `auto_reason` is the mark that says so. That is
    every machine's mail, and a person's that asks for none (`machine` is None then): it opens a ticket in silence.
        `own_headers` are this desk's own loop marks as found: hints, never authority.
    `error` is a sentence when the mail could only be read in part or not at all; the mail is kept anyway.
    """

    author: Author
    from_: Address | None = None
    sender: Address | None = None
    to: list[Address] = []
    cc: list[Address] = []
    reply_to: list[Address] = []
    subject: str = ""
    message_id: str | None = None
    in_reply_to: str | None = None
    references: list[str] = []
    date: datetime | None = None
    text: str = ""
    reply_text: str = ""
    html_sanitized: str | None = None
    attachments: list[Attachment] = []
    auto_submitted: bool = False
    auto_reason: str = ""
    machine: Machine | None = None
    bounce: Bounce | None = None
    report: ReportKind | None = None
    list_id: str | None = None
    sealed: Sealed | None = None
    notes: list[Note] = []
    return_path: str | None = None
    own_headers: dict[str, str] = {}
    defects: list[str] = []
    error: str | None = None


class Formatted(msgspec.Struct, frozen=True):
    """HTML for the frame, and what was done to it.

    `remote` pictures lie on other servers, of which `insecure` cannot be had by https and `trackers` are too small to
    be seen: those two kinds are never loaded. `disguised` links say one address and lead to another. `hidden` passages
    were written so that a reader would not see them. `coloured`: it brings colours of its own and wants white paper.
    """

    html: str
    remote: int = 0
    insecure: int = 0
    trackers: int = 0
    disguised: int = 0
    hidden: int = 0
    coloured: bool = False
    lines: int = 0

    @property
    def to_load(self) -> int:
        """Pictures that would be fetched from other servers if a reader asked."""
        return self.remote - self.insecure - self.trackers


class Unreadable(msgspec.Struct, frozen=True):
    """What the parser pool answers when a mail could not be read within its limits; `reason` is a sentence."""

    reason: str
