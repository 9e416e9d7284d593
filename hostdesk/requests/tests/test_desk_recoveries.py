"""Recoveries at the desk: beside their ticket, who looked at them, whose yes counts."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from hostdesk.audit.models import Look
from hostdesk.kit.refusals import Refused
from hostdesk.people import looking
from hostdesk.requests.actions import recovering
from hostdesk.requests.models import RecoveryApproval
from hostdesk.requests.tests.test_recoveries import AT, OLD, OWNER, Case
from tests.browsing import cookie_of
from tests.registries import on_loopback, rdap

pytestmark = pytest.mark.clause("contact.password")


@pytest.fixture
def case(world):
    world.now = timezone.now()
    with on_loopback() as there:
        there.pages.says(AT, rdap(**OLD))
        yield Case(world, there)


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def desk(agent):
    browser = Client()
    browser.cookies["hd_desk"] = cookie_of(agent, "")["value"]
    return browser


def test_beside_its_ticket_a_recovery_says_how_it_stands_what_is_missing_and_where_it_is(case):
    case.starts()
    row = case.looks()
    browser = desk(case.technician)
    panel = f"/desk/tickets/{row.ticket.number}/requests"

    page = browser.get(panel)
    assert f'href="/desk/recoveries/{row.pk}"' in page.content.decode()
    assert "acme.example Is under way Missing: A proof that the account is theirs." in words(page)
    assert "Look and approve" not in words(page)
    case.places(row)
    case.looks()
    assert "Missing: Who asked must press the button in our mail to the new address." in words(
        browser.get(panel)
    )
    recovering.prove_address(case.token("recovery_address", OWNER), at=case.world.now)
    assert "Missing: The yes of our own people: 2 more, a supervisor among them. Look and approve" in words(
        browser.get(panel)
    )
    recovering.approve(row, by=case.technician, at=case.world.now)
    assert "Missing: The yes of our own people: that of a supervisor. Changes" in words(browser.get(panel))
    recovering.approve(row, by=case.supervisor, at=case.world.now)
    assert "Missing: The waiting time is not over, until" in words(browser.get(panel))
    recovering.refuse(row, reason="The caller hung up.", by=case.technician, at=case.world.now)
    assert "acme.example Was refused The caller hung up." in words(browser.get(panel))


def test_whoever_looks_at_a_recovery_or_its_evidence_is_kept(case):
    case.starts()
    row = case.looks()
    kept = []
    for address in (f"/desk/recoveries/{row.pk}", f"/desk/recoveries/records/{row.records.get().pk}"):
        looking.forget()
        assert desk(case.technician).get(address).status_code == 200
        kept.append([(one.kind, one.thing_id, one.agent_id) for one in Look.objects.order_by("pk")])

    assert kept[0] == [("ticket", row.ticket_id, case.technician.pk)]
    assert len(kept[1]) == 2


def test_the_yes_of_whoever_opened_it_is_not_counted_even_where_it_was_noted(case):
    row = recovering.open_for_caller("acme.example", OWNER, by=case.supervisor, at=case.world.now)
    case.places(row)
    case.looks()
    recovering.prove_address(case.token("recovery_address", OWNER), at=case.world.now)
    RecoveryApproval.objects.create(recovery=row, agent=case.supervisor, role="supervisor", at=case.world.now)
    recovering.approve(row, by=case.technician, at=case.world.now)

    assert case.looks(hours=96).state == "open"


def test_an_agent_stops_what_cannot_be_believed(case):
    case.starts()
    row = case.looks()
    with pytest.raises(Refused, match="Say why"):
        recovering.refuse(row, reason=" ", by=case.technician, at=case.world.now)
    recovering.refuse(row, reason="The caller hung up.", by=case.technician, at=case.world.now)

    assert case.now().state == "refused"
