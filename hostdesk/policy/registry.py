"""The 55 clauses, and where rules and evidence say which of them they serve.

A clause is one promise, rule or figure of the support policy. Its id never changes; words and figures do, by
version.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True)
class Clause:
    """One registered promise; `chapter` is the heading under which people look for it."""

    id: str
    chapter: str
    title: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """How one clause fares right now.

    `count` is how often it applied, `rate` the share kept between 0 and 1 (None: nothing to divide, or not a
    share), `exceptions` one short line for each case in which it was not kept, newest first, without
    addresses or mail text; `sentence` says all of it in words.
    """

    count: int
    rate: float | None
    exceptions: list[str] = field(default_factory=list)
    sentence: str = ""


EvidenceOf = Callable[[datetime], Evidence]
Judgement = TypeVar("Judgement", bound=Callable[..., Any])  # any pure function is a rule

_CHAPTERS: dict[str, dict[str, str]] = {
    "Scope and publication": {
        "scope.published": "Published for everyone to read",
        "scope.covered": "What free support covers",
        "scope.dedicated": "Dedicated servers have their own policy",
        "scope.versions": "The newest version applies",
    },
    "Service levels": {
        "sla.hours": "Tickets at all hours",
        "sla.response": "How soon you are answered",
        "sla.resolve": "How soon it is solved",
        "sla.best_effort": "When we are late",
        "sla.fcfs": "First come, first served",
        "sla.offpeak": "Larger work at quiet times",
        "sla.delays": "What can delay us",
    },
    "Contacts": {
        "contact.current": "Up-to-date contact details",
        "contact.identify": "Say who you are",
        "contact.listed_sender": "Write from a listed address",
        "contact.unlisted": "Mail from other addresses",
        "contact.off_server": "A secondary address elsewhere",
        "contact.privileges": "Who may change an account",
        "contact.restricted": "Requests kept to the primary and secondary contact",
        "contact.password": "Lost administrative password",
    },
    "Your request": {
        "intake.error_message": "The exact error message",
        "intake.screenshot": "Screenshots help",
        "intake.description": "A full description with the time",
        "intake.recreate": "We try to see it ourselves",
    },
    "Ways to reach us": {
        "channel.tickets": "Tickets come first",
        "channel.no_duplicates": "One problem, one ticket",
        "channel.knowledge_first": "Look in the support area first",
        "channel.phone_level1": "Level 1 by telephone",
    },
    "Telephone support": {
        "phone.gather": "First the facts",
        "phone.goal": "What you want to achieve",
        "phone.solutions": "Then the likely solutions",
        "phone.topics": "What Level 1 helps with",
        "phone.containment": "Most calls end solved",
        "phone.escalate": "Handed on when needed",
    },
    "Emergencies": {
        "emergency.monitoring": "Servers are watched constantly",
        "emergency.paged": "Staff are paged at once",
        "emergency.status_page": "Status page and maintenance notices",
        "emergency.voicemail": "The emergency voicemail box",
        "emergency.definition": "What an emergency is",
        "emergency.last_resort": "The last resort",
        "emergency.test_first": "Test from elsewhere first",
        "emergency.abuse": "No abuse of the emergency line",
    },
    "General and advanced support": {
        "class.general": "General support, free",
        "class.advanced": "Advanced support, charged",
        "class.unsure": "If you are not sure",
        "class.features": "Features we provide but do not teach",
        "class.no_cgi_perl": "No support for CGI and Perl scripts",
        "class.general_fast": "General support is fast",
        "fee.advanced_rate": "Hourly rates",
        "fee.minimum": "Blocks of time, paid in advance",
        "fee.waived": "When there is no charge after all",
        "fee.cleanup": "Cleaning up or re-installing an account",
    },
    "Conduct": {
        "conduct.staff": "How we treat you",
        "conduct.customer": "How you treat us",
        "conduct.complaints": "Complaints reach a supervisor",
        "conduct.announcements": "Announcements",
    },
}

CLAUSES: dict[str, Clause] = {
    clause: Clause(clause, chapter, title)
    for chapter, clauses in _CHAPTERS.items()
    for clause, title in clauses.items()
}
"""Every clause by id, in the order of the policy."""

Rule = Callable[..., Any]  # rules take what facts they need
RULES: dict[str, list[Rule]] = {clause: [] for clause in CLAUSES}
EVIDENCE: dict[str, EvidenceOf] = {}


def rule(*clauses: str) -> Callable[[Judgement], Judgement]:
    """Register a pure function as the judgement of these clauses."""

    def register(function: Judgement) -> Judgement:
        for clause in clauses:
            assert clause in CLAUSES, f"{clause} is not a clause of the policy"
            RULES[clause].append(function)
        return function

    return register


def evidence(clause: str) -> Callable[[EvidenceOf], EvidenceOf]:
    """Register a function `(at: datetime) -> Evidence` as the live evidence of one clause.

    There is one function for a clause.
    """

    def register(function: EvidenceOf) -> EvidenceOf:
        assert clause in CLAUSES, f"{clause} is not a clause of the policy"
        known = EVIDENCE.get(clause)
        assert known is None or _name(known) == _name(function), (
            f"{clause} has evidence in {_name(known)} already"
        )
        EVIDENCE[clause] = function
        return function

    return register


def _name(function: Callable[..., Any] | None) -> str:  # only its name is looked at
    return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"
