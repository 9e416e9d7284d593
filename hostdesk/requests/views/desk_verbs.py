"""What agents do with a request: each address a noun, each a form that also works without scripts."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from hostdesk.kit.refusals import Refused
from hostdesk.people.access import agents_only, recently_proven
from hostdesk.people.requests import DeskRequest
from hostdesk.requests.actions import approving, carrying
from hostdesk.requests.forms import BeforeForm, OutcomeForm, PaymentForm, ReasonForm
from hostdesk.requests.models import AdminRequest
from hostdesk.requests.queries import request_for_agent
from hostdesk.requests.standing import case_of
from hostdesk.requests.views.desk import can_do, show_request
from hostdesk.web import flash
from hostdesk.web.htmx import go

_ENDED = {
    "done": "Done. The contact hears of it.",
    "failed": "Noted as not done. It is ready to be tried again.",
    "unclear": "Noted as unclear. Nobody can begin again before somebody has looked.",
}


@require_POST
@agents_only
@recently_proven
def approval(request: DeskRequest, pk: int) -> HttpResponse:
    """A second agent says yes."""
    found = request_for_agent(request.agent, pk)
    return _said(
        request,
        found,
        "Approved. Another agent carries it out.",
        lambda: approving.approve(found, by=request.agent, at=request.at),
    )


@require_POST
@agents_only
def objection(request: DeskRequest, pk: int) -> HttpResponse:
    """A second agent says no, with the reason that the contact reads."""
    found = request_for_agent(request.agent, pk)
    form = ReasonForm(request.POST, prefix="no")
    if not form.is_valid():
        return show_request(request, found, status=422, objection_form=form)
    reason = form.cleaned_data["reason"]
    return _said(
        request,
        found,
        "Refused. The contact reads why.",
        lambda: approving.object_to(found, reason=reason, by=request.agent, at=request.at),
    )


@require_POST
@agents_only
def refusal(request: DeskRequest, pk: int) -> HttpResponse:
    """An agent ends what cannot be met, with the reason that the contact reads."""
    found = request_for_agent(request.agent, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return show_request(request, found, status=422, refusal_form=form)
    reason = form.cleaned_data["reason"]
    return _said(
        request,
        found,
        "Refused. The contact reads why.",
        lambda: approving.refuse_by_hand(found, reason=reason, by=request.agent, at=request.at),
    )


@require_POST
@agents_only
@recently_proven
def payment(request: DeskRequest, pk: int) -> HttpResponse:
    """Billing notes that the price was paid."""
    found = request_for_agent(request.agent, pk)
    form = PaymentForm(request.POST, currency=found.currency)
    if not form.is_valid():
        return show_request(request, found, status=422, payment_form=form)
    given = form.cleaned_data
    try:
        approving.record_payment(
            found, cents=given["amount"], reference=given["reference"], by=request.agent, at=request.at
        )
    except Refused as no:
        if not can_do(case_of(request_for_agent(request.agent, pk)), request.agent).pay:
            # Meanwhile it waits for no payment, or not for this agent: the page has no form to say it beside.
            flash.said_no(request, no)
            return go(request, _page(found))
        form.add_error(None, no.sentence)
        return show_request(request, found, status=422, payment_form=form)
    flash.done(request, "The payment is noted.")
    return go(request, _page(found))


@require_POST
@agents_only
@recently_proven
def run(request: DeskRequest, pk: int) -> HttpResponse:
    """Begin to carry it out by hand, with what was seen beforehand."""
    found = request_for_agent(request.agent, pk)
    form = BeforeForm(request.POST)
    if not form.is_valid():
        return show_request(request, found, status=422, before_form=form)
    before = {"seen": form.cleaned_data["before"]}
    return _said(
        request,
        found,
        "Begun. It is yours until you say how it ended.",
        lambda: carrying.begin_by_hand(found, before=before, by=request.agent, at=request.at),
    )


@require_POST
@agents_only
def step(request: DeskRequest, pk: int, position: int) -> HttpResponse:
    """Tick off one step of the checklist."""
    found = request_for_agent(request.agent, pk)
    return _said(
        request,
        found,
        "",
        lambda: carrying.tick(found, position=position, by=request.agent, at=request.at),
    )


@require_POST
@agents_only
def outcome(request: DeskRequest, pk: int) -> HttpResponse:
    """How the carrying out under way ended, with what was seen afterwards."""
    found = request_for_agent(request.agent, pk)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        return show_request(request, found, status=422, outcome_form=form)
    under_way = next((one for one in found.runs.all() if one.state in ("asked", "unclear")), None)
    if under_way is None:
        flash.said_no(request, Refused("", "How it ended is noted already; it stands below."))
        return go(request, _page(found))
    given = form.cleaned_data
    try:
        carrying.finish(
            under_way,
            state=given["outcome"],
            after={"seen": given["after"]},
            answer=given["after"],
            by=request.agent,
            at=request.at,
        )
    except Refused as no:
        form.add_error("outcome", no.sentence)
        return show_request(request, found, status=422, outcome_form=form)
    under_way.refresh_from_db(fields=["state"])
    if under_way.state == given["outcome"]:
        flash.done(request, _ENDED[given["outcome"]])
    else:
        first = f"Somebody else noted it before you, as '{under_way.get_state_display()}'. It stands below."
        flash.said_no(request, Refused("", first))
    return go(request, _page(found))


def _said(
    request: DeskRequest, found: AdminRequest, sentence: str, verb: Callable[[], object]
) -> HttpResponse:
    try:
        verb()
    except Refused as no:
        flash.said_no(request, no)
    else:
        if sentence:
            flash.done(request, sentence)
    return go(request, _page(found))


def _page(found: AdminRequest) -> str:
    return reverse("requests:desk_request", args=[found.pk])
