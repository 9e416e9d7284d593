"""What supervisors see of the queue, and the panel beside a ticket, in a real browser: for everybody, and without scripts."""

import pytest

from hostdesk.people.actions.skills import add_skill, set_holders
from hostdesk.tickets.actions.emergencies import declare
from hostdesk.tickets.actions.needing import set_needs, set_skills
from hostdesk.tickets.actions.passing import pass_over
from hostdesk.tickets.actions.taking import assign, take_next
from hostdesk.tickets.models import PassOver, Ticket
from hostdesk.tickets.tests.test_desk_browser import LONG, RTL, opened, site, static
from tests.browsing import DESKTOP, PHONE, faults

pytestmark = pytest.mark.browser
__all__ = ["site", "static"]


def strained(world, boss):
    """A queue with everything that strains these pages; a ticket that nobody could take."""
    agent = world.agent("Bartholomew-Maximilian Wolfeschlegelsteinhausenbergerdorff")
    world.contact(name=RTL, customer="Van der Westhuizen, Papenfus and Partners Incorporated Attorneys")
    tickets = [world.ticket(subject=LONG) for _ in range(6)]
    skills = [add_skill(word, by=boss, at=world.now) for word in ("linux", "w" * 40, RTL)]
    set_needs(skills[0], [("class", "advanced"), ("product", "vps")], by=boss, at=world.now)
    set_holders(skills[1], [boss, agent], by=boss, at=world.now)
    set_skills(tickets[0], skills, by=boss, at=world.now)
    declare(tickets[5], LONG, by=agent.actor(), at=world.now)
    assign(tickets[4], agent, by=agent, at=world.now, reason=LONG)
    pass_over(tickets[1], LONG, by=boss, at=world.now)
    take_next(by=agent, at=world.now)
    for one in (tickets[2], tickets[4]):
        Ticket.objects.filter(pk=one.pk).update(state="waiting_window", wrote_at=world.now)
    return tickets[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_of_the_queue_serve_everybody_and_never_scroll_sideways(site, size, scheme):
    world, origin, browser = site
    boss = world.agent("Zanele", role="supervisor")
    page, found = opened(browser, origin, boss, size, color_scheme=scheme), {}

    def look(*addresses):
        for address in addresses:
            page.goto(address, wait_until="networkidle")
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            wide = page.evaluate("document.documentElement.scrollWidth") - size["width"]
            found[len(found), address] = (faults(page), max(0, wide), page.complaints)

    look("/desk/fairness/", "/desk/skills/", "/desk/queue/unserved")
    nobody = strained(world, boss)
    look("/desk/fairness/", "/desk/skills/", "/desk/queue", "/desk/queue/unserved")
    look(f"/desk/tickets/{nobody.pk}", f"/desk/tickets/{nobody.pk}/handling", "/desk/mine")
    look(f"/desk/tickets/{Ticket.objects.filter(wrote_at__isnull=False).first().pk}")

    assert found == dict.fromkeys(found, ([], 0, []))


def test_class_and_leaving_to_others_work_without_scripts(site):
    world, origin, browser = site
    agent, ticket = world.agent(), world.ticket()
    world.agent("Other")
    page = opened(browser, origin, agent, java_script_enabled=False)
    page.goto(f"/desk/tickets/{ticket.pk}")
    page.get_by_role("link", name="Class, skills, emergency").click()
    page.get_by_label("Class").select_option(label="General: free")
    page.get_by_role("button", name="Set the class").click()
    page.goto(f"/desk/tickets/{ticket.pk}/handling")
    page.get_by_text("Leave it to others").click()
    page.get_by_label("Why?").fill("I am on the telephone")
    page.get_by_role("button", name="Pass over").click()
    page.get_by_text("is left to others").wait_for()

    assert Ticket.objects.get(pk=ticket.pk).ticket_class == "general"
    assert PassOver.objects.get().reason == "I am on the telephone"


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "no scripts"])
def test_on_a_phone_every_place_and_the_search_are_two_taps_away(site, script):
    world, origin, browser = site
    boss = world.agent("Zanele", role="supervisor")
    page = opened(browser, origin, boss, PHONE, java_script_enabled=script)
    page.goto("/desk/queue")
    rail = page.get_by_role("navigation", name="Desk")
    places = rail.get_by_role("link")
    before = [one.inner_text().strip() for one in places.all() if one.is_visible()]
    rail.get_by_text("More").click()
    after = [one.inner_text().split("\n")[0].strip() for one in places.all() if one.is_visible()]
    boxes = [one.bounding_box() for one in places.all() if one.is_visible()]

    assert before == ["Queue", "Mine", "Questions", "All tickets"]
    assert {"Fairness", "Forecast", "Evidence", "On duty", "Quiet times"} <= set(after)
    assert rail.get_by_role("searchbox").is_visible()
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"] for box in boxes)
    assert all(box["y"] + box["height"] <= PHONE["height"] for box in boxes)
    rail.get_by_role("link", name="Fairness").click()
    page.wait_for_url("**/desk/fairness/")
    assert not rail.get_by_role("link", name="Forecast").is_visible()
