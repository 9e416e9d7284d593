"""Changes that contacts make to the list of their account: what counts at once, and what waits for an address's owner.

Which ticket documents a change the room above says; here it is checked, made, noted and told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Fact, note
from hostdesk.hosting.models import Account
from hostdesk.hosting.queries import policy_version_for
from hostdesk.kit import addresses
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people import mails, rules
from hostdesk.people.actions import contacts
from hostdesk.people.models import Contact, ContactRole, PendingContact, Person


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a contact is to stand on the list. `contact` is None for somebody new."""

    email: str
    name: str
    phone: str
    role: str
    contact: Contact | None = None


def address_of(typed: str) -> str:
    """The address in the form in which it is kept. Refused: what is no plain address, and the desk's own.

    Look-alike letters and other scripts in the part before the @ are no plain address. Clause: contact.listed_sender.
    """
    found = addresses.normalised(typed.strip())
    if found is None:
        sentence = (
            "This is not a plain mail address such as ann@example.com. Look for letters of another alphabet."
        )
        raise Refused("contact.listed_sender", sentence)
    if contacts.is_ours(found):
        raise Refused("contact.listed_sender", f"{found} is an address of this desk itself.")
    return found


def details_of(name: str, phone: str) -> tuple[str, str]:
    """Name and telephone as they are kept. Refused: no name, and what could carry a message to a stranger."""
    clean_name, clean_phone = " ".join(name.split()), " ".join(phone.split())
    if not clean_name or not clean_name.isprintable() or any(sign in clean_name for sign in "/@<>\\"):
        raise Refused("contact.identify", "Give first and last name, nothing else.")
    if len(clean_name) > contacts.LONGEST_NAME or len(clean_phone) > contacts.LONGEST_PHONE:
        raise Refused("contact.identify", "Name or telephone number is longer than any real one.")
    if clean_phone and not set(clean_phone) <= set("+0123456789 ()-./x"):
        raise Refused("contact.identify", "Write the telephone number in digits, such as +27 11 555 0100.")
    return clean_name, clean_phone


@transaction.atomic
def change_details(contact: Contact, *, name: str, phone: str, by: Contact, at: datetime) -> bool:
    """Give a person another name or telephone number; whether anything changed.

    They belong to the person, so somebody who is contact elsewhere too can only change them alone: else one customer
    could set the number under which another customer's contact is called back. Clause: contact.current.
    """
    person = Person.objects.select_for_update().get(pk=contact.person_id)
    if (person.name, person.phone) == (name, phone):
        return False
    may(by, Wanted(person.email, name, phone, contact.role, contact))
    elsewhere = Contact.objects.active().filter(person=person).exclude(account=contact.account_id)
    if by.person_id != person.pk and elsewhere.exists():
        sentence = f"{person.name} is a contact of other accounts too, and changes name and number alone."
        raise Refused("contact.current", sentence)
    Person.objects.filter(pk=person.pk).update(name=name, phone=phone)
    note("person", person.pk, "details changed", by=by.actor(), at=at)
    who = "" if by.person_id == person.pk else f", changed by {by.person.name}"
    sentence = f"Name or telephone number of {name} ({person.email}) is another one now{who}."
    everywhere = Contact.objects.active().filter(person=person).with_account()
    tell(*(one.account for one in everywhere), sentence=sentence, but=(by.person,), at=at)
    return True


@transaction.atomic
def change_role(contact: Contact, *, role: str, home: str | None, by: Contact, at: datetime) -> bool:
    """Give a listed contact another role than primary; whether anything changed. Refused as in `propose`."""
    lock(contact.account)
    fresh = _listed(contact)
    person = fresh.person
    wanted = Wanted(person.email, person.name, person.phone, role, fresh)
    if role == fresh.role:
        return False
    may(by, wanted)
    if role not in (ContactRole.SECONDARY, ContactRole.AUTHORISED):
        raise Refused("contact.restricted", "Choose another role.")
    has_room(contact.account, wanted, pending=True)
    off_server(contact.account, person.email, role, home=home)
    Contact.objects.filter(pk=fresh.pk).update(
        role=role, lives_on="", lives_here_since=None, home_looked_at=None
    )
    facts: dict[str, Fact] = {"from": fresh.role, "to": role}
    note("contact", fresh.pk, "changed role", by=by.actor(), at=at, facts=facts)
    sentence = f"{person.name} ({person.email}) is {role} contact now, changed by {by.person.name}."
    tell(contact.account, sentence=sentence, but=(by.person,), at=at)
    return True


@transaction.atomic
def remove(contact: Contact, *, by: Contact, at: datetime) -> None:
    """Take a contact off the list; rights end now, and what waits for the address or was asked by it goes with it.

    Refused: the primary, who hands over first. The removed person is told like all others.
    """
    lock(contact.account)
    fresh = _listed(contact)
    may(by, Wanted(fresh.person.email, "", "", ContactRole.AUTHORISED, fresh))
    contacts.remove(fresh, by=by.actor(), at=at)
    who = "by their own wish" if by.person_id == fresh.person_id else f"removed by {by.person.name}"
    sentence = f"{fresh.person.name} ({fresh.person.email}) is no contact any more, {who}."
    tell(contact.account, sentence=sentence, but=(by.person,), also=(fresh.person.email,), at=at)


