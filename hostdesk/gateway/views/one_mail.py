"""One inbound mail: what became of it and why, what stands in it, its source; and what a person does about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from hostdesk.gateway import mailroom, queries
from hostdesk.gateway.actions import by_hand
from hostdesk.gateway.views import wishes
from hostdesk.gateway.views.faces import inbound_lines, judgements
from hostdesk.gateway.views.reading import letter_of, piece_of_source, settled_after, why_not_checked
from hostdesk.kit.keyed_links import without_keys
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.mail import showing
from hostdesk.mail.auth import sentences_of
from hostdesk.mail.models import InboundMail
from hostdesk.mail.reading import Formatted
from hostdesk.people.access import agents_only
from hostdesk.people.looking import Kind, saw
from hostdesk.people.requests import DeskRequest
from hostdesk.web import flash
from hostdesk.web.htmx import go
from hostdesk.web.htmx import show as show_fragment

_NOTHING_RUNS = "default-src 'none'; sandbox"


@require_GET
@agents_only
def mail(request: DeskRequest, pk: int) -> HttpResponse:
    """What became of it and why, who wrote it and how that is known, and what stands in it."""
    found = _seen(request, pk, "mail")
    page = queries.page_of_mail(found)
    read = mailroom.words_of(found) if found.digest else None
    found_out = [sentence for one in page.decisions for sentence in sentences_of(one.facts)]
    context: dict[str, Any] = {  # a template context holds anything
        "place": "mailroom",
        "mail": found,
        "line": inbound_lines([found], request.at)[0],
        "letter": letter_of(read) if read else None,
        "judgements": judgements(page.decisions),
        "checks": list(dict.fromkeys(found_out)),
        "not_checked": why_not_checked(read),
        "events": page.events,
        "settled_after": settled_after(found),
        "may_open": found.digest is not None and found.disposition in by_hand.NOT_LET_IN,
    }
    return render(request, "gateway/desk/mail.html", context)


@require_GET
@agents_only
def source(request: DeskRequest, pk: int) -> HttpResponse:
    """The mail byte for byte, as a download."""
    found = _seen(request, pk, "source")
    return _download(mailroom.source_for(found, request.agent), f"mail-{found.pk}.eml")


@require_GET
@agents_only
def source_text(request: DeskRequest, pk: int) -> HttpResponse:
    """The source on the screen, a piece at a time, with every sign that could deceive the eye spelled out."""
    found = _seen(request, pk, "source")
    piece = piece_of_source(
        mailroom.source_for(found, request.agent), wishes.number(request.GET.get("from")) or 0
    )
    address = reverse("gateway:source_text", args=[pk])
    context = {
        "place": "mailroom",
        "mail": found,
        "line": inbound_lines([found], request.at)[0],
        "piece": piece,
        "previous": f"{address}?from={piece.before}" if piece.before is not None else "",
        "following": f"{address}?from={piece.after}" if piece.after is not None else "",
    }
    return render(request, "gateway/desk/source.html", context)


@require_GET
@agents_only
def file(request: DeskRequest, pk: int, place: int) -> HttpResponse:
    """One file of the mail, by its place in it: always to be saved, never shown."""
    found = mailroom.file_for(_seen(request, pk, "mail_file"), request.agent, place)
    return _download(found.content, without_keys(found.filename) or f"file-{place}")


def _seen(request: DeskRequest, pk: int, kind: Kind) -> InboundMail:
    """The mail for this agent, who is kept as having looked at it."""
    found = queries.mail_for_agent(request.agent, pk)
    saw(request, kind, pk, customer=lambda: queries.customer_of(found.ticket_number))
    return found


def _download(content: bytes, filename: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=filename
    )
    response.headers["Content-Security-Policy"] = _NOTHING_RUNS
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
@agents_only
def formatted(request: DeskRequest, pk: int) -> HttpResponse:
    """The mail with its own formatting: the document in the frame, without any rights."""
    pictures = showing.has_pictures_on(request)
    found = _formatted(_seen(request, pk, "mail"), pictures=pictures)
    return showing.page(request, found, pictures=pictures)


@require_GET
@agents_only
def letter(request: DeskRequest, pk: int) -> HttpResponse:
    """The frame with what must be said about it; alone on a page, or a piece of the mail's."""
    pictures = showing.has_pictures_on(request)
    mail_row = _seen(request, pk, "mail")
    found = _formatted(mail_row, pictures=pictures)
    alone, frame = reverse("gateway:letter", args=[pk]), reverse("gateway:formatted", args=[pk])
    context = {
        "place": "mailroom",
        "mail": mail_row,
        "line": inbound_lines([mail_row], request.at)[0],
        "showing": showing.around(found, alone=alone, frame=frame, pictures=pictures),
        "sandbox": showing.SANDBOX,
    }
    return show_fragment(request, "gateway/desk/letter.html", context, fragment="framed")


def _formatted(row: InboundMail, *, pictures: bool) -> Formatted:
    """The formatting of a mail that was fetched for an agent; raises `Missing` when it has none."""
    found = showing.formatted(queries.raw_of(row), kept="", pictures=pictures)
    if not found.html:
        raise Missing
    return found


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
