"""Delivery reports: the formal kind (RFC 3464) first, then what mail systems write in words of their own."""

from __future__ import annotations

import re

import msgspec

from hostdesk.mail.reading import bounce_words, charsets, daemons, headers, statuses
from hostdesk.mail.reading.mime import Entity
from hostdesk.mail.reading.shapes import Bounce, FailedRecipient

MAX_RECIPIENTS = 100
MAX_STATUS = 200_000
LONGEST_DIAGNOSTIC = 500
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_MAILTO = re.compile(rb"mailto:([^\s\"'<>?]{3,320})", re.IGNORECASE)
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
        linked=_linked(parts),
        is_report=_has_report_form(root, parts),
        by_daemon=daemons.is_named_daemon(root),
        returned=_returned(parts),
    )
    found = bounce_words.failures(notice)
    return _bounce(found[:MAX_RECIPIENTS], parts, formal_report=False) if found else None


def _linked(parts: list[Entity]) -> list[str]:
    """Addresses that stand only behind `mailto:` links, as some servers write them."""
    shown = [part.content()[:MAX_STATUS] for part in parts[:5] if part.content_type == "text/html"]
    found = [link.decode("utf-8", "replace") for html in shown for link in _MAILTO.findall(html)]
    return [one for one in found if bounce_words.is_address(one)]


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
    succeeded, left = False, MAX_STATUS
    for part in parts:
        kind = part.content_type
        if kind in ("message/delivery-status", "message/global-delivery-status") or (
            kind in ("text/plain", "message/rfc822")
            and b"Final-Recipient:" in part.body[:20_000]
            and not part.children
        ):
            content = part.content()[:left]
            left -= len(content)
            groups, good = groups_in(charsets.decode(content))
            failed.extend(groups)
            succeeded = succeeded or good
    return failed[:MAX_RECIPIENTS], succeeded and not failed


def groups_in(text: str) -> tuple[list[FailedRecipient], bool]:
    """The failed recipients in the fields of a delivery status, and whether any was delivered."""
    out, delivered = [], False
    for fields in _groups(text):
        recipient = next((one for one in map(_typed, _recipient_fields(fields)) if "@" in one), "")
        action = fields.get("action", "").lower().split("(")[0].strip().rstrip(";")
        found = _STATUS.search(fields.get("status", ""))
        status = found[1] if found else ""
        if not recipient:
            continue
        if action in _DELIVERED or (not action and status.startswith("2")):
            delivered = True
            continue
        diagnostic = " ".join(fields.get("diagnostic-code", "").split())[:LONGEST_DIAGNOSTIC]
        out.append(FailedRecipient(recipient, status, action or "failed", diagnostic))
    return out, delivered


def _groups(text: str) -> list[dict[str, str]]:
    """Fields group by group; one that an empty line cut in two is put together again."""
    groups: list[dict[str, str]] = []
    for piece in re.split(r"\n(?:[ \t]*\n)++", text.replace("\r\n", "\n").replace("\r", "\n")):
        fields = bounce_words.fields_in(piece)
        before = groups[-1] if groups else {}
        cut = any(_recipient_fields(before)) and not before.get("action") and not before.get("status")
        if cut and not any(_recipient_fields(fields)):
            before.update(fields)
        elif fields:
            groups.append(fields)
    return groups


def _recipient_fields(fields: dict[str, str]) -> list[str]:
    """Where a recipient may stand; the last hop's name for it first, as that is what failed."""
    return [fields.get(name, "") for name in ("final-recipient", "original-recipient", "x-actual-recipient")]


def _typed(value: str) -> str:
    """The address of `rfc822; someone@example`."""
    kind, semicolon, rest = value.partition(";")
    address = rest if semicolon and "@" not in kind else value
    quoted = re.search(r'"[^"\n]{1,64}"@[\w.-]+', address)
    if quoted:
        return quoted[0]
    return re.sub(r"\s*\(.*", "", address).strip().strip("<>\"' ")


def _completed(one: FailedRecipient, text: str) -> FailedRecipient:
    """A recipient with a status: its own, else that of its diagnostic, else what the text makes likely."""
    if one.status and not one.status.endswith(".0.0"):
        return one
    if one.status:
        better = statuses.enhanced_in(one.diagnostic)
        return msgspec.structs.replace(one, status=better) if better[:1] == one.status[:1] else one
    status = statuses.status_of(one.diagnostic) or statuses.status_of(text[:5000])
    fallback = "4.0.0" if one.action == "delayed" else "5.0.0"
    return FailedRecipient(one.recipient, status or fallback, one.action, one.diagnostic)
