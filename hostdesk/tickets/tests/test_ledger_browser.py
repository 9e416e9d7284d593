"""Clocks, delays and questions between teams in a real browser: on a desk, on a telephone, for everybody."""

from datetime import timedelta

import pytest

from hostdesk.people.models import Team
from hostdesk.tickets.actions.clocks import RESOLUTION
from hostdesk.tickets.actions.consulting import ask
from hostdesk.tickets.actions.writing import Answer, answer
from hostdesk.tickets.models import SlaClock, Ticket
from hostdesk.tickets.tests.test_desk_browser import LONG, opened, site, static  # noqa: F401  (fixtures)
from tests.browsing import DESKTOP, PHONE, faults

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_of_clocks_and_questions_suit_everybody(site, scheme, size):  # noqa: F811
    world, origin, browser = site
    networks = Team.objects.create(slug="networks", name="Networks")
    agent, engineer = world.agent(), world.agent("Naledi", teams=("networks",))
    world.now -= timedelta(hours=4)
    ticket = world.ticket(subject=LONG)
    answer(ticket, Answer("Which one?", then="open"), by=agent, at=world.now + timedelta(hours=1))
    world.move(hours=4)
    ask(Ticket.objects.get(pk=ticket.pk), networks, LONG, by=agent, at=world.now)

    found = {}
    for who, address in (
        (agent, f"/desk/tickets/{ticket.pk}/clocks"),
        (agent, f"/desk/tickets/{ticket.pk}/consults"),
        (engineer, "/desk/consults/"),
        (agent, "/desk/consults/"),
    ):
        page = opened(browser, origin, who, size, color_scheme=scheme)
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found[who.name, address] = (faults(page), wide, page.complaints)
    assert found == dict.fromkeys(found, ([], 0, []))
    assert SlaClock.objects.get(ticket=ticket, kind=RESOLUTION).state == "running"


def test_a_clock_in_the_head_of_a_ticket_leads_to_how_it_came_about(site):  # noqa: F811
    world, origin, browser = site
    ticket = world.ticket()
    page = opened(browser, origin, world.agent(), java_script_enabled=False)
    page.goto(f"/desk/tickets/{ticket.pk}")
    page.locator(".to-ledger").first.click()
    page.wait_for_url("**/clocks")

    assert page.locator(".ledger-bar rect.counts").count() == 2
    assert page.get_by_text("the request arrived").count() == 2
