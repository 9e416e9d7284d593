"""From where a request comes, and what of it is believed (T48)."""

import pytest
from django.test import RequestFactory

from hostdesk.kit.refusals import Misconfigured
from hostdesk.people import clients

pytestmark = pytest.mark.db_free


def client(peer, trusted=(), settings=None, **headers):
    settings.HOSTDESK_TRUSTED_PROXIES = trusted
    return clients.client_of(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))


@pytest.mark.parametrize(
    "case",
    [
        ("127.0.0.1", (), None, "127.0.0.1", True),
        ("::ffff:127.0.0.1", (), None, "127.0.0.1", True),
        ("203.0.113.9", (), None, "203.0.113.9", False),
        # A proxy nobody told us of: the header is not believed, and neither is "this machine".
        ("127.0.0.1", (), "203.0.113.9", "127.0.0.1", False),
        ("203.0.113.9", (), "127.0.0.1", "203.0.113.9", False),
        ("127.0.0.1", ("127.0.0.1",), "203.0.113.9", "203.0.113.9", False),
        # Only what trusted proxies wrote is read, from the right.
        ("127.0.0.1", ("127.0.0.1",), "127.0.0.1, 203.0.113.9", "203.0.113.9", False),
        (
            "127.0.0.1",
            ("127.0.0.1", "10.0.0.0/8"),
            "198.51.100.7, 203.0.113.9, 10.0.0.2",
            "203.0.113.9",
            False,
        ),
        ("127.0.0.1", ("127.0.0.1",), "nonsense", "0.0.0.0", False),
        ("", (), None, "0.0.0.0", False),
    ],
)
def test_only_trusted_proxies_are_believed(settings, case):
    peer, trusted, forwarded, address, local = case
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    found = client(peer, trusted, settings, **headers)

    assert (str(found.address), found.on_this_machine) == (address, local)


def test_ipv6_households_count_as_one(settings):
    one = client("2001:db8:1:2::a", (), settings)
    other = client("2001:db8:1:2:ffff::b", (), settings)

    assert (one.network, other.network) == ("2001:db8:1:2::/64", "2001:db8:1:2::/64")


def test_a_proxy_that_is_no_address_is_named():
    with pytest.raises(Misconfigured, match=r"^HOSTDESK_TRUSTED_PROXIES: "):
        clients.check_trusted_proxies(("nginx",))
