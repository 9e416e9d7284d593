"""One row, held still for the length of a verb."""

from __future__ import annotations

from hostdesk.tickets.models import Ticket


def locked(ticket: Ticket) -> Ticket:
    """The ticket as it is now, locked until the transaction ends, with what verbs need of its people.

    Verbs work on this and not on the row that a page was drawn from: two agents may press at once.
    """
    return (
        Ticket.objects.select_for_update(of=("self",))
        .select_related("contact__person", "account__customer", "assignee", "team")
        .get(pk=ticket.pk)
    )
