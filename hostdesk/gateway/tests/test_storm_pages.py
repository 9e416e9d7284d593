"""What agents and customers see of mail that did not arrive, in a real browser: light, dark and on a telephone."""

import pytest
from django.utils import timezone

from hostdesk.mail.models import OutboundMail
from hostdesk.mail.tests import test_breakers
from hostdesk.tickets.actions.writing import Answer, answer
from tests.browsing import DESKTOP, PHONE, chromium, cookie_of, faults, served

pytestmark = pytest.mark.browser
LOOKS = [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE)]


@pytest.fixture
def told(committed_world):
    """A ticket whose answer came back and was copied, one that was not acknowledged, and an open breaker."""
    world = committed_world
    world.now = timezone.now()
    alice = world.contact()
    world.contact("alice@home.example", name="Alice at home", role="secondary", domains=())
    world.bongani = world.agent()
    world.made = world.ticket(alice, subject="Mailbox full")
    message = answer(
        world.made, Answer("Your disk is full; we are moving it."), by=world.bongani, at=world.now
    )
    OutboundMail.objects.update(state="sent", sent_at=world.now)
    world.bounces(message.outbound_mail)
    for n in range(test_breakers.most("address")):
        test_breakers.actions.queue(
            test_breakers.draft(n, to_address="alice@acme.example", ticket_number=None), at=world.now
        )
    world.quiet = world.ticket(alice, subject="Another matter")
    world.tend()
    return world, alice


def test_pages_tell_of_mail_that_did_not_arrive_in_every_appearance(told, tmp_path_factory):
    world, alice = told
    desk, client = cookie_of(world.bongani, "http://x"), cookie_of(alice.person, "http://x")
    pages = {
        "ticket": (desk, f"/desk/tickets/{world.made.pk}", "no such user"),
        "quiet": (desk, f"/desk/tickets/{world.quiet.pk}", "was not sent"),
        "in": (desk, "/desk/mailroom/", "Automatic mail is held back"),
        "out": (desk, "/desk/mailroom/outbound?state=sent", "came back"),
        "client": (client, f"/client/tickets/{world.quiet.number}", "Another matter"),
    }
    found = {}
    with served(tmp_path_factory.mktemp("static")) as origin, chromium() as browser:
        for scheme, size in LOOKS:
            for name, (cookie, address, words) in pages.items():
                context = browser.new_context(viewport=size, base_url=origin, color_scheme=scheme)
                context.add_cookies([{**cookie, "url": origin}])
                page = context.new_page()
                page.goto(address)
                where = (scheme, size["width"], name)
                assert words in page.content(), where
                wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
                found[where] = (wide, faults(page))
                context.close()

    assert {where: one for where, one in found.items() if one != (False, [])} == {}
