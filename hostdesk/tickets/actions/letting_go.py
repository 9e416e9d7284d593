"""A ticket that ends needs no place in a window any more."""

from __future__ import annotations

from datetime import datetime

from hostdesk.schedule.actions import give_place_back
from hostdesk.tickets.models import LIVE_SLOTS, Ticket, WindowBooking


def let_go(ticket: Ticket, *, cause: str, at: datetime) -> WindowBooking | None:
    """Give the place of a locked ticket back, if it has one that is not worked in yet. Clause: sla.offpeak."""
    booking = WindowBooking.objects.select_for_update().filter(ticket=ticket, state__in=LIVE_SLOTS).first()
    if booking is None:
        return None
    give_place_back(booking.window_id)
    booking.state, booking.end_cause = WindowBooking.State.RELEASED, cause[:300]
    booking.token_sha256, booking.answer_by = None, None
    booking.sequence += 1
    booking.changed_at = at
    booking.save(update_fields=["state", "end_cause", "token_sha256", "answer_by", "sequence", "changed_at"])
    return booking
