"""A request and the control panel of its account's server: what would change, do it once, take it back.

These pages speak with the network, so each is an address of its own that the page of the request loads.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people.access import agents_only, recently_proven
from hostdesk.people.looking import saw
from hostdesk.people.requests import DeskRequest
from hostdesk.requests.actions import carrying, through_panel
from hostdesk.requests.forms import BeforeForm
from hostdesk.requests.models import RunState
from hostdesk.requests.queries import request_for_agent
from hostdesk.requests.standing import case_of
from hostdesk.requests.views.desk import can_do
from hostdesk.web import flash
from hostdesk.web.htmx import go, show

_ENDED: dict[str, str] = {
    RunState.DONE: "Done, and seen on the panel.",
    RunState.FAILED: "Not done",
    RunState.UNCLEAR: "No clear answer came. The panel is asked again by itself; nothing is sent a second time.",
}
_AT_WORK = "The panel is at it. How it ended stands here, and on the ticket, once it is done."


@require_safe
@agents_only
def preview(request: DeskRequest, pk: int) -> HttpResponse:
    """What the panel shows now and what would change: a piece of the request's page, or a page of its own."""
    found = request_for_agent(request.agent, pk)
    saw(request, "request", pk, customer=lambda: found.account.customer_id)
    case = case_of(found)
    if not can_do(case, request.agent).begin:
        # It has gone on meanwhile, or it is another's turn: its own page says how it stands.
        return go(request, reverse("requests:desk_request", args=[found.pk]))
    context = {
        "place": "requests",
        "case": case,
        "preview": through_panel.preview(found),
        "behind_link": carrying.is_chosen_behind_link(case),
        "before_form": BeforeForm(),
    }
    return show(request, "requests/desk/preview.html", context, fragment="preview")


@require_POST
@agents_only
@recently_proven
def panel_run(request: DeskRequest, pk: int) -> HttpResponse:
    """Let the panel do what was shown, once."""
    found = request_for_agent(request.agent, pk)
    try:
        run = through_panel.carry_out(
            found, seen=request.POST.get("seen", "")[:64], by=request.agent, at=request.at
        )
    except Refused as no:
        flash.said_no(request, no)
    else:
        if run.state == RunState.FAILED:
            flash.said_no(request, Refused("", f"{_ENDED[run.state]}: {run.answer}"))
        else:
            flash.done(request, _AT_WORK if run.is_at_work else _ENDED[run.state])
    return go(request, reverse("requests:desk_request", args=[found.pk]))


@require_POST
@agents_only
@recently_proven
def run_undo(request: DeskRequest, pk: int) -> HttpResponse:
    """Take the last carrying out back, where the panel can and nothing was changed since."""
    found = request_for_agent(request.agent, pk)
    done = [one for one in found.runs.all() if one.state == RunState.DONE and one.undoes_id is None]
    if not done:
        raise Missing
    try:
        taken = through_panel.undo(done[-1], by=request.agent, at=request.at)
    except Refused as no:
        flash.said_no(request, no)
    else:
        if taken.state == RunState.FAILED:
            flash.said_no(request, Refused("", f"Not taken back: {taken.answer}"))
        elif taken.state == RunState.DONE:
            flash.done(request, "It is taken back.")
        else:
            flash.done(request, "Whether it is taken back is not clear yet.")
    return go(request, reverse("requests:desk_request", args=[found.pk]))
