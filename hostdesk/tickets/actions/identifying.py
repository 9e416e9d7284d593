"""A contact of several accounts says which one a request is about: signed in, or by a button behind a mailed link."""

from __future__ import annotations

import hmac
from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.hosting.queries import policy_version_for
from hostdesk.kit.keys import key_of
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people import seals
from hostdesk.people.models import Contact
from hostdesk.people.queries import contacts_of_person
from hostdesk.policy.rules.contact import BELIEVED
from hostdesk.search import index
from hostdesk.tickets.actions import clocks
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.models import ENDED, Ticket

CLAUSE = "contact.identify"
GONE = "This link does not work any more: the account is known, or the request has ended."
_PURPOSE = "tickets.identifying"


def accounts_to_choose(ticket: Ticket, contact: Contact) -> list[Contact]:
    """The accounts of which a believed sender named none: each gets a button (contact.identify)."""
    if ticket.account_id is not None or ticket.trust not in BELIEVED or ticket.sealed:
        return []
    return contacts_of_person(contact.person)


def token_for(ticket: Ticket, contact: Contact) -> str:
    """What stands in the link of one button: this ticket, this contact, and nothing that could be altered."""
    facts = f"{ticket.pk}.{contact.pk}.{ticket.reply_generation}"
    return f"{facts}.{_key_for(facts)}"


def _key_for(facts: str) -> str:
    return key_of(bytes.fromhex(seals.keyed(f"{_PURPOSE}:{facts}")))


def asked_by(token: str) -> tuple[Ticket, Contact] | None:
    """The ticket and the contact of a link while the choice is open; looking does not use it up."""
    facts, _, key = token.rpartition(".")
    if not hmac.compare_digest(_key_for(facts).encode(), key.encode()):
        return None
    number, contact_id, generation = map(int, facts.split("."))
    ticket = Ticket.objects.filter(pk=number, account=None, reply_generation=generation).exclude(
        state__in=ENDED
    )
    contact = Contact.objects.active().with_account().filter(pk=contact_id)
    found = ticket.select_related("contact__person").first(), contact.first()
    if found[0] is None or found[1] is None or not _is_theirs(found[0], found[1]):
        return None
    return found[0], found[1]


def choose_account(ticket: Ticket, contact: Contact, *, via: str, at: datetime) -> Ticket:
    """The request is about the account of this contact: account, customer and policy stand on the ticket from now on.

    It keeps its place in the queue. Where another policy covers the account the clocks get its promises, without losing
    what has passed. Chosen once: then the same choice again changes nothing, and another one is refused.
    Clauses: contact.identify, sla.fcfs, scope.dedicated.
    """
    with transaction.atomic():
        row = locked(ticket)
        chosen = Contact.objects.active().with_account().filter(pk=contact.pk).first()
        if chosen is None or not _is_theirs(row, chosen):
            raise Missing
        if row.account_id == chosen.account_id:
            return row
        if row.account_id is not None or row.state in ENDED:
            raise Refused(CLAUSE, GONE)
        version = policy_version_for(chosen.account)
        facts: dict[str, Fact] = {
            "account": chosen.account.username,
            "via": via,
            "policy_before": row.policy_slug,
        }
        row.account, row.customer, row.contact = chosen.account, chosen.account.customer, chosen
        row.policy_slug, row.updated_at = version.slug, at
        moved = clocks.retarget(row, version, cause="account chosen", at=at)
        row.save(update_fields=["account", "customer", "contact", "policy_slug", "updated_at", "attention"])
        note("ticket", row.pk, "account chosen", by=chosen.actor(), at=at, facts=facts)
        judged = [Judgement(CLAUSE, "account chosen", facts), *moved]
        decide("ticket", row.pk, judged, version_id=version.id, at=at)
        index.add("ticket", row.pk, f"{chosen.account.username}\n{chosen.account.customer.name}")
        return row


def choose_by_link(token: str, *, at: datetime) -> Ticket:
    """The button behind a mailed link; it works once. Refused: a link that is void."""
    found = asked_by(token)
    if found is None:
        raise Refused(CLAUSE, GONE)
    return choose_account(*found, via="link", at=at)


def _is_theirs(ticket: Ticket, contact: Contact) -> bool:
    return ticket.contact is not None and ticket.contact.person_id == contact.person_id
