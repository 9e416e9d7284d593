"""Policies in force and before: parsed once a process, and asked for at the price of one indexed query."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from hostdesk.kit.refusals import Misconfigured, Missing
from hostdesk.policy import documents
from hostdesk.policy.catalogue import Catalogue
from hostdesk.policy.documents import Document, Sources
from hostdesk.policy.models import PolicyVersion
from hostdesk.policy.operators import Operator
from hostdesk.policy.rules.scope import Reach, policy_for
from hostdesk.policy.terms import Terms
from hostdesk.policy.text import ClauseText

HOSTING = "hosting"
_KEPT_PARSED = 256
_REMEMBERED_SECONDS = 1.0
_lately = threading.local()


@dataclass(frozen=True, slots=True)
class Heading:
    """A published version without its contents."""

    id: int
    slug: str
    number: int
    published_at: datetime
    published_by: str

    @property
    def label(self) -> str:
        """`hosting/1`, as Decisions record it."""
        return f"{self.slug}/{self.number}"


@dataclass(frozen=True)
class Version:
    """A published version, parsed; `label` is what Decisions record."""

    id: int
    slug: str
    number: int
    label: str
    published_at: datetime
    published_by: str
    document: Document

    @property
    def terms(self) -> Terms:
        """The figures."""
        return self.document.terms

    @property
    def catalogue(self) -> Catalogue:
        """What customers may ask for."""
        return self.document.catalogue

    @property
    def clauses(self) -> tuple[ClauseText, ...]:
        """The words, clause by clause."""
        return self.document.clauses

    @property
    def operator(self) -> Operator:
        """Who published it."""
        return self.document.operator

    @property
    def title(self) -> str:
        """Its heading."""
        return self.document.title

    @property
    def products(self) -> tuple[str, ...]:
        """The product kinds that it names."""
        return self.document.products


def current(slug: str = HOSTING) -> Version:
    """The version of a policy in force now: the newest. One indexed query; parsed at most once a process.

    Raises `Missing` when nothing is published under that name.
    """
    if getattr(_lately, "held", None) is not None:
        found = next((one for one in newest() if one.slug == slug), None)
    else:
        rows = _rows(
            "SELECT id, digest FROM policy_policyversion WHERE slug = %s ORDER BY number DESC LIMIT 1", slug
        )
        found = _parsed(*rows[0]) if rows else None
    if found is None:
        raise Missing(f"no policy '{slug}' is published")
    return found


def version(slug: str, number: int) -> Version:
    """One published version. Raises `Missing`."""
    found = PolicyVersion.objects.filter(slug=slug, number=number).values_list("id", "digest").first()
    if found is None:
        raise Missing(f"no version {slug}/{number} is published")
    return _parsed(*found)


def by_id(version_id: int) -> Version:
    """The version that a Decision recorded. Raises `Missing`."""
    found = PolicyVersion.objects.filter(pk=version_id).values_list("id", "digest").first()
    if found is None:
        raise Missing("no such version of a policy is published")
    return _parsed(*found)


def known(version_id: int, digest: str) -> Version:
    """The version of a row whose digest was read beside it: no question to the database once it was parsed here."""
    return _parsed(version_id, digest)


def history(slug: str) -> list[Heading]:
    """All versions of a policy, newest first."""
    rows = PolicyVersion.objects.filter(slug=slug).order_by("-number")
    return [Heading(*row) for row in rows.values_list("id", "slug", "number", "published_at", "published_by")]


def newest() -> list[Version]:
    """The version in force of every policy, by slug."""
    held: list[Version] | None = getattr(_lately, "held", None)
    if held is None:
        return _newest()
    if not held:
        held += _newest()
    return list(held)


@contextmanager
def held() -> Iterator[None]:
    """Inside, this thread goes on with the versions that were in force at its first question.

    For a short piece of work that is one moment of the desk's, such as a batch of mails.
    """
    before = getattr(_lately, "held", None)
    _lately.held = [] if before is None else before
    try:
        yield
    finally:
        _lately.held = before


def _newest() -> list[Version]:
    rows = _rows("SELECT slug, id, digest FROM policy_policyversion ORDER BY slug, number")
    return [
        _parsed(version_id, digest) for version_id, digest in {slug: rest for slug, *rest in rows}.values()
    ]


def policy_for_product(product: str) -> Version:
    """The policy that covers a product kind; for one that no policy names, the policy that takes everything
    else.

    Raises `Missing` before anything is published. Clause: scope.dedicated.
    """
    policies = {policy.slug: policy for policy in newest()}
    reaches = {slug: Reach(policy.products, policy.document.otherwise) for slug, policy in policies.items()}
    slug = policy_for(product, reaches)
    if slug is None:
        raise Missing("no policy is published")
    return policies[slug]


def operator() -> Operator:
    """Who runs this desk, as published last; before the first publication, as the policy folder says.

    Names and addresses decide nothing by themselves, and every page and mail asks for them several times: a
    thread may go on with what it read less than a second ago. Figures and clauses are never remembered so.
    """
    read_at, known = getattr(_lately, "operator", (0.0, None))
    # A duration inside one thread, no instant of the desk.
    now = time.monotonic()
    if known is None or now - read_at > _REMEMBERED_SECONDS:
        known = _operator_now()
        _lately.operator = (now, known)
    return known


def forget() -> None:
    """Read all anew at the next question; for whoever has just published."""
    _lately.operator = (0.0, None)
    if getattr(_lately, "held", None):
        _lately.held.clear()


def _operator_now() -> Operator:
    rows = _rows("SELECT id, digest FROM policy_policyversion ORDER BY id DESC LIMIT 1")
    return _parsed(*rows[0]).operator if rows else _operator_of_folder(Path(settings.HOSTDESK_POLICY))


def _rows(statement: str, *parameters: str) -> list[tuple[Any, ...]]:  # Any: columns of several types
    """Rows of a plain statement: these questions stand before every judgement, and the ORM would cost ten
    times more.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


@lru_cache(maxsize=4)
def _operator_of_folder(path: Path) -> Operator:
    return documents.load_operator(path)


@lru_cache(maxsize=_KEPT_PARSED)
def _parsed(version_id: int, digest: str) -> Version:
    """The row, read. The digest is part of the key: an id alone could mean another row after a restored
    backup.
    """
    row = PolicyVersion.objects.get(pk=version_id)
    sources = Sources(row.operator_source, row.text_source, row.terms_source, row.catalogue_source)
    label = f"{row.slug}/{row.number}"
    if sources.digest() != digest:
        raise Misconfigured(
            label, "was changed in the database after its publication: its digest does not fit its text"
        )
    document = documents.read(row.slug, sources, label=label, strict=False)
    return Version(row.pk, row.slug, row.number, label, row.published_at, row.published_by, document)
