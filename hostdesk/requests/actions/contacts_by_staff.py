"""Contacts listed and removed by a member of staff who vouches for it: at once, each on a ticket of its own.

For an account whose contacts cannot do it themselves. Clauses: channel.tickets, contact.restricted, contact.off_server.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Judgement, decide, note
from hostdesk.hosting.models import Account
from hostdesk.hosting.queries import policy_version_for
from hostdesk.kit.refusals import Refused
from hostdesk.people.actions import contacts, listing
from hostdesk.people.models import Agent, Contact, ContactRole
from hostdesk.requests import list_changes
from hostdesk.requests.actions.documenting import home_of
from hostdesk.tickets.actions.opening import Opening, open_ticket
from hostdesk.tickets.actions.requesting import resolve_at_once
from hostdesk.tickets.models import Channel, Ticket

CLAUSE = "contact.restricted"


def add(
    account: Account,
    *,
    email: str,
    name: str,
    role: str,
    vouched_for: str,
    phone: str,
    by: Agent,
    at: datetime,
) -> tuple[Contact, Ticket]:
    """List a contact. DNS is asked where a secondary's address lives, outside of the transaction.

    Refused as by `people.actions.contacts.add`. `vouched_for` says how we know, and is kept with the contact and the ticket.
    """
    if account.closed_at is not None:
        raise Refused("contact.privileges", "The account is closed, so nobody is listed on it any more.")
    home = home_of(listing.address_of(email)) if role == ContactRole.SECONDARY else None
    with transaction.atomic():
        if home is not None:
            raise Refused("contact.off_server", contacts.off_server_sentence(listing.address_of(email), home))
        list_changes.judge_anew(account.pk, at=at)
        made = listing.add_by_agent(
            account,
            email=email,
            name=name,
            role=role,
            vouched_for=vouched_for,
            phone=phone,
            by=by.actor(),
            at=at,
        )
        person = made.person
        words = f"Our staff listed {person.name} ({person.email}) as {made.get_role_display().lower()}."
        subject = f"Contacts: {person.name} as {made.role} contact"
        return made, _documented(account, subject, words, "contact listed", why=vouched_for, by=by, at=at)


def remove(contact: Contact, *, why: str, by: Agent, at: datetime) -> Ticket:
    """Take a contact off the list; `why` is kept with the ticket. Refused: without it."""
    if not why.strip():
        raise Refused("contact.privileges", "Say why, in a few words; it is kept on the ticket.")
    person = contact.person
    with transaction.atomic():
        list_changes.judge_anew(contact.account_id, at=at)
        listing.remove_by_agent(contact, by=by.actor(), at=at)
        words = f"Our staff took {person.name} ({person.email}) off the list of contacts."
        subject = f"Contacts: {person.name} removed"
        return _documented(contact.account, subject, words, "contact removed", why=why, by=by, at=at)


def _documented(
    account: Account, subject: str, words: str, verb: str, *, why: str, by: Agent, at: datetime
) -> Ticket:
    version = policy_version_for(account)
    ticket = open_ticket(
        Opening(
            subject=subject,
            text=words,
            channel=Channel.DESK,
            arrived_at=at,
            account=account,
            requester_name=by.name,
            acknowledge="none",
            may_wait=False,
        ),
        by=by.actor(),
        at=at,
    )
    note("ticket", ticket.pk, verb, by=by.actor(), at=at, facts={"why": why})
    facts = {"role": by.role, "why": why}
    decide("ticket", ticket.pk, [Judgement(CLAUSE, "vouched for", facts)], version_id=version.id, at=at)
    said = "Done at once. Every other contact of the account was told."
    resolve_at_once(ticket, said=said, by=by.actor(), at=at)
    return ticket
