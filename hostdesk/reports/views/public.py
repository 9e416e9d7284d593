"""The support policies, for everybody: in force, earlier, and what changed. Clauses: scope.published,
scope.versions.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hostdesk.people.access import anybody
from hostdesk.reports import queries


@require_safe
@anybody
def policies(request: HttpRequest) -> HttpResponse:
    """All policies in force."""
    return render(request, "reports/policies.html", {"policies": queries.policies_in_force()})


@require_safe
@anybody
def newest(request: HttpRequest, slug: str) -> HttpResponse:
    """A policy as it is in force now."""
    return render(request, "reports/policy.html", {"page": queries.policy_page(slug)})


@require_safe
@anybody
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A policy as it was in one version."""
    return render(request, "reports/policy.html", {"page": queries.policy_page(slug, number)})


@require_safe
@anybody
def changes(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What one version changed."""
    return render(request, "reports/changes.html", {"page": queries.changes_page(slug, number)})
