"""Did a program write this mail, and which kind? It gets no answer (RFC 3834) and opens no ticket.

Proof is what a program declares: a report's form (RFC 6522), Auto-Submitted, fields that only responders write, a list's
own fields, an empty return path. Words prove only together, subject and text, and never in a mail that is forwarded.
A hint (a request for silence, an unsubscribe link) leaves the mail a person's, who then gets no automatic answer;
with a sign that a person wrote, it counts for nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hostdesk.mail.reading import headers, machine_words, people, reports
from hostdesk.mail.reading.mime import Entity
from hostdesk.mail.reading.seen import NO, Seen
from hostdesk.mail.reading.shapes import Bounce, Machine, MachineKind, ReportKind

_BULK = ("bulk", "junk")
_SUPPRESSES_ANSWERS = re.compile(r"\b(?:all|oof|autoreply)\b", re.IGNORECASE)
_LOOKED_AT = 3000
_REPORT_WORDS: dict[ReportKind, str] = {
    "delivery": "A delivery report: the mail was delivered",
    "abuse": "An abuse report",
    "auth-failure": "A report on failed authentication",
    "dmarc": "A DMARC report",
    "tls": "A report on encrypted delivery (TLS)",
    "read-receipt": "A read receipt",
}
_KIND_WORDS: dict[MachineKind, str] = {
    "bounce": "A delivery report",
    "report": "A report",
    "automatic answer": "An automatic answer",
    "receipt": "A read receipt",
    "list": "A mailing list or mass mail",
    "notification": "A notice that a program sends by itself",
}


@dataclass(frozen=True, slots=True)
class Findings:
    """`mark` is what gave a program, or a wish for silence, away; "" for a person's mail that may be answered.

    `return_path` is the envelope sender when a Return-Path says it.
    """

    machine: Machine | None
    mark: str
    report: ReportKind | None
    list_id: str | None
    return_path: str | None


def recognise(root: Entity, text: str, subject: str, *, bounce: Bounce | None) -> Findings:
    """Judge a mail by its form first, its header fields next, its words last."""
    seen = Seen(root, subject, text[:_LOOKED_AT], frozenset(name for name, _ in root.headers))
    path = _return_path(root)
    report = "delivery" if bounce is not None else reports.recognise(seen)
    machine, mark = _judge(seen, report=report, bounce=bounce, path=path)
    list_id = headers.text_of(root.raw("list-id")) or None
    return Findings(machine=machine, mark=mark, report=report, list_id=list_id, return_path=path)


def _judge(
    seen: Seen, *, report: ReportKind | None, bounce: Bounce | None, path: str | None
) -> tuple[Machine | None, str]:
    if bounce is not None:
        return Machine("bounce", bounce_sentence(bounce)), "report: delivery"
    if report is not None:
        kind: MachineKind = "receipt" if report == "read-receipt" else "report"
        return Machine(kind, f"{_REPORT_WORDS[report]}."), f"report: {report}"
    for look in (_declared, _by_fields, _by_precedence, _by_lists, _by_words):
        found = look(seen)
        if found is not None:
            return _machine(*found, seen), found[1]
    if path == "":
        kind = "automatic answer" if people.answers(seen.subject) else "notification"
        return _machine(kind, "empty return path", seen), "empty return path"
    return None, _wish_for_silence(seen)


def bounce_sentence(bounce: Bounce) -> str:
    """What a delivery report says, for the mailroom: who could not be reached, and the status."""
    late = bounce.action == "delayed" or (bounce.status.startswith("4") and bounce.action != "failed")
    others = len(bounce.all) - 1
    more = f" and {others} more" if others else ""
    what = "cannot be reached yet" if late else "could not be reached"
    status = f", {bounce.status}" if bounce.status else ""
    return f"A delivery report: {bounce.recipient}{more} {what}{status}."


def _machine(kind: MachineKind, mark: str, seen: Seen) -> Machine:
    flavour = _flavour(kind, seen)
    return Machine(kind, f"{_KIND_WORDS[kind]}{f' ({flavour})' if flavour else ''}; its mark: {mark}.")


def _flavour(kind: MachineKind, seen: Seen) -> str:
    """Which of the automatic answers, as far as its words tell."""
    if kind != "automatic answer":
        return ""
    if _replies_to_calendar(seen):
        return "to an invitation"
    if machine_words.CHALLENGE_SUBJECT.search(seen.subject):
        return "it asks the sender to prove to be a person"
    if machine_words.ABSENCE_SUBJECT.match(seen.subject):
        return "out of office"
    if _acknowledges(seen):
        return "another desk's acknowledgement"
    return "out of office" if machine_words.ABSENCE_WORDS.search(seen.words) else ""


# ---------------------------------------------------------------- what programs declare

_Found = tuple[MachineKind, str] | None


def _declared(seen: Seen) -> _Found:
    auto = seen.value("auto-submitted")
    word = re.split(r"[\s;(,]", auto, maxsplit=1)[0]
    if word and word not in NO:
        answered = word != "auto-generated" or "in-reply-to" in seen.names or _is_answer(seen)
        return ("automatic answer" if answered and word != "auto-notified" else "notification"), (
            f"Auto-Submitted: {auto[:60]}"
        )
    return None


def _by_precedence(seen: Seen) -> _Found:
    precedence = seen.value("precedence")
    if precedence in ("auto_reply", "auto-reply"):
        return "automatic answer", f"Precedence: {precedence}"
    if precedence == "list":
        return "list", "Precedence: list"
    if precedence in _BULK and not _is_written_by_person(seen):
        return ("automatic answer" if _is_answer(seen) else "list"), f"Precedence: {precedence}"
    return None


def _by_fields(seen: Seen) -> _Found:
    name = seen.first_of(tuple(machine_words.FIELDS))
    if name:
        return machine_words.FIELDS[name], f"header field {name}"
    if _replies_to_calendar(seen):
        return "automatic answer", "calendar reply"
    return None


def _by_lists(seen: Seen) -> _Found:
    name = seen.first_of(machine_words.LIST_FIELDS)
    if name:
        return "list", f"mailing list: {name}"
    hint = seen.first_of(machine_words.LIST_HINT_FIELDS)
    bulk = seen.first_of(machine_words.BULK_FIELDS)
    if hint and bulk and not _is_written_by_person(seen):
        return "list", f"mailing list: {hint}"
    return None


# ---------------------------------------------------------------- what only people's signs outweigh


def _wish_for_silence(seen: Seen) -> str:
    """A mark that asks for no automatic answer, in a mail that nothing shows to be a program's or a person's."""
    precedence = seen.value("precedence")
    if precedence in _BULK:
        return f"Precedence: {precedence}"
    if _is_written_by_person(seen):
        return ""
    suppress = seen.value("x-auto-response-suppress")
    if _SUPPRESSES_ANSWERS.search(suppress):
        return f"X-Auto-Response-Suppress: {suppress[:60]}"
    name = seen.first_of(machine_words.HINT_FIELDS)
    if name:
        return f"header field {name}"
    if _is_robot_s(seen, "reply-to"):
        return "robot's address in reply-to"
    listed = seen.first_of(machine_words.LIST_HINT_FIELDS)
    return f"mailing list: {listed}" if listed else ""


def _is_written_by_person(seen: Seen) -> bool:
    """Whether the mail names the program it was written in, answers a mail, or was passed on by a person's desk."""
    if any(name in seen.names for name in machine_words.FOR_A_PERSON) or people.client_of(seen.root):
        return True
    return "in-reply-to" in seen.names and people.answers(seen.subject)


