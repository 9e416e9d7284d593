"""What a wish changes among DNS records, and whether what a panel shows is what was wanted. No panel is asked."""

import pytest

from hostdesk.ports.panels import records, wishes
from hostdesk.ports.panels.records import Record, WrongRecord
from hostdesk.ports.panels.wishes import Operation

SPF, CHECK = Record("TXT", "v=spf1 -all", 3600), Record("TXT", "site-check=1", 3600)
OLD = Record("A", "192.0.2.1", 3600)


def asked(type_, value, ttl="", name="www"):
    return {"domain": "acme.example", "name": name, "type": type_, "value": value, "ttl": ttl}


@pytest.mark.parametrize(
    ("there", "wish", "goes", "comes"),
    [
        ([], asked("A", "192.0.2.9", "60"), [], [Record("A", "192.0.2.9", 60)]),
        ([OLD], asked("A", "192.0.2.9"), [OLD], [Record("A", "192.0.2.9", 3600)]),
        ([OLD], asked("A", "192.0.2.1"), [], []),
        ([OLD], asked("A", "192.0.2.1", "60"), [OLD], [Record("A", "192.0.2.1", 60)]),
        ([OLD, Record("A", "192.0.2.2")], asked("A", "192.0.2.1"), [OLD, Record("A", "192.0.2.2")], [OLD]),
        ([OLD], asked("AAAA", "2001:DB8::1"), [], [Record("AAAA", "2001:db8::1")]),
        ([SPF, CHECK], asked("TXT", "other=2"), [], [Record("TXT", "other=2")]),
        ([SPF, CHECK], asked("TXT", '"v=spf1 mx -all"'), [SPF], [Record("TXT", "v=spf1 mx -all", 3600)]),
        ([], asked("CNAME", "Shops.Other.example"), [], [Record("CNAME", "shops.other.example.")]),
        ([], asked("CNAME", "shop"), [], [Record("CNAME", "shop.acme.example.")]),
        ([], asked("MX", "10 @"), [], [Record("MX", "10 acme.example.")]),
        ([], asked("SRV", "1 2 443 sip"), [], [Record("SRV", "1 2 443 sip.acme.example.")]),
        ([], asked("CAA", '0 issue "ca.example"'), [], [Record("CAA", '0 issue "ca.example"')]),
    ],
)
def test_a_new_record_takes_the_place_of_its_likes_or_stands_beside_them(there, wish, goes, comes):
    assert records.plan("set_dns_record", wish, there) == (goes, comes)


def test_removing_takes_the_one_value_and_nothing_when_it_is_not_there():
    assert records.plan("remove_dns_record", asked("TXT", "site-check=1"), [SPF, CHECK]) == ([CHECK], [])
    assert records.plan("remove_dns_record", asked("TXT", "gone"), [SPF, CHECK]) == ([], [])


@pytest.mark.parametrize(
    ("wish", "there"),
    [
        (asked("CNAME", "x.example"), [OLD]),
        (asked("A", "192.0.2.1"), [Record("CNAME", "x.example.")]),
        (asked("A", "192.0.2.256"), []),
        (asked("A", "2001:db8::1"), []),
        (asked("AAAA", "192.0.2.1"), []),
        (asked("MX", "mail.acme.example"), []),
        (asked("MX", "99999 mail.acme.example"), []),
        (asked("CNAME", "two words.example"), []),
        (asked("TXT", "line\nbreak"), []),
        (asked("A", "192.0.2.1", "0"), []),
        (asked("A", "192.0.2.1", "99999999999"), []),
    ],
)
def test_what_cannot_stand_in_a_zone_is_no_record(wish, there):
    with pytest.raises(WrongRecord):
        records.plan("set_dns_record", wish, there)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("www", "www.acme.example"),
        ("@", "acme.example"),
        ("acme.example.", "acme.example"),
        ("WWW.acme.example", "www.acme.example"),
        ("www.other.example", "www.other.example.acme.example"),
        ("*", "*.acme.example"),
        ("*.shop", "*.shop.acme.example"),
        ("_dmarc", "_dmarc.acme.example"),
    ],
)
def test_a_name_lies_under_the_domain_whatever_is_typed(typed, name):
    assert records.name_of({"domain": "acme.example", "name": typed}) == name


