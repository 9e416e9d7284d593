"""Reports that are no bounces: on delivered mail, abuse, authentication, DMARC, TLS, and read receipts (RFC 6522)."""

from __future__ import annotations

import re

from hostdesk.mail.reading import daemons, machine_words, people
from hostdesk.mail.reading.mime import Entity
from hostdesk.mail.reading.seen import Seen
from hostdesk.mail.reading.shapes import ReportKind

_REPORTS: dict[str, ReportKind] = {
    "delivery-status": "delivery",
    "global-delivery-status": "delivery",
    "feedback-report": "abuse",
    "disposition-notification": "read-receipt",
    "global-disposition-notification": "read-receipt",
    "tlsrpt": "tls",
}
_FEEDBACK_TYPE = re.compile(rb"^feedback-type[ \t]*:[ \t]*([\w-]+)", re.IGNORECASE | re.MULTILINE)


def recognise(seen: Seen) -> ReportKind | None:
    """RFC 6522 reports by their type, or by the part that carries the machine-readable half; then the formless ones."""
    root = seen.root
    is_report = root.content_type == "multipart/report"
    found = _REPORTS.get(root.params.get("report-type", "").lower()) if is_report else None
    if is_report or not _is_passed_on(seen):
        trusted = is_report or daemons.trust(root, seen.words, seen.subject) != "none"
        for part in root.children:
            kind = _half(part)
            if kind == "delivery" and not trusted:
                continue
            if kind == "abuse":
                return _feedback_kind(part.content())
            found = found or kind
    return found or _formless(seen)


def _half(part: Entity) -> ReportKind | None:
    main, _, sub = part.content_type.partition("/")
    if main == "message":
        return _REPORTS.get(sub)
    return "tls" if main == "application" and sub.startswith("tlsrpt+") else None


def _is_passed_on(seen: Seen) -> bool:
    """Whether a person sends somebody's report along: only then its parts stand in a mail of another form."""
    return (
        people.forwards(seen.subject)
        or people.answers(seen.subject)
        or bool(people.client_of(seen.root))
        or people.begins_as_person(seen.words[:400])
    )


def _formless(seen: Seen) -> ReportKind | None:
    subject = seen.subject
    if seen.first_of(("tls-report-domain", "tls-report-submitter")) or machine_words.TLS_SUBJECT.match(
        subject
    ):
        return "tls"
    if seen.first_of(("x-xarf", "x-arf")) or machine_words.COMPLAINT_SUBJECT.match(subject):
        return "abuse"
    has_file = _has_dmarc_file(seen.root)
    titled = machine_words.DMARC_SUBJECT.match(subject) is not None
    if titled and (has_file or "submitter" in subject.lower()):
        return "dmarc"
    return "dmarc" if has_file and not _is_passed_on(seen) else None


def _has_dmarc_file(root: Entity) -> bool:
    names = (
        name
        for part in (root, *root.children)
        for name in (part.disposition[1].get("filename", ""), part.params.get("name", ""))
    )
    return any(machine_words.DMARC_FILE.fullmatch(name.strip()) for name in names)


def _feedback_kind(content: bytes) -> ReportKind:
    said = _FEEDBACK_TYPE.search(content[:20_000])
    return "auth-failure" if said is not None and said[1].lower() == b"auth-failure" else "abuse"
