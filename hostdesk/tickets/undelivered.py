"""Mails that did not reach their reader, brought from the mail room to the tickets they belong to."""

from __future__ import annotations

from datetime import datetime

from hostdesk.hosting.homes import home_of
from hostdesk.mail.auth.resolver import Resolver
from hostdesk.mail.models import Setback
from hostdesk.people.models import Contact, ContactRole
from hostdesk.tickets.actions.setbacks import Reach, take
from hostdesk.tickets.models import Ticket

_AT_ONCE = 50


def setback_round(at: datetime, *, resolver: Resolver | None = None) -> int:
    """Take up what the mail room left; how many. Where mailboxes live is asked before each commit."""
    waiting = Setback.objects.filter(taken_at=None).order_by("id").select_related("outbound")
    return sum(take(row, reach=_reach(row, resolver), at=at) for row in list(waiting[:_AT_ONCE]))


def _reach(row: Setback, resolver: Resolver | None) -> Reach:
    """Whether the mailbox of an answer is on our servers, and who of its account can be reached elsewhere."""
    if row.outbound.kind != "answer" or row.kind == Setback.Kind.HELD:
        return Reach()
    ticket = Ticket.objects.filter(pk=row.outbound.ticket_number or 0).first()
    if ticket is None or ticket.contact_id is None:
        return Reach()
    home = home_of(row.outbound.to_address, resolver=resolver)
    if home is None or ticket.account_id is None:
        return Reach(home=home)
    secondary = (
        Contact.objects.active()
        .filter(account_id=ticket.account_id, role=ContactRole.SECONDARY)
        .exclude(person__email=row.outbound.to_address)
        .select_related("person")
        .first()
    )
    if secondary is None or home_of(secondary.person.email, resolver=resolver) is not None:
        return Reach(home=home)
    return Reach(home=home, secondary=secondary)
