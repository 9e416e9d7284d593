"""How a contact stands towards the policy: listed, confirmed, up to date."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from hostdesk.people.models import Contact
from hostdesk.policy.rules.contact import is_current
from hostdesk.policy.terms import Terms

ContactState = Literal["current", "out_of_date", "unverified", "removed"]


def contact_state(contact: Contact, terms: Terms, *, at: datetime) -> ContactState:
    """How a contact stands at an instant.

    The operator's word counts as the first confirmation of a contact whom an import or a supervisor listed.
    Clause: contact.current.
    """
    if contact.removed_at is not None:
        return "removed"
    confirmed_at = contact.confirmed_at or contact.created_at
    return (
        "current"
        if is_current(confirmed_at=confirmed_at, hard_bounces=0, terms=terms, at=at)
        else "out_of_date"
    )
