"""The file of `hostdesk customers import`, as plain values: what can be judged from the file alone."""

from __future__ import annotations

from dataclasses import dataclass

from hostdesk.hosting.models import Product
from hostdesk.kit import addresses, tables_of_text
from hostdesk.kit.tables_of_text import Fault, Line
from hostdesk.people.models import ContactRole

REQUIRED = ("customer", "account", "product", "contact_name", "contact_email", "contact_role")
OPTIONAL = ("server", "domains", "contact_phone")
_LONGEST = {"customer": 200, "account": 100, "server": 100, "contact_name": 200, "contact_phone": 50}


@dataclass(frozen=True, slots=True)
class ContactLine:
    """The contact of one line: `email` normalised; `phone` empty when the file does not say."""

    line: int
    email: str
    name: str
    role: str
    phone: str


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """The service of one line: `server` empty when the file does not say."""

    line: int
    product: str
    server: str


@dataclass(frozen=True, slots=True)
class AccountLines:
    """All that the file says of one account, from all its lines; `line` is the first of them."""

    line: int
    customer: str
    username: str
    services: tuple[ServiceLine, ...]
    domains: dict[str, int]
    contacts: tuple[ContactLine, ...]

    @property
    def key(self) -> str:
        """By this the account is known again."""
        return self.username.lower()


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """The file, read; with any fault nothing of it may be used. `rows` counts its lines."""

    accounts: tuple[AccountLines, ...]
    rows: int
    faults: tuple[Fault, ...]
    encoding: str


def read(content: bytes) -> CustomerFile:
    """Accounts with services, domains and contacts, from a file with one row a contact.

    A row without any contact cell adds a service or domains only. An empty product or server on a later row of an
    account means: as said above.
    Faults: see `tables_of_text.read`; no account or customer; two customers for one account; an unknown role or
    product; a bad address or domain; one contact twice on an account; one domain on two accounts.
    """
    table = tables_of_text.read(content, required=REQUIRED, optional=OPTIONAL)
    faults = list(table.faults)
    by_account: dict[str, list[Line]] = {}
    for line in table.lines:
        fault = _fault_in_row(line)
        if fault:
            faults.append(Fault(line.number, *fault))
        else:
            by_account.setdefault(line.cells["account"].lower(), []).append(line)
    accounts = [_account(lines, faults) for lines in by_account.values()]
    # Where a row of the account is faulty, the product may have stood in that one.
    incomplete = {
        line.cells["account"].lower() for line in table.lines if line.number in {one.line for one in faults}
    }
    faults += [
        Fault(account.line, f"account {account.username} has no product")
        for account in accounts
        if not account.services and account.key not in incomplete
    ]
    faults += _domains_twice(accounts)
    return CustomerFile(tuple(accounts), len(table.lines), tuple(sorted(faults)), table.encoding)


def _fault_in_row(line: Line) -> tuple[str, str] | None:
    """Sentence and clause of the first thing wrong with a row by itself."""
    cells = line.cells
    for column in ("customer", "account"):
        if not cells[column]:
            return f"names no {column}", ""
    for column, longest in _LONGEST.items():
        if len(cells[column]) > longest:
            return f"column {column} is longer than {longest} characters", ""
    if " " in cells["account"]:
        return f"account '{cells['account']}' contains a blank", ""
    if cells["product"] and cells["product"].lower() not in Product.values:
        return f"product '{cells['product']}' is not known; the products are {', '.join(Product.values)}", ""
    for name in cells["domains"].replace(",", " ").split():
        if addresses.normalised_domain(name) is None:
            return f"domain '{name}' is no domain name such as example.com", ""
    return _fault_in_contact(cells)


def _fault_in_contact(cells: dict[str, str]) -> tuple[str, str] | None:
    given = [cells[column] for column in ("contact_email", "contact_name", "contact_role", "contact_phone")]
    if not any(given):
        return None
    email, name, role, _ = given
    if not email:
        return "has a contact without contact_email", "contact.listed_sender"
    if addresses.normalised(email) is None:
        return f"'{email}' is no plain mail address such as ann@example.com", "contact.listed_sender"
    if not name:
        return f"contact {email} has no contact_name", "contact.identify"
    if role.lower() not in ContactRole.values:
        return (
            f"role '{role}' is not known; the roles are {', '.join(ContactRole.values)}",
            "contact.listed_sender",
        )
    return None


def _account(lines: list[Line], faults: list[Fault]) -> AccountLines:
    first = lines[0]
    services: dict[tuple[str, str], ServiceLine] = {}
    domains: dict[str, int] = {}
    contacts: dict[str, ContactLine] = {}
    product = server = ""
    for line in lines:
        cells = line.cells
        if cells["customer"] != first.cells["customer"]:
            faults.append(
                Fault(
                    line.number,
                    f"account {cells['account']} belongs to '{cells['customer']}' here "
                    f"and to '{first.cells['customer']}' in line {first.number}",
                )
            )
        if cells["product"]:
            product, server = (
                cells["product"].lower(),
                cells["server"] or (server if cells["product"].lower() == product else ""),
            )
        elif cells["server"]:
            server = cells["server"]
        if product:
            services.setdefault((product, server.lower()), ServiceLine(line.number, product, server))
        for name in cells["domains"].replace(",", " ").split():
            domains.setdefault(str(addresses.normalised_domain(name)), line.number)
        if cells["contact_email"]:
            _take_contact(line, contacts, faults)
    return AccountLines(
        first.number,
        first.cells["customer"],
        first.cells["account"],
        tuple(services.values()),
        domains,
        tuple(contacts.values()),
    )


def _take_contact(line: Line, contacts: dict[str, ContactLine], faults: list[Fault]) -> None:
    cells = line.cells
    email = str(addresses.normalised(cells["contact_email"]))
    contact = ContactLine(
        line.number, email, cells["contact_name"], cells["contact_role"].lower(), cells["contact_phone"]
    )
    earlier = contacts.setdefault(email, contact)
    if (earlier.name, earlier.role, earlier.phone) != (contact.name, contact.role, contact.phone):
        faults.append(
            Fault(
                line.number, f"contact {email} of account {cells['account']} differs from line {earlier.line}"
            )
        )


def _domains_twice(accounts: list[AccountLines]) -> list[Fault]:
    seen: dict[str, AccountLines] = {}
    faults = []
    for account in accounts:
        for name, line in account.domains.items():
            other = seen.setdefault(name, account)
            if other is not account:
                faults.append(
                    Fault(
                        line,
                        f"domain {name} stands on account {other.username} already (line {other.domains[name]})",
                    )
                )
    return faults
