"""Who wrote a mail: the strictly read author, the contacts listed under that address, and how far it is believed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from hostdesk.gateway.rules import account_named
from hostdesk.hosting.queries import bring_products, domains_by_account
from hostdesk.kit.addresses import normalised
from hostdesk.mail.reading import ParsedMail
from hostdesk.people.models import Contact
from hostdesk.people.queries import contacts_for_addresses

_ADDRESS = re.compile(r"[^\s@<>\"'(),;:]{1,64}@[^\s@<>\"'(),;:]{1,255}")


@dataclass(frozen=True)
class Sender:
    """The author as far as the mail itself tells.

    `address` is normalised, "" when the author cannot be told. `contacts` are the active contacts listed under it.
    """

    address: str
    name: str
    contacts: list[Contact] = field(default_factory=list)

    @property
    def listed(self) -> bool:
        """Whether the address is that of an active contact (contact.listed_sender)."""
        return bool(self.contacts)


def senders_of(mails: Iterable[ParsedMail | None]) -> list[Sender]:
    """One Sender a mail, all contacts read in one query, what they have in another; an unread mail has an empty one."""
    read = [_author(mail) for mail in mails]
    listed = contacts_for_addresses({address for address, _ in read if address})
    bring_products(contact.account for contacts in listed.values() for contact in contacts)
    return [Sender(address, name, listed.get(address, [])) for address, name in read]


@dataclass(frozen=True)
class Chosen:
    """The account that a contact writes about: None when several are possible and the mail names none."""

    contact: Contact
    account_known: bool


def choose_contact(contacts: list[Contact], words: str) -> Chosen:
    """As which contact somebody of several accounts writes: the account named in the mail, else undecided.

    Clause: contact.identify.
    """
    if len(contacts) == 1:
        return Chosen(contacts[0], account_known=True)
    by_username = {contact.account.username: contact for contact in contacts}
    domains = domains_by_account([contact.account_id for contact in contacts])
    named = account_named(words, {name: domains[one.account_id] for name, one in by_username.items()})
    if named is not None:
        return Chosen(by_username[named], account_known=True)
    return Chosen(contacts[0], account_known=False)


def _author(mail: ParsedMail | None) -> tuple[str, str]:
    if mail is None or mail.author.address is None:
        shown = mail.from_ if mail else None
        return "", _own_name(shown.name, "") if shown else ""
    address = normalised(mail.author.address) or ""
    return address, _own_name(mail.author.name, address)


def address_in(name: str) -> str:
    """What looks like a mail address in a displayed name, normalised where it is one; "" for nothing."""
    found = _ADDRESS.search(unicodedata.normalize("NFKC", name))
    return (normalised(found[0].rstrip(".")) or found[0]) if found else ""


def _own_name(name: str, address: str) -> str:
    """A displayed name; "" when somebody else's address stands in it, which screens would show in place of the author's."""
    return name if address_in(name) in ("", address) else ""
