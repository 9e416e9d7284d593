"""A ticket's page."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from hostdesk.kit.refusals import Missing
from hostdesk.mail import showing
from hostdesk.mail.queries import raw_of
from hostdesk.mail.reading import Formatted
from hostdesk.people.access import agents_only
from hostdesk.people.looking import saw
from hostdesk.people.requests import DeskRequest
from hostdesk.tickets.actions import drafting
from hostdesk.tickets.forms import ANSWER, NOTE, AnswerForm, NoteForm
from hostdesk.tickets.models import ENDED, Message, Ticket
from hostdesk.tickets.queries import handing, live
from hostdesk.tickets.queries.access import attachment_for_agent, message_for_agent, ticket_for_agent
from hostdesk.tickets.queries.page import company_on, page_for_agent
from hostdesk.tickets.views import downloads
from hostdesk.tickets.views.desk_aside import contacts, earlier, takers
from hostdesk.tickets.views.desk_rows import STATES, clock_of_ticket
from hostdesk.tickets.views.desk_timeline import timeline, verdicts
from hostdesk.web.htmx import show as show_fragment


@require_GET
@agents_only
def ticket(request: DeskRequest, number: str) -> HttpResponse:
    """Correspondence in the middle, what one needs to know beside it, the answer below."""
    found = ticket_for_agent(request.agent, number)
    saw(request, "ticket", found.pk, customer=found.customer_id)
    return show(request, found)


def show(
    request: DeskRequest,
    found: Ticket,
    *,
    answer: AnswerForm | None = None,
    note: NoteForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a ticket that was fetched for this agent; a form that was refused comes back with its words."""
    return render(request, "tickets/desk/ticket.html", _context(request, found, answer, note), status=status)


def _context(
    request: DeskRequest, found: Ticket, answer: AnswerForm | None, note: NoteForm | None
) -> dict[str, Any]:  # a template context holds anything
    agent, now = request.agent, request.at
    page = page_for_agent(found, agent)
    turn, tone = STATES[found.state]
    return {
        "place": "mine" if found.assignee_id == agent.pk else "queue" if found.assignee_id is None else "all",
        "ticket": found,
        "page": page,
        "turn": turn,
        "tone": tone,
        "ended": found.state in ENDED,
        "closed": found.state == "closed",
        "is_mine": found.assignee_id == agent.pk,
        "timeline": timeline(page, live.unsent_mails_of(found), now),
        "clocks": [clock_of_ticket(clock, found.state, found.state_since, now) for clock in page.clocks],
        "earlier": earlier(page.earlier),
        "contacts": contacts(page.contacts, asked_by=found.contact_id),
        "verdicts": verdicts(page.decisions, now),
        "takers": takers(handing.holders_of(found), but={found.assignee_id, agent.pk}),
        "teams": handing.other_teams(found),
        "answer": answer,
        "answer_text": answer.data.get("text", "") if answer else page.drafts.get(ANSWER, ""),
        "answer_key": _key(answer),
        "jump_reason": answer.data.get("jump_reason", "") if answer else "",
        "note": note,
        "note_text": note.data.get("text", "") if note else page.drafts.get(NOTE, ""),
        "note_key": _key(note),
        "noting": note is not None or (NOTE in page.drafts and ANSWER not in page.drafts),
        "seen": found.updated_at.timestamp(),
    }


def _key(refused: AnswerForm | NoteForm | None) -> str:
    """The key of one press of the button: a form that came back keeps its own."""
    return (refused.data.get("submission") if refused else "") or secrets.token_urlsafe(16)


@require_POST
@agents_only
def presence(request: DeskRequest, number: str) -> HttpResponse:
    """Say that we are here; hear who else is, and whether the page is out of date."""
    found = ticket_for_agent(request.agent, number)
    drafting.be_present(found, by=request.agent, at=request.at, writing=False)
    return render(
        request,
        "tickets/desk/presence.html",
        {
            "ticket": found,
            "company": company_on(found, request.agent, at=request.at),
            "outdated": str(found.updated_at.timestamp()) != request.GET.get("seen"),
        },
    )


@require_GET
@agents_only
def attachment(request: DeskRequest, pk: int) -> HttpResponse:
    """One file of a ticket, as a download."""
    found = attachment_for_agent(request.agent, pk)
    saw(request, "file", pk, customer=lambda: found.message.ticket.customer_id)
    return downloads.download(found)  # type: ignore[return-value]  # it streams


@require_GET
@agents_only
def formatted(request: DeskRequest, pk: int) -> HttpResponse:
    """A mail with its own formatting: the document in the frame, without any rights."""
    pictures = showing.has_pictures_on(request)
    message = message_for_agent(request.agent, pk)
    saw(request, "ticket", message.ticket_id, customer=lambda: message.ticket.customer_id)
    found = _formatted(message, pictures=pictures)
    return showing.page(request, found, pictures=pictures)


@require_GET
@agents_only
def letter(request: DeskRequest, pk: int) -> HttpResponse:
    """The frame with what must be said about it; alone on a page, or a piece of the ticket's."""
    pictures = showing.has_pictures_on(request)
    message = message_for_agent(request.agent, pk)
    saw(request, "ticket", message.ticket_id, customer=lambda: message.ticket.customer_id)
    found = _formatted(message, pictures=pictures)
    alone, frame = reverse("tickets:letter", args=[pk]), reverse("tickets:formatted", args=[pk])
    context = {
        "showing": showing.around(found, alone=alone, frame=frame, pictures=pictures),
        "sandbox": showing.SANDBOX,
        "ticket": message.ticket,
        "place": "all",
    }
    return show_fragment(request, "tickets/desk/letter.html", context, fragment="framed")


def _formatted(message: Message, *, pictures: bool) -> Formatted:
    """The formatting of a message that was fetched for an agent, cleaned anew from the mail it came in by."""
    if not message.html:
        raise Missing
    raw = raw_of(message.inbound_mail) if message.inbound_mail else None
    return showing.formatted(raw, kept=message.html, pictures=pictures)