@pytest.mark.parametrize("typed", ["a b", "a..b", "x" * 64, "a\nb", "www.*", "a;b", 'a"b', "ünder"])
def test_what_is_no_name_is_refused(typed):
    with pytest.raises(WrongRecord):
        records.name_of({"domain": "acme.example", "name": typed})


ACCOUNT = {"account": "present", "suspended": "no", "plan": "Starter"}


@pytest.mark.parametrize(
    ("name", "details", "now", "answer"),
    [
        ("suspend_account", {}, ACCOUNT, "no"),
        ("suspend_account", {}, {**ACCOUNT, "suspended": "yes"}, "yes"),
        ("suspend_account", {}, {}, "unseen"),
        ("unsuspend_account", {}, ACCOUNT, "yes"),
        ("change_plan", {"plan": "starter"}, ACCOUNT, "yes"),
        ("change_plan", {"plan": "Big"}, ACCOUNT, "no"),
        ("change_plan", {"plan": "Big"}, {"account": "present"}, "unseen"),
        ("delete_account", {}, ACCOUNT, "no"),
        ("delete_account", {}, {"account": "missing"}, "yes"),
        ("delete_account", {}, {}, "unseen"),
        ("create_mailbox", {}, {"mailbox": "missing"}, "no"),
        ("create_mailbox", {"quota_mb": "0"}, {"mailbox": "present", "quota_mb": "unlimited"}, "yes"),
        ("create_mailbox", {"quota_mb": "500"}, {"mailbox": "present", "quota_mb": "250"}, "no"),
        ("create_mailbox", {"quota_mb": "500"}, {"mailbox": "present"}, "unseen"),
        ("delete_mailbox", {}, {"account": "missing"}, "unseen"),
        ("add_domain", {}, {"domain": "present"}, "yes"),
        ("reset_account_password", {}, ACCOUNT, "unseen"),
        ("reset_mailbox_password", {}, {"password": "not accepted"}, "no"),
        ("restore_backup", {}, {"restored": "1", "restoring": "yes"}, "working"),
        ("restore_backup", {}, {"restored": "1", "restoring": "waiting"}, "working"),
        ("restore_backup", {}, {"restored": "2", "restoring": "no"}, "yes"),
        ("something_else", {}, ACCOUNT, "unseen"),
    ],
)
def test_what_a_panel_shows_is_what_was_wanted_or_not_or_cannot_be_seen(name, details, now, answer):
    assert wishes.answer(Operation(name, "acme01", details), now, before={"restored": "1"}) == answer


def test_the_order_of_records_makes_no_difference():
    one, other = (
        {"records": ["60 A 192.0.2.1", "60 A 192.0.2.2"]},
        {"records": ["60 A 192.0.2.2", "60 A 192.0.2.1"]},
    )
    assert wishes.same("set_dns_record", one, other)
    assert not wishes.same("set_dns_record", one, {"records": ["60 A 192.0.2.1"]})


@pytest.mark.parametrize(
    ("operation", "changed", "same"),
    [
        ("set_dns_record", {"suspended": "yes"}, True),
        ("set_dns_record", {"plan": "Other"}, True),
        ("set_dns_record", {"records": []}, False),
        ("set_dns_record", {"account": "missing"}, False),
        ("suspend_account", {"plan": "Other"}, True),
        ("suspend_account", {"suspended": "yes"}, False),
        ("change_plan", {"plan": "Other"}, False),
    ],
)
def test_only_what_an_operation_touches_stands_in_the_way_of_taking_it_back(operation, changed, same):
    seen = {"account": "present", "suspended": "no", "plan": "Starter", "records": ["60 A 192.0.2.1"]}
    assert wishes.same(operation, seen | changed, seen) is same
