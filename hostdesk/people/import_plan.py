"""What an import of customers would change, judged against what is there; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hostdesk.hosting.models import Account, Service
from hostdesk.hosting.rules import ruling_product
from hostdesk.kit.addresses import domain_of, lies_within
from hostdesk.kit.tables_of_text import Fault
from hostdesk.people import rules
from hostdesk.people.customer_file import AccountLines, ContactLine, ServiceLine
from hostdesk.people.models import Contact, ContactRole, Person


@dataclass
class Present:
    """What is there now: accounts (with customer) by lower-case username, and so on.

    `homes` says where new secondary addresses live ("" elsewhere, None unknown). `limits` gives the number of contacts allowed by the product whose policy covers an account; `is_ours` says
    whether an address is the desk's own.
    """

    accounts: dict[str, Account]
    customer_names: frozenset[str]
    services: dict[int, list[Service]]
    domain_owner: dict[str, int]
    domains: dict[int, list[str]]
    contacts: dict[int, list[Contact]]
    removed: frozenset[tuple[int, str]]
    replaced: frozenset[tuple[int, str]]
    persons: dict[str, Person]
    server_ids: dict[str, int]
    hostnames: tuple[str, ...]
    limits: Callable[[str], rules.RoleCount]
    is_ours: Callable[[str], bool]
    homes: Mapping[str, str | None] = field(default_factory=dict)


@dataclass
class Plan:
    """Everything to write, in terms of keys that exist or of the file's own words; or the faults that forbid it."""

    new_customers: set[str] = field(default_factory=set)
    new_servers: dict[str, str] = field(default_factory=dict)
    new_accounts: list[AccountLines] = field(default_factory=list)
    moved_accounts: list[tuple[Account, str]] = field(default_factory=list)
    new_services: list[tuple[str, ServiceLine]] = field(default_factory=list)
    moved_services: list[tuple[Service, str]] = field(default_factory=list)
    new_domains: list[tuple[str, str]] = field(default_factory=list)
    new_persons: dict[str, ContactLine] = field(default_factory=dict)
    changed_persons: dict[str, tuple[str, str]] = field(default_factory=dict)
    new_contacts: list[tuple[str, ContactLine]] = field(default_factory=list)
    changed_roles: list[tuple[Contact, str]] = field(default_factory=list)
    added_lines: set[int] = field(default_factory=set)
    changed_lines: set[int] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)


def make(accounts: Sequence[AccountLines], present: Present) -> Plan:
    """The plan for the sound rows of a file."""
    plan = Plan()
    named: dict[str, ContactLine] = {}
    for lines in accounts:
        account = present.accounts.get(lines.key)
        if account is not None and account.closed_at is not None:
            plan.faults.append(Fault(lines.line, f"account {account.username} is closed"))
            continue
        lines = _without_replaced(plan, lines, account, present)  # noqa: PLW2901  (the same account, less what is old)
        _plan_account(plan, lines, account, present)
        _plan_services(plan, lines, present.services.get(account.pk, []) if account else [], present)
        _plan_domains(plan, lines, account, present)
        _plan_contacts(plan, lines, account, present, named)
        _judge_contacts(plan, lines, account, present)
    plan.changed_lines -= plan.added_lines
    return plan


def _without_replaced(
    plan: Plan, lines: AccountLines, account: Account | None, present: Present
) -> AccountLines:
    """An address that its account's contacts have replaced is not listed again: whoever reads it now may be anybody."""
    if account is None:
        return lines
    listed = {one.person.email for one in present.contacts.get(account.pk, [])}
    kept = []
    for line in lines.contacts:
        if (account.pk, line.email) not in present.replaced or line.email in listed:
            kept.append(line)
            continue
        sentence = (
            f"{line.email} was replaced by another address on account {account.username} in the client area and is not"
            " listed again; bring the file up to date"
        )
        plan.notices.append(Fault(line.line, sentence))
    return replace(lines, contacts=type(lines.contacts)(kept))


def _plan_account(plan: Plan, lines: AccountLines, account: Account | None, present: Present) -> None:
    if account is not None and account.customer.name == lines.customer:
        return
    if lines.customer not in present.customer_names:
        plan.new_customers.add(lines.customer)
    if account is None:
        plan.new_accounts.append(lines)
        plan.added_lines.add(lines.line)
    else:
        plan.moved_accounts.append((account, lines.customer))
        plan.changed_lines.add(lines.line)


def _plan_services(plan: Plan, lines: AccountLines, known: Sequence[Service], present: Present) -> None:
    """New services, and those that moved to another server; a service that the file leaves out stays.

    A server that nobody has told us of becomes known by its name: the two imports may come in either order.
    """
    open_ones = list(known)
    moved: list[ServiceLine] = []
    for wanted in lines.services:
        server_id = present.server_ids.get(wanted.server.lower()) if wanted.server else None
        if wanted.server and server_id is None and wanted.server.lower() not in plan.new_servers:
            plan.new_servers[wanted.server.lower()] = wanted.server
            sentence = f"server '{wanted.server}' is new; name its networks and hostnames with: hostdesk servers import"
            plan.notices.append(Fault(wanted.line, sentence))
        same = [one for one in open_ones if one.product == wanted.product]
        exact = [
            one for one in same if not wanted.server or (server_id is not None and one.server_id == server_id)
        ]
        if exact:
            open_ones.remove(exact[0])
        else:
            moved.append(wanted)
    for wanted in moved:
        same = [one for one in open_ones if one.product == wanted.product]
        if same:
            open_ones.remove(same[0])
            plan.moved_services.append((same[0], wanted.server.lower()))
            plan.changed_lines.add(wanted.line)
        else:
            plan.new_services.append((lines.key, wanted))
            plan.changed_lines.add(wanted.line)


