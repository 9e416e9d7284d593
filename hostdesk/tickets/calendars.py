"""The times of larger work as an iCalendar (RFC 5545), for the programs of agents and contacts.

A calendar is copied to servers that are not ours. So it tells a ticket's number, the kind of work and the time, and leads to
the ticket behind the sign-in; no subject, no customer, no words of anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import Literal

from django.conf import settings
from icalendar import Calendar, Event, vDuration

from hostdesk.policy import queries as policy
from hostdesk.tickets.models import WindowBooking
from hostdesk.tickets.slot_mails import work_in_words

STATUS = {
    "proposed": "TENTATIVE",
    "agreed": "CONFIRMED",
    "done": "CONFIRMED",
    "verified": "CONFIRMED",
    "not_right": "CONFIRMED",
    "missed": "CANCELLED",
    "released": "CANCELLED",
}
_READ_AGAIN = timedelta(hours=1)
Area = Literal["desk", "client"]


def calendar_of(bookings: Iterable[WindowBooking], *, area: Area) -> bytes:
    """These times as a calendar; instants in UTC, so that no program has to know our zone.

    An event keeps its UID through every move and counts SEQUENCE up; what was given up or missed is CANCELLED.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//hostdesk//quiet times//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{policy.operator().name}: quiet times")
    calendar.add("refresh-interval", vDuration(_READ_AGAIN), parameters={"value": "DURATION"})
    for booking in bookings:
        calendar.add_component(_event(booking, area))
    return calendar.to_ical()  # type: ignore[no-any-return]  # the library names no type


def _event(booking: WindowBooking, area: Area) -> Event:
    ticket, window = booking.ticket, booking.window
    event = Event()
    event.add("uid", f"quiet-time-{booking.pk}@{policy.operator().mail_domain}")
    event.add("dtstamp", booking.changed_at.astimezone(UTC))
    event.add("last-modified", booking.changed_at.astimezone(UTC))
    event.add("created", booking.proposed_at.astimezone(UTC))
    event.add("sequence", booking.sequence)
    event.add("dtstart", window.begins_at.astimezone(UTC))
    event.add("dtend", window.ends_at.astimezone(UTC))
    event.add("status", STATUS[booking.state])
    event.add("class", "PRIVATE")
    event.add("summary", f"Ticket {ticket.number}: {work_in_words(booking.work)}")
    event.add("url", f"{settings.HOSTDESK_URL}/{area}/tickets/{ticket.number}")
    event.add("transp", "OPAQUE" if area == "desk" else "TRANSPARENT")
    return event
