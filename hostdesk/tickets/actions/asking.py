"""A request from a browser, where one button may be pressed twice at the same instant."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError

from hostdesk.kit.actors import Actor
from hostdesk.tickets.actions.opening import Opening, open_ticket
from hostdesk.tickets.models import Ticket


def ask(opening: Opening, *, by: Actor, at: datetime) -> Ticket:
    """`open_ticket` for an opening with a `submission`: however often it comes, and at once, it is one ticket.

    Of two in the same instant the database lets one through, and the other then finds the first's ticket. Not to be
    called inside a transaction, which the one that is turned away would break.
    """
    try:
        return open_ticket(opening, by=by, at=at)
    except IntegrityError:
        return open_ticket(opening, by=by, at=at)
