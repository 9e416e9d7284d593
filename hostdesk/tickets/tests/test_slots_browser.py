"""Quiet times in a real browser: on a desk, on a telephone, for everybody, and without scripts."""

from datetime import timedelta

import pytest

from hostdesk.schedule.models import MaintenanceWindow
from hostdesk.tickets.actions import slot_work, slots
from hostdesk.tickets.tests.test_desk_browser import LONG, opened, site, static  # noqa: F401  (fixtures)
from hostdesk.tickets.tests.test_slots import WORDS, Night
from tests.browsing import DESKTOP, PHONE, cookie_of, faults

pytestmark = [pytest.mark.browser, pytest.mark.clause("sla.offpeak")]


def opened_by_customer(browser, origin, person, size=DESKTOP, **more):
    context = browser.new_context(viewport=size, base_url=origin, **more)
    context.add_cookies([cookie_of(person, origin)])
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console", lambda said: page.complaints.append(said.text) if "Security Policy" in said.text else None
    )
    return page


def each_way(world):
    """Tickets without a time, with a proposed, an agreed, a done one, one that began; and a closed and a full window."""
    night = Night(world)
    soon = [n for n, one in enumerate(night.windows) if one.begins_at > night.now + timedelta(days=3)]
    made = [night.ticket] + [world.ticket(night.contact, subject=LONG) for _ in range(4)]
    _, proposed, agreed, done, begun = made
    for one, place in ((agreed, soon[1]), (done, soon[1]), (begun, soon[2]), (proposed, soon[0])):
        proposal = slots.Proposal("extensive", night.windows[place], WORDS, jump_reason="agreed by telephone")
        slots.propose(one, proposal, by=night.agent, at=night.now)
        if one is not proposed:
            slots.accept(one, by=night.contact, at=night.now)
    for one in (done, begun):
        # A window that has begun, as if it had been agreed last week.
        window = MaintenanceWindow.objects.get(bookings__ticket=one)
        early = MaintenanceWindow.objects.filter(pk=window.pk)
        early.update(begins_at=night.now - timedelta(hours=1), ends_at=night.now + timedelta(hours=3))
        if one is done:
            slot_work.check_off(one, WORDS, by=night.agent, at=night.now)
            early.update(begins_at=window.begins_at, ends_at=window.ends_at)
    full = MaintenanceWindow.objects.filter(bookings__ticket=agreed)
    full.update(capacity=full.get().booked)
    slot_work.close_and_move(night.windows[soon[3]], reason=LONG[:200], by=night.sue, at=night.now)
    return night, made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_of_quiet_times_suit_everybody(site, scheme, size):  # noqa: F811
    world, origin, browser = site
    night, made = each_way(world)
    token = night.token()
    desk = opened(browser, origin, night.sue, size, color_scheme=scheme)
    client = opened_by_customer(browser, origin, night.contact.person, size, color_scheme=scheme)
    found = {}
    for page, addresses in (
        (desk, ["/desk/windows/", "/desk/windows/calendar", f"/desk/tickets/{made[2].number}"]),
        (desk, [f"/desk/tickets/{one.number}/slot" for one in made]),
        (client, [f"/client/tickets/{one.number}/slot" for one in made]),
        (client, [f"/client/tickets/{made[1].number}", "/client/calendar", f"/quiet-times/{token}"]),
    ):
        for address in addresses:
            assert page.goto(address).status == 200, address
            page.locator("[hx-trigger=load][hx-swap=outerHTML]").first.wait_for(state="detached")
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            found[address] = (faults(page), wide, page.complaints)

    assert found == dict.fromkeys(found, ([], 0, []))


def test_a_time_is_proposed_and_accepted_without_scripts(site):  # noqa: F811
    world, origin, browser = site
    night = Night(world)
    desk = opened(browser, origin, night.agent, java_script_enabled=False)
    desk.goto(f"/desk/tickets/{night.ticket.number}")
    desk.get_by_role("link", name="Larger work on this ticket").click()
    desk.get_by_label("Kind of work").select_option("testing")
    desk.get_by_label("Window").select_option(index=len(night.windows) // 2)
    desk.get_by_label("What will be done?").fill(WORDS)
    desk.get_by_role("button", name="Propose it to the customer").click()
    desk.wait_for_load_state()
    proposed = night.states()
    client = opened_by_customer(browser, origin, night.contact.person, PHONE, java_script_enabled=False)
    client.goto(f"/client/tickets/{night.ticket.number}")
    client.get_by_role("link", name="The time of larger work on this ticket").click()
    client.get_by_role("button", name="Yes, this time suits me").click()
    client.get_by_text("Waits for a quiet time").first.wait_for()

    assert (proposed, night.states()) == (("waiting_customer", "proposed"), ("waiting_window", "agreed"))
