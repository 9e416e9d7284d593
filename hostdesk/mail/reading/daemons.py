"""How sure is it that a mail server wrote this mail? Asked before any word of it is taken for a notice of failure.

`sure`: it declares itself (a report's form, an empty return path, a daemon's address, its own header field).
`likely`: it is signed as mail servers sign, and nothing shows that a person wrote. A customer of a hosting company
forwards, pastes and asks about notices of failure every day; those have all the words and stay a person's mail.
"""

from __future__ import annotations

import re
from typing import Literal

from hostdesk.mail.reading import headers, machine_words, people
from hostdesk.mail.reading.mime import Entity

Trust = Literal["sure", "likely", "none"]

_DAEMON_LOCAL = re.compile(
    r"(?:mail(?:er)?[-_. ]?)?daemon|mdaemon|mail[-_.]?delivery(?:[-_.](?:sub)?system)?|mailer[-_]?daemon[+=.-].{0,60}|double[-_]?bounce|bounce[-_.]?(?:handler|notification|notice)s?|(?:mail)?undeliver\w*|ndr",
    re.IGNORECASE,
)
_DAEMON_NAME = re.compile(
    r"mail(?:er)?[-_. ]?daemon|mail delivery (?:sub)?(?:system|service|agent)|delivery (?:sub)?system|mail deliver system|mail transfer (?:agent|system|service)|mail transport",
    re.IGNORECASE,
)
# Names that mail servers sign with, and departments as well.
_SIGNED = re.compile(
    r"post-?master|mail ?admin|mail administrator|system ?administrator|administrador del sistema|systemadministrator|administrateur syst|sysadmin|mail system|mailsystem|non-?delivery|no-?reply|do-?not-?reply"
    r"|\bmta\b|mail ?server|mail gateway|smtp (?:server|service|gateway)|anti-?virus|bounce|interscan|mail router|internet mail|microsoft outlook|microsoft exchange|exchange (?:server|administrator)|email delivery|mail delivery|message delivery|mail security|mail filter",
    re.IGNORECASE,
)
_AUTO = re.compile(r"\s*auto-", re.IGNORECASE)
_RETURN_TO_BOUNCES = re.compile(
    r"(?:.*[-+_.])?(?:bounces?|errors?|owner|request|return|verp)(?:[-+=_.].*)?|owner-.*", re.IGNORECASE
)
_NDR_FIELDS = (
    "x-failed-recipients",
    "x-ms-exchange-message-is-ndr",
    "x-mailer-daemon",
    "x-bounce-reason",
    "x-delivery-failure",
)
_BEGINS = 1200


def trust(root: Entity, text: str, subject: str) -> Trust:
    """How much this mail looks like a mail server's own."""
    if _is_report(root) or is_named_daemon(root):
        return "sure"
    if _is_another_program_s(subject):
        return "none"
    if _declares_itself(root):
        return "sure"
    if not (_is_signed(root) or _is_sent_to_bounces(root) or _is_automatic(root)):
        return "none"
    return "none" if _is_a_person_s(root, text, subject) else "likely"


def is_named_daemon(root: Entity) -> bool:
    """Whether the writer bears the name or the address of a daemon."""
    for one in headers.addresses(root.raws("from")[:1]):
        local = one.address.partition("@")[0]
        if _DAEMON_LOCAL.fullmatch(local.strip()) or _DAEMON_NAME.search(one.name):
            return True
    return _DAEMON_NAME.search(headers.text_of(root.raw("from"))) is not None


def _is_report(root: Entity) -> bool:
    if root.content_type == "multipart/report":
        return "delivery" in root.params.get("report-type", "delivery").lower()
    return root.content_type in ("message/delivery-status", "message/global-delivery-status")


def _declares_itself(root: Entity) -> bool:
    return _has_empty_path(root) or any(root.raw(name) is not None for name in _NDR_FIELDS)


def _is_automatic(root: Entity) -> bool:
    return _AUTO.match(headers.text_of(root.raw("auto-submitted"))) is not None


def _is_another_program_s(subject: str) -> bool:
    """Whether the subject is that of a vacation, an alert, a job: they speak of failures, and of mail, as well."""
    return any(
        look.match(subject[:300]) is not None
        for look in (
            machine_words.ANSWER_SUBJECT,
            machine_words.ABSENCE_SUBJECT,
            machine_words.NOTIFICATION_SUBJECT,
        )
    )


def _has_empty_path(root: Entity) -> bool:
    said = root.raw("return-path")
    path = headers.unfold(said).strip() if said is not None else "-"
    return path in ("<>", '<"">') or "MAILER-DAEMON" in path.upper()


def _is_signed(root: Entity) -> bool:
    return _SIGNED.search(headers.text_of(root.raw("from"))[:300]) is not None


def _is_sent_to_bounces(root: Entity) -> bool:
    """Whether it went to an address that is nobody's, made to catch notices of failure."""
    locals_ = [one.address.partition("@")[0] for one in headers.addresses(root.raws("to")[:1])]
    return any(_RETURN_TO_BOUNCES.fullmatch(local) for local in locals_)


def _is_a_person_s(root: Entity, text: str, subject: str) -> bool:
    return people.forwards(subject) or bool(people.client_of(root)) or people.begins_as_person(text[:_BEGINS])
