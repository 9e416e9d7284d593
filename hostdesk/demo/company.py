"""Who is in the demo: servers, customers, contacts and staff, and what DNS says of the customers' domains."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from hostdesk.demo.sign_ins import SignIn
from hostdesk.demo.stories import WORDS
from hostdesk.hosting import queries as hosting
from hostdesk.hosting import server_file
from hostdesk.hosting.actions import import_servers
from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.addresses import domain_of
from hostdesk.people import customer_file
from hostdesk.people.actions import agents, importing, persons, sessions
from hostdesk.people.models import Agent, Contact, Role
from hostdesk.people.queries import contacts_for_addresses
from hostdesk.policy import queries as policy

PASSWORD = "veldskoen-vetkoek-vrydag"  # noqa: S105  (demo accounts sign in on this machine only)
MAIL_ADDRESS = "198.51.100.25"
"""From here the customers' mail leaves, as their SPF records say."""
STRANGE_ADDRESS = "203.0.113.66"

# Domains that publish less than they should: no DMARC record, or nothing at all.
WITHOUT_DMARC = (
    "sipho-auto.example",
    "mokoena-catering.example",
    "bc-plumbing.example",
    "rooibos-rugs.example",
)
WITHOUT_ANYTHING = ("amakhosi-taxis.example", "soweto-strings.example")
AFRIKAANS = (
    "pieter@botha-boerdery.example",
    "annelize.botha@kaapmail.example",
    "anita@protea-guesthouse.example",
    "kobus@springbok-signs.example",
    "hendrik@swartland-wines.example",
    "ilse.basson@kaapmail.example",
    "elmarie@kruger-rekenmeesters.example",
    "kantoor@bergzicht-skool.example",
    "wessel@freestate-seeds.example",
    "riaan@overberg-law.example",
)
WITH_PASSWORD = {
    "thandi@karoo-coffee.example": "customer",
    "tshepo@jozi-web.example": "customer with three accounts",
    "gerhard@highveld-steel.example": "customer with a dedicated server",
}
STAFF = (
    ("lerato@staff.example", "Lerato Sithole", "level1"),
    ("sipho@staff.example", "Sipho Ndaba", "level1"),
    ("ayesha@staff.example", "Ayesha Omar", "technician"),
    ("johan@staff.example", "Johan Visser", "technician"),
    ("naledi@staff.example", "Naledi Mthembu", "technician"),
    ("ruan@staff.example", "Ruan Kotze", "technician"),
    ("pieter@staff.example", "Pieter Erasmus", "supervisor"),
    ("anita@staff.example", "Anita Pillay", "billing"),
    ("bongani@staff.example", "Bongani Cele", "admin"),
)
GREETINGS = ("Hi", "Hello", "Good day", "Hi there,", "Morning", "")
FAREWELLS = ("Regards", "Kind regards", "Thanks", "Thank you", "Many thanks", "")
_PHRASES_AF = (("Goeiedag", "Groete"), ("Hallo", "Baie dankie"), ("Môre", "Vriendelike groete"))
_PROGRAMS = ("Microsoft Outlook 16.0", "Thunderbird 128.4", "iPhone Mail (22B91)", "Gmail")


@dataclass(frozen=True)
class Writer:
    """One contact and the habits by which their mails are known."""

    contact: Contact
    email: str
    first_name: str
    domain: str
    server: str
    product: str
    lang: str
    greeting: str
    farewell: str
    program: str
    footer: str

    @property
    def believed(self) -> bool:
        """Whether anything proves that their mails are theirs."""
        return domain_of(self.email) not in WITHOUT_ANYTHING


@dataclass(frozen=True)
class Company:
    """Everybody, once they are there. `writers` has one entry a contact; staff by the first part of the address."""

    writers: tuple[Writer, ...]
    staff: dict[str, Agent]
    zone: dict[str, list[list[object]]] = field(repr=False)

    def of(self, email: str) -> list[Writer]:
        """The contacts under one address, by key."""
        return [writer for writer in self.writers if writer.email == email]


