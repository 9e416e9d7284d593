"""Delivery reports: the formal kind (RFC 3464) first, then what mail systems write in words of their own."""

from __future__ import annotations

import re

from hostdesk.mail.reading import charsets, headers
from hostdesk.mail.reading.mime import Entity
from hostdesk.mail.reading.shapes import Bounce, FailedRecipient

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")


def recognise(root: Entity, text: str, subject: str) -> Bounce | None:
    """The failure that this mail reports, or None when it reports none."""
    formal = _formal(root)
    if formal:
        return _bounce(formal, root, formal_report=True)
    return None


def _bounce(found: list[FailedRecipient], root: Entity, *, formal_report: bool) -> Bounce:
    first = found[0]
    return Bounce(
        recipient=first.recipient,
        status=first.status,
        action=first.action,
        diagnostic=first.diagnostic,
        all=found,
        formal=formal_report,
        original_message_id=_original_id(root),
    )


def _parts(root: Entity) -> list[Entity]:
    out, stack = [], [root]
    while stack:
        entity = stack.pop()
        out.append(entity)
        stack.extend(reversed(entity.children))
    return out


def _original_id(root: Entity) -> str | None:
    for part in _parts(root)[1:]:
        if part.content_type in ("message/rfc822", "text/rfc822-headers", "message/global"):
            inner = part.children[0] if part.children else part
            ids = headers.message_ids(inner.raw("message-id"))
            if not ids:
                said = re.search(rb"^message-id[ \t]*:([^\n]+)", part.body[:20_000], re.IGNORECASE | re.MULTILINE)
                ids = headers.message_ids(said[1]) if said else []
            if ids:
                return ids[0]
    return None


def _formal(root: Entity) -> list[FailedRecipient]:
    for part in _parts(root):
        if part.content_type in ("message/delivery-status", "message/global-delivery-status"):
            return _groups(charsets.decode(part.content()))
    return []


def _groups(text: str) -> list[FailedRecipient]:
    out = []
    for group in re.split(r"\r?\n[ \t]*\r?\n", text):
        fields = _fields(group)
        recipient = _typed(fields.get("original-recipient", "")) or _typed(fields.get("final-recipient", ""))
        action = fields.get("action", "").lower().split("(")[0].strip()
        if not recipient or action in ("delivered", "relayed", "expanded"):
            continue
        status = _STATUS.search(fields.get("status", ""))
        diagnostic = fields.get("diagnostic-code", "")
        out.append(FailedRecipient(recipient, status[1] if status else "", action or "failed", diagnostic[:1000]))
    return out


def _fields(group: str) -> dict[str, str]:
    out: dict[str, str] = {}
    last = ""
    for line in group.splitlines():
        if line[:1] in (" ", "\t") and last:
            out[last] += " " + line.strip()
            continue
        name, colon, value = line.partition(":")
        if colon:
            last = name.strip().lower()
            out.setdefault(last, value.strip())
    return out


def _typed(value: str) -> str:
    """The address of `rfc822; someone@example`."""
    address = value.partition(";")[2] if ";" in value else value
    return address.strip().strip("<>").strip()
