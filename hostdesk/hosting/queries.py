"""Reads about customers, accounts, services, domains and servers."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from hostdesk.audit.prepared import Prepared, keeping_cursor
from hostdesk.hosting import rules
from hostdesk.hosting.models import Account, Customer, Domain, Server, Service
from hostdesk.kit.refusals import Missing
from hostdesk.policy import queries as policy


def domains_of(account: Account) -> list[str]:
    """The domain names hosted on an account, as A-labels, in alphabetical order."""
    return list(Domain.objects.filter(account=account).order_by("name").values_list("name", flat=True))


def account_by_username(username: str) -> Account | None:
    """The account of this username with its customer, whatever the case of its letters; closed ones too."""
    return Account.objects.named(username).select_related("customer").first()


def is_any_account(usernames: Sequence[str]) -> bool:
    """Whether one of these words, in small letters, is the username of an account."""
    # One parameter however many they are: the ORM's list of 150 is written and read for longer than it is looked up.
    with keeping_cursor(connection) as cursor:
        cursor.execute(_ANY_ACCOUNT[connection.vendor], [json.dumps(usernames)])
        return bool(cursor.fetchone()[0])


_ANY_ACCOUNT = {
    "postgresql": "SELECT EXISTS(SELECT 1 FROM hosting_account WHERE LOWER(username) = ANY(ARRAY("
    "SELECT json_array_elements_text(%s::json))))",
    "sqlite": "SELECT EXISTS(SELECT 1 FROM hosting_account WHERE LOWER(username) IN ("
    "SELECT value FROM json_each(%s)))",
}


def account_of_domain(name: str) -> Account | None:
    """The account on which a domain name (A-label) is hosted, with its customer."""
    found = Domain.objects.filter(name=name).select_related("account__customer").first()
    return found.account if found else None


def customer_names(customer_ids: Iterable[int]) -> dict[int, str]:
    """Names of customers by key."""
    return dict(Customer.objects.filter(pk__in=set(customer_ids)).values_list("pk", "name"))


def accounts_of_customer(customer: Customer) -> list[Account]:
    """All accounts of a customer by username, closed ones last."""
    accounts = Account.objects.filter(customer=customer).order_by("username")
    return sorted(accounts, key=lambda account: account.closed_at is not None)


def customer_by_id(customer_id: int) -> Customer:
    """One customer; `Missing` when there is none."""
    found = Customer.objects.filter(pk=customer_id).first()
    if found is None:
        raise Missing
    return found


def account_of_customer(customer_id: int, account_id: int) -> Account:
    """One account of this customer; `Missing` for another's."""
    found = Account.objects.filter(customer=customer_id, pk=account_id).first()
    if found is None:
        raise Missing
    return found


def services_by_account(account_ids: Sequence[int]) -> dict[int, list[Service]]:
    """`services_of` of many accounts in one query."""
    found: dict[int, list[Service]] = {account_id: [] for account_id in account_ids}
    current = Service.objects.current().filter(account_id__in=account_ids).select_related("server")
    for service in current.order_by("created_at", "pk"):
        found[service.account_id].append(service)
    return found


def domains_by_account(account_ids: Sequence[int]) -> dict[int, list[str]]:
    """`domains_of` of many accounts in one query."""
    found: dict[int, list[str]] = {account_id: [] for account_id in account_ids}
    rows = Domain.objects.filter(account_id__in=account_ids).order_by("name")
    for account_id, name in rows.values_list("account_id", "name"):
        found[account_id].append(name)
    return found


def services_of(account: Account) -> list[Service]:
    """What an account has now, oldest first, each with its server."""
    return list(account.services.current().select_related("server").order_by("created_at", "pk"))


def policy_slug_for(account: Account) -> str:
    """The slug of the policy under which support for an account runs (scope.dedicated).

    An account with any current service of the hosting kind is under the hosting policy; only one whose services
    are all dedicated machines is under theirs. An account without services counts as shared hosting.
    """
    return policy_slugs_for([account.pk])[account.pk]


def policy_version_for(account: Account) -> policy.Version:
    """The policy in force under which support for an account runs, as `policy_slug_for` chooses it (scope.dedicated)."""
    kinds: set[str] | None = account.__dict__.get("known_products")
    if kinds is None:
        kinds = {product for (product,) in _PRODUCTS(account.pk)}
    return policy.policy_for_product(rules.ruling_product(kinds))


def bring_products(accounts: Iterable[Account]) -> None:
    """Tell `policy_version_for` what these accounts have now, all in one query."""
    known = list(accounts)
    if known:
        products = _products({account.pk for account in known})
        for account in known:
            account.__dict__["known_products"] = products[account.pk]


_PRODUCTS = Prepared(lambda pk: Service.objects.current().filter(account_id=pk).values_list("product"), int)


def policy_slugs_for(account_ids: Sequence[int]) -> dict[int, str]:
    """`policy_slug_for` of many accounts in one query."""
    products = _products(account_ids)
    ruling = {account_id: rules.ruling_product(kinds) for account_id, kinds in products.items()}
    slugs = {product: policy.policy_for_product(product).slug for product in set(ruling.values())}
    return {account_id: slugs[product] for account_id, product in ruling.items()}


def _products(account_ids: Collection[int]) -> dict[int, set[str]]:
    products: dict[int, set[str]] = {account_id: set() for account_id in account_ids}
    rows = Service.objects.current().filter(account_id__in=account_ids).values_list("account_id", "product")
    for account_id, product in rows:
        products[account_id].add(product)
    return products


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """One line of the list of customers; texts are ready to be shown."""

    id: int
    name: str
    usernames: tuple[str, ...]
    domains: tuple[str, ...]


LONGEST_PAGE = 50


def customers_like(words: str, *, limit: int = LONGEST_PAGE) -> list[CustomerLine]:
    """Customers whose name, usernames or domains contain `words`; all of them when it is empty; by name.

    Two more queries whatever their number: the accounts and the domains of those shown.
    """
    found = Customer.objects.order_by("name")
    if words:
        ids = set(Customer.objects.filter(name__icontains=words).values_list("pk", flat=True)[:limit])
        for field in ("accounts__username__icontains", "accounts__domains__name__icontains"):
            ids |= set(Customer.objects.filter(**{field: words}).values_list("pk", flat=True)[:limit])
        found = found.filter(pk__in=ids)
    customers = list(found[:limit])
    usernames: dict[int, list[str]] = {customer.pk: [] for customer in customers}
    domains: dict[int, list[str]] = {customer.pk: [] for customer in customers}
    for customer_id, username in (
        Account.objects.filter(customer__in=customers)
        .order_by("username")
        .values_list("customer_id", "username")
    ):
        usernames[customer_id].append(username)
    for customer_id, name in (
        Domain.objects.filter(account__customer__in=customers)
        .order_by("name")
        .values_list("account__customer_id", "name")
    ):
        domains[customer_id].append(name)
    return [
        CustomerLine(one.pk, one.name, tuple(usernames[one.pk]), tuple(domains[one.pk])) for one in customers
    ]


def servers() -> list[Server]:
    """All servers by name."""
    return list(Server.objects.order_by("name"))
