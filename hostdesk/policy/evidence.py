"""How the clauses kept by this room fare."""

from __future__ import annotations

from datetime import datetime

from hostdesk.policy import queries
from hostdesk.policy.documents import DEDICATED, Sources
from hostdesk.policy.figures import BY_POLICY
from hostdesk.policy.models import PolicyVersion
from hostdesk.policy.registry import Evidence, evidence


@evidence("scope.versions")
def versions(at: datetime) -> Evidence:
    """Every published version still says what it said when it was published."""
    rows = PolicyVersion.objects.filter(published_at__lte=at).order_by("-published_at", "-id")
    changed = []
    for row in rows:
        sources = Sources(row.operator_source, row.text_source, row.terms_source, row.catalogue_source)
        if sources.digest() != row.digest:
            changed.append(f"{row.slug}/{row.number} no longer says what was published")
    count = len(rows)
    in_force = ", ".join(version.label for version in queries.newest())
    sentence = f"{count} published {_plural(count, 'version', 'versions')}, in force: {in_force or 'none'}."
    return Evidence(count, (count - len(changed)) / count if count else None, changed, sentence)


@evidence("scope.dedicated")
def dedicated(at: datetime) -> Evidence:  # noqa: ARG001  (what is in force is in force now)
    """Dedicated servers have a policy of their own, none of whose figures passes as hosting's."""
    policies = queries.newest()
    own = [policy for policy in policies if DEDICATED in policy.products]
    borrowed = [f"{p.label}: {n.key}" for p in own for n in p.document.figures if n.source == BY_POLICY]
    if not own:
        return Evidence(
            0, None, ["no policy in force covers dedicated servers"], "Dedicated servers have no policy."
        )
    sentence = f"{own[0].label} covers dedicated servers; {len(policies)} policies are in force side by side."
    return Evidence(len(own), None, borrowed, sentence)


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
