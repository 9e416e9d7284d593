"""All reads of the policy pages and of the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from typing import Literal

from django.apps import apps
from django.utils.module_loading import module_has_submodule
from django.utils.safestring import SafeString

from hostdesk.policy import differences, queries
from hostdesk.policy.differences import Differences
from hostdesk.policy.documents import Document
from hostdesk.policy.places import Places, all_places
from hostdesk.policy.queries import Heading, Version
from hostdesk.policy.registry import CLAUSES, EVIDENCE, Clause, Evidence
from hostdesk.reports import markdown

Standing = Literal["carried out", "in part", "not enforced"]


@dataclass(frozen=True)
class ClauseReport:
    """One clause as it stands: whether code keeps it, and how it fares by live figures.

    `standing` is "carried out" only where rule, verb, marked test and evidence are all there; "in part" where
    code judges and acts but something of that is missing; `sentence` says which. `evidence` is None where
    there is none.
    """

    clause: Clause
    standing: Standing
    sentence: str
    evidence: Evidence | None
    places: Places


def clause_reports(at: datetime) -> list[ClauseReport]:
    """All clauses in the order of the policy, with their evidence as of `at`."""
    return [clause_report(clause, at) for clause in CLAUSES]


def clause_report(clause: str, at: datetime) -> ClauseReport:
    """One clause with its evidence as of `at`."""
    _find_evidence()
    places = all_places()[clause]
    gather = EVIDENCE.get(clause)
    standing, sentence = _standing(places)
    return ClauseReport(CLAUSES[clause], standing, sentence, gather(at) if gather else None, places)


def _standing(places: Places) -> tuple[Standing, str]:
    if places.is_carried_out:
        return "carried out", "Code enforces it, a test holds it, and the figures show it."
    *most, last = places.missing
    lacking = f"{', '.join(most)} and {last}" if most else last
    if places.is_enforced:
        return "in part", f"Code enforces it; it does not count as kept yet, because it lacks {lacking}."
    return "not enforced", f"Nothing enforces it yet: it lacks {lacking}."


@lru_cache(maxsize=1)
def _find_evidence() -> None:
    """Import every room's evidence, which registers it."""
    for app in apps.get_app_configs():
        if app.name.startswith("hostdesk.") and module_has_submodule(app.module, "evidence"):
            import_module(f"{app.name}.evidence")


@dataclass(frozen=True, slots=True)
class Section:
    """One clause on the policy page; `id` is its anchor."""

    id: str
    title: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class Chapter:
    """The clauses under one heading; `anchor` is made of its number."""

    anchor: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class PolicyPage:
    """Everything that the page of one version shows."""

    version: Version
    newest: Heading
    versions: tuple[Heading, ...]
    chapters: tuple[Chapter, ...]
    promises: tuple[Promise, ...]

    @property
    def is_newest(self) -> bool:
        """Whether this is the version in force."""
        return self.version.number == self.newest.number


@dataclass(frozen=True, slots=True)
class Promise:
    """A figure that people look for first."""

    clause: str
    word: str
    figure: str


def policies_in_force() -> list[Version]:
    """The newest version of every policy; first the one that covers what no other names."""
    return sorted(queries.newest(), key=lambda version: (not version.document.otherwise, version.slug))


def policy_page(slug: str, number: int | None = None) -> PolicyPage:
    """One version of a policy for reading; the newest without a number. Raises `Missing`."""
    version = queries.current(slug) if number is None else queries.version(slug, number)
    versions = tuple(queries.history(slug))
    return PolicyPage(version, versions[0], versions, tuple(_chapters(version)), _promises(version.document))


def _chapters(version: Version) -> Iterator[Chapter]:
    titles = list(dict.fromkeys(clause.chapter for clause in version.clauses))
    for number, title in enumerate(titles, start=1):
        clauses = [clause for clause in version.clauses if clause.chapter == title]
        sections = tuple(Section(c.id, c.title, markdown.html(c.words)) for c in clauses)
        yield Chapter(f"chapter-{number}", title, sections)


def _promises(document: Document) -> tuple[Promise, ...]:
    named = {note.key: note for note in document.figures}
    wanted = (
        ("support_hours", "Support by ticket"),
        ("response_breach_minutes", "An answer"),
        ("resolution_breach_minutes", "A solution, if we can, within"),
        ("rate_coding_cents_per_hour", "Work on your own code"),
        ("rate_other_cents_per_hour", "Other advanced support"),
        ("block_minutes", "Sold in blocks of"),
    )
    # The answer is promised as a span of time; every other figure stands alone.
    shown = {"response_breach_minutes": document.names["response_window"]}
    return tuple(
        Promise(named[key].clause, word, shown.get(key, named[key].shown))
        for key, word in wanted
        if key in named
    )


@dataclass(frozen=True)
class ChangesPage:
    """What one version changed over the one before; `before` is None for the first."""

    version: Version
    before: Version | None
    differences: Differences | None


def changes_page(slug: str, number: int) -> ChangesPage:
    """The differences of a version to its predecessor. Raises `Missing`."""
    version = queries.version(slug, number)
    if number == 1:
        return ChangesPage(version, None, None)
    before = queries.version(slug, number - 1)
    return ChangesPage(version, before, differences.compare(before.document, version.document))
