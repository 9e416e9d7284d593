"""The front page: who we are, and how to reach support."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hostdesk.kit import moments
from hostdesk.policy import queries as policy
from hostdesk.policy.rules.sla import open_hours


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """One printed page; its promise is that of the policy in force, and absent before one is published."""
    hosting = next((one for one in policy.newest() if one.slug == policy.HOSTING), None)
    answer_within = moments.in_words(hosting.terms.response_breach) if hosting else ""
    hours = open_hours(hosting.terms) if hosting else None
    always = hours is not None and hours.week.is_always and not hours.holidays
    context = {"operator": policy.operator(), "answer_within": answer_within, "always": always}
    return render(request, "web/front.html", context)
