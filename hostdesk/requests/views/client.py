"""Requests in the client area."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hostdesk.people.access import contacts_only
from hostdesk.people.requests import ClientRequest
from hostdesk.requests.queries import request_for_person
from hostdesk.requests.standing import case_of


@require_GET
@contacts_only
def request_page(request: ClientRequest, pk: int) -> HttpResponse:
    """How one request stands, and what this contact can say to it."""
    found = request_for_person(request.person, pk)
    return render(request, "requests/client/request.html", {"area": "tickets", "case": case_of(found)})
