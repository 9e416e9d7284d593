"""A contact who came by a mailed link asks for a new administrative password with one button."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from hostdesk.kit.refusals import Refused
from hostdesk.people.access import contacts_only
from hostdesk.people.queries import contact_for_person
from hostdesk.people.requests import ClientRequest
from hostdesk.requests.actions.asking import Wish, ask

_KIND = "password_reset"


@require_http_methods(["GET", "HEAD", "POST"])
@contacts_only
def lost_password(request: ClientRequest, contact_id: int) -> HttpResponse:
    """What happens, and the button. Pressed twice it points to the first request. Clause: contact.password."""
    contact = contact_for_person(request.person, contact_id)
    context: dict[str, object] = {"area": "tickets", "contact": contact}
    template = "requests/client/lost_password.html"
    if request.method != "POST":
        return render(request, template, context)
    wish = Wish(kind=_KIND, contact=contact, channel="client", words="I lost the administrative password.")
    try:
        made = ask(wish, by=contact.actor(), at=request.at)
    except Refused as refusal:
        return render(request, template, {**context, "refusal": refusal}, status=422)
    return render(request, template, {**context, "made": made})
