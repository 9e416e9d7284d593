"""What changed between two versions of a policy: figures first, then requests, then words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from hostdesk.policy.catalogue import Catalogue, RequestType
from hostdesk.policy.documents import Document
from hostdesk.policy.registry import CLAUSES
from hostdesk.policy.terms import TermNote
from hostdesk.policy.text import ClauseText

_WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stayed, came, or went."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One figure or request type that changed; `before` or `after` is empty when it came or went."""

    key: str
    clause: str
    before: str
    after: str

    @property
    def name(self) -> str:
        """The key as people read it: `response breach`, `operator name`; its unit stands in the values."""
        name = self.key.replace(".", "_")
        for unit in ("_cents_per_hour", "_minutes", "_hours", "_days", "_seconds", "_cents"):
            name = name.removesuffix(unit)
        return name.replace("_", " ").capitalize()

    @property
    def title(self) -> str:
        """The title of the clause that it serves, or its own name where it serves none."""
        return CLAUSES[self.clause].title if self.clause in CLAUSES else self.name


@dataclass(frozen=True, slots=True)
class Rewording:
    """One clause whose words changed, word by word."""

    clause: str
    title: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """Everything that changed, in the order in which people ask for it."""

    figures: tuple[Change, ...]
    requests: tuple[Change, ...]
    wordings: tuple[Rewording, ...]
    others: tuple[Change, ...]
    """Operator and products."""

    @property
    def is_nothing(self) -> bool:
        """Whether a reader would notice no change at all."""
        return not (self.figures or self.requests or self.wordings or self.others)


def compare(before: Document, after: Document) -> Differences:
    """What a reader of `before` must know to know `after`."""
    return Differences(
        figures=_changes(_figures(before), _figures(after)),
        requests=_changes(_requests(before.catalogue), _requests(after.catalogue)),
        wordings=tuple(_wordings(before, after)),
        others=_changes(_others(before), _others(after)),
    )


def words(before: str, after: str) -> tuple[Piece, ...]:
    """Two texts as one, word by word."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[Piece] = []
    for step, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if step == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
            continue
        if b > a:
            pieces.append(Piece("removed", "".join(old[a:b])))
        if d > c:
            pieces.append(Piece("added", "".join(new[c:d])))
    return tuple(pieces)


def _changes(old: dict[str, tuple[str, str]], new: dict[str, tuple[str, str]]) -> tuple[Change, ...]:
    keys = [*new, *(key for key in old if key not in new)]
    changed = []
    for key in keys:
        before, after = old.get(key, ("", "")), new.get(key, ("", ""))
        if before != after:
            changed.append(Change(key, after[0] or before[0], before[1], after[1]))
    return tuple(changed)


def _figures(document: Document) -> dict[str, tuple[str, str]]:
    return {note.key: (note.clause, _figure(note)) for note in document.figures}


def _figure(note: TermNote) -> str:
    return f"{note.shown} ({note.source})" if note.source != "policy" else note.shown


def _requests(catalogue: Catalogue) -> dict[str, tuple[str, str]]:
    return {key: (kind.clause, _request(kind)) for key, kind in catalogue.types.items()}


def _request(kind: RequestType) -> str:
    parts = [
        kind.name,
        kind.class_.replace("_", " "),
        kind.price.replace("_", " "),
        kind.who_may_ask.replace("_", " "),
    ]
    if kind.proof:
        parts.append(f"proven by {' or '.join(kind.proof)}".replace("_", " "))
    said = {
        "cannot be undone": kind.destroys,
        f"confirmed by a second {kind.second}": kind.second != "none",
        f"waits {kind.waits}".replace("_", " "): kind.waits,
        "off-peak only": kind.offpeak,
        f"carried out {kind.carried_out}".replace("_", " "): kind.proof,
        f"asks for {', '.join(detail.label for detail in kind.details)}": kind.details,
        f"steps: {' / '.join(kind.steps)}": kind.steps,
        kind.answer: kind.answer,
    }
    return "; ".join([*parts, *(words for words, applies in said.items() if applies)])


def _others(document: Document) -> dict[str, tuple[str, str]]:
    found = {"title": ("", document.title), "products": ("scope.dedicated", ", ".join(document.products))}
    found["otherwise"] = ("scope.dedicated", "covers what no policy names" if document.otherwise else "")
    for field in document.operator.__struct_fields__:
        found[f"operator.{field}"] = ("", str(getattr(document.operator, field)))
    return found


def _wordings(before: Document, after: Document) -> list[Rewording]:
    found = []
    for clause in after.clauses:
        old = before.clause(clause.id)
        if old is None or (old.title, old.words) != (clause.title, clause.words):
            found.append(Rewording(clause.id, clause.title, _reworded(old, clause)))
    found += [
        Rewording(clause.id, clause.title, words(clause.words, ""))
        for clause in before.clauses
        if after.clause(clause.id) is None
    ]
    return found


def _reworded(old: ClauseText | None, new: ClauseText) -> tuple[Piece, ...]:
    """The words of a clause; its title stands before them only where that changed as well."""
    if old is None:
        return words("", new.words)
    if old.title == new.title:
        return words(old.words, new.words)
    return words(f"{old.title}\n{old.words}", f"{new.title}\n{new.words}")
