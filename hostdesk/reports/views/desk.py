"""The evidence, for agents."""

from __future__ import annotations

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hostdesk.people.access import agents_only
from hostdesk.reports import queries


@require_safe
@agents_only
def evidence(request: HttpRequest) -> HttpResponse:
    """Every clause with its live figures; what nothing enforces yet is said plainly."""
    reports = queries.clause_reports(request.at)  # type: ignore[attr-defined]  # set by people.middleware
    standings = Counter(report.standing for report in reports)
    context = {
        "place": "evidence",
        "reports": reports,
        "total": len(reports),
        "carried_out": standings["carried out"],
        "in_part": standings["in part"],
        "not_enforced": standings["not enforced"],
    }
    return render(request, "reports/evidence.html", context)
