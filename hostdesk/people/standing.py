"""How a contact stands towards the policy: listed, confirmed, up to date."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from hostdesk.people.models import Contact, PendingContact
from hostdesk.policy.rules.contact import is_current
from hostdesk.policy.terms import Terms

ContactState = Literal["current", "out_of_date", "unverified", "removed"]
Doubt = Literal["", "age", "bounces"]


def contact_state(contact: Contact | PendingContact, terms: Terms, *, at: datetime) -> ContactState:
    """How a contact stands at an instant; wants `person` loaded.

    The operator's word counts as the first confirmation of a contact whom an import or a supervisor listed. One whom
    somebody added in the client area is unverified until the owner of the address says so.
    Clause: contact.current.
    """
    if isinstance(contact, PendingContact):
        return "unverified"
    if contact.removed_at is not None:
        return "removed"
    return "out_of_date" if doubt(contact, terms, at=at) else "current"


def doubt(contact: Contact, terms: Terms, *, at: datetime) -> Doubt:
    """Why the details of a contact are out of date: nobody looked at them for long, or mail comes back; "" when they are
    not. Clause: contact.current.
    """
    bounces = contact.person.hard_bounces
    if is_current(confirmed_at=looked_at(contact), hard_bounces=bounces, terms=terms, at=at):
        return ""
    return "bounces" if bounces >= terms.hard_bounces_limit else "age"


def looked_at(contact: Contact) -> datetime:
    """When somebody last said that the details of a contact are right."""
    return contact.confirmed_at or contact.created_at
