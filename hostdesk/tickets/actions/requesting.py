"""Whose turn it is on a ticket while a request to change the account runs on it."""

from __future__ import annotations

from datetime import datetime

from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.actions.writing import settle
from hostdesk.tickets.models import ENDED, Ticket, TicketState


def await_customer(ticket: Ticket, *, cause: str, at: datetime) -> None:
    """The customer must say something: the ticket waits for them, and so does the resolution clock (sla.resolve)."""
    row = locked(ticket)
    if row.state == TicketState.OPEN:
        settle(row, TicketState.WAITING_CUSTOMER, cause=cause, at=at)


def back_to_us(ticket: Ticket, *, cause: str, at: datetime) -> None:
    """It is our turn again; a ticket in the queue or ended stays as it is."""
    row = locked(ticket)
    if row.state == TicketState.WAITING_CUSTOMER and row.state not in ENDED:
        settle(row, TicketState.OPEN, cause=cause, at=at)