def _plan_domains(plan: Plan, lines: AccountLines, account: Account | None, present: Present) -> None:
    for name, line in lines.domains.items():
        owner = present.domain_owner.get(name)
        if owner is None:
            plan.new_domains.append((lines.key, name))
            plan.changed_lines.add(line)
        elif account is None or owner != account.pk:
            plan.faults.append(Fault(line, f"domain {name} stands on another account already"))


def _plan_contacts(
    plan: Plan, lines: AccountLines, account: Account | None, present: Present, named: dict[str, ContactLine]
) -> None:
    """Persons and contacts of one account; `named` holds the persons of the whole file so far."""
    listed = {one.person.email: one for one in present.contacts.get(account.pk, [])} if account else {}
    for line in lines.contacts:
        if present.is_ours(line.email):
            sentence = f"{line.email} is an address of this desk itself"
            plan.faults.append(Fault(line.line, sentence, "contact.listed_sender"))
        _plan_person(plan, line, present, named)
        contact = listed.get(line.email)
        if contact is None:
            plan.new_contacts.append((lines.key, line))
            plan.added_lines.add(line.line)
            if account and (account.pk, line.email) in present.removed:
                sentence = (
                    f"{line.email} had been removed from account {account.username} and is listed again"
                )
                plan.notices.append(Fault(line.line, sentence))
        elif contact.role != line.role:
            plan.changed_roles.append((contact, line.role))
            plan.changed_lines.add(line.line)


def _plan_person(plan: Plan, line: ContactLine, present: Present, named: dict[str, ContactLine]) -> None:
    """A person has one name and one telephone: those of the first line that names them."""
    first = named.setdefault(line.email, line)
    if first is not line:
        if (first.name, first.phone) != (line.name, line.phone):
            sentence = f"{line.email} has other details than in line {first.line}, whose details are kept"
            plan.notices.append(Fault(line.line, sentence))
        return
    person = present.persons.get(line.email)
    if person is None:
        plan.new_persons[line.email] = line
    elif (person.name, person.phone) != (line.name, line.phone or person.phone):
        plan.changed_persons[line.email] = (line.name, line.phone or person.phone)
        plan.changed_lines.add(line.line)


def _judge_contacts(plan: Plan, lines: AccountLines, account: Account | None, present: Present) -> None:
    """The account as it would be: how many of each role, and whether the secondary lives elsewhere."""
    kept = present.contacts.get(account.pk, []) if account else []
    in_file = {line.email for line in lines.contacts}
    staying = [(one.person.email, one.role) for one in kept if one.person.email not in in_file]
    products = {one.product for one in present.services.get(account.pk, [])} if account else set()
    limits = present.limits(ruling_product(products | {one.product for one in lines.services}))
    holders: dict[str, list[str]] = {"primary": [], "secondary": [], "authorised": []}
    for email, role in staying:
        holders[role].append(email)
    for line in lines.contacts:
        holders[line.role].append(line.email)
        sentence = rules.too_many(
            line.role, username=lines.username, count=len(holders[line.role]), limits=limits
        )
        if sentence is not None:
            others = ", ".join(holders[line.role][:-1])
            plan.faults.append(Fault(line.line, f"{sentence} (listed: {others})", "contact.listed_sender"))
    owned = present.domains.get(account.pk, []) if account else []
    line_of = {line.email: line.line for line in lines.contacts}
    for email in holders["secondary"]:
        home = rules.on_server(email, domains=[*lines.domains, *owned], hostnames=present.hostnames)
        if home is None and _is_new_secondary(email, kept):
            home = present.homes.get(email, "")
            if home is None:
                plan.notices.append(Fault(line_of[email], _not_looked_up(email), "contact.off_server"))
        if home:
            blamed = line_of.get(email) or lines.domains.get(home) or lines.line
            plan.faults.append(Fault(blamed, _lives_here(email, home), "contact.off_server"))


def _lives_here(email: str, home: str) -> str:
    why = f"lives on {home}, which is hosted here"
    if not lies_within(domain_of(email), home):
        why = f"is hosted here: mail for {domain_of(email)} comes to our server {home}"
    return f"secondary contact {email} {why}; it needs an address elsewhere"


def _not_looked_up(email: str) -> str:
    return (
        f"DNS did not say where mail for {domain_of(email)} is brought, so whether the secondary contact {email} is hosted"
        " here is not known; it is looked up again by itself"
    )


def _is_new_secondary(email: str, kept: Sequence[Contact]) -> bool:
    """Whether an address would become a secondary's; of one that is, the daily look says when it came home to us."""
    return not any(one.person.email == email and one.role == ContactRole.SECONDARY for one in kept)
