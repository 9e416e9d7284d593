"""A ticket as its customer reads it: letters, their files, and what was decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString

from hostdesk.audit.models import Decision
from hostdesk.policy import sentences
from hostdesk.policy.registry import CLAUSES
from hostdesk.tickets.models import Attachment, Message
from hostdesk.tickets.queries.page import Written
from hostdesk.tickets.views import pictures
from hostdesk.web import letters

_UNPROVEN = {"unproven": "not confirmed yet", "forged": "not from the contact"}


@dataclass(frozen=True, slots=True)
class File:
    """One file of a letter; `picture` is an address to show it in place, "" when it is only to be saved."""

    name: str
    size: int
    content_type: str
    address: str
    picture: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One message. `side` is "yours", "ours" or "house" (a notice of the program); `rest` folds what it repeats."""

    at: datetime
    side: str
    author: str
    doubt: str
    body: SafeString
    rest: SafeString
    files: list[File]


def read_by_customer(written: Iterable[Written]) -> list[Letter]:
    """The public messages of a ticket as letters, in their order."""
    return [_letter(one) for one in written]


_SIDES = {Message.Kind.CUSTOMER: "yours", Message.Kind.AGENT: "ours", Message.Kind.SYSTEM: "house"}


def _letter(written: Written) -> Letter:
    message = written.message
    return Letter(
        at=message.at,
        side=_SIDES[Message.Kind(message.kind)],
        author=message.author_name,
        doubt=_UNPROVEN.get(message.trust, ""),
        body=letters.letter(message.fresh or message.text),
        rest=letters.folded(message.text, "Whole message") if message.fresh else SafeString(""),
        files=[_file(file) for file in written.files],
    )


def _file(file: Attachment) -> File:
    picture = reverse("tickets:client_picture", args=[file.pk]) if pictures.may_be_shown(file) else ""
    return File(file.filename, file.size, file.content_type, address_of(file), picture)


def address_of(file: Attachment) -> str:
    """Where a file can be saved from; its name ends the address, so that programs without headers keep it too."""
    name = file.filename.replace("/", "_").replace("\\", "_").strip(".") or "file"
    return reverse("tickets:client_file", args=[file.pk, "x"]).removesuffix("x") + quote(name, safe="")


@dataclass(frozen=True, slots=True)
class Said:
    """One judgement as a sentence, with the clause and the version of the policy by which it was made."""

    sentence: str
    title: str
    version: str
    address: str
    at: datetime


def decided(decisions: Iterable[Decision]) -> list[Said]:
    """What was decided about a ticket, told to its customer."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return [_said(decision, zone) for decision in decisions]


def _said(decision: Decision, zone: ZoneInfo) -> Said:
    version, clause = decision.policy_version, decision.clause
    return Said(
        sentence=sentences.say(clause, decision.outcome, decision.facts, zone=zone),
        title=CLAUSES[clause].title if clause in CLAUSES else clause,
        version=f"{version.slug}/{version.number}",
        address=f"/policy/{version.slug}/{version.number}/#{clause}",
        at=decision.at,
    )
