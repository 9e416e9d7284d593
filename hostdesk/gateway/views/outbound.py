"""The mailroom, out: what we wrote, where it stands, and the last answer of the other side."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from hostdesk.gateway import counting, mailroom, queries
from hostdesk.gateway.views import wishes
from hostdesk.gateway.views.breakers import open_breakers
from hostdesk.gateway.views.faces import OUTBOUND_STATES, outbound_lines, tabs
from hostdesk.kit.refusals import Refused
from hostdesk.mail import actions
from hostdesk.mail.models import OutboundMail
from hostdesk.people.access import agents_only
from hostdesk.people.looking import saw, saw_list
from hostdesk.people.requests import DeskRequest
from hostdesk.web import flash
from hostdesk.web.htmx import go


@require_GET
@agents_only
def outbound(request: DeskRequest) -> HttpResponse:
    """Mails on their way out, sent, failed and held back."""
    agent = request.agent
    state, typed = wishes.one_of(request, "state", OUTBOUND_STATES), wishes.typed(request)
    before = wishes.number(request.GET.get("before"))
    mails = mailroom.outbound_page(agent, state=state, typed=typed, before=before, limit=wishes.PAGE + 1)
    if typed:
        saw(request, "search", words=typed)
    else:
        saw_list(request, "mails sent")
    address = reverse("gateway:outbound")
    context = {
        "place": "mailroom",
        "tabs": tabs(
            OUTBOUND_STATES,
            counting.outbound_counts_for_agent(agent),
            whole="written",
            chosen=state,
            address=address,
            parameter="state",
            kept={"q": typed} if typed else {},
        ),
        "breakers": open_breakers(queries.breakers_for_agent(agent, at=request.at), request.at),
        "rows": outbound_lines(mails[: wishes.PAGE], request.at),
        "typed": typed,
        "state": state,
        "following": wishes.following(address, {"state": state, "q": typed}, [mail.pk for mail in mails]),
    }
    return render(request, "gateway/desk/outbound.html", context)


@require_GET
@agents_only
def outbound_mail(request: DeskRequest, pk: int) -> HttpResponse:
    """One outbound mail: where it stands, the last answer of the other side, and its text."""
    found = queries.outbound_mail_for_agent(request.agent, pk)
    saw(request, "sent_mail", pk, customer=lambda: queries.customer_of(found.ticket_number))
    context = {
        "place": "mailroom",
        "mail": found,
        "line": outbound_lines([found], request.at)[0],
        "readable": mailroom.may_be_read(found),
        "text": mailroom.text_for(found, request.agent),
        "may_send": found.state in ("failed", "held"),
        "may_hold": found.state == "waiting",
        "events": queries.events_of_outbound(found),
    }
    return render(request, "gateway/desk/outbound_mail.html", context)


@require_POST
@agents_only
def delivery(request: DeskRequest, pk: int) -> HttpResponse:
    """Let a failed or held mail go out after all."""
    return _verb(
        request,
        pk,
        lambda m: actions.send_again(m, by=request.agent.actor(), at=request.at),
        "It goes out again now.",
    )


@require_POST
@agents_only
def holding(request: DeskRequest, pk: int) -> HttpResponse:
    """Keep a waiting mail from leaving."""
    said = "It is held back until somebody sends it again."
    return _verb(request, pk, lambda m: actions.hold_back(m, by=request.agent.actor(), at=request.at), said)


def _verb(request: DeskRequest, pk: int, verb: Callable[[OutboundMail], object], said: str) -> HttpResponse:
    found = queries.outbound_mail_for_agent(request.agent, pk)
    try:
        verb(found)
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        flash.done(request, said)
    return go(request, reverse("gateway:outbound_mail", args=[found.pk]))
