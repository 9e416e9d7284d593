"""The room's judgements, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from hostdesk.people import passwords, rules, shown
from hostdesk.people.rules import RoleCount, Tally

pytestmark = pytest.mark.db_free
AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def test_waits_double_after_the_free_tries_and_end_at_half_an_hour():
    tally, waits = Tally(0, AT, None), []
    for _ in range(13):
        tally = rules.after_a_try(tally, free=5, at=AT)
        waits.append(int((tally.blocked_until - AT).total_seconds()) if tally.blocked_until else 0)

    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800]


def test_a_day_without_a_try_forgets():
    old = Tally(9, AT - timedelta(days=2), AT - timedelta(hours=24, seconds=1))
    young = Tally(9, AT - timedelta(days=2), AT - timedelta(hours=24))

    assert rules.after_a_try(old, free=5, at=AT) == Tally(1, AT, None)
    assert rules.after_a_try(young, free=5, at=AT).count == 10


def test_a_session_ends_when_unused_or_old():
    life = rules.Life(idle=timedelta(hours=12), most=timedelta(days=7))

    assert rules.expiry(life, created_at=AT, seen_at=AT) == AT + timedelta(hours=12)
    assert rules.expiry(life, created_at=AT - timedelta(days=7, hours=-1), seen_at=AT) == AT + timedelta(
        hours=1
    )


@pytest.mark.clause("contact.off_server")
@pytest.mark.parametrize(
    ("email", "home"),
    [
        ("bob@acme.example", "acme.example"),
        ("bob@mail.acme.example", "acme.example"),
        ("bob@web01.host.example", "web01.host.example"),
        ("bob@notacme.example", None),
        ("bob@acme.example.other.example", None),
    ],
)
def test_an_address_lives_here_when_its_domain_does(email, home):
    assert rules.on_server(email, domains=["acme.example"], hostnames=["web01.host.example"]) == home


@pytest.mark.clause("contact.listed_sender")
def test_the_limit_of_a_role_comes_from_the_terms():
    limits = RoleCount(primary=1, secondary=1, authorised=3)

    assert rules.too_many("authorised", username="acme01", count=3, limits=limits) is None
    assert rules.too_many("authorised", username="acme01", count=4, limits=limits) == (
        "account acme01 may have 3 authorised contacts; remove one first or choose another role"
    )


@pytest.mark.parametrize(
    ("email", "ours"),
    [
        ("support@host.example", True),
        ("reply@host.example", True),
        ("reply+abc@host.example", True),
        ("support+x@host.example", True),
        ("postmaster@host.example", True),
        ("abuse+x@host.example", True),
        ("replying@host.example", False),
        ("support@acme.example", False),
    ],
)
def test_the_desks_own_addresses_are_known(email, ours):
    assert rules.is_ours(email, mail_domain="host.example", desk_addresses=["support@host.example"]) is ours


@pytest.mark.parametrize(
    ("password", "sound"),
    [
        ("elevenchars", False),
        ("twelve chars", True),
        ("q1w2e3r4t5y6", False),
        ("ann@host.example", False),
        ("correct horse battery", True),
        ("x" * 501, False),
        ("aaaaaaaaaaaa", False),
        ("123456789012", False),
        ("abcdefghijkl", False),
        ("9876543210ab", False),
        ("abcabcabcabc", False),
        ("KoffieKoffie", False),
        ("Password2026!", False),
        ("koffie koffie", False),
        ("password-password", False),
        ("veldskoen-vetkoek-vrydag", True),
        ("the 12th of July 1998", True),
    ],
)
def test_passwords_must_be_long_and_not_the_first_ones_tried(password, sound):
    assert (passwords.fault(password, email="ann@host.example") is None) is sound


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0",
            "Firefox on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Linux"),
        ("curl/8", "Another program"),
        ("", "Another program"),
    ],
)
def test_browsers_are_named_as_their_owners_know_them(user_agent, name):
    assert shown.browser_name(user_agent) == name
