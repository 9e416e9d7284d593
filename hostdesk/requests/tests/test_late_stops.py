"""A Stop that is pressed after a new password was chosen is heard, and nobody is told what is not so."""

import pytest
from django.test import Client

from hostdesk.kit.refusals import Refused
from hostdesk.requests import account_passwords
from hostdesk.requests.actions import choosing
from hostdesk.requests.models import RecoveryLink
from hostdesk.requests.tests.test_chosen_passwords import case, chosen  # noqa: F401
from hostdesk.requests.tests.test_desk_recoveries import desk, words
from hostdesk.tickets.models import Message

pytestmark = [pytest.mark.clause("contact.password"), pytest.mark.django_db]


def presses(case):  # noqa: F811
    return Client().post(f"/recovery/stop/{case.token('recovery_granted', 'alice@acme.example')}")


@pytest.fixture
def today(case):  # noqa: F811
    """The recovery, with links that are good by the clock on the wall."""
    RecoveryLink.objects.update(expires_at="2999-01-01T00:00:00Z")
    return case


def test_while_the_panel_is_told_the_objection_is_noted_and_the_same_link_works_once_it_is_known(today):
    link = chosen(today)
    RecoveryLink.objects.filter(pk=link.pk).update(outcome="asked", verifier="")
    first, again = presses(today), presses(today)

    assert (first.status_code, again.status_code) == (200, 200)
    assert "A new password is being set at this moment" in words(first)
    assert "Nobody gets into" not in words(first)
    ticket = today.now().ticket
    said = Message.objects.filter(ticket=ticket, kind="customer", text__contains="I did not ask for it")
    assert (said.count(), today.now().state, ticket.state in ("new", "open")) == (1, "granted", True)
    RecoveryLink.objects.filter(pk=link.pk).update(outcome="unclear")
    assert "Call us now" in words(presses(today))
    assert today.now().state == "stopped"


def test_while_it_waits_for_an_agents_hands_it_is_stopped_and_another_one_is_set(today):
    link = chosen(today)
    pressed = words(presses(today))
    with pytest.raises(Refused):
        choosing.set_by_hand(link, by=today.technician, at=today.world.now)
    link.refresh_from_db()

    assert (today.now().state, link.outcome, link.verifier) == ("stopped", "unclear", "")
    assert "Call us now" in pressed
    assert "whether it is on the server is not known yet" in pressed
    browser, page = desk(today.technician), f"/desk/passwords/{link.pk}"
    assert "Another one is set" in words(browser.get(page))
    assert "It was stopped meanwhile" in words(browser.post(page, {"deed": "set"}, follow=True))
    link.refresh_from_db()
    assert link.outcome == "unclear"
    assert "Another one was set" in words(browser.post(page, {"deed": "replaced"}, follow=True))


@pytest.mark.parametrize(
    ("password", "sound"),
    [
        ("coffee-shop-2026", False),
        ("My Coffee Shop!", False),
        ("www.coffee-shop.example", False),
        ("shop-vetkoek-vrydag", True),
        ("veldskoen-vetkoek-vrydag", True),
    ],
)
def test_a_password_is_not_built_of_a_domain_of_the_account(password, sound):
    found = account_passwords.fault(
        password, username="acme01", domains=["coffee-shop.example", "shop.example"]
    )

    assert (found is None) is sound
