"""Days that contacts name: a last day is theirs to its end, and a day that cannot be meant is asked for again."""

from datetime import date, datetime, timedelta

import pytest

from hostdesk.kit.keys import new_key
from hostdesk.kit.refusals import Refused
from hostdesk.requests.actions import carrying, confirming
from hostdesk.requests.actions.asking import Wish, WrongDetails, ask
from hostdesk.requests.models import AdminRequest
from hostdesk.requests.standing import case_of, zone
from hostdesk.requests.tasks import look_again
from hostdesk.requests.words import steps

clause = pytest.mark.clause


def asks(world, contact, kind, **details):
    wish = Wish(kind=kind, contact=contact, channel="client", details=details)
    return ask(wish, by=contact.actor(), at=world.now)


def day_of(world, days):
    return (world.now.astimezone(zone()).date() + timedelta(days=days)).isoformat()


@clause("contact.restricted")
def test_nothing_is_deleted_before_the_end_of_the_last_day_that_was_wanted(world):
    primary = world.contact()
    second = world.contact("alice@elsewhere.example", role="secondary", domains=())
    last = day_of(world, 9)
    request = asks(world, primary, "cancellation", last_day=last)
    request = confirming.confirm(request, by=second, at=world.now)
    assert [point.title for point in steps(case_of(request), at=world.now) if point.state == "now"] == [
        "Time to object"
    ]
    ends = datetime.combine(date.fromisoformat(last) + timedelta(days=1), datetime.min.time(), zone())

    world.now = ends - timedelta(seconds=1)
    look_again(world.now)
    request.refresh_from_db()
    assert (request.state, request.look_at) == ("wait", ends)
    with pytest.raises(Refused):
        carrying.begin(request, panel="by_hand", before={}, by=world.agent("Bongani"), at=world.now)
    points = {point.title: point.state for point in steps(case_of(request), at=world.now)}
    assert (points["Time to object"], points["The last day wanted has ended"]) == ("done", "now")

    look_again(ends)
    assert AdminRequest.objects.get().state == "ready"


@clause("contact.restricted")
def test_a_last_day_of_today_shortens_no_waiting_time(world):
    primary = world.contact()
    request = asks(world, primary, "cancellation", last_day=day_of(world, 0))
    confirming.confirm(request, by=primary, at=world.now)
    request.refresh_from_db()

    assert request.state == "wait"
    assert request.look_at >= world.now + timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "details", "wrong"),
    [
        ("cancellation", {"last_day": -1}, "This day is over"),
        ("cancellation", {"last_day": 365 * 50}, "This day is over"),
        ("backup_restore", {"what": "files", "date": -365 * 20}, "of the last ten years"),
        ("backup_restore", {"what": "files", "date": 1}, "of the last ten years"),
    ],
)
def test_a_day_that_cannot_be_meant_is_asked_for_again(world, kind, details, wrong):
    given = {key: day_of(world, value) if isinstance(value, int) else value for key, value in details.items()}
    with pytest.raises(WrongDetails, match=wrong):
        asks(world, world.contact(), kind, **given)


def test_a_backup_of_today_may_be_asked_for(world):
    assert (
        asks(world, world.contact(), "backup_restore", what="files", date=day_of(world, 0)).state == "second"
    )


@clause("channel.tickets")
@pytest.mark.parametrize(
    ("kind", "given", "key"),
    [
        ("dns_record", {"type": "A", "value": "not an ip"}, "value"),
        ("dns_record", {"type": "AAAA", "value": "192.0.2.1"}, "value"),
        ("dns_record", {"type": "MX", "value": "mail"}, "value"),
        ("dns_record", {"name": "a b", "type": "A", "value": "192.0.2.1"}, "name"),
        ("dns_record", {"name": "www.google.com.", "type": "A", "value": "192.0.2.1"}, "name"),
        ("dns_record", {"name": "-x", "type": "A", "value": "192.0.2.1"}, "name"),
        ("dns_record", {"name": "www.acme.example.", "type": "A", "value": "192.0.2.1"}, None),
        ("dns_record_removal", {"type": "CAA", "value": "x"}, "value"),
        ("dns_record", {"type": "A", "value": "192.0.2.1"}, None),
        ("dns_record", {"type": "MX", "value": "10 mail"}, None),
        ("dns_record", {"type": "TXT", "value": "v=spf1 -all"}, None),
    ],
)
def test_a_record_that_no_server_takes_is_refused_where_it_is_typed(world, kind, given, key):
    primary = world.contact()
    wish = {"domain": "acme.example", "name": "www", **given}
    if key is None:
        assert asks(world, primary, kind, **wish).state == "ready"
        return
    with pytest.raises(WrongDetails) as wrong:
        asks(world, primary, kind, **wish)

    assert set(wrong.value.fields) == {key}


@clause("channel.tickets")
@pytest.mark.parametrize(
    ("kind", "given", "wrong"),
    [
        ("plan_change", {"plan": f"https://d.example/details/{new_key()}"}, "Leave it out"),
        ("domain_addition", {"domain": "other.example"}, "on another account with us"),
        ("domain_addition", {"domain": "www.shop.other.example"}, "on another account with us"),
        ("domain_addition", {"domain": "acme.example"}, "on the account already"),
        ("domain_addition", {"domain": "new_one.example"}, "Write a domain"),
        ("mailbox_change", {"mailbox": "a@acme.example", "quota_mb": "0"}, "from 1 to 999999999"),
        ("mailbox_change", {"mailbox": "a@acme.example", "quota_mb": "9" * 20}, "from 1 to 999999999"),
    ],
)
def test_what_cannot_be_done_is_refused_where_it_is_typed(world, kind, given, wrong):
    primary = world.contact()
    world.contact("z@other.example", username="other01", customer="Other", domains=("other.example",))
    with pytest.raises(WrongDetails, match=wrong):
        asks(world, primary, kind, **given)
