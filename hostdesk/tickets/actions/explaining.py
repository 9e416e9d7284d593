"""Why a promise of time was broken: a reason of the policy's own list, given by an agent and kept (sla.best_effort)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent
from hostdesk.policy import queries as policy
from hostdesk.policy.rules import sla as sla_rules
from hostdesk.tickets.models import Breach

CLAUSE = "sla.best_effort"
MOST_WORDS = 500


def explain(breach: Breach, reason: str, *, words: str = "", by: Agent, at: datetime) -> Breach:
    """Keep why this promise was broken; said again, the later word stands and the history has both.

    Refused: a reason that the policy version of the promise does not name. Clauses: sla.best_effort, sla.delays.
    """
    terms = policy.by_id(breach.policy_version_id).terms
    if not sla_rules.explains_delay(reason, terms):
        named = ", ".join(one.replace("_", " ") for one in terms.delay_reasons)
        raise Refused(CLAUSE, f"Choose one of the reasons that the policy gives: {named}.")
    said = " ".join(words.split())[:MOST_WORDS]
    with transaction.atomic():
        row = Breach.objects.select_for_update().get(pk=breach.pk)
        row.reason, row.words, row.explained_by, row.explained_at = reason, said, by, at
        row.save(update_fields=["reason", "words", "explained_by", "explained_at"])
        facts: dict[str, Fact] = {
            "clock": row.kind,
            "late_at": row.late_at.isoformat(),
            "reason": reason,
            "words": said,
        }
        note("ticket", row.ticket_id, "explained a breach", by=by.actor(), at=at, facts=facts)
        judged = Judgement(CLAUSE, "explained", facts)
        decide("ticket", row.ticket_id, [judged], version_id=row.policy_version_id, at=at)
        return row
