"""The adapters of control panels against small panels on loopback, by TLS: what they do, and what they make of trouble."""

import dataclasses
import socket

import pytest
from django.conf import settings as django_settings

from hostdesk.policy.catalogue import OPERATIONS
from hostdesk.ports.outcomes import PortAway, PortDown, PortRefused
from hostdesk.ports.panels import line, wishes
from hostdesk.ports.panels import records as zone_records
from hostdesk.ports.panels.choosing import Connection, panel_of
from hostdesk.ports.panels.wishes import Operation
from tests.panels.certificates import certificates
from tests.panels.model import SECRET
from tests.panels.serving import panel_server

KINDS = ("cpanel", "directadmin", "plesk")
USERS = {"cpanel": "root", "directadmin": "admin", "plesk": ""}


@pytest.fixture(scope="session")
def pems(tmp_path_factory):
    return certificates(tmp_path_factory.mktemp("panels"))


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def trusting(settings, pems):
    settings.ENVIRONMENT = dataclasses.replace(django_settings.ENVIRONMENT, panel_ca=str(pems[0]))


@pytest.fixture
def server(kind, pems, trusting):
    with panel_server(kind, pems[1]) as (url, panel):
        panel.url = url
        yield panel


@pytest.fixture
def panel(kind, server, monkeypatch):
    monkeypatch.setattr(line, "SECONDS_TO_ANSWER", 2.0)
    return adapter(kind, server.url)


def adapter(kind, url, secret=SECRET):
    return panel_of(Connection(kind, url, USERS[kind], secret))


def does(panel, name, /, *, account="acme01", secret="", **details):
    """Look, do, look: (the answer before, the answer after)."""
    wish = Operation(name, account, details, secret)
    plain = Operation(name, account, details)
    before = panel.look(plain)
    assert before.problem == ""
    was = wishes.answer(plain, before.facts, before=before.facts)
    panel.carry_out(wish, key="key-1")
    return was, wishes.answer(wish, panel.look(wish).facts, before=before.facts)


def test_every_operation_is_known_to_every_adapter_or_said_to_be_by_hand(panel):
    wish = {"mailbox": "info@acme.example", "domain": "acme.example", "name": "www", "type": "A"}
    wish |= {"value": "192.0.2.9", "plan": "Business 20", "what": "everything", "date": "2026-11-20"}
    for name in OPERATIONS:
        if name in panel.by_hand:
            assert panel.by_hand[name].endswith(".")
            continue
        assert panel.look(Operation(name, "acme01", wish)).facts["account"] == "present"
        assert name in wishes._JUDGES
    assert set(panel.by_hand) <= set(OPERATIONS)
    assert panel.undoes <= set(OPERATIONS) - set(panel.by_hand)


def test_the_sign_in_is_checked(kind, panel, server):
    assert panel.check().startswith(
        {"cpanel": "WHM 11.134", "directadmin": "DirectAdmin", "plesk": "Plesk 18"}[kind]
    )
    with pytest.raises(PortRefused, match="refused the sign-in"):
        adapter(kind, server.url, "a wrong one").check()


def test_a_mailbox_is_made_changed_and_deleted(panel, server):
    assert does(panel, "create_mailbox", mailbox="new@acme.example", quota_mb="500") == ("no", "yes")
    made = server.model.mailboxes["new@acme.example"]
    assert (made["quota"], len(made["password"]) > 20) == (500, True)
    assert does(panel, "create_mailbox", mailbox="new@acme.example", quota_mb="900") == ("no", "yes")
    assert made == {"quota": 900, "password": made["password"]}
    assert does(panel, "delete_mailbox", mailbox="new@acme.example") == ("no", "yes")
    assert set(server.model.mailboxes) == {"info@acme.example", "ceo@other.example"}


def test_a_new_password_for_a_mailbox_leaves_its_size_and_is_in_no_address(kind, panel, server):
    secret = "correct horse & battery/1"
    after = does(panel, "reset_mailbox_password", mailbox="info@acme.example", secret=secret)
    assert after == ("unseen", "unseen" if kind == "plesk" else "yes")
    assert server.model.mailboxes["info@acme.example"] == {"quota": 250, "password": secret}
    assert not any("correct" in request.path for request in server.asked)
    if kind == "plesk":
        assert not any("correct" in str(request.form.get("params")) for request in server.asked)