# ---------------------------------------------------------------- words


def _by_words(seen: Seen) -> _Found:
    if _is_robot_s(seen, "from"):
        return "notification", "robot's address in from"
    if people.forwards(seen.subject):
        return None
    if _is_answer(seen):
        return "automatic answer", "subject of an automatic answer"
    return _receipt(seen) or _by_phrases(seen)


def _is_robot_s(seen: Seen, field: str) -> bool:
    """Whether the first address of a field is one at which nobody reads."""
    found = headers.addresses(seen.root.raws(field)[:1])
    return any(machine_words.ROBOT_LOCAL.fullmatch(one.address.partition("@")[0]) for one in found)


def _by_phrases(seen: Seen) -> _Found:
    """Phrases that a person could quote: they count where nothing shows that a person wrote."""
    if people.client_of(seen.root) or people.begins_as_person(seen.words[:400]):
        return None
    if _acknowledges(seen):
        return "automatic answer", "words of an acknowledgement"
    challenges = machine_words.CHALLENGE_SUBJECT.search(seen.subject) is not None
    if challenges and machine_words.CHALLENGE_WORDS.search(seen.words):
        return "automatic answer", "words of a challenge"
    if machine_words.NOTIFICATION_SUBJECT.match(seen.subject):
        return "notification", "subject of a program's notice"
    return None


