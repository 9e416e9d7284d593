"""Reading history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hostdesk.audit.models import Decision, Entry, Look
from hostdesk.audit.prepared import Prepared

_HISTORY = Prepared(
    lambda kind, pk: Entry.objects.filter(subject_type=kind, subject_id=pk).order_by("id"), str, int
)
_DECISIONS = Prepared(
    lambda kind, pk: (
        Decision.objects.filter(subject_type=kind, subject_id=pk)
        .select_related("policy_version")
        .defer(
            "policy_version__operator_source",
            "policy_version__text_source",
            "policy_version__terms_source",
            "policy_version__catalogue_source",
        )
        .order_by("id")
    ),
    str,
    int,
)


def history_of(subject_type: str, subject_id: int) -> list[Entry]:
    """All events of one thing, oldest first."""
    return _HISTORY(subject_type, subject_id)


def moments_of(subject_type: str, subject_ids: Iterable[int], *, verb: str) -> dict[int, datetime]:
    """When this happened first to each of some things, by key; those to which it did not are left out. One query."""
    rows = Entry.objects.filter(subject_type=subject_type, subject_id__in=list(subject_ids), verb=verb)
    return dict(rows.order_by("-id").values_list("subject_id", "at"))


def decisions_of(subject_type: str, subject_ids: Iterable[int]) -> list[Decision]:
    """All judgements about some things of one kind, oldest first, each with its policy version without its sources.

    One read a thing: for the one or two things of a page.
    """
    found = [decision for pk in subject_ids for decision in _DECISIONS(subject_type, pk)]
    return sorted(found, key=lambda decision: decision.pk)


def looks_at_customer(customer_id: int, *, limit: int) -> list[Look]:
    """Who looked at anything of a customer's, newest first."""
    return list(Look.objects.filter(customer_id=customer_id).order_by("-id")[:limit])


def looks_of_agent(agent_id: int, *, before: int | None, limit: int) -> list[Look]:
    """What an agent looked at, newest first; `before` is the last row of the page before."""
    looks = Look.objects.filter(agent_id=agent_id).order_by("-id")
    return list((looks.filter(pk__lt=before) if before is not None else looks)[:limit])