def test_a_new_password_for_an_account(kind, panel, server):
    after = does(panel, "reset_account_password", secret="correct horse")
    assert after == ("unseen", "yes" if kind == "directadmin" else "unseen")
    assert server.model.accounts["acme01"]["password"] == "correct horse"


def test_a_refused_password_is_not_repeated_in_the_reason(panel):
    with pytest.raises(PortRefused) as no:
        panel.carry_out(Operation("reset_account_password", "acme01", {}, "weak1&"), key="key-1")
    assert "weak1" not in no.value.answer
    assert "…" in no.value.answer


def test_an_account_is_suspended_and_opened_and_each_can_be_undone(panel, server):
    account = server.model.accounts["acme01"]
    assert does(panel, "suspend_account") == ("no", "yes")
    assert account["suspended"]
    before = panel.look(Operation("unsuspend_account", "acme01", {})).facts
    assert does(panel, "unsuspend_account") == ("no", "yes")
    panel.undo(Operation("unsuspend_account", "acme01", {}), before=before, key="key-2")
    assert account["suspended"]


def test_a_plan_is_changed_by_its_name_in_any_case_and_back(panel, server):
    if "change_plan" in panel.by_hand:
        return
    wish = Operation("change_plan", "acme01", {"plan": "business 20"})
    before = panel.look(wish).facts
    assert does(panel, "change_plan", plan="business 20") == ("no", "yes")
    assert server.model.accounts["acme01"]["plan"] == "Business 20"
    panel.undo(wish, before=before, key="key-2")
    assert wishes.undone(wish.name, panel.look(wish).facts, before=before) == "yes"
    assert "Starter, Business 20" in panel.look(Operation("change_plan", "acme01", {"plan": "Huge"})).problem


def test_a_domain_is_added(panel, server):
    if "add_domain" in panel.by_hand:
        return
    assert does(panel, "add_domain", domain="new.example") == ("no", "yes")
    assert server.model.accounts["acme01"]["domains"] == ["acme.example", "new.example"]


def test_an_account_is_deleted(panel, server):
    assert does(panel, "delete_account") == ("no", "yes")
    assert set(server.model.accounts) == {"other1"}


def test_a_restore_is_seen_to_the_end(panel, server):
    if "restore_backup" in panel.by_hand:
        return
    wish = Operation("restore_backup", "acme01", {"what": "everything", "date": "2026-11-20"})
    before = panel.look(wish).facts
    assert does(panel, "restore_backup", **wish.details) == ("no", "working")
    server.model.restores[0]["state"] = "completed"
    assert wishes.answer(wish, panel.look(wish).facts, before=before) == "yes"
    part = Operation("restore_backup", "acme01", {"what": "mail", "date": "2026-11-20"})
    assert "by hand" in panel.look(part).problem
    missing = Operation("restore_backup", "acme01", {"what": "everything", "date": "2020-01-01"})
    assert "no backup" in panel.look(missing).problem


def records(server, name):
    return sorted(
        (kind, value) for where, kind, value, _ in filter(None, server.model.records) if where == name
    )


RECORDS = [
    ("www", "A", "192.0.2.9", [("A", "192.0.2.9")]),
    ("shop", "CNAME", "shops.other.example", [("CNAME", "shops.other.example.")]),
    (
        "@",
        "TXT",
        "v=spf1 mx -all",
        [
            ("A", "192.0.2.1"),
            ("MX", "10 mail.acme.example."),
            ("TXT", "site-check=1"),
            ("TXT", "v=spf1 mx -all"),
        ],
    ),
    ("_dmarc", "TXT", "v=DMARC1; p=reject", [("TXT", "v=DMARC1; p=reject")]),
    ("long", "TXT", "x" * 300, [("TXT", "x" * 300)]),
]


@pytest.mark.parametrize("row", RECORDS, ids=[row[0] for row in RECORDS])
def test_a_record_takes_the_place_of_what_it_replaces_and_is_undone(panel, server, row):
    name, type_, value, then = row
    details = {"domain": "acme.example", "name": name, "type": type_, "value": value}
    wish = Operation("set_dns_record", "acme01", details)
    before = panel.look(wish).facts

    assert does(panel, "set_dns_record", **details) == ("no", "yes")

    whole = "acme.example" if name == "@" else f"{name}.acme.example"
    assert records(server, whole) == then
    if name == "www":
        panel.undo(wish, before=before, key="key-2")
        assert wishes.undone(wish.name, panel.look(wish).facts, before=before) == "yes"


