"""Delivery reports: the formal kind (RFC 3464) first, then what mail systems write in words of their own."""

from __future__ import annotations

import re

import msgspec

from hostdesk.mail.reading import bounce_words, charsets, daemons, headers
from hostdesk.mail.reading.mime import Entity
from hostdesk.mail.reading.shapes import Bounce, FailedRecipient

MAX_RECIPIENTS = 100
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_DELIVERED = ("delivered", "relayed", "expanded")
_OTHER_REPORTS = (
    "message/feedback-report",
    "message/disposition-notification",
    "message/global-disposition-notification",
)
_MESSAGES = ("message/rfc822", "text/rfc822-headers", "message/global", "message/rfc822-headers")


def recognise(root: Entity, text: str, subject: str) -> Bounce | None:
    """The failure that this mail reports, or None when it reports none.

    `text` is the readable text, `subject` the decoded subject. A report of success is no bounce, and neither is a
    report that a person passes on, as text or as an attached message.
    """
    trust = daemons.trust(root, text, subject)
    if trust == "none":
        return None
    parts = _parts(root)
    if any(part.content_type in _OTHER_REPORTS for part in parts):
        return None
    formal, only_success = _formal(parts if trust == "sure" else _own_parts(root))
    if formal:
        return _bounce([_completed(one, text) for one in formal], parts, formal_report=True)
    if only_success:
        return None
    notice = bounce_words.Notice(
        text=text,
        subject=subject,
        trust=trust,
        own=frozenset(_own_addresses(root)),
        failed_header=[one.address for one in headers.addresses(root.raws("x-failed-recipients"))],
        is_report=_has_report_form(root, parts),
        by_daemon=daemons.is_named_daemon(root),
        returned=_returned(parts),
    )
    found = bounce_words.failures(notice)
    return _bounce(found[:MAX_RECIPIENTS], parts, formal_report=False) if found else None


def _has_report_form(root: Entity, parts: list[Entity]) -> bool:
    return root.content_type == "multipart/report" or any("delivery-status" in p.content_type for p in parts)


def _bounce(found: list[FailedRecipient], parts: list[Entity], *, formal_report: bool) -> Bounce:
    first = found[0]
    return Bounce(
        recipient=first.recipient,
        status=first.status,
        action=first.action,
        diagnostic=first.diagnostic,
        all=found,
        formal=formal_report,
        original_message_id=_original_id(parts),
    )


def _parts(root: Entity) -> list[Entity]:
    out, stack = [], [root]
    while stack:
        entity = stack.pop()
        out.append(entity)
        stack.extend(reversed(entity.children))
    return out


def _own_parts(root: Entity) -> list[Entity]:
    """The parts of the mail itself, not those of messages attached to it."""
    out, stack = [], [root]
    while stack:
        entity = stack.pop()
        out.append(entity)
        if entity is root or not entity.content_type.startswith("message/"):
            stack.extend(reversed(entity.children))
    return out


def _own_addresses(root: Entity) -> list[str]:
    """Addresses of the report itself: its writer and the one it was sent to; neither is the one that failed."""
    found = headers.addresses(
        [*root.raws("from"), *root.raws("to"), *root.raws("x-original-to"), *root.raws("delivered-to")]
    )
    return [one.address.lower() for one in found if "@" in one.address]


def _returned(parts: list[Entity]) -> dict[str, str] | None:
    """A few header fields of the mail that came back; None when it did not come back as a part."""
    for part in parts[1:]:
        if part.content_type in _MESSAGES:
            inner = part.children[0] if part.children else None
            if inner is not None and inner.headers:
                return {
                    name: headers.text_of(inner.raw(name))
                    for name in ("to", "from", "x-original-to", "subject")
                }
            return bounce_words.fields_in(charsets.decode(part.content()[:50_000]))
    return None


def _original_id(parts: list[Entity]) -> str | None:
    """The Message-ID of the mail that came back."""
    for part in parts[1:]:
        if part.content_type not in _MESSAGES:
            continue
        inner = part.children[0] if part.children else part
        ids = headers.message_ids(inner.raw("message-id"))
        if not ids:
            said = re.search(rb"^message-id[ \t]*:([^\n]+)", part.body[:20_000], re.IGNORECASE | re.MULTILINE)
            ids = headers.message_ids(said[1]) if said else []
        if ids:
            return ids[0]
    return None


def _formal(parts: list[Entity]) -> tuple[list[FailedRecipient], bool]:
    """Recipients of the machine-readable parts, and whether these tell of nothing but success."""
    failed: list[FailedRecipient] = []
    succeeded = False
    for part in parts:
        kind = part.content_type
        if kind in ("message/delivery-status", "message/global-delivery-status") or (
            kind in ("text/plain", "message/rfc822")
            and b"Final-Recipient:" in part.body[:20_000]
            and not part.children
        ):
            groups, good = groups_in(charsets.decode(part.content()))
            failed.extend(groups)
            succeeded = succeeded or good
    return failed[:MAX_RECIPIENTS], succeeded and not failed


def groups_in(text: str) -> tuple[list[FailedRecipient], bool]:
    """The failed recipients in the fields of a delivery status, and whether any was delivered."""
    out, delivered = [], False
    for group in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        fields = bounce_words.fields_in(group)
        recipient = next((one for one in map(_typed, _recipient_fields(fields)) if "@" in one), "")
        action = fields.get("action", "").lower().split("(")[0].strip().rstrip(";")
        if not recipient:
            continue
        if action in _DELIVERED:
            delivered = True
            continue
        status = _STATUS.search(fields.get("status", ""))
        diagnostic = fields.get("diagnostic-code", "")
        out.append(
            FailedRecipient(recipient, status[1] if status else "", action or "failed", diagnostic[:1000])
        )
    return out, delivered


def _recipient_fields(fields: dict[str, str]) -> list[str]:
    """Where a recipient may stand; the last hop's name for it first, as that is what failed."""
    return [fields.get(name, "") for name in ("final-recipient", "original-recipient", "x-actual-recipient")]


def _typed(value: str) -> str:
    """The address of `rfc822; someone@example`."""
    kind, semicolon, rest = value.partition(";")
    address = rest if semicolon and "@" not in kind else value
    return re.sub(r"\s*\(.*", "", address).strip().strip("<>\"' ")


def _completed(one: FailedRecipient, text: str) -> FailedRecipient:
    """A recipient with a status: its own, else that of its diagnostic, else what the text makes likely."""
    if one.status and not one.status.endswith(".0.0"):
        return one
    if one.status:
        better = bounce_words.enhanced_in(one.diagnostic)
        return msgspec.structs.replace(one, status=better) if better[:1] == one.status[:1] else one
    status = bounce_words.status_of(one.diagnostic) or bounce_words.status_of(text[:5000])
    fallback = "4.0.0" if one.action == "delayed" else "5.0.0"
    return FailedRecipient(one.recipient, status or fallback, one.action, one.diagnostic)
