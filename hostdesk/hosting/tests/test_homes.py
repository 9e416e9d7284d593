"""Where a mailbox lives: by our tables, then by MX; DNS that is silent changes nothing."""

from datetime import UTC, datetime

import pytest

from hostdesk.hosting.homes import home_of, sure_home_of
from hostdesk.hosting.models import Account, Customer, Domain, Server
from hostdesk.mail.auth.resolver import ZoneResolver

AT = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
ZONE = {
    "pointed.example": [["MX", [10, "srv1.hosts.example"]]],
    "by-address.example": [["MX", [20, "mx.else.example"]], ["MX", [10, "mx.by-address.example"]]],
    "mx.by-address.example": [["A", "198.51.100.7"]],
    "far.example": [["MX", [10, "mx.far.example"]]],
    "mx.far.example": [["A", "203.0.113.9"]],
    "silent.example": [["*", "TIMEOUT"]],
    "half.example": [["MX", [10, "silent.example"]]],
    "hidden.example": [["MX", [10, "silent.example"]], ["MX", [20, "srv1.hosts.example"]]],
    "literal.example": [["MX", [10, "198.51.100.7"]]],
    "many.example": [["MX", [n, f"mx{n}.far.example"]] for n in range(11)]
    + [["MX", [99, "srv1.hosts.example"]]],
    "mapped.example": [["A", "192.0.2.129"]],
}


@pytest.fixture
def ours(db):
    owner = Customer.objects.create(name="Acme", created_at=AT)
    for name, closed in (("acme.example", None), ("gone.example", AT)):
        account = Account.objects.create(customer=owner, username=name[:4], created_at=AT, closed_at=closed)
        Domain.objects.create(account=account, name=name, created_at=AT)
    Server.objects.create(
        name="srv1",
        hostnames=["srv1.hosts.example"],
        networks=["198.51.100.0/28", "2001:db8::/48", "::ffff:192.0.2.128/121"],
        created_at=AT,
    )


@pytest.mark.clause("contact.off_server")
@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("a@acme.example", "acme.example"),
        ("a@mail.acme.example", "acme.example"),
        ("a@notacme.example", None),
        ("a@gone.example", None),
        ("a@srv1.hosts.example", "srv1"),
        ("a@pointed.example", "srv1"),
        ("a@by-address.example", "srv1"),
        ("a@far.example", None),
        ("a@silent.example", None),
        ("a@half.example", None),
        ("a@unknown.example", None),
        ("a@hidden.example", "srv1"),
        ("a@literal.example", "srv1"),
        ("a@many.example", "srv1"),
        ("a@mapped.example", "srv1"),
    ],
)
def test_a_mailbox_lives_where_our_tables_or_its_mx_say(ours, address, home):
    assert home_of(address, resolver=ZoneResolver(ZONE)) == home


@pytest.mark.clause("contact.off_server")
def test_a_host_that_is_silent_hides_no_other_that_is_ours_by_name(ours):
    assert sure_home_of("a@hidden.example", resolver=ZoneResolver(ZONE)) == "srv1"
