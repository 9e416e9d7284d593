"""The pages about contacts in a real browser, on a desk and on a telephone, by day and by night."""

import re
from datetime import timedelta

import pytest

from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import details
from hostdesk.people.models import Contact
from hostdesk.requests.actions import contact_changes
from hostdesk.tickets.tests.test_client_browser import opened, site, static  # noqa: F401  (fixtures)
from tests.browsing import DESKTOP, PHONE, faults

pytestmark = pytest.mark.browser


def mailed(kind, path):
    return re.search(rf"{path}/[\w:.-]+", OutboundMail.objects.filter(kind=kind).latest("pk").text)[0]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_about_contacts_is_open_to_everybody_and_fits_the_screen(site, size, scheme):  # noqa: F811
    world, origin, browser = site
    alice = world.contact()
    dev = world.contact("dev@acme.example", role="authorised", name="أحمد " + "x" * 60)
    bob = world.contact("bob@elsewhere.example", role="secondary", name="Bob", domains=())
    Contact.objects.filter(pk=bob.pk).update(lives_on="web01", lives_here_since=world.now)
    contact_changes.add(
        alice,
        email="a.very.long.address.of.somebody@a-long-domain-name.example",
        name="Nina New",
        phone="",
        role="authorised",
        network="n",
        submission=None,
        at=world.now,
    )
    world.contact("alice@acme.example", username="two02", customer="Two", domains=())
    world.receives(words="It does not work.", subject="Which one")
    Contact.objects.update(created_at=world.now - timedelta(days=1000))
    details.ask(alice.person, why="age", at=world.now)
    ticket = world.receives(words="Another fault.", subject="Waits").ticket_number
    pages = [
        "/client/contacts",
        f"/client/contacts/{dev.pk}",
        f"/client/contacts/{alice.pk}",
        f"/client/contacts/new/{alice.account_id}",
        "/client/security",
        f"/client/tickets/{ticket}",
        mailed("contact_verification", "/contacts/verification"),
        mailed("details_please", "/details"),
        mailed("acknowledgement", "/account-choice"),
        "/details/worn-out",
    ]
    page = opened(browser, origin, alice, size, color_scheme=scheme)
    found = {}
    for address in pages:
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found[address] = (faults(page), max(wide, 0))

    assert found == dict.fromkeys(pages, ([], 0))
    assert page.complaints == []
