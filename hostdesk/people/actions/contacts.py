"""Contacts: who may act for an account, in which role."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from hostdesk.audit.actions import note
from hostdesk.hosting import queries as hosting
from hostdesk.hosting.models import Account
from hostdesk.kit import addresses
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.mail import ours
from hostdesk.people import rules
from hostdesk.people.actions import sessions
from hostdesk.people.models import (
    Contact,
    ContactRole,
    DetailsCured,
    DetailsLink,
    PendingContact,
    Person,
    SignInLink,
)
from hostdesk.policy.terms import Terms

LONGEST_NAME = 200
LONGEST_PHONE = 50


def limits_of(terms: Terms) -> rules.RoleCount:
    """How many contacts of each role a version of the policy allows."""
    return rules.RoleCount(
        primary=terms.primary_contacts_limit,
        secondary=terms.secondary_contacts_limit,
        authorised=terms.authorised_contacts_limit,
    )


@transaction.atomic
def add(
    account: Account,
    *,
    email: str,
    name: str,
    role: str,
    vouched_for: str,
    by: Actor,
    at: datetime,
    phone: str = "",
    demo: bool = False,
) -> Contact:
    """List a person as contact of an account. A person known by this address keeps name and telephone.

    Refused: no plain address or one of the desk's own, no name, an unknown role, a person listed already, more of a
    role than the policy allows (contact.listed_sender), a secondary who lives on our servers (contact.off_server).
    """
    address = addresses.normalised(email)
    clean_name, clean_phone = " ".join(name.split()), " ".join(phone.split())
    if address is None:
        raise Refused(
            "contact.listed_sender", f"'{email}' is not a plain mail address such as ann@example.com."
        )
    if is_ours(address):
        raise Refused("contact.listed_sender", f"{address} is an address of this desk itself.")
    if not clean_name or not f"{clean_name}{clean_phone}".isprintable():
        raise Refused("contact.identify", "Give the contact's first and last name.")
    if len(clean_name) > LONGEST_NAME or len(clean_phone) > LONGEST_PHONE:
        raise Refused("contact.identify", "Name or telephone number is longer than any real one.")
    _lock(account)
    person, _ = Person.objects.get_or_create(
        email=address, defaults={"name": clean_name, "phone": clean_phone, "demo": demo, "created_at": at}
    )
    listed = _active(account)
    if any(contact.person_id == person.pk for contact in listed):
        raise Refused("", f"{address} is a contact of account {account.username} already.")
    _check_role(account, role, email=address, others=listed)
    contact = Contact.objects.create(
        person=person, account=account, role=role, vouched_for=vouched_for[:200], created_at=at
    )
    note("contact", contact.pk, "added", by=by, at=at, facts={"account": account.username, "role": role})
    return contact


@transaction.atomic
def change_role(contact: Contact, *, role: str, by: Actor, at: datetime) -> None:
    """Give a contact another role. Refused as in `add`."""
    _lock(contact.account)
    others = [one for one in _active(contact.account) if one.pk != contact.pk]
    _check_role(contact.account, role, email=contact.person.email, others=others)
    if Contact.objects.filter(pk=contact.pk, removed_at=None).exclude(role=role).update(role=role):
        note("contact", contact.pk, "changed role", by=by, at=at, facts={"from": contact.role, "to": role})


@transaction.atomic
def remove(contact: Contact, *, by: Actor, at: datetime) -> bool:
    """Take a contact off the account's list; rights end now. Whoever acts for nobody any more is signed out.

    What waits for the owner of an address and was asked by this contact, or about it, is cancelled. False for one who was
    removed before.
    """
    if not Contact.objects.filter(pk=contact.pk, removed_at=None).update(removed_at=at):
        return False
    note("contact", contact.pk, "removed", by=by, at=at, facts={"account": contact.account.username})
    end_rights(contact.person, at=at)
    asked = PendingContact.objects.open().filter(Q(contact=contact.pk) | Q(asked_by=contact.pk))
    asked.update(ended_at=at, ended="cancelled")
    # What waits for this contact's word would wait for ever.
    DetailsCured.objects.create(person=contact.person, at=at)
    return True


def end_rights(person: Person, *, at: datetime) -> None:
    """Sign out a person who acts for nobody any more, and make void what was mailed to them; leave all others alone."""
    if Contact.objects.active().filter(person=person).exists():
        return
    sessions.revoke_all(person, at=at)
    void_mailed_links(person, at=at)


def void_mailed_links(person: Person, *, at: datetime) -> None:
    """No link that was mailed to a person works any more: neither for signing in nor for details."""
    SignInLink.objects.filter(person=person, used_at=None).update(used_at=at)
    DetailsLink.objects.filter(person=person, used_at=None).update(used_at=at)


def is_ours(address: str) -> bool:
    """Whether a normalised address is one of the desk's own."""
    desk = (ours.support_address(), ours.complaint_address())
    return rules.is_ours(address, mail_domain=ours.mail_domain(), desk_addresses=desk)


def server_names() -> list[str]:
    """Names under which our servers receive mail, for the off-server rule."""
    return [name for server in hosting.servers() for name in server.hostnames]


def _lock(account: Account) -> None:
    Account.objects.select_for_update().get(pk=account.pk)


def _active(account: Account) -> list[Contact]:
    return list(Contact.objects.filter(account=account, removed_at=None).select_related("person"))


def _check_role(account: Account, role: str, *, email: str, others: Sequence[Contact]) -> None:
    if role not in ContactRole.values:
        known = ", ".join(ContactRole.values)
        raise Refused("contact.listed_sender", f"There is no role '{role}'; choose one of {known}.")
    count = 1 + sum(one.role == role for one in others)
    limits = limits_of(hosting.policy_version_for(account).terms)
    sentence = rules.too_many(role, username=account.username, count=count, limits=limits)
    if sentence is not None:
        raise Refused("contact.listed_sender", sentence[0].upper() + sentence[1:] + ".")
    if role == ContactRole.SECONDARY:
        home = home_by_tables(account, email)
        if home is not None:
            raise Refused("contact.off_server", off_server_sentence(email, home))


def home_by_tables(account: Account, email: str) -> str | None:
    """The domain of the account or the server of ours on which an address lives, as our own tables say it."""
    return rules.on_server(email, domains=hosting.domains_of(account), hostnames=server_names())


def off_server_sentence(email: str, home: str) -> str:
    """Why an address cannot be the secondary contact's: its name is hosted here, or its mail comes to a server of ours."""
    domain = addresses.domain_of(email)
    lives = f"{email} lives on {home}, which is hosted here."
    if not addresses.lies_within(domain, home):
        lives = f"Mail for {domain} comes to our server {home}, so {email} is hosted here too."
    return f"{lives} The secondary contact needs an address elsewhere, so that it still works when the hosting does not."