def _receipt(seen: Seen) -> _Found:
    """`Read: subject` with nothing but the sentence that it was read."""
    is_short = len(seen.words) < 1000  # noqa: PLR2004
    if (
        is_short
        and machine_words.RECEIPT_SUBJECT.match(seen.subject)
        and machine_words.RECEIPT_WORDS.search(seen.words)
    ):
        return "receipt", "words of a read receipt"
    return None


def _is_answer(seen: Seen) -> bool:
    return _is_automatic_subject(seen) or _is_absence(seen)


def _is_automatic_subject(seen: Seen) -> bool:
    found = machine_words.ANSWER_SUBJECT.match(seen.subject)
    if found is None or machine_words.AFTER_PHRASE.match(seen.subject, found.end()) is None:
        return False
    return not _asks(seen, found.end())


def _is_absence(seen: Seen) -> bool:
    """Whether subject and text together say that somebody is away, without asking anything."""
    found = machine_words.ABSENCE_SUBJECT.match(seen.subject) or machine_words.ANSWER_SUBJECT.match(
        seen.subject
    )
    if found is None or machine_words.AFTER_PHRASE.match(seen.subject, found.end()) is None:
        return False
    return not _asks(seen, found.end()) and machine_words.ABSENCE_WORDS.search(seen.words) is not None


def _asks(seen: Seen, end: int) -> bool:
    """Whether a person asks about the phrase: a question in the subject, or below a bare phrase, that answers nothing."""
    if "in-reply-to" in seen.names:
        return False
    rest = seen.subject[end:].strip(" :：-")
    if rest.endswith("?"):
        return not people.answers(rest)
    return not rest and machine_words.ASKS.search(seen.words[:600]) is not None


def _acknowledges(seen: Seen) -> bool:
    return (
        not people.answers(seen.subject)
        and machine_words.ACKNOWLEDGES_SUBJECT.search(seen.subject[:300]) is not None
        and machine_words.SAYS_AUTOMATIC.search(seen.words) is not None
    )


def _replies_to_calendar(seen: Seen) -> bool:
    """An answer that the calendar wrote: accepted, declined; with words of one's own it is a person's mail."""
    if not any(_is_calendar_reply(part) for part in (seen.root, *seen.root.children)) and not any(
        _is_calendar_reply(part) for child in seen.root.children for part in child.children
    ):
        return False
    words = seen.words.strip()
    return not words or machine_words.CALENDAR_WORDS.match(words) is not None


def _is_calendar_reply(part: Entity) -> bool:
    return part.content_type == "text/calendar" and part.params.get("method", "").upper() == "REPLY"


def _return_path(root: Entity) -> str | None:
    value = root.raw("return-path")
    if value is None:
        return None
    text = headers.unfold(value).strip()
    if text in ("<>", '<"">', "<MAILER-DAEMON>"):
        return ""
    found = headers.addresses([value])
    return found[0].address if found and found[0].address else None
