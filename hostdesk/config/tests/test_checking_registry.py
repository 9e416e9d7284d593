"""`hostdesk doctor` says whether registration data can be looked up, before somebody's password hangs on it."""

from types import SimpleNamespace

import pytest

from hostdesk.config.checking_registry import registries
from tests.registries import on_loopback

pytestmark = pytest.mark.db_free


def found(there):
    return [
        (one.name, one.verdict, one.sentence)
        for one in registries(SimpleNamespace(registry=there.registry()))
    ]


def test_registries_that_answer_are_said_to():
    with on_loopback() as there:
        there.whois.append(b"refer: whois.example\r\n")
        (rdap, whois) = found(there)
    assert rdap == ("RDAP list", "ok", f"http://{there.web_at}/dns.json names RDAP servers for 1 endings.")
    assert whois == ("WHOIS", "ok", f"{there.whois_at} answers.")


def test_registries_that_do_not_answer_are_a_warning_that_says_what_then_happens():
    with on_loopback() as there:
        there.pages.says("/dns.json", "no list", status=503, kind="text/plain")
        (rdap, whois) = found(there)
    assert rdap[1] == whois[1] == "warning"
    assert "503" in rdap[2] and "See HOSTDESK_RDAP_LIST." in rdap[2]
    assert "says nothing" in whois[2].lower() and "See HOSTDESK_WHOIS." in whois[2]
