"""The page of the load to come in a real browser: for everybody, on a desk and on a telephone."""

import pytest
from django.utils import timezone

from hostdesk.people.models import Team
from hostdesk.schedule.planning import Hours, plan_shift
from hostdesk.tickets.tests.test_desk_browser import opened, site, static
from hostdesk.tickets.tests.test_forecast import busy
from tests.browsing import DESKTOP, PHONE, faults

pytestmark = pytest.mark.browser
__all__ = ["site", "static"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_forecast_serves_everybody_and_never_scrolls_sideways(site, size, scheme):
    world, origin, browser = site
    world.now = timezone.now()
    boss = world.agent("Zanele", role="supervisor")
    page, found = opened(browser, origin, boss, size, color_scheme=scheme), {}

    def look(name):
        page.goto("/desk/forecast/", wait_until="networkidle")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        wide = page.evaluate("document.documentElement.scrollWidth") - size["width"]
        found[name] = (faults(page), max(0, wide), page.complaints)

    look("nothing known")
    busy(world)
    look("no shifts")
    support = Team.objects.get(slug=Team.SUPPORT)
    today = timezone.localdate()
    plan_shift(boss, support, [0, 2], Hours(8 * 60, 20 * 60), since=today, by=boss, at=world.now)
    look("planned")

    assert found == dict.fromkeys(found, ([], 0, []))
    assert "planned: 0" in page.content()
