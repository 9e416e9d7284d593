"""Servers come in from a file; customers are found by what is known of them."""

import pytest

from hostdesk.hosting import queries, server_file
from hostdesk.hosting.actions import Counts, import_servers
from hostdesk.hosting.models import Server
from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.tables_of_text import Fault

FILE = b"""server,networks,hostnames
web01,192.0.2.0/24 2001:db8::/48,WEB01.host.example mail.host.example
web02,198.51.100.7,
"""


def bring(world, content, **more):
    file = server_file.read(content)
    assert file.faults == ()
    return import_servers(file.servers, by=OPERATOR, at=world.now, **more)


def test_servers_are_kept_and_the_same_file_again_changes_nothing(world):
    assert bring(world, FILE, dry_run=True) == Counts(2, 0, 0)
    assert bring(world, FILE) == Counts(2, 0, 0)
    assert bring(world, FILE) == Counts(0, 0, 2)
    assert bring(world, FILE.replace(b"web02,198.51.100.7", b"WEB02,198.51.100.8")) == Counts(0, 1, 1)
    assert list(Server.objects.order_by("pk").values_list("name", "networks", "hostnames")) == [
        ("web01", ["192.0.2.0/24", "2001:db8::/48"], ["mail.host.example", "web01.host.example"]),
        ("WEB02", ["198.51.100.8/32"], []),
    ]


@pytest.mark.db_free
def test_bad_rows_are_named():
    content = b"server,networks,hostnames\n,1.2.3.4,\na,1.2.3.4/8,\nb,x,\nc,,a_b c..d\nok,,\nOK,,\n"

    assert server_file.read(content).faults == (
        Fault(2, "names no server"),
        Fault(3, "'1.2.3.4/8' is no network such as 192.0.2.0/24 or 2001:db8::/48"),
        Fault(4, "'x' is no network such as 192.0.2.0/24 or 2001:db8::/48"),
        Fault(5, "'a_b' is no host name such as web01.example.com"),
        Fault(7, "names the server OK, as line 6 does"),
    )


def test_customers_are_found_by_name_username_and_domain(world):
    world.contact()
    world.contact("c@bravo.example", username="bravo", customer="Bravo & Sons", domains=("bravo.example",))

    assert [one.name for one in queries.customers_like("")] == ["Acme", "Bravo & Sons"]
    for words in ("sons", "BRAVO", "vo.exam"):
        assert [(one.name, one.usernames, one.domains) for one in queries.customers_like(words)] == [
            ("Bravo & Sons", ("bravo",), ("bravo.example",))
        ]
    assert queries.customers_like("%") == []


def test_usernames_are_one_whatever_their_case(world):
    account = world.contact().account

    assert queries.account_by_username(" ACME01 ") == account
    assert queries.account_by_username("acme0") is None
    assert queries.domains_of(account) == ["acme.example"]
    assert queries.account_of_domain("acme.example") == account
