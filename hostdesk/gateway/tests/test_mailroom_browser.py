"""The mailroom in a real browser: for everybody, on any screen, overfull, by keys alone."""

import pytest
from django.utils import timezone

from hostdesk.gateway.tests.test_mailroom_reading import formatted_letter
from hostdesk.tickets.tests.test_desk_browser import LONG, RTL, opened
from tests.browsing import DESKTOP, PHONE, chromium, faults, served

pytestmark = pytest.mark.browser
TABLET = {"width": 820, "height": 1180}


@pytest.fixture(scope="module")
def static(tmp_path_factory):
    return tmp_path_factory.mktemp("static")


@pytest.fixture
def site(committed_world, static):
    committed_world.now = timezone.now()
    with served(static) as origin, chromium() as browser:
        yield committed_world, origin, browser


def crowded(world):
    """A mailroom with everything that strains a page; the fullest mail."""
    world.contact(name=RTL)
    files = [(f"a file with a rather long name, number {i}.txt", b"x" * 1000) for i in range(12)]
    full = world.receives(
        "stranger@nowhere.example",
        name=RTL,
        subject=LONG,
        words="Hello\n\n> quoted\n\n" + "y" * 300,
        files=files,
    )
    for n in range(55):
        world.receives(f"s{n}.{'x' * 40}@nowhere.example", subject=LONG, name=RTL)
    world.receives(ip="203.0.113.9", subject=LONG)
    world.receives("alice.a@private.example", name="Alice Adams", subject=LONG)
    markup = (
        '<p style="color:#222">Dear <b>desk</b></p><a href="https://evil.example">https://bank.example</a>'
        + "<p>line</p>" * 60
    )
    shown = world.receives(raw=formatted_letter(world, markup=markup), to="support")
    world.keeps(world.letter("bob@late.example"), envelope_from="bob@late.example")
    world.receives()
    return full, shown


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_every_page_of_the_mailroom_serves_everybody_and_never_scrolls_sideways(site, size, scheme):
    world, origin, browser = site
    full, shown = crowded(world)
    page = opened(browser, origin, world.agent(), size, color_scheme=scheme)
    found = {}
    for address in (
        "/desk/mailroom/?q=nowhere&trust=&since=2020-01-01",
        "/desk/mailroom/",
        "/desk/mailroom/?q=nothingfits",
        "/desk/mailroom/held",
        f"/desk/mailroom/{full.pk}",
        f"/desk/mailroom/{shown.pk}",
        f"/desk/mailroom/{shown.pk}/letter",
        f"/desk/mailroom/{full.pk}/source/text",
        "/desk/mailroom/outbound",
        "/desk/mailroom/outbound/1",
    ):
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        if address == f"/desk/mailroom/{shown.pk}":
            page.frame_locator(".formatted-frame").get_by_text("Dear").wait_for()
        wide = page.evaluate("document.documentElement.scrollWidth") - size["width"]
        found[address] = (faults(page), max(0, wide), page.complaints)

    assert found == dict.fromkeys(found, ([], 0, []))


def test_a_closed_mail_is_found_read_and_opened_by_keys_alone(site):
    world, origin, browser = site
    world.contact()
    world.receives("alice.a@private.example", name="Alice Adams", subject="From home")
    page = opened(browser, origin, world.agent())
    page.goto("/desk/mailroom/")
    page.keyboard.press("f")
    page.keyboard.type("private")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=private**")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/mailroom/1")
    page.keyboard.press("s")
    page.wait_for_url("**/source/text")
    source = page.locator("pre.source").inner_text()
    page.keyboard.press("u")
    page.wait_for_url("**/desk/mailroom/1")
    page.keyboard.press("o")
    page.wait_for_url("**/desk/tickets/*")

    assert source.startswith("From: Alice Adams")
    assert "From home" in page.locator("h1").inner_text()
    assert page.complaints == []
