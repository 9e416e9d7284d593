"""In what way a closed mail looks like a contact's: such mails stand apart, because silence would hurt a customer."""

from __future__ import annotations

import re

from django.db.models.functions import Lower

from hostdesk.audit.prepared import Prepared
from hostdesk.gateway.sender import address_in
from hostdesk.hosting.models import Domain
from hostdesk.hosting.queries import is_any_account
from hostdesk.kit.addresses import domain_of
from hostdesk.mail.reading import ParsedMail
from hostdesk.people.models import Person
from hostdesk.people.queries import contacts_for_addresses
from hostdesk.tickets.models import Ticket

_WORD = re.compile(r"[a-z0-9][a-z0-9._-]{2,99}", re.ASCII)
_LOOKED_AT = 5_000
_MOST_WORDS = 150
_SHORTEST_NAME = 5
_LEVELS = 4
"""Of a domain name, in a prepared read; hardly any has more."""
_SHORTEST_USERNAME = 5


def resemblance(mail: ParsedMail, address: str, pointed_at: list[int]) -> str:
    """A few words such as "the name of a contact", or "" when the mail looks like nobody we know.

    Looked at: a known ticket it points at, the sender's domain, the sender's name or an address in its place, a
    username in its first words.
    Clause: contact.unlisted (closed all the same; a person looks sooner).
    """
    if pointed_at and Ticket.objects.filter(pk__in=pointed_at[:5]).exists():
        return "it points at a known ticket"
    domain = domain_of(address)
    if domain and _is_hosted(_domain_and_parents(domain)):
        return "its address lies in a domain hosted here"
    shown = mail.author.name or (mail.from_.name if mail.from_ else "")
    claimed = address_in(shown)
    if claimed not in ("", address) and contacts_for_addresses({claimed}):
        return "the address of a contact stands in its name"
    name = " ".join(shown.split())
    if len(name) >= _SHORTEST_NAME and _persons_named(name):
        return "it bears the name of a contact"
    words = list(dict.fromkeys(_WORD.findall(f"{mail.subject}\n{mail.text[:_LOOKED_AT]}".lower())))
    usernames = [word for word in words if len(word) >= _SHORTEST_USERNAME][:_MOST_WORDS]
    if usernames and is_any_account(usernames):
        return "it names the username of an account"
    return ""


def _is_hosted(names: list[str]) -> bool:
    if len(names) > _LEVELS:
        return Domain.objects.filter(name__in=names).exists()
    return bool(_DOMAINS(*names, *names[:1] * (_LEVELS - len(names)))) if names else False


def _persons_named(name: str) -> bool:
    return bool(_PERSONS(name.lower()))


_DOMAINS = Prepared(
    lambda *names: Domain.objects.filter(name__in=names).values_list("pk")[:1], *[str] * _LEVELS
)
_PERSONS = Prepared(
    lambda name: Person.objects.alias(lower_name=Lower("name")).filter(lower_name=name).values_list("pk")[:1],
    str,
)


def _domain_and_parents(domain: str) -> list[str]:
    """`mail.acme.example` as itself and every domain above it that could be hosted."""
    labels = domain.split(".")
    return [".".join(labels[i:]) for i in range(len(labels) - 1)]
