"""Pages of requests in a real browser: light, dark and on a telephone, with and without scripts."""

import pytest
from django.utils import timezone

from hostdesk.requests.models import AdminRequest
from hostdesk.requests.tests.staging import Stage
from tests.browsing import DESKTOP, PHONE, chromium, cookie_of, faults, served

pytestmark = pytest.mark.browser
LOOKS = [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE)]


@pytest.fixture
def stage(committed_world):
    committed_world.now = timezone.now()
    return Stage(committed_world).everything()


def test_every_page_is_sound_in_every_appearance(stage, tmp_path_factory):
    letter = stage.letter(
        "Please give me a new password for the mailbox info@acme.example.", "Mailbox password"
    )
    by = {name: request.pk for name, request in stage.by.items()}
    alice, dev, desk = (
        cookie_of(who, "http://x") for who in (stage.primary.person, stage.authorised.person, stage.agent)
    )
    ready = stage.by["ready"].ticket
    pages = {
        "list": (alice, "/client/requests/", "Changes to your account"),
        "choose": (dev, "/client/requests/new", "Please ask them"),
        "ask": (alice, "/client/requests/new/account_recreation", "It cannot be undone"),
        "confirm": (alice, f"/client/requests/{by['confirm']}", "Did you ask for this?"),
        "price": (dev, f"/client/requests/{by['price']}", "Accept R112.00"),
        "waiting": (alice, f"/client/requests/{by['waiting']}", "Stop it"),
        "client ticket": (alice, f"/client/tickets/{ready.number}", "Changes asked for here"),
        "may": (dev, "/client/requests/who-may-ask", "you are the authorised contact"),
        "desk": (desk, "/desk/requests/", "For you"),
        "approve": (desk, f"/desk/requests/{by['approval']}", "Approve"),
        "begin": (desk, f"/desk/requests/{by['ready']}", "Begin by hand"),
        "doing": (desk, f"/desk/requests/{by['doing']}", "How did it end?"),
        "ticket": (desk, f"/desk/tickets/{letter.pk}", "Asks for: A new password for a mailbox?"),
        "make": (desk, f"/desk/tickets/{letter.pk}/requests/new", "What the words suggest"),
        "phone": (desk, "/desk/requests/by-phone", "as the caller says it"),
        "table": (desk, "/desk/requests/who-may-ask", "Worked out from the policy in force"),
    }
    found = {}
    with served(tmp_path_factory.mktemp("static")) as origin, chromium() as browser:
        for scheme, size in LOOKS:
            for name, (cookie, address, words) in pages.items():
                context = browser.new_context(viewport=size, base_url=origin, color_scheme=scheme)
                context.add_cookies([{**cookie, "url": origin}])
                page = context.new_page()
                page.goto(address)
                page.get_by_text(words).first.wait_for(state="attached", timeout=5000)
                wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
                found[scheme, size["width"], name] = (wide, faults(page))
                context.close()

    assert {where: one for where, one in found.items() if one != (False, [])} == {}


def test_a_contact_without_scripts_asks_and_an_agent_without_scripts_carries_it_out(stage, tmp_path_factory):
    contact, agent = cookie_of(stage.primary.person, "http://x"), cookie_of(stage.agent, "http://x")
    with served(tmp_path_factory.mktemp("static")) as origin, chromium() as browser:
        context = browser.new_context(viewport=PHONE, base_url=origin, java_script_enabled=False)
        context.add_cookies([{**one, "url": origin} for one in (contact, agent)])
        page = context.new_page()
        page.goto("/client/requests/new")
        page.get_by_role("link", name="Installing a certificate that you bring").click()
        page.get_by_label("Which domain").fill("shop.acme.example")
        page.get_by_role("button", name="Ask for it").click()
        page.get_by_role("heading", name="Ready to be carried out").wait_for()
        number = int(page.url.rsplit("/", 1)[1])
        page.goto(f"/desk/requests/{number}")
        page.get_by_label("How is it now?").fill("none")
        page.get_by_role("button", name="Begin by hand").click()
        for _ in range(2):
            page.locator(".checklist button").first.click(timeout=5000)
        page.get_by_label("What did you see afterwards?").fill("valid until 2027")
        page.get_by_label("Done, and seen to be done").check()
        page.get_by_role("button", name="Note how it ended").click()
        page.goto(f"/client/requests/{number}")
        page.get_by_text("valid until 2027").wait_for()
        context.close()

    assert AdminRequest.objects.get(pk=number).state == "done"
