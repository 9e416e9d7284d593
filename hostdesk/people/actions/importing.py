"""Bringing in customers, accounts and contacts from a file: all of it or nothing, and nobody is written to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db import transaction

from hostdesk.audit.actions import Event, note_all
from hostdesk.hosting.actions import Counts, lock_imports
from hostdesk.hosting.homes import homes_of
from hostdesk.hosting.models import Account, Customer, Domain, Server, Service
from hostdesk.kit.actors import Actor
from hostdesk.kit.tables_of_text import Fault
from hostdesk.mail import ours
from hostdesk.people import import_plan, rules
from hostdesk.people.actions.contacts import limits_of
from hostdesk.people.customer_file import CustomerFile
from hostdesk.people.import_plan import Plan, Present
from hostdesk.people.models import Contact, ContactRole, PendingContact, Person
from hostdesk.policy import queries as policy

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, or would do: counts of rows; with any fault nothing was done."""

    counts: Counts
    faults: tuple[Fault, ...]
    notices: tuple[Fault, ...]


@transaction.atomic
def import_customers(
    file: CustomerFile,
    *,
    by: Actor,
    vouched_for: str,
    at: datetime,
    homes: Mapping[str, str | None] | None = None,
    dry_run: bool = False,
    demo: bool = False,
) -> Outcome:
    """Bring customers, accounts, services, domains and contacts up to a file; what it leaves out stays as it is.

    An account is known again by its username, a contact by account and address. Every fault is told by line, and then
    nothing is changed. `dry_run` judges and changes nothing. `vouched_for` says on each new contact who listed it. `homes` is what `homes_of_secondaries` found; without it only our own tables are asked.
    New persons of a `demo` sign in on this machine only.
    Clauses: contact.listed_sender, contact.off_server.
    """
    lock_imports(dry_run=dry_run)
    plan = import_plan.make(file.accounts, _present(homes or {}))
    faults = sorted([*file.faults, *plan.faults])
    if faults:
        return Outcome(Counts(0, 0, 0), tuple(faults), ())
    if not dry_run:
        _write(plan, file, by=by, vouched_for=vouched_for, at=at, demo=demo)
    added, changed = len(plan.added_lines), len(plan.changed_lines)
    return Outcome(Counts(added, changed, file.rows - added - changed), (), tuple(sorted(plan.notices)))


def homes_of_secondaries(file: CustomerFile) -> dict[str, str | None]:
    """Where the secondary addresses live that a file would add: by our tables, by its own domains, then by DNS.

    For `import_customers`, which asks nobody, as it runs inside a transaction. Clause: contact.off_server.
    """
    active = Contact.objects.active().filter(role=ContactRole.SECONDARY)
    listed = {
        (username.lower(), email)
        for username, email in active.values_list("account__username", "person__email")
    }
    wanted = {
        line.email
        for lines in file.accounts
        for line in lines.contacts
        if line.role == ContactRole.SECONDARY and (lines.key, line.email) not in listed
    }
    if not wanted:
        return {}
    hosted = set(Domain.objects.filter(account__closed_at=None).values_list("name", flat=True))
    return homes_of(wanted, hosted=hosted.union(*(lines.domains for lines in file.accounts)))


def _present(homes: Mapping[str, str | None]) -> Present:
    """All that the plan looks at, in a number of queries that does not grow with the file."""
    services: dict[int, list[Service]] = defaultdict(list)
    for service in Service.objects.current().order_by("pk"):
        services[service.account_id].append(service)
    contacts: dict[int, list[Contact]] = defaultdict(list)
    for contact in Contact.objects.filter(removed_at=None).select_related("person").order_by("pk"):
        contacts[contact.account_id].append(contact)
    domain_owner = dict(Domain.objects.values_list("name", "account_id"))
    domains: dict[int, list[str]] = defaultdict(list)
    for name, account_id in domain_owner.items():
        domains[account_id].append(name)
    removed = Contact.objects.exclude(removed_at=None).values_list("account_id", "person__email")
    replaced = PendingContact.objects.exclude(replaced="").values_list("account_id", "replaced")
    servers = list(Server.objects.all())
    desk = (ours.support_address(), ours.complaint_address())
    mail_domain = ours.mail_domain()
    return Present(
        accounts={one.username.lower(): one for one in Account.objects.select_related("customer")},
        customer_names=frozenset(Customer.objects.values_list("name", flat=True)),
        services=services,
        domain_owner=domain_owner,
        domains=domains,
        contacts=contacts,
        removed=frozenset(removed),
        replaced=frozenset(replaced),
        persons={person.email: person for person in Person.objects.all()},
        server_ids={server.name.lower(): server.pk for server in servers},
        hostnames=tuple(name for server in servers for name in server.hostnames),
        limits=cache(lambda product: limits_of(policy.policy_for_product(product).terms)),
        homes=homes,
        is_ours=lambda email: rules.is_ours(email, mail_domain=mail_domain, desk_addresses=desk),
    )


