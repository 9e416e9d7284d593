"""The mailroom: what came in and what became of it, what goes out and where it stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from hostdesk.gateway import mailroom, queries
from hostdesk.gateway.actions import by_hand
from hostdesk.gateway.views.faces import (
    DISPOSITIONS,
    OUTBOUND_STATES,
    inbound_lines,
    judgements,
    outbound_lines,
    tabs,
)
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.mail.actions import send_again
from hostdesk.people.access import agents_only
from hostdesk.people.requests import DeskRequest
from hostdesk.web import flash
from hostdesk.web.htmx import go

PAGE = 50


@require_GET
@agents_only
def inbound(request: DeskRequest) -> HttpResponse:
    """Inbound mails by disposition, counted so that nothing can go missing unseen. Clause: contact.unlisted."""
    agent, now = request.agent, request.at
    word, typed = (
        _one_of(request, "disposition", DISPOSITIONS),
        request.GET.get("q", "").replace("\0", "").strip()[:200],
    )
    before = _number(request.GET.get("before"))
    mails = queries.inbound_page(agent, disposition=word, typed=typed, before=before, limit=PAGE + 1)
    counts = mailroom.counts_for_agent(agent)
    first = not (typed or before) and word in ("", "closed")
    address = reverse("gateway:mailroom")
    kept = {"disposition": word, "q": typed}
    context = {
        "place": "mailroom",
        "tabs": tabs(
            DISPOSITIONS, counts, whole="received", chosen=word, address=address, parameter="disposition"
        ),
        "resembling": inbound_lines(queries.resembling(agent), now) if first else [],
        "rows": inbound_lines(mails[:PAGE], now),
        "typed": typed,
        "word": word,
        "following": _following(address, kept, [mail.pk for mail in mails]),
    }
    return render(request, "gateway/desk/inbound.html", context)


@require_GET
@agents_only
def mail(request: DeskRequest, pk: int) -> HttpResponse:
    """One inbound mail: what became of it and why, and what stands in it."""
    found = queries.mail_for_agent(request.agent, pk)
    page = queries.page_of_mail(found)
    context: dict[str, Any] = {  # a template context holds anything
        "place": "mailroom",
        "mail": found,
        "line": inbound_lines([found], request.at)[0],
        "read": mailroom.words_of(found) if found.digest else None,
        "judgements": judgements(page.decisions),
        "events": page.events,
        "may_open": found.digest is not None and found.ticket_number is None,
    }
    return render(request, "gateway/desk/mail.html", context)


@require_GET
@agents_only
def source(request: DeskRequest, pk: int) -> HttpResponse:
    """The mail byte for byte, as a download."""
    found = queries.mail_for_agent(request.agent, pk)
    response = HttpResponse(queries.raw_of(found), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="mail-{found.pk}.eml"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_POST
@agents_only
def open_as_ticket(request: DeskRequest, pk: int) -> HttpResponse:
    """A person says that the mail was closed wrongly. Clause: contact.unlisted."""
    found = queries.mail_for_agent(request.agent, pk)
    try:
        ticket = by_hand.open_as_ticket(found, by=request.agent, at=request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
        return go(request, reverse("gateway:mail", args=[found.pk]))
    flash.done(request, "Opened as a ticket. Nothing was sent to the sender; find out who it is first.")
    return go(request, reverse("tickets:ticket", args=[ticket.pk]))


@require_POST
@agents_only
def judge_again(request: DeskRequest, pk: int) -> HttpResponse:
    """Have the mail judged once more."""
    found = queries.mail_for_agent(request.agent, pk)
    try:
        by_hand.run_again(found, by=request.agent, at=request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        flash.done(request, "It is judged again now; reload in a moment to see what became of it.")
    return go(request, reverse("gateway:mail", args=[found.pk]))


@require_GET
@agents_only
def outbound(request: DeskRequest) -> HttpResponse:
    """Mails on their way out, sent, failed and held back."""
    agent = request.agent
    state, before = _one_of(request, "state", OUTBOUND_STATES), _number(request.GET.get("before"))
    mails = mailroom.outbound_page(agent, state=state, before=before, limit=PAGE + 1)
    address = reverse("gateway:outbound")
    counts = mailroom.outbound_counts_for_agent(agent)
    context = {
        "place": "mailroom",
        "tabs": tabs(
            OUTBOUND_STATES, counts, whole="written", chosen=state, address=address, parameter="state"
        ),
        "rows": outbound_lines(mails[:PAGE], request.at),
        "following": _following(address, {"state": state}, [mail.pk for mail in mails]),
    }
    return render(request, "gateway/desk/outbound.html", context)


@require_GET
@agents_only
def outbound_mail(request: DeskRequest, pk: int) -> HttpResponse:
    """One outbound mail: where it stands, the last answer of the other side, and its text."""
    found = queries.outbound_mail_for_agent(request.agent, pk)
    context = {
        "place": "mailroom",
        "mail": found,
        "line": outbound_lines([found], request.at)[0],
        "readable": mailroom.may_be_read(found),
        "may_send": found.state in ("failed", "held"),
    }
    return render(request, "gateway/desk/outbound_mail.html", context)


@require_POST
@agents_only
def delivery(request: DeskRequest, pk: int) -> HttpResponse:
    """Let a failed or held mail go out after all."""
    found = queries.outbound_mail_for_agent(request.agent, pk)
    try:
        send_again(found, by=request.agent.actor(), at=request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        flash.done(request, "It goes out again now.")
    return go(request, reverse("gateway:outbound_mail", args=[found.pk]))


def _one_of(request: DeskRequest, name: str, known: dict[str, Any]) -> str:
    """A filter of the address; `Missing` for a word that is none. `Any`: only the keys are looked at."""
    word = request.GET.get(name, "")
    if word and word not in known:
        raise Missing
    return word


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None  # noqa: PLR2004


def _following(address: str, kept: dict[str, str], pks: list[int]) -> str:
    """The address of the next page; "" at the end. `pks` holds one more than a page when there is one."""
    if len(pks) <= PAGE:
        return ""
    filters = {name: value for name, value in kept.items() if value}
    return f"{address}?{urlencode({**filters, 'before': str(pks[PAGE - 1])})}"
