"""Every setting is known in one place, read, and told to people in one page."""

import ast
import re

import pytest

from hostdesk.config.environment import KNOWN, OF_THE_TESTS, read
from hostdesk.config.misspelt import misspelt
from hostdesk.kit.refusals import Misconfigured
from tests.house.sources import TOP, modules

pytestmark = pytest.mark.db_free

READER = "hostdesk/config/environment.py"
MISSPELT = {"HOSTDESK_TRUSTED_RELAY", "HOSTDESK_FROBNICATE"}
PAGE = TOP / "docs" / "settings.md"


def test_every_setting_is_documented_and_every_documented_one_exists():
    documented = re.findall(r"^### `([A-Z_]+)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(documented) == sorted(KNOWN)


def test_every_known_setting_is_read():
    tree = modules()[READER]
    asked = {
        str(call.args[0].value)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "text"
        and call.args
    }

    assert asked == set(KNOWN)


def test_nobody_else_names_a_setting_that_is_not_known():
    named = {
        word
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for word in re.findall(r"\bHOSTDESK_[A-Z_]+\b", node.value)
    }

    assert named - set(KNOWN) - set(OF_THE_TESTS) == set()


def test_nothing_but_the_warning_knows_of_the_names_that_the_tests_use():
    naming = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in OF_THE_TESTS
    }

    assert naming == {READER}


def test_every_name_that_tests_and_tools_use_is_known_and_so_never_warned_about():
    used = {
        word
        for top in ("tests", "tools", "bench", "hostdesk")
        for file in (TOP / top).rglob("*.py")
        if top != "hostdesk" or "tests" in file.parts
        for word in re.findall(r"\bHOSTDESK_[A-Z_]*[A-Z]\b", file.read_text(encoding="utf-8"))
    }

    assert used - set(KNOWN) - MISSPELT == set(OF_THE_TESTS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://root@localhost/desk"),
        ("HOSTDESK_ATTACHMENTS_URL", "ftp://elsewhere"),
        ("HOSTDESK_CLAMAV", "clamd.ctl"),
        ("HOSTDESK_CLAMAV", "host:port"),
        ("HOSTDESK_DNS", "host:port:more"),
        ("HOSTDESK_DNS", "no-such-host.invalid"),
        ("HOSTDESK_DNS", "a..b"),
        ("HOSTDESK_DNS", "300.1.1.1:53"),
        ("HOSTDESK_DNS", "127.0.0.1:port"),
        ("HOSTDESK_DNS", "127.0.0.1:0"),
        ("HOSTDESK_DNS", "127.0.0.1:65536"),
        ("HOSTDESK_DNS", "[::1"),
        ("HOSTDESK_LOG", "loud"),
        ("HOSTDESK_MAIL_DOMAIN", "not a domain"),
        ("HOSTDESK_MAIL_MAX_BYTES", "ten"),
        ("HOSTDESK_POLICY", "/no/such/folder"),
        ("HOSTDESK_RDAP_LIST", "http://rdap.example/dns.json"),
        ("HOSTDESK_RSPAMD", "127.0.0.1:11333"),
        ("HOSTDESK_RSPAMD", "http://127.0.0.1:11333?hold_from=many"),
        ("HOSTDESK_RSPAMD", "http://127.0.0.1:11333?hold=reject"),
        ("HOSTDESK_SECRET_KEY", "short"),
        ("HOSTDESK_TRUSTED_RELAYS", "mx.example.com, 300.1.1.1"),
        ("HOSTDESK_SMTP_TLS_CERT", "/no/such/file"),
        ("HOSTDESK_SMTP_TLS_KEY", "/no/such/file"),
        ("HOSTDESK_TZ", "Africa/Nowhere"),
        ("HOSTDESK_URL", "support.example.com"),
        ("HOSTDESK_WEB_THREADS", "0"),
        ("HOSTDESK_WEB_WORKERS", "-1"),
        ("HOSTDESK_WHOIS", "whois:port"),
        ("SMTP_URL", "mail.example.com:25"),
    ],
)
def test_nonsense_is_refused_by_the_name_of_the_variable(tmp_path, name, value):
    with pytest.raises(Misconfigured) as refusal:
        read({name: value}, tmp_path)

    assert str(refusal.value).startswith(name)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("", ""),
        ("127.0.0.1", "127.0.0.1:53"),
        ("127.0.0.1:5353", "127.0.0.1:5353"),
        ("::1", "[::1]:53"),
        ("[::1]:5353", "[::1]:5353"),
    ],
)
def test_a_name_server_is_an_address_with_or_without_a_port(tmp_path, value, meant):
    assert read({"HOSTDESK_DNS": value}, tmp_path).dns == meant


def test_a_name_server_may_be_named_when_its_name_is_found(tmp_path):
    assert read({"HOSTDESK_DNS": "localhost:5353"}, tmp_path).dns in ("127.0.0.1:5353", "[::1]:5353")


def test_a_misspelt_name_is_told_with_the_one_that_was_meant(tmp_path):
    (tmp_path / ".env").write_text(
        "HOSTDESK_TRUSTED_RELAY=10.0.0.1\nhostdesk_url=http://x\nHOSTDESK_LOG=info\n"
    )
    environ = {
        "HOSTDESK_FROBNICATE": "1",
        "HOME": "/root",
        "SMTP_URL": "",
        "DATABSE_URL": "postgres://somewhere",
        "DATABASE_HOST": "somewhere",
        **dict.fromkeys(OF_THE_TESTS, "1"),
    }

    assert misspelt(environ, tmp_path) == [
        "DATABSE_URL is not a setting; did you mean DATABASE_URL?",
        "HOSTDESK_FROBNICATE is not a setting; docs/settings.md lists them all.",
        "HOSTDESK_TRUSTED_RELAY is not a setting; did you mean HOSTDESK_TRUSTED_RELAYS?",
        "hostdesk_url is not a setting; did you mean HOSTDESK_URL?",
    ]
