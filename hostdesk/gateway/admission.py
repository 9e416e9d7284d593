"""May a mail in? One table, read from the top, the first yes wins. Pure: facts in, verdict out.

Who wrote is judged only after the mail is durably kept; nothing here can lose one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from hostdesk.policy.registry import rule

Way = Literal["ignored", "quarantined", "closed", "complaint", "own ticket", "ticket or join"]
"""What is to be done: the three that end here, a ticket of the Supervisors, a ticket of its own that joins nothing,
or the ticket it belongs to, else a new one."""


@dataclass(frozen=True)
class Facts:
    """What is known about one mail when it is judged.

    `infected`: what a scanner found that must reach nobody, or "". `unscanned`: why a scanner did not look, or "";
    `scanner_away`: that it was away, and nothing else.
    `spam`: why a scanner would hold it as spam, or "". `cut`: why only its beginning was kept,
    or "". `unreadable`: why it could not be read, or "".
    `came_back`: what it proves about one of our own mails, or "". `from_ourselves`: its author is one of our own
    addresses, or it is a mail of ours that returned.
    `twin_taken`: the very same bytes already became a complaint. `machine`: which kind of program wrote it, in a sentence, or "".
    `author_problem`: why its author cannot be told, or "". `listed`: the author's address is that of an active contact.
    `trust`: how far that is believed, or "" where it was not asked.
    """

    infected: str = ""
    unscanned: str = ""
    scanner_away: bool = False
    spam: str = ""
    cut: str = ""
    unreadable: str = ""
    came_back: str = ""
    from_ourselves: bool = False
    twin_taken: bool = False
    machine: str = ""
    complaint: bool = False
    author_problem: str = ""
    listed: bool = False
    trust: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the table: a question, and what a yes means."""

    name: str
    asks: Callable[[Facts], bool]
    way: Way
    clause: str
    says: Callable[[Facts], str]


@dataclass(frozen=True)
class Verdict:
    """The line that won."""

    name: str
    way: Way
    clause: str
    reason: str


CAME_BACK = "a mail of ours came back"
COULD_NOT_SCAN = "It could not be scanned:"
BY_ITSELF = "It is judged again by itself when the scanner works."
BY_HAND = "Run it again when the scanner works."

TABLE: tuple[Row, ...] = (
    Row(
        "a scanner found something",
        lambda f: bool(f.infected),
        "quarantined",
        "",
        lambda f: f"{f.infected}.",
    ),
    Row(
        "unreadable",
        lambda f: bool(f.unreadable),
        "quarantined",
        "",
        lambda f: f"It could not be read: {f.unreadable}",
    ),
    Row(
        CAME_BACK,
        lambda f: bool(f.came_back),
        "ignored",
        "contact.current",
        lambda f: f.came_back,
    ),
    Row(
        "our own mail",
        lambda f: f.from_ourselves,
        "ignored",
        "",
        lambda _f: "It comes from one of our own addresses, or claims to: a loop, or a pretence.",
    ),
    Row(
        "a machine",
        lambda f: bool(f.machine),
        "ignored",
        "",
        lambda f: f.machine,
    ),
    Row(
        "the same complaint twice",
        lambda f: f.twin_taken,
        "ignored",
        "channel.no_duplicates",
        lambda _f: "The very same mail already reached the supervisors.",
    ),
    Row(
        "too large",
        lambda f: bool(f.cut) and (f.complaint or f.listed),
        "quarantined",
        "",
        lambda f: (
            f"Only its beginning was fetched: {f.cut}. The whole mail is flagged in the mailbox that it came to;"
            " its sender was not told."
        ),
    ),
    Row(
        "could not be scanned",
        lambda f: bool(f.unscanned),
        "quarantined",
        "",
        lambda f: f"{COULD_NOT_SCAN} {f.unscanned}. {BY_ITSELF if f.scanner_away else BY_HAND}",
    ),
    Row(
        "a complaint",
        lambda f: f.complaint,
        "complaint",
        "conduct.complaints",
        lambda _f: "Addressed to the complaint address: it reaches the supervisors, from anyone.",
    ),
    Row(
        "author not to be told",
        lambda f: bool(f.author_problem),
        "quarantined",
        "contact.listed_sender",
        lambda f: f"Its author cannot be told for certain: {f.author_problem}",
    ),
    Row(
        "unlisted",
        lambda f: not f.listed,
        "closed",
        "contact.unlisted",
        lambda _f: "The sender is not a listed contact of any account; nothing was sent.",
    ),
    Row(
        "forged",
        lambda f: f.trust == "forged",
        "quarantined",
        "contact.listed_sender",
        lambda _f: (
            "It bears a contact's address, and that domain says such a mail is forged; nothing was sent."
        ),
    ),
    Row(
        "taken for spam",
        lambda f: bool(f.spam),
        "quarantined",
        "",
        lambda f: f"It bears a contact's address, but {f.spam}.",
    ),
    Row(
        "unproven",
        lambda f: f.trust == "unproven",
        "own ticket",
        "contact.listed_sender",
        lambda _f: (
            "It bears a contact's address, but nothing proves that the contact wrote it; confirmation asked."
        ),
    ),
    Row(
        "listed",
        lambda f: f.trust in ("proven", "plausible"),
        "ticket or join",
        "contact.listed_sender",
        lambda f: f"Written by a listed contact, {f.trust}.",
    ),
)


@rule("contact.listed_sender", "contact.unlisted", "conduct.complaints")
def admit(facts: Facts) -> Verdict:
    """The first line of the table that says yes. Clauses: contact.listed_sender, contact.unlisted."""
    for row in TABLE:
        if row.asks(facts):
            return Verdict(row.name, row.way, row.clause, row.says(facts))
    raise AssertionError("a listed sender is proven, plausible, unproven or forged")