def test_a_record_is_removed_and_others_of_its_name_stay(panel, server):
    details = {"domain": "acme.example", "name": "@", "type": "TXT", "value": "site-check=1"}
    assert does(panel, "remove_dns_record", **details) == ("no", "yes")
    assert records(server, "acme.example") == [
        ("A", "192.0.2.1"),
        ("MX", "10 mail.acme.example."),
        ("TXT", "v=spf1 -all"),
    ]


def test_a_mail_exchanger_is_added_beside_the_old_one(kind, panel, server):
    details = {"domain": "acme.example", "name": "@", "type": "MX", "value": "20 backup.other.example"}
    if kind == "directadmin":
        assert "by hand" in panel.look(Operation("set_dns_record", "acme01", details)).problem
        return
    assert does(panel, "set_dns_record", **details) == ("no", "yes")
    assert ("MX", "10 mail.acme.example.") in records(server, "acme.example")
    assert ("MX", "20 backup.other.example.") in records(server, "acme.example")


def test_a_record_of_another_domain_of_the_account_goes_into_that_domains_zone(panel, server):
    server.model.accounts["acme01"]["domains"].append("second.example")
    server.model.records.append(["second.example", "A", "192.0.2.7", 14400])
    details = {"domain": "second.example", "name": "www", "type": "A", "value": "192.0.2.8"}

    assert does(panel, "set_dns_record", **details) == ("no", "yes")
    assert records(server, "www.second.example") == [("A", "192.0.2.8")]
    assert records(server, "www.acme.example") == [("A", "192.0.2.1")]


@pytest.mark.parametrize(
    ("details", "says"),
    [
        ({"name": "www", "type": "CNAME", "value": "x.example"}, "cannot stand beside"),
        ({"name": "www", "type": "A", "value": "example.com"}, "no value of a record of type A"),
        ({"name": "www", "type": "A", "value": "192.0.2.1\n@ IN A 192.0.2.66"}, "no value"),
        ({"name": "w w w", "type": "A", "value": "192.0.2.1"}, "no name of a record"),
        ({"name": "www", "type": "TXT", "value": "naïve"}, "ASCII"),
    ],
)
def test_what_is_no_record_is_said_before_and_never_sent(panel, server, details, says):
    wish = Operation("set_dns_record", "acme01", {"domain": "acme.example", **details})
    assert says in panel.look(wish).problem
    with pytest.raises(PortRefused, match=says):
        panel.carry_out(wish, key="key-1")
    assert server.works == 0


@pytest.mark.parametrize(
    ("name", "details"),
    [
        ("reset_mailbox_password", {"mailbox": "ceo@other.example"}),
        ("delete_mailbox", {"mailbox": "ceo@other.example"}),
        ("set_dns_record", {"domain": "other.example", "name": "www", "type": "A", "value": "192.0.2.1"}),
    ],
)
def test_what_belongs_to_another_account_of_the_panel_is_out_of_reach(panel, server, name, details):
    wish = Operation(name, "acme01", details, "correct horse")
    assert panel.look(wish).problem != ""
    with pytest.raises(PortRefused):
        panel.carry_out(wish, key="key-1")
    assert server.model.mailboxes["ceo@other.example"] == {"quota": 0, "password": "x"}
    assert not records(server, "www.other.example")


def test_an_account_that_is_not_there_is_said_to_be_missing(panel):
    for name in ("suspend_account", "delete_account", "reset_account_password"):
        shown = panel.look(Operation(name, "ghost", {}))
        assert (shown.facts, shown.problem != "") == ({"account": "missing"}, True)


TROUBLE = [
    "500",
    "garbage",
    "half",
    "half form",
    "huge",
    "drip",
    "slow",
    "hang up",
    "https://evil.example/",
    "hang after doing",
]


@pytest.mark.parametrize("trouble", TROUBLE)
def test_whatever_is_no_whole_answer_is_unclear_and_sent_once(panel, server, trouble):
    server.trouble = [trouble]
    with pytest.raises(PortDown) as down:
        panel.carry_out(Operation("suspend_account", "acme01", {}), key="key-1")

    assert type(down.value) is PortDown
    assert SECRET not in down.value.answer
    assert sum(server.dialect.changes(request) for request in server.asked) == 1
    assert server.model.accounts["acme01"]["suspended"] == (trouble == "hang after doing")


