"""The supervisor of the demo gives broken promises their reasons, every morning at work; those of the last hours have none."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hostdesk.demo.company import Company
from hostdesk.tickets.actions.explaining import explain
from hostdesk.tickets.models import Breach
from hostdesk.tickets.queries.breaches import breaches_for_agent

AFTER_COMING = timedelta(minutes=34)
_NOT_YET = timedelta(hours=14)
"""What broke since yesterday evening is looked into later."""
_WORK_BEGINS, _NOON, _WORK_ENDS = 7, 12, 18
_WORDS = {
    "clarification": "The other department was busy with the same fault.",
    "escalation": "One technician alone at that hour.",
    "peak_time": "",
    "workload": "",
}


def give_reasons(company: Company, zone: ZoneInfo, at: datetime) -> None:
    """Explain the older ones that nobody has explained (sla.best_effort)."""
    pieter = company.staff["pieter"]
    while old := [
        one for one in breaches_for_agent(pieter, unexplained=True, at=at) if one.late_at < at - _NOT_YET
    ]:
        for breach in old:
            reason = _reason(breach, zone)
            explain(breach, reason, words=_WORDS[reason], by=pieter, at=at)


def _reason(breach: Breach, zone: ZoneInfo) -> str:
    hour = breach.late_at.astimezone(zone).hour
    if breach.kind == "consult":
        return "clarification"
    if not _WORK_BEGINS <= hour < _WORK_ENDS:
        return "escalation"
    return "peak_time" if hour < _NOON else "workload"
