"""The quiet time of a ticket in the client area, and behind the mailed link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hostdesk.kit import moments
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people.access import anybody, contacts_only
from hostdesk.people.models import Contact
from hostdesk.people.requests import ClientRequest
from hostdesk.schedule.queries import window_of_team
from hostdesk.tickets.actions import slot_work, slots
from hostdesk.tickets.forms_slots import WindowForm
from hostdesk.tickets.models import ENDED, Ticket, WindowBooking
from hostdesk.tickets.queries.access import ticket_for_person, writing_contact
from hostdesk.tickets.queries.slots import booking_of, slot_for_contact
from hostdesk.tickets.slot_mails import work_in_words
from hostdesk.tickets.views.slot_words import spoken, zone
from hostdesk.web import flash
from hostdesk.web.behind_links import page_behind_link
from hostdesk.web.htmx import go, show


@require_safe
@contacts_only
def slot(request: ClientRequest, number: str) -> HttpResponse:
    """What is proposed or agreed, and the times to choose from: a piece of the ticket's page, or a page of its own."""
    ticket, at = ticket_for_person(request.person, number), request.at
    found = slot_for_contact(ticket, at=at)
    booking = found.booking
    if booking is not None and (booking.state == "released" or ticket.state in ENDED):
        booking = None
    context = {
        "area": "tickets",
        "ticket": ticket,
        "booking": booking,
        "may": writing_contact(request.person, ticket) is not None,
        "when": spoken(booking.window, at) if booking else "",
        "heading": _unbroken(spoken(booking.window, at)) if booking else "",
        "was": found.was,
        "why": found.why.rstrip("."),
        "work": work_in_words(booking.work) if booking else "",
        "until": found.until,
        "answer_by": booking.answer_by if booking else None,
        "changeable": found.changeable,
        "windows": [(one, spoken(one, at)) for one in found.windows],
        "zone": zone().key,
    }
    return show(request, "tickets/client/slot.html", context, fragment="panel")


def _unbroken(when: str) -> str:
    """A window in words, for a heading: a line ends between its day and its hours, and nowhere else."""
    return ", ".join(part.replace(" ", "\u00a0") for part in when.split(", "))


@require_POST
@contacts_only
def choice(request: ClientRequest, number: str) -> HttpResponse:
    """Accept the proposal, choose another window instead, or move what is agreed."""

    def verb(ticket: Ticket, contact: Contact, at: datetime) -> object:
        form = WindowForm(request.POST)
        key = form.cleaned_data.get("window") if form.is_valid() else None
        wanted = window_of_team(key, ticket.team_id) if key else None
        booking = booking_of(ticket)
        if booking is not None and booking.state == "agreed":
            if wanted is None:
                raise Refused("sla.offpeak", "Choose one of the times.")
            return slots.move_by_contact(ticket, wanted, by=contact, at=at)
        return slots.accept(ticket, by=contact, at=at, window=wanted)

    return _pressed(request, number, verb, "Thank you. It is agreed; we tell you when it is done.")


@require_POST
@contacts_only
def release(request: ClientRequest, number: str) -> HttpResponse:
    """None of the times suits, or the agreed one does not any more."""

    def verb(ticket: Ticket, contact: Contact, at: datetime) -> object:
        return slots.give_up(ticket, reason="", by=contact, at=at)

    return _pressed(request, number, verb, "Noted. It is our turn; write below which times would suit you.")


@require_POST
@contacts_only
def verification(request: ClientRequest, number: str) -> HttpResponse:
    """The customer looked: it is right, or what is not."""

    def verb(ticket: Ticket, contact: Contact, at: datetime) -> object:
        if request.POST.get("right") == "yes":
            return slot_work.verify_by_contact(ticket, by=contact, at=at)
        return slot_work.not_right(ticket, request.POST.get("words", ""), by=contact, at=at)

    yes = request.POST.get("right") == "yes"
    said = "Good to hear. The ticket is marked as solved." if yes else "Thank you. It is our turn again."
    return _pressed(request, number, verb, said)


def _pressed(
    request: ClientRequest, number: str, verb: Callable[[Ticket, Contact, datetime], object], said: str
) -> HttpResponse:
    ticket = ticket_for_person(request.person, number)
    contact = writing_contact(request.person, ticket)
    if contact is None:
        raise Missing
    try:
        verb(ticket, contact, request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        flash.done(request, said)
    return go(request, reverse("tickets:client_ticket", args=[ticket.number]))


@anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the mailed link: looking changes nothing, the button accepts, once."""
    at = request.at  # type: ignore[attr-defined]  # set by people.middleware

    def press(_: WindowBooking) -> dict[str, object]:
        agreed = slots.accept_by_link(token, at=at)
        return {"agreed": agreed, "when": spoken(agreed.window, at)}

    return page_behind_link(
        request,
        "tickets/client/quiet_time.html",
        slots.of_token(token, at=at),
        gone=slots.GONE,
        question=lambda found: _question(found, at),
        press=press,
    )


def _question(found: WindowBooking, at: datetime) -> dict[str, object]:
    """Number, kind of work and time; nothing else of the ticket for whoever has the link."""
    until = moments.said(found.answer_by, zone(), now=at) if found.answer_by else ""
    return {
        "ticket": found.ticket,
        "when": spoken(found.window, at),
        "work": work_in_words(found.work),
        "until": until,
        "zone": zone().key,
    }
