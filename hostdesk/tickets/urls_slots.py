"""Addresses of the time of larger work; the verbs are nouns."""

from __future__ import annotations

from django.urls import path

from hostdesk.tickets.views import calendars, client_slot, desk_slot, desk_windows

SLOTS = [
    path("desk/windows/", desk_windows.windows, name="windows"),
    path("desk/windows/new", desk_windows.window_new, name="window_new"),
    path("desk/windows/<int:pk>/capacity", desk_windows.capacity, name="window_capacity"),
    path("desk/windows/<int:pk>/closing", desk_windows.closing, name="window_closing"),
    path("desk/tickets/<slug:number>/slot", desk_slot.slot, name="slot"),
    path("desk/tickets/<slug:number>/slot/proposal", desk_slot.proposal, name="slot_proposal"),
    path("desk/tickets/<slug:number>/slot/agreement", desk_slot.agreement, name="slot_agreement"),
    path("desk/tickets/<slug:number>/slot/move", desk_slot.move, name="slot_move"),
    path("desk/tickets/<slug:number>/slot/release", desk_slot.release, name="slot_release"),
    path("desk/tickets/<slug:number>/slot/work", desk_slot.work, name="slot_work"),
    path("desk/tickets/<slug:number>/slot/verification", desk_slot.verification, name="slot_verification"),
    path("client/tickets/<slug:number>/slot", client_slot.slot, name="client_slot"),
    path("client/tickets/<slug:number>/slot/choice", client_slot.choice, name="client_slot_choice"),
    path("client/tickets/<slug:number>/slot/release", client_slot.release, name="client_slot_release"),
    path(
        "client/tickets/<slug:number>/slot/verification",
        client_slot.verification,
        name="client_slot_verification",
    ),
    path("desk/windows/calendar", calendars.for_agent, name="desk_calendar"),
    path("desk/windows/calendar/end", calendars.agent_end, name="desk_calendar_end"),
    path("client/calendar", calendars.for_contact, name="client_calendar"),
    path("client/calendar/end", calendars.contact_end, name="client_calendar_end"),
    path("calendar/<str:token>.ics", calendars.feed, name="calendar_feed"),
    path("quiet-times/<str:token>", client_slot.by_link, name="slot_by_link"),
]
