"""Which request a text may mean, and which details stand in it. Pure, and the same every time: a person decides.

A phrase of the catalogue counts the square of its words when they stand together, one less when they lie within a few
words of each other in any order; a detail that is found counts one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hostdesk.kit import addresses
from hostdesk.policy.catalogue import Detail, RequestType

LOOKED_AT = 8000
"""Characters of a text that are looked at; a request stands at its beginning."""
STRONG = 3
"""From this score on a suggestion is shown without being asked for."""
_NEAR = 6
_WORD = re.compile(r"[\w.@'/+-]+")
_EDGES = ".,'-/"
_MOST = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A type of request with its score and the words and details that speak for it."""

    key: str
    name: str
    score: int
    why: tuple[str, ...]

    @property
    def is_strong(self) -> bool:
        """Whether the words are clear enough to show it unasked."""
        return self.score >= STRONG


def suggest(text: str, kinds: Mapping[str, RequestType], *, domains: Sequence[str]) -> list[Suggestion]:
    """The likeliest types, best first, at most a few; of equals the first in the catalogue. None when no word speaks for one."""
    words = _words(text)
    found = []
    for key, kind in kinds.items():
        phrases = {phrase: points for phrase in kind.words if (points := _points(phrase, words))}
        if not phrases:
            continue
        details = prefilled(kind, text, domains=domains)
        score = sum(phrases.values()) + len(details)
        found.append(Suggestion(key, kind.name, score, (*phrases, *details.values())))
    found.sort(key=lambda one: -one.score)
    return found[:_MOST]


def prefilled(kind: RequestType, text: str, *, domains: Sequence[str]) -> dict[str, str]:
    """Details of a type that stand in a text, by key: a mailbox, a domain, a day, one of the choices."""
    shown = text[:LOOKED_AT]
    found = {}
    for detail in kind.details:
        reader = _READERS.get(detail.kind)
        value = reader(shown, detail, domains) if reader else None
        if value is not None:
            found[detail.key] = value
    return found


def _words(text: str) -> list[str]:
    return [word for one in _WORD.findall(text[:LOOKED_AT].casefold()) if (word := one.strip(_EDGES))]


def _points(phrase: str, words: Sequence[str]) -> int:
    wanted = [word for one in phrase.casefold().split() if (word := one.strip(_EDGES))]
    many = len(wanted)
    if not many:
        return 0
    places = [place for place, word in enumerate(words) if word == wanted[0]]
    if any(list(words[place : place + many]) == wanted for place in places):
        return many * many
    if many == 1:
        return 0
    near = ({*words[max(0, place - _NEAR) : place + _NEAR]} for place in places)
    return many * many - 1 if any(around.issuperset(wanted) for around in near) else 0


def _mailbox(text: str, detail: Detail, domains: Sequence[str]) -> str | None:
    for typed in re.findall(r"[^\s<>(),;:\"']+@[\w.-]+\w", text):
        address = addresses.normalised(typed)
        if address and (detail.foreign or _is_ours(addresses.domain_of(address), domains)):
            return address
    return None


def _domain(text: str, detail: Detail, domains: Sequence[str]) -> str | None:
    for typed in re.findall(r"(?<![\w@.-])(?:[\w-]+\.)+[^\W\d_]{2,}(?![\w@-])", text):
        name = addresses.normalised_domain(typed.removeprefix("www."))
        if name and _is_ours(name, domains) != detail.foreign:
            return name
    return domains[0] if len(domains) == 1 and not detail.foreign else None


def _is_ours(name: str, domains: Sequence[str]) -> bool:
    return any(addresses.lies_within(name, domain) for domain in domains)


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _day(text: str, _detail: Detail, _domains: Sequence[str]) -> str | None:
    """A day written out in full; one without its year may mean any, so it is left to the reader."""
    for year, month, day in re.findall(r"\b(\d{4})-(\d{2})-(\d{2})\b", text, re.ASCII):
        if (found := _date(int(year), int(month), int(day))) is not None:
            return found
    for day, month, year in re.findall(r"\b(\d{1,2})\.? ([A-Za-z]{3})[a-z]* (\d{4})\b", text, re.ASCII):
        number = _MONTHS.index(month.lower()) + 1 if month.lower() in _MONTHS else 0
        if (found := _date(int(year), number, int(day))) is not None:
            return found
    return None


def _date(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _choice(text: str, detail: Detail, _domains: Sequence[str]) -> str | None:
    """A choice that stands in the text as a word; short names such as A only as they are written."""
    for choice in detail.choices:
        flags = 0 if choice.isupper() else re.IGNORECASE
        tail = r" record\b" if len(choice) == 1 else r"\b"
        if re.search(rf"\b{re.escape(choice)}{tail}", text, flags):
            return choice
    return None


_READERS = {"mailbox": _mailbox, "domain": _domain, "date": _day, "choice": _choice}