@transaction.atomic
def add_by_agent(
    account: Account,
    *,
    email: str,
    name: str,
    role: str,
    vouched_for: str,
    phone: str,
    by: Actor,
    at: datetime,
) -> Contact:
    """`contacts.add` by a member of staff who vouches for it, told to all other contacts."""
    made = contacts.add(
        account, email=email, name=name, role=role, vouched_for=vouched_for, phone=phone, by=by, at=at
    )
    sentence = f"{made.person.name} ({made.person.email}) is {made.role} contact now, listed by our staff."
    tell(account, sentence=sentence, but=(made.person,), at=at)
    return made


@transaction.atomic
def remove_by_agent(contact: Contact, *, by: Actor, at: datetime) -> None:
    """`contacts.remove` by a member of staff, told to all other contacts and to the removed one. Refused: removed before."""
    person = contact.person
    if not contacts.remove(contact, by=by, at=at):
        raise Refused("", f"{person.name} is no contact of this account any more.")
    sentence = f"{person.name} ({person.email}) is no contact any more; our staff took the name off the list."
    tell(contact.account, sentence=sentence, also=(person.email,), at=at)


def off_server(account: Account, email: str, role: str, *, home: str | None) -> None:
    """Refused: a secondary whose address is served by us, by our tables or by DNS. Clause: contact.off_server."""
    if role != ContactRole.SECONDARY:
        return
    lives = contacts.home_by_tables(account, email) or home
    if lives is not None:
        raise Refused("contact.off_server", contacts.off_server_sentence(email, lives))


def tell(
    *accounts: Account,
    sentence: str,
    asks: bool = False,
    but: Sequence[Person] = (),
    also: Sequence[str] = (),
    at: datetime,
) -> None:
    """Notice of a change to every contact of the accounts except who made it, and to addresses that were replaced.

    Each gets one mail, which names those of the accounts that are theirs. `asks`: they are to do something about it.
    """
    listed = Contact.objects.filter(account__in=accounts, removed_at=None).exclude(person__in=but)
    readers: dict[Person, list[str]] = {}
    for contact in listed.with_account().order_by("pk"):
        readers.setdefault(contact.person, []).append(contact.account.username)
    for person, usernames in readers.items():
        mails.contacts_changed(person.email, person, usernames, sentence, asks=asks, at=at)
    for address in filter(None, also):
        mails.contacts_changed(address, None, [account.username for account in accounts], sentence, at=at)


def may(by: Contact, wanted: Wanted) -> None:
    """Refused: who is no primary or secondary any more, and what is not theirs to change. Clause: contact.restricted."""
    asker = Contact.objects.active().filter(pk=by.pk).first()
    terms = policy_version_for(by.account).terms
    if asker is None or asker.role not in terms.restricted_roles:
        roles = " or ".join(terms.restricted_roles)
        raise Refused("contact.restricted", f"Only the {roles} contact changes who is listed.")
    before = wanted.contact.role if wanted.contact is not None else ""
    is_self = wanted.contact is not None and wanted.contact.person_id == by.person_id
    sentence = rules.may_change(
        by_role=asker.role, is_self=is_self, role_before=before, role_after=wanted.role
    )
    if sentence is not None:
        raise Refused("contact.restricted", sentence)


def is_free(account: Account, wanted: Wanted, *, but: PendingContact | None = None) -> None:
    """Refused: an address that is listed on the account already, or that another question waits for."""
    listed = Contact.objects.filter(account=account, removed_at=None, person__email=wanted.email)
    if listed.exclude(pk=wanted.contact.pk if wanted.contact is not None else 0).exists():
        raise Refused("", f"{wanted.email} is a contact of account {account.username} already.")
    waiting = PendingContact.objects.open().filter(account=account).exclude(pk=but.pk if but else 0)
    if waiting.filter(email=wanted.email).exists():
        raise Refused("", f"{wanted.email} is asked already. Send the link again, or take the question back.")
    if but is None and wanted.contact is not None and waiting.filter(contact=wanted.contact).exists():
        raise Refused("", f"A change of {wanted.contact.person.name} waits already. Take it back first.")


def has_room(account: Account, wanted: Wanted, *, pending: bool) -> None:
    """Refused: more of a role than the policy allows, those counted who are asked and have not answered."""
    if wanted.role == ContactRole.PRIMARY or (
        wanted.contact is not None and wanted.contact.role == wanted.role
    ):
        return
    if wanted.role not in ContactRole.values:
        raise Refused("contact.listed_sender", "Choose one of the roles.")
    own = wanted.contact.pk if wanted.contact is not None else 0
    count = (
        1 + Contact.objects.filter(account=account, removed_at=None, role=wanted.role).exclude(pk=own).count()
    )
    if pending:
        count += PendingContact.objects.open().filter(account=account, contact=None, role=wanted.role).count()
    limits = contacts.limits_of(policy_version_for(account).terms)
    sentence = rules.too_many(wanted.role, username=account.username, count=count, limits=limits)
    if sentence is not None:
        raise Refused("contact.listed_sender", sentence[0].upper() + sentence[1:] + ".")


def _listed(contact: Contact) -> Contact:
    found = Contact.objects.with_account().filter(pk=contact.pk, removed_at=None).first()
    if found is None:
        raise Refused("", f"{contact.person.name} is no contact of this account any more.")
    return found


def lock(*accounts: Account) -> None:
    """Let one change of an account's list be judged at a time, to the end of the transaction; of several always in one order."""
    keys = [account.pk for account in accounts]
    list(Account.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
