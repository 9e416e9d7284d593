"""The pages of shifts in a real browser: axe-core is silent, nothing is wider than the screen."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hostdesk.people.models import Team
from hostdesk.schedule import actions, planning
from hostdesk.schedule.planning import Difference, Hours
from hostdesk.tickets.actions.taking import take_next
from tests.browsing import DESKTOP, PHONE, chromium, cookie_of, faults, served

pytestmark = pytest.mark.browser
PAGES = ("/desk/shift", "/desk/shift/plan", "/desk/shift/hand-over", "/desk/shift/away")


def test_the_pages_of_shifts_are_sound_on_a_desk_and_on_a_telephone(committed_world, tmp_path):
    world = committed_world
    world.now = timezone.now()
    sue, ann = world.agent("Sue", role="supervisor"), world.agent("Ann")
    team, today = Team.objects.get(slug="support"), timezone.localdate()
    since = today - timedelta(days=1)
    planning.plan_shift(ann, team, range(7), Hours(0, 12 * 60), since=since, by=sue, at=world.now)
    planning.plan_shift(sue, team, [0, 2], Hours(22 * 60, 6 * 60), since=since, by=sue, at=world.now)
    planning.change_plan(ann, team, Difference("sick", today, today), by=sue, at=world.now)
    actions.start(sue, by=sue.actor(), at=world.now)
    world.ticket(world.contact(), subject="A subject " * 12)
    take_next(by=sue, at=world.now)
    with served(tmp_path) as origin, chromium() as browser:
        page = browser.new_context().new_page()
        page.context.add_cookies([cookie_of(sue, origin)])
        found = {}
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            for address in PAGES:
                page.goto(f"{origin}{address}")
                page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
                wider = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
                found[address, size["width"]] = (faults(page), wider)

    assert found == {(address, size["width"]): ([], False) for size in (DESKTOP, PHONE) for address in PAGES}
