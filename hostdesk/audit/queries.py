"""Reading history."""

from __future__ import annotations

from collections.abc import Iterable

from hostdesk.audit.models import Decision, Entry


def history_of(subject_type: str, subject_id: int) -> list[Entry]:
    """All events of one thing, oldest first."""
    return list(Entry.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by("id"))


def decisions_of(subject_type: str, subject_ids: Iterable[int]) -> list[Decision]:
    """All judgements about some things of one kind, oldest first, each with its policy version."""
    return list(
        Decision.objects.filter(subject_type=subject_type, subject_id__in=list(subject_ids))
        .select_related("policy_version")
        .defer(
            "policy_version__operator_source",
            "policy_version__text_source",
            "policy_version__terms_source",
            "policy_version__catalogue_source",
        )
        .order_by("id")
    )
