"""Sentences about what was just done, shown on the next page; with a way to undo it, or the clause behind a refusal."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

from hostdesk.kit.refusals import Refused

_UNDO, _CLAUSE = "undo=", "clause="
_ICONS = {"success": "check", "error": "circle-alert", "warning": "triangle-alert"}


@dataclass(frozen=True, slots=True)
class Flash:
    """One sentence, ready to show. `undo` is the address that takes it back, `clause` the rule behind a refusal."""

    sentence: str
    level: str
    icon: str
    undo: str
    clause: str


def done(request: HttpRequest, sentence: str, *, undo: str = "") -> None:
    """Say what was done; `undo` is an address that a POST takes it back with."""
    messages.success(request, sentence, extra_tags=f"{_UNDO}{undo}" if undo else "")


def said_no(request: HttpRequest, refusal: Refused) -> None:
    """Say why something was not done."""
    messages.error(
        request, refusal.sentence, extra_tags=f"{_CLAUSE}{refusal.clause}" if refusal.clause else ""
    )


def shown(message: Message) -> Flash:
    """A message of Django's framework as the shells show it."""
    tags, level = message.extra_tags or "", message.level_tag
    return Flash(
        sentence=str(message),
        level=level,
        icon=_ICONS.get(level, "info"),
        undo=tags.removeprefix(_UNDO) if tags.startswith(_UNDO) else "",
        clause=tags.removeprefix(_CLAUSE) if tags.startswith(_CLAUSE) else "",
    )
