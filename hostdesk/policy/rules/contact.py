"""Who may write, who may ask for what, and whose details are out of date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hostdesk.policy.catalogue import RequestType
from hostdesk.policy.registry import rule
from hostdesk.policy.terms import Terms

Trust = Literal["proven", "plausible", "unproven", "forged"]
BELIEVED: frozenset[str] = frozenset({"proven", "plausible"})


@dataclass(frozen=True, slots=True)
class Ruling:
    """A yes or no with the clause that says so, and a sentence that tells what to do next (empty for a yes)."""

    allowed: bool
    clause: str
    sentence: str = ""


@rule("contact.listed_sender")
def may_join(trust: str, *, may_write: bool) -> bool:
    """Whether a mail may be added to the ticket it points at: a believed sender who may write there.

    A reply address, a Message-ID or a tag points, and never opens. Clause: contact.listed_sender.
    """
    return may_write and trust in BELIEVED


@rule("contact.listed_sender")
def automatic_mails_per_day(trust: str, terms: Terms) -> int:
    """How many automatic mails one address may cause in a day. Clause: contact.listed_sender."""
    return (
        terms.automatic_mails_proven_per_day if trust in BELIEVED else terms.automatic_mails_unproven_per_day
    )


@rule("contact.listed_sender")
def contacts_limit(role: str, terms: Terms) -> int:
    """How many active contacts of a role an account may have. Clause: contact.listed_sender."""
    limits = {
        "primary": terms.primary_contacts_limit,
        "secondary": terms.secondary_contacts_limit,
        "authorised": terms.authorised_contacts_limit,
    }
    return limits[role]


@rule("contact.current")
def is_current(*, confirmed_at: datetime, hard_bounces: int, terms: Terms, at: datetime) -> bool:
    """Whether contact details count as up to date: looked at in time, and mail to them arrives.

    `hard_bounces` counts undeliverable mails in a row. Clause: contact.current.
    """
    return at - confirmed_at <= terms.contact_details_age and hard_bounces < terms.hard_bounces_limit


@rule("contact.privileges", "contact.restricted")
def may_ask(*, role: str | None, kind: RequestType, terms: Terms) -> Ruling:
    """Whether somebody may make a request of this kind; `role` is None for who is no contact of the account.

    Clauses: contact.privileges, contact.restricted.
    """
    if role is None:
        sentence = (
            "Only listed contacts may ask for this. The primary contact can add you in the client area."
        )
        return Ruling(allowed=False, clause="contact.privileges", sentence=sentence)
    if kind.who_may_ask == "restricted_roles" and role not in terms.restricted_roles:
        roles = " or ".join(terms.restricted_roles)
        sentence = f"This request is accepted from the {roles} contact only. Please ask them to make it."
        return Ruling(allowed=False, clause="contact.restricted", sentence=sentence)
    clause = "contact.restricted" if kind.who_may_ask == "restricted_roles" else "contact.privileges"
    return Ruling(allowed=True, clause=clause)
