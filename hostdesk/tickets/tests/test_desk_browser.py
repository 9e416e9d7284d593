"""The desk in a real browser: by keys alone, without scripts, on a telephone, and for everybody."""

import re

import pytest
from django.utils import timezone

from hostdesk.tickets.actions.closing import resolve
from hostdesk.tickets.actions.writing import Answer, add_note, answer
from hostdesk.tickets.models import Draft, Ticket
from tests.browsing import DESKTOP, PHONE, chromium, cookie_of, faults, served
from tests.house.staffed import broken

pytestmark = pytest.mark.browser
LONG = "The shop really does not load and we tried everything we could think of, " * 3
RTL = "محمد عبد الله الأنصاري"


@pytest.fixture(scope="module")
def static(tmp_path_factory):
    return tmp_path_factory.mktemp("static")


@pytest.fixture
def site(committed_world, static):
    """(world, origin, browser), at an hour that is now."""
    committed_world.now = timezone.now()
    with served(static) as origin, chromium() as browser:
        yield committed_world, origin, browser


def opened(browser, origin, agent, size=DESKTOP, **more):
    """A page in which the agent is signed in; `complaints` are what the browser would not do."""
    context = browser.new_context(viewport=size, base_url=origin, **more)
    context.add_cookies([cookie_of(agent, origin)])
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console", lambda said: page.complaints.append(said.text) if "Security Policy" in said.text else None
    )
    return page


def test_a_ticket_is_taken_answered_and_resolved_by_keys_alone(site):
    world, origin, browser = site
    ticket = world.ticket()
    page = opened(browser, origin, world.agent())
    page.goto("/desk/queue")
    page.keyboard.press("t")
    page.wait_for_url(f"**/desk/tickets/{ticket.pk}")
    page.keyboard.press("r")
    page.wait_for_function("document.activeElement.id === 'answer-text'")
    page.keyboard.type("Please try again.")
    page.get_by_text("Draft kept").wait_for()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    turn = page.locator(".ticket-facts .state").inner_text()
    with page.expect_navigation():
        page.keyboard.press("e")
    resolved = Ticket.objects.get(pk=ticket.pk).state
    with page.expect_navigation():
        page.keyboard.press("z")

    assert (turn, resolved, Ticket.objects.get(pk=ticket.pk).state) == ("customer's turn", "resolved", "open")
    assert world.words(ticket)[1:] == [("agent", "Please try again.")]
    assert page.complaints == []


def test_lists_are_walked_and_places_reached_by_keys(site):
    world, origin, browser = site
    first, second = world.ticket(), world.ticket()
    page = opened(browser, origin, world.agent())
    page.goto("/desk/queue")
    walked = []
    for key in "jjk":
        page.keyboard.press(key)
        walked.append(page.evaluate("document.activeElement.getAttribute('href')"))
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/desk/mine")
    page.keyboard.press("Control+k")
    page.keyboard.type("all")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/tickets/")
    page.keyboard.press("?")
    sheet = page.locator("#key-sheet").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("tgqm")

    assert walked == [f"/desk/tickets/{pk}" for pk in (first.pk, second.pk, first.pk)]
    assert sheet
    assert page.locator(".rail input[name=q]").input_value() == "tgqm"


def test_a_panel_that_keys_opened_is_closed_by_escape_and_the_hand_is_where_it_was(site):
    world, origin, browser = site
    ticket = world.ticket()
    page = opened(browser, origin, world.agent())
    page.goto(f"/desk/tickets/{ticket.pk}")
    page.keyboard.press("a")
    page.locator(".drop[open]").wait_for()
    page.wait_for_function("document.activeElement.id === 'hand-over-to'")
    page.keyboard.press("Escape")

    assert page.locator(".drop[open]").count() == 0
    assert page.evaluate("document.activeElement.matches('.drop > summary')")


def test_single_keys_can_be_switched_off_and_sending_stays(site):
    world, origin, browser = site
    world.ticket()
    page = opened(browser, origin, world.agent())
    page.context.add_cookies([{"name": "hotkeys", "value": "off", "url": origin}])
    page.goto("/desk/queue")
    page.keyboard.press("t")
    page.keyboard.press("?")

    assert page.url.endswith("/desk/queue")
    assert not page.locator("#key-sheet").is_visible()
    assert Ticket.objects.get().assignee is None


def test_a_draft_survives_a_browser_that_is_closed_in_the_middle_of_a_word(site):
    world, origin, browser = site
    ticket, agent = world.ticket(), world.agent()
    page = opened(browser, origin, agent)
    page.goto(f"/desk/tickets/{ticket.pk}")
    page.keyboard.press("n")
    page.wait_for_function("document.activeElement.id === 'note-text'")
    page.keyboard.type("Half a tho")
    page.goto("about:blank")
    for _ in range(50):
        if Draft.objects.exists():
            break
        page.wait_for_timeout(100)
    page.context.close()
    again = opened(browser, origin, agent)
    again.goto(f"/desk/tickets/{ticket.pk}")

    assert again.locator("#note-text").input_value() == "Half a tho"
    assert again.locator("#note-text").is_visible()
    assert list(Draft.objects.values_list("kind", "text")) == [("internal", "Half a tho")]