def _write(plan: Plan, file: CustomerFile, *, by: Actor, vouched_for: str, at: datetime, demo: bool) -> None:
    events: list[Event] = []
    accounts = _write_accounts(plan, file, events, at=at)
    _write_servers(plan, events, at=at)
    _write_services(plan, accounts, at=at)
    persons = _write_persons(plan, events, at=at, demo=demo)
    _write_contacts(plan, accounts, persons, events, vouched_for=vouched_for, at=at)
    note_all(events, by=by, at=at)


def _write_accounts(plan: Plan, file: CustomerFile, events: list[Event], *, at: datetime) -> dict[str, int]:
    """Customers, accounts and domains; the keys of the file's accounts by lower-case username."""
    Customer.objects.bulk_create(
        [Customer(name=name, created_at=at) for name in sorted(plan.new_customers)], batch_size=_BATCH
    )
    names = {lines.customer for lines in file.accounts}
    customer_ids = {name: pk for pk, name in Customer.objects.values_list("pk", "name") if name in names}
    new = [
        Account(customer_id=customer_ids[lines.customer], username=lines.username, created_at=at)
        for lines in plan.new_accounts
    ]
    Account.objects.bulk_create(new, batch_size=_BATCH)
    for account, name in plan.moved_accounts:
        Account.objects.filter(pk=account.pk).update(customer_id=customer_ids[name])
        events.append(Event("account", account.pk, "moved to customer", {"customer": name}))
    events += [Event("account", account.pk, "added") for account in new]
    keys = {lines.key for lines in file.accounts}
    account_ids = {
        username.lower(): pk
        for pk, username in Account.objects.values_list("pk", "username")
        if username.lower() in keys
    }
    Domain.objects.bulk_create(
        [Domain(account_id=account_ids[key], name=name, created_at=at) for key, name in plan.new_domains],
        batch_size=_BATCH,
    )
    return account_ids


def _write_servers(plan: Plan, events: list[Event], *, at: datetime) -> None:
    """Servers of which the file knows no more than the name."""
    new = [Server(name=name, networks=[], hostnames=[], created_at=at) for name in plan.new_servers.values()]
    Server.objects.bulk_create(new, batch_size=_BATCH)
    events += [Event("server", server.pk, "added") for server in new]


def _write_services(plan: Plan, account_ids: dict[str, int], *, at: datetime) -> None:
    server_ids = {server.name.lower(): server.pk for server in Server.objects.all()}
    Service.objects.bulk_create(
        [
            Service(
                account_id=account_ids[key],
                product=line.product,
                server_id=server_ids[line.server.lower()] if line.server else None,
                created_at=at,
            )
            for key, line in plan.new_services
        ],
        batch_size=_BATCH,
    )
    for service, server in plan.moved_services:
        Service.objects.filter(pk=service.pk).update(server_id=server_ids[server])


def _write_persons(plan: Plan, events: list[Event], *, at: datetime, demo: bool) -> dict[str, int]:
    """New and changed persons; the keys of all persons by address."""
    Person.objects.bulk_create(
        [
            Person(email=email, name=line.name, phone=line.phone, demo=demo, created_at=at)
            for email, line in plan.new_persons.items()
        ],
        batch_size=_BATCH,
    )
    person_ids = {email: pk for pk, email in Person.objects.values_list("pk", "email")}
    for email, (name, phone) in plan.changed_persons.items():
        Person.objects.filter(email=email).update(name=name, phone=phone)
        events.append(Event("person", person_ids[email], "details changed"))
    return person_ids


def _write_contacts(
    plan: Plan,
    account_ids: dict[str, int],
    person_ids: dict[str, int],
    events: list[Event],
    *,
    vouched_for: str,
    at: datetime,
) -> None:
    # Two contacts may exchange roles of which an account has only one: first all of them step aside.
    _set_role([contact for contact, _ in plan.changed_roles], ContactRole.AUTHORISED)
    for role in ContactRole.values:
        _set_role([contact for contact, new in plan.changed_roles if new == role], role)
    new = [
        Contact(
            person_id=person_ids[line.email],
            account_id=account_ids[key],
            role=line.role,
            vouched_for=vouched_for,
            created_at=at,
        )
        for key, line in plan.new_contacts
    ]
    Contact.objects.bulk_create(new, batch_size=_BATCH)
    events += [Event("contact", one.pk, "added", {"role": one.role, "by": vouched_for}) for one in new]
    events += [
        Event("contact", contact.pk, "changed role", {"from": contact.role, "to": role})
        for contact, role in plan.changed_roles
    ]


def _set_role(contacts: Sequence[Contact], role: str) -> None:
    for start in range(0, len(contacts), _BATCH):
        keys = [contact.pk for contact in contacts[start : start + _BATCH]]
        Contact.objects.filter(pk__in=keys).update(role=role)