def test_a_no_halfway_is_no_clear_no(kind, panel, server):
    if kind == "cpanel":
        return  # changes a zone all at once
    seen = []
    answer = server.dialect.answer

    def second_time_no(request, model):
        if server.dialect.changes(request):
            seen.append(request)
            if len(seen) == 2:
                return 403, "text/plain", b"enough"
        return answer(request, model)

    server.dialect.answer = second_time_no
    details = {"domain": "acme.example", "name": "www", "type": "A", "value": "192.0.2.9"}
    with pytest.raises(PortDown, match="did a part"):
        panel.carry_out(Operation("set_dns_record", "acme01", details), key="key-1")


def test_a_name_is_never_bare_when_the_panel_falls_silent_after_the_first_step(panel, server):
    server.trouble = ["hang after doing"]
    details = {"domain": "acme.example", "name": "www", "type": "A", "value": "192.0.2.9"}
    with pytest.raises(PortDown):
        panel.carry_out(Operation("set_dns_record", "acme01", details), key="key-1")

    assert ("A", "192.0.2.9") in records(server, "www.acme.example")


@pytest.mark.parametrize(
    ("goes", "comes", "first"),
    [
        ("60 A 192.0.2.1", "60 A 192.0.2.9", True),
        ("60 A 192.0.2.1", "900 A 192.0.2.1", False),
        ("60 A 192.0.2.1", "60 CNAME far.example", False),
        ("60 CNAME far.example", "60 A 192.0.2.1", False),
    ],
)
def test_what_comes_is_added_first_where_it_can_stand_beside_what_goes(goes, comes, first):
    assert zone_records.adds_first((zone_records.read([goes]), zone_records.read([comes]))) is first


def test_a_zone_that_somebody_else_changed_meanwhile_is_left_alone(kind, panel, server):
    if kind != "cpanel":
        return  # only cPanel compares a serial
    answer = server.dialect.answer

    def somebody_else(request, model):
        if request.form.get("cpanel.function") == "mass_edit_zone":
            model.serial += 1
        return answer(request, model)

    server.dialect.answer = somebody_else
    details = {"domain": "acme.example", "name": "www", "type": "A", "value": "192.0.2.9"}
    with pytest.raises(PortRefused, match="serial"):
        panel.carry_out(Operation("set_dns_record", "acme01", details), key="key-1")
    assert records(server, "www.acme.example") == [("A", "192.0.2.1")]


def test_a_certificate_of_somebody_else_gets_no_secret(kind, pems, settings):
    settings.ENVIRONMENT = dataclasses.replace(django_settings.ENVIRONMENT, panel_ca="")
    with panel_server(kind, pems[1]) as (url, server), pytest.raises(PortAway, match="certificate"):
        adapter(kind, url).check()
    assert server.asked == []


def test_a_certificate_for_another_name_gets_no_secret(kind, pems, trusting):
    with panel_server(kind, pems[1]) as (url, server), pytest.raises(PortAway, match="certificate"):
        adapter(kind, url.replace("127.0.0.1", "localhost")).check()
    assert server.asked == []


def test_nobody_there_means_nothing_was_sent(kind, trusting):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(PortAway):
        adapter(kind, f"https://127.0.0.1:{port}").carry_out(
            Operation("suspend_account", "acme01", {}), key="k"
        )


def test_secrets_have_no_text_form():
    assert "horse" not in repr(Operation("reset_account_password", "a", {}, "correct horse"))
    assert SECRET not in repr(Connection("plesk", "https://x", "", SECRET))
    assert line.said(f"no: {SECRET} s3cret%2Ftoken%2B1", SECRET) == "no: … …"


def test_names_that_could_mean_something_else_to_a_panel_never_reach_it(kind, panel, server):
    server.model.accounts["x|admin"] = dict(server.model.accounts["acme01"])
    server.model.mailboxes["-passwd@acme.example"] = {"quota": 1, "password": "x"}
    if kind == "directadmin":
        with pytest.raises(PortRefused, match="no username"):
            panel.look(Operation("delete_mailbox", "x|admin", {"mailbox": "info@acme.example"}))
    if kind == "plesk":
        with pytest.raises(PortRefused, match="hyphen"):
            panel.look(Operation("delete_mailbox", "acme01", {"mailbox": "-passwd@acme.example"}))