def test_the_whole_way_goes_without_scripts(site):
    world, origin, browser = site
    ticket = world.ticket()
    naledi = world.agent("Naledi")
    page = opened(browser, origin, world.agent(), java_script_enabled=False)
    page.goto("/desk/queue")
    page.get_by_role("button", name="Take next").click()
    page.locator("#answer-text").fill("Please try again.")
    page.get_by_role("button", name="Send", exact=False).last.click()
    page.locator("label[for=to-staff]").click()
    page.locator("#note-text").fill("Only for us")
    page.get_by_role("button", name="Keep note").click()
    page.locator("details.drop > summary").click()
    page.locator("#hand-over-to").select_option(str(naledi.pk))
    page.get_by_role("button", name="Hand over").click()
    held = Ticket.objects.get(pk=ticket.pk).assignee
    page.locator("button[data-word=Resolve]").click()

    assert world.words(ticket)[1:] == [("agent", "Please try again."), ("internal", "Only for us")]
    assert (held, Ticket.objects.get(pk=ticket.pk).state) == (naledi, "resolved")


def test_a_new_ticket_announces_itself_and_moves_nothing(site):
    world, origin, browser = site
    world.ticket()
    page = opened(browser, origin, world.agent())
    page.goto("/desk/queue")
    before = page.locator("[data-row]").first.bounding_box()
    world.ticket()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    chip = page.get_by_text("1 new since you looked")
    chip.wait_for()

    assert page.locator("[data-row]").first.bounding_box() == before
    assert page.locator("[data-row]").count() == 1
    chip.click()
    assert page.locator("[data-row]").count() == 2


def crowded(world):
    """A desk with everything that strains a page; the fullest ticket."""
    agent = world.agent()
    contact = world.contact(
        name=RTL, customer="Van der Westhuizen, Papenfus and Partners Incorporated Attorneys"
    )
    files = [(f"a picture with a rather long name, number {i}.png", b"x" * 1000 * i) for i in range(12)]
    mail = world.receives(
        subject=LONG, words="Down.\n\n> quoted\n\nhttps://acme.example/" + "x" * 300, files=files
    )
    full = world.ticket_of(mail)
    answer(full, Answer(text="We look at it."), by=agent, at=world.now)
    add_note(full, "Ours only", by=agent, at=world.now)
    for _ in range(60):
        world.ticket(contact, subject=LONG)
    resolve(world.ticket(contact), by=agent, at=world.now, jump_reason="by telephone")
    world.receives("alice.a@private.example", name="Alice Adams", subject=LONG)
    return agent, full, mail


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_serves_everybody_and_never_scrolls_sideways(site, size, scheme):
    world, origin, browser = site
    empty_agent = world.agent("Empty", teams=())
    agent, full, mail = crowded(world)
    broken(full, world.now)
    pages = ["/desk/queue", "/desk/mine", "/desk/tickets/", f"/desk/tickets/{full.pk}", "/desk/search?q=shop"]
    pages += [
        "/desk/breaches/",
        "/desk/mailroom/",
        f"/desk/mailroom/{mail.pk}",
        "/desk/mailroom/outbound",
        "/desk/mailroom/outbound/1",
        "/desk/nowhere",
    ]
    found = {}
    for who, addresses in (
        (agent, pages),
        (empty_agent, ["/desk/queue", "/desk/mine", "/desk/search", "/desk/breaches/?show=all"]),
    ):
        page = opened(browser, origin, who, size, color_scheme=scheme)
        for address in addresses:
            page.goto(address)
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            wide = page.evaluate("document.documentElement.scrollWidth") - size["width"]
            found[who.name, address] = (faults(page), max(0, wide), page.complaints)

    assert found == dict.fromkeys(found, ([], 0, []))


def test_a_first_visit_to_a_full_queue_costs_under_a_hundred_kilobytes(site):
    world, origin, browser = site
    agent, _, _ = crowded(world)
    page = opened(browser, origin, agent)
    sizes = {}
    page.on("response", lambda answer: sizes.update({answer.url: answer}))
    page.goto("/desk/queue", wait_until="networkidle")
    bodies = {url: int(one.headers.get("content-length") or len(one.body())) for url, one in sizes.items()}

    assert page.locator(".attention + section [data-row], section:only-of-type [data-row]").count() == 50
    assert len([url for url in bodies if re.search(r"\.(css|js|svg)$", url)]) >= 4
    assert sum(bodies.values()) < 100_000


def test_light_or_dark_is_chosen_on_ones_own_page_and_kept(site):
    world, origin, browser = site
    page = opened(browser, origin, world.agent(), color_scheme="light")
    page.goto("/desk/me")
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    with page.expect_response("**/appearance"):
        page.get_by_label("Dark").check()
    at_once = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.goto("/desk/queue")
    kept = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")

    assert paper != at_once == kept
    assert faults(page) == []


@pytest.mark.parametrize("width", [1100, 1280, 1440])
def test_a_subject_beside_a_chip_has_room_to_be_understood(site, width):
    world, origin, browser = site
    chief = world.agent(role="supervisor")
    world.contact()
    complaint = world.ticket_of(world.receives(to="complaint", subject="Nobody answers my mails"))
    page = opened(browser, origin, chief, {"width": width, "height": 900})
    page.goto("/desk/queue")
    subject = page.locator(f'.row[href="/desk/tickets/{complaint.pk}"] .subject').first
    shown, whole = subject.evaluate(
        "cell => { const b = cell.querySelector('bdi'); return [b.clientWidth || b.offsetWidth, b.scrollWidth] }"
    )

    assert subject.locator(".tag").inner_text() == "complaint"
    assert shown >= whole