def found(*, chance: Random, at: datetime) -> Company:
    """Bring in servers, customers and staff; `at` is when the desk was opened."""
    servers = server_file.read((WORDS / "servers.csv").read_bytes())
    customers = customer_file.read((WORDS / "customers.csv").read_bytes())
    assert not servers.faults, servers.faults
    import_servers(servers.servers, by=OPERATOR, at=at)
    outcome = importing.import_customers(
        customers,
        by=OPERATOR,
        vouched_for=f"import on {timezone.localdate(at)}",
        at=at + timedelta(minutes=2),
        demo=True,
    )
    assert not outcome.faults, outcome.faults
    staff = {
        email.partition("@")[0]: agents.add(
            email, name=name, role=role, by=OPERATOR, at=at, password=PASSWORD, demo=True
        ).agent
        for email, name, role in STAFF
    }
    emails = {contact.email for account in customers.accounts for contact in account.contacts}
    writers = _writers(emails, chance)
    _settle_in(writers, chance, at=at)
    return Company(writers, staff, _zone(writers))


def sign_ins() -> list[SignIn]:
    """One account of every role, then the contacts who have a password."""
    first_of_role: dict[str, str] = {}
    for email, _, role in STAFF:
        first_of_role.setdefault(str(Role(role).label), email)
    staff = [SignIn(who, "/desk/", email, PASSWORD) for who, email in first_of_role.items()]
    return staff + [SignIn(who, "/client/", email, PASSWORD) for email, who in WITH_PASSWORD.items()]


def _writers(emails: set[str], chance: Random) -> tuple[Writer, ...]:
    by_email = contacts_for_addresses(emails)
    listed = [contact for email in sorted(emails) for contact in by_email[email]]
    services = hosting.services_by_account([contact.account_id for contact in listed])
    habits: dict[str, tuple[str, str, str, bool]] = {}
    writers = []
    for contact in listed:
        email = contact.person.email
        lang = "af" if email in AFRIKAANS else "en"
        if email not in habits:
            habits[email] = _habits(lang, chance)
        greeting, farewell, program, with_footer = habits[email]
        service = services[contact.account_id][0]
        footer = f"{contact.account.customer.name}\n{contact.person.phone}".strip() if with_footer else ""
        writers.append(
            Writer(
                contact=contact,
                email=email,
                first_name=contact.person.name.removeprefix("Dr ").split(" ")[0],
                domain=hosting.domains_of(contact.account)[0],
                server=service.server.hostnames[0] if service.server else "",
                product=service.product,
                lang=lang,
                greeting=greeting,
                farewell=farewell,
                program=program,
                footer=footer,
            )
        )
    return tuple(writers)


def _habits(lang: str, chance: Random) -> tuple[str, str, str, bool]:
    greeting, farewell = chance.choice(GREETINGS), chance.choice(FAREWELLS)
    if lang == "af":
        greeting, farewell = chance.choice(_PHRASES_AF)
    return greeting, farewell, chance.choice(_PROGRAMS), chance.random() < 0.5  # noqa: PLR2004  (half of them)


def _settle_in(writers: tuple[Writer, ...], chance: Random, *, at: datetime) -> None:
    """Some contacts set a password, some have read the policy."""
    versions = [version.id for version in policy.newest()]
    here = sessions.Browser(address="127.0.0.1", network="127.0.0.1", user_agent="demo", on_this_machine=True)
    known = {writer.email: writer.contact.person for writer in writers}
    for place, (email, person) in enumerate(sorted(known.items())):
        moment = at + timedelta(minutes=30 + 7 * place)
        if email in WITH_PASSWORD:
            signed_in = sessions.open_for_person(person, browser=here, at=moment)
            persons.set_password(signed_in.session, current="", new=PASSWORD, browser=here, at=moment)
            sessions.revoke_all(person, at=moment)
        if email in WITH_PASSWORD or chance.random() < 0.4:  # noqa: PLR2004  (what a host may hope for)
            persons.read_policy(person, versions, at=moment + timedelta(minutes=3))


def _zone(writers: tuple[Writer, ...]) -> dict[str, list[list[object]]]:
    """What DNS would say: SPF and DMARC for most, SPF alone for some, nothing for two."""
    zone: dict[str, list[list[object]]] = {}
    for domain in sorted({domain_of(writer.email) for writer in writers}):
        if domain in WITHOUT_ANYTHING:
            continue
        zone[domain] = [["TXT", "v=spf1 ip4:198.51.100.0/24 -all"]]
        if domain not in WITHOUT_DMARC:
            zone[f"_dmarc.{domain}"] = [["TXT", "v=DMARC1; p=reject"]]
    return zone
