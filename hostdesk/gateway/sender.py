"""Who wrote a mail: the strictly read author, the contacts listed under that address, and how far it is believed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from hostdesk.hosting.models import Account, Domain
from hostdesk.kit.addresses import normalised
from hostdesk.mail.reading import ParsedMail
from hostdesk.people.models import Contact
from hostdesk.people.queries import contacts_for_addresses


_WORD = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?", re.ASCII)
_LOOKED_AT = 20_000


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
    """One Sender a mail, all contacts read in one query; an unread mail has an empty one."""
    read = [_author(mail) for mail in mails]
    listed = contacts_for_addresses({address for address, _ in read if address})
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
    named = _named_in(words, [contact.account for contact in contacts])
    if len(named) == 1:
        return Chosen(next(c for c in contacts if c.account_id == named[0].pk), account_known=True)
    return Chosen(contacts[0], account_known=False)


def _named_in(words: str, accounts: list[Account]) -> list[Account]:
    """Those of some accounts whose username, or else one of whose domains, stands in the words."""
    said = set(_WORD.findall(words[:_LOOKED_AT].lower()))
    by_username = [account for account in accounts if account.username.lower() in said]
    if by_username:
        return by_username
    domains = Domain.objects.filter(account__in=accounts, name__in=said).values_list("account_id", flat=True)
    named = set(domains)
    return [account for account in accounts if account.pk in named]


def _author(mail: ParsedMail | None) -> tuple[str, str]:
    if mail is None or mail.author.address is None:
        shown = mail.from_ if mail else None
        return "", shown.name if shown else ""
    return normalised(mail.author.address) or "", mail.author.name
