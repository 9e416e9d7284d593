"""The contact chooses the new password of a mailbox: it goes to the control panel, and nobody here sees or keeps it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people.access import contacts_only
from hostdesk.people.requests import ClientRequest
from hostdesk.requests.actions import through_panel
from hostdesk.requests.forms import PasswordForm
from hostdesk.requests.models import RunState
from hostdesk.requests.previews import Preview, for_contacts
from hostdesk.requests.queries import contact_on, request_for_person
from hostdesk.requests.rules import CHOSEN_HERE
from hostdesk.requests.standing import Case, case_of
from hostdesk.requests.views.client import can_say
from hostdesk.web import flash
from hostdesk.web.htmx import go

_BY_HAND = "We set this password by hand, and tell you how you get it. There is nothing to do here."
_SAID = {
    RunState.DONE: "The new password is set.",
    RunState.UNCLEAR: "The server has not answered clearly. Try the new password in some minutes; this page says how it ended.",
}


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@contacts_only
def password(request: ClientRequest, pk: int) -> HttpResponse:
    """One field, one button; only for who asked, once the request is ready. Clause: contact.password."""
    found = request_for_person(request.person, pk)
    me = contact_on(request.person, found)
    case = case_of(found)
    if not can_say(case, me).choose_password:
        if case.kind.carried_out != CHOSEN_HERE or found.state not in ("doing", "unclear"):
            raise Missing
        # It was chosen, and the page of the request says what became of it.
        return go(request, reverse("requests:client_request", args=[found.pk]))
    form = PasswordForm(request.POST or None, account=found.account)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return _page(request, case, form, through_panel.preview(found), status)
    try:
        run = through_panel.set_password(found, form.cleaned_data["password"], by=me, at=request.at)
    except Refused as no:
        form.add_error("password", for_contacts(no.sentence))
        return _page(request, case, form, through_panel.preview(found), 422)
    if run.state == RunState.FAILED:
        form.add_error("password", f"The server did not take it: {for_contacts(run.answer)}")
        return _page(request, case, form, through_panel.preview(found), 422)
    flash.done(request, _SAID[RunState(run.state)])
    return go(request, reverse("requests:client_request", args=[found.pk]))


def _page(
    request: ClientRequest, case: Case, form: PasswordForm, preview: Preview, status: int
) -> HttpResponse:
    shut = _BY_HAND if preview.by_hand_because else for_contacts(preview.problem)
    context = {"area": "requests", "case": case, "form": form, "shut": shut}
    return render(request, "requests/client/password.html", context, status=status)
