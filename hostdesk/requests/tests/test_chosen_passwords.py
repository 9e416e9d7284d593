"""After a new password was chosen a recovery says so: to whoever asked, at the desk, and on its ticket."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people import seals
from hostdesk.requests.actions import choosing, recovering
from hostdesk.requests.models import Recovery, RecoveryLink
from hostdesk.requests.tests.test_desk_recoveries import desk, words
from hostdesk.requests.tests.test_recoveries import AT, NEW, OLD, OWNER, Case
from hostdesk.tickets.models import Message
from tests.registries import on_loopback, rdap

pytestmark = [pytest.mark.clause("contact.password"), pytest.mark.django_db]
TOKEN = "x" * 43


@pytest.fixture
def case(world):
    with on_loopback() as there:
        there.pages.says(AT, rdap(**OLD))
        case = Case(world, there)
        row = case.granted()
        Recovery.objects.filter(pk=row.pk).update(page_sha256=seals.fingerprint(TOKEN))
        yield case


def chosen(case):
    return choosing.choose(case.token("password_link", OWNER), NEW, at=case.world.now)


def followed():
    return words(Client().get(f"/recovery/domain/{TOKEN}"))


def unclear(case):
    link = chosen(case)
    RecoveryLink.objects.filter(pk=link.pk).update(outcome="unclear", verifier="", answer="no whole answer")
    return link


def test_a_password_that_waits_for_hands_is_finished_for_who_asked_and_work_for_the_desk(case):
    assert "The link is in the mail" in followed()
    link = chosen(case)
    row = case.now()

    assert "Finished: your new password was chosen" in followed()
    assert "The link is in the mail" not in followed()
    page = desk(case.technician).get(f"/desk/recoveries/{row.pk}")
    assert "New password chosen: set it on the server" in words(page)
    assert f'href="/desk/passwords/{link.pk}"' in page.content.decode()
    assert "Send the link again" not in words(page)
    assert f"/desk/recoveries/{row.pk}/refusal" not in page.content.decode()


def test_when_it_is_set_the_recovery_is_done_and_its_ticket_solved(case):
    link = chosen(case)
    choosing.set_by_hand(link, by=case.technician, at=case.world.now)
    row = case.now()

    assert (row.state, row.ticket.state) == ("done", "resolved")
    assert "Finished: your new password is set" in followed()
    said = Message.objects.filter(ticket=row.ticket, kind="system").latest("pk").text
    assert said.startswith("A new password was chosen and set.")


def test_what_the_panel_did_not_answer_clearly_is_looked_at_and_noted_by_a_person(case):
    link = unclear(case)
    browser = desk(case.technician)

    assert "has not said whether it took it" in followed()
    assert "acme01" in words(browser.get("/desk/recoveries/")).partition("Passwords to set by hand")[2]
    assert "It works" in words(browser.get(f"/desk/passwords/{link.pk}"))
    choosing.set_by_hand(link, by=case.technician, at=case.world.now)
    assert case.now().state == "done"
    with pytest.raises(Refused, match="done already"):
        choosing.set_by_hand(link, by=case.technician, at=case.world.now)


def test_when_it_did_not_work_another_link_takes_its_place(case):
    link = unclear(case)
    recovering.send_again(case.now(), by=case.technician, at=case.world.now)

    assert "The link is in the mail" in followed()
    with pytest.raises(Refused):
        choosing.set_by_hand(link, by=case.technician, at=case.world.now)
    assert chosen(case).outcome == "by_hand"


@pytest.mark.parametrize(("how", "then"), [("refused", "resolved"), ("stopped", "new")])
def test_a_recovery_that_we_end_is_finished_and_one_that_a_contact_stopped_is_looked_into(case, how, then):
    if how == "refused":
        recovering.refuse(
            case.now(), reason="It was the wrong account.", by=case.supervisor, at=case.world.now
        )
    else:
        recovering.stop(case.token("recovery_granted", "alice@acme.example"), at=case.world.now)
    row = case.now()

    assert (row.state, row.ticket.state) == (how, then)
    page = desk(case.technician).get(f"/desk/recoveries/{row.pk}")
    assert ("Somebody may be trying to get in" in words(page)) == (how == "stopped")
    assert re.search("nobody got in", Message.objects.filter(ticket=row.ticket).latest("pk").text)


@pytest.mark.parametrize("how", ["refused", "stopped", "expired"])
def test_nobody_is_told_that_nobody_got_in_while_the_panel_may_have_the_password(case, how):
    unclear(case)
    pressed = ""
    if how == "refused":
        recovering.refuse(case.now(), reason="The wrong account.", by=case.supervisor, at=case.world.now)
    elif how == "expired":
        recovering.expire(case.now(), at=case.world.now)
    else:
        case.world.now = timezone.now()
        pressed = words(
            Client().post(f"/recovery/stop/{case.token('recovery_granted', 'alice@acme.example')}")
        )
    row = case.now()

    assert (row.state, row.ticket.state) == (how, "new")
    said = Message.objects.filter(ticket=row.ticket).latest("pk").text
    assert "nobody got in" not in said
    assert "did not say whether it took it" in said
    page = words(desk(case.technician).get(f"/desk/recoveries/{row.pk}"))
    assert "A new password may be on the server all the same" in page
    assert ("Call us now." in pressed) == (how == "stopped")
    assert "Nobody gets into" not in pressed


def test_a_panel_whose_answer_was_lost_because_we_were_stopped_is_looked_at_by_a_person(case):
    link = chosen(case)
    RecoveryLink.objects.filter(pk=link.pk).update(outcome="asked", verifier="")
    browser = desk(case.technician)

    choosing.settle(case.world.now + timedelta(minutes=1))
    assert "The control panel is being told" in words(browser.get(f"/desk/passwords/{link.pk}"))
    choosing.settle(case.world.now + timedelta(minutes=3))
    link.refresh_from_db()
    assert (link.outcome, case.now().state) == ("unclear", "granted")
    assert "acme01" in words(browser.get("/desk/recoveries/")).partition("Passwords to set by hand")[2]
    assert "It works" in words(browser.get(f"/desk/passwords/{link.pk}"))
    assert "Send the link again" in words(browser.get(f"/desk/recoveries/{case.now().pk}"))


@pytest.mark.parametrize("how", ["refused", "stopped", "expired"])
def test_nobody_notes_that_a_password_works_which_must_not_be_there_but_that_another_was_set(case, how):
    link = unclear(case)
    page = f"/desk/passwords/{link.pk}"
    if how == "refused":
        recovering.refuse(case.now(), reason="The wrong account.", by=case.supervisor, at=case.world.now)
    elif how == "expired":
        recovering.expire(case.now(), at=case.world.now)
    else:
        recovering.stop(case.token("recovery_granted", "alice@acme.example"), at=case.world.now)
    with pytest.raises(Refused, match="nobody is to get in by it"):
        choosing.set_by_hand(link, by=case.technician, at=case.world.now)
    browser = desk(case.technician)
    listed = words(browser.get("/desk/recoveries/")).partition("Passwords to set by hand")[2]
    asked = words(browser.get(page))
    ticket = words(browser.get(f"/desk/tickets/{case.now().ticket.number}"))
    browser.post(page, {"deed": "replaced"})
    browser.post(page, {"deed": "replaced"})
    case.world.now = timezone.now()

    assert "acme01" in listed
    assert ("It works" in asked, "Another one is set" in asked) == (False, True)
    assert "Nobody gets in" not in ticket
    link.refresh_from_db()
    assert (link.outcome, case.now().state) == ("replaced", how)
    told = OutboundMail.objects.filter(kind="password_replaced").values_list("to_address", flat=True)
    assert sorted(told) == ["alice@acme.example", "dev@acme.example"]
    assert not OutboundMail.objects.filter(kind="password_set").exists()
    assert "Passwords to set by hand" not in words(browser.get("/desk/recoveries/"))
    assert "Whoever chose the one before is out" in words(browser.get(page))
    assert "is your new password set" not in words(Client().get(f"/recovery/domain/{TOKEN}"))
