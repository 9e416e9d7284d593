"""Calendars of the time of larger work: the secret address of an agent or a contact, and what stands behind it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Missing
from hostdesk.people.access import agents_only, anybody, contacts_only
from hostdesk.people.models import Agent
from hostdesk.people.requests import ClientRequest, DeskRequest
from hostdesk.schedule import feeds
from hostdesk.tickets.calendars import calendar_of
from hostdesk.tickets.queries.slots import bookings_for_agent_calendar, bookings_for_person_calendar
from hostdesk.web import flash
from hostdesk.web.htmx import go


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def for_agent(request: DeskRequest) -> HttpResponse:
    """Whether there is an address; a press makes a new one and shows it this once."""
    agent, made = request.agent, ""
    if request.method == "POST":
        made = _address(feeds.renew(agent, by=agent.actor(), at=request.at))
    context = {"place": "windows", "feed": feeds.feed_of(agent), "made": made}
    return render(request, "tickets/desk/calendar.html", context)


@require_POST
@agents_only
def agent_end(request: DeskRequest) -> HttpResponse:
    """The address shows nothing any more."""
    feeds.end(request.agent, by=request.agent.actor(), at=request.at)
    flash.done(request, "The address shows nothing any more.")
    return go(request, reverse("tickets:desk_calendar"))


@require_http_methods(["GET", "HEAD", "POST"])
@contacts_only
def for_contact(request: ClientRequest) -> HttpResponse:
    """Whether there is an address; a press makes a new one and shows it this once."""
    made = ""
    if request.method == "POST":
        made = _address(feeds.renew(request.person, by=_actor(request), at=request.at))
    context = {"area": "tickets", "feed": feeds.feed_of(request.person), "made": made}
    return render(request, "tickets/client/calendar.html", context)


@require_POST
@contacts_only
def contact_end(request: ClientRequest) -> HttpResponse:
    """The address shows nothing any more."""
    feeds.end(request.person, by=_actor(request), at=request.at)
    flash.done(request, "The address shows nothing any more.")
    return go(request, reverse("tickets:client_calendar"))


@require_safe
@anybody
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program reads. The secret in the address is all it has: no cookie is asked for, none is set."""
    owner = feeds.owner_of(token)
    if owner is None:
        raise Missing
    at = request.at  # type: ignore[attr-defined]  # set by people.middleware
    if isinstance(owner, Agent):
        body = calendar_of(bookings_for_agent_calendar(owner, at=at), area="desk")
    else:
        body = calendar_of(bookings_for_person_calendar(owner, at=at), area="client")
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": 'inline; filename="quiet-times.ics"',
        "X-Robots-Tag": "noindex, nofollow",
    }
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)


def _address(token: str) -> str:
    return f"{settings.HOSTDESK_URL}{reverse('tickets:calendar_feed', args=[token])}"


def _actor(request: ClientRequest) -> Actor:
    return Actor("contact", None, request.person.name)
