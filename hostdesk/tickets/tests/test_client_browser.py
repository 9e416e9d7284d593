"""The client area in a real browser: the whole way from a new ticket to a solved one, and every page for everybody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hostdesk.tickets import receiving
from hostdesk.tickets.actions.writing import Answer, answer
from hostdesk.tickets.models import Attachment, Message, Ticket
from tests.browsing import DESKTOP, PHONE, chromium, cookie_of, faults, served

pytestmark = pytest.mark.browser

PASTE = """(bytes) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(bytes)], "pasted.png", { type: "image/png" }));
  const box = document.querySelector("#id_text");
  box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
}"""
# One red pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301"
    "0100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def static(tmp_path_factory):
    return tmp_path_factory.mktemp("static")


@pytest.fixture
def site(committed_world, static):
    """(world, origin, browser), an hour that is now."""
    committed_world.now = timezone.now()
    with served(static) as origin, chromium() as browser:
        yield committed_world, origin, browser


def opened(browser, origin, contact, size=DESKTOP, **more):
    """A page in which the contact is signed in; anything that the console complains about fails the test."""
    context = browser.new_context(viewport=size, base_url=origin, **more)
    context.add_cookies([cookie_of(contact.person, origin)])
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console", lambda said: page.complaints.append(said.text) if "Security Policy" in said.text else None
    )
    return page


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_a_new_ticket_to_a_solved_one(site, size):
    world, origin, browser = site
    alice, agent = world.contact(), world.agent()
    page = opened(browser, origin, alice, size)

    page.goto("/client/")
    page.get_by_role("link", name="Something is wrong").click()
    page.get_by_label("What is wrong?").fill("The shop shows error 500")
    page.get_by_label("What happened?").fill("Since 09:10, at the checkout.")
    page.evaluate(PASTE, list(PNG))
    page.get_by_role("button", name="Send to support").click()
    page.get_by_role("heading", name="Next in the queue").wait_for()
    ticket, picture = Ticket.objects.get(), Attachment.objects.get()
    shown = page.locator(".picture img").evaluate("(img) => [img.complete, img.naturalWidth]")

    answer(ticket, Answer("We raised the limit. Does it work?"), by=agent, at=timezone.now())
    page.reload()
    page.get_by_role("heading", name="It is your turn").wait_for()
    page.get_by_role("link", name="Answer").click()
    page.get_by_label("Your message").fill("It does, thank you.")
    page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name="Bongani has it").wait_for()
    page.get_by_role("button", name="It is solved").click()
    page.get_by_role("heading", name="Solved", exact=True).wait_for()

    assert (picture.filename, shown) == ("pasted.png", [True, 1])
    assert world.words(ticket) == [
        ("customer", "Since 09:10, at the checkout."),
        ("agent", "We raised the limit. Does it work?"),
        ("customer", "It does, thank you."),
    ]
    assert Ticket.objects.get().state == "resolved"
    assert page.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_is_open_to_everybody_and_fits_the_screen(site, size, scheme):
    world, origin, browser = site
    alice, agent = world.contact(name="علي " + "Adams" * 12, proven=False), world.agent()
    unproven = world.ticket_of(world.receives(ip="198.51.100.66", subject="Move our DNS"))
    late = world.ticket(alice, subject="W" * 200)
    world.ticket(alice, subject="Late", at=world.now - timedelta(hours=4))
    answered = world.ticket(alice, subject="Mailbox full", words="word" * 100)
    answer(answered, Answer("Which one?", jump_reason="asked"), by=agent, at=world.now)
    page = opened(browser, origin, alice, size, color_scheme=scheme)
    addresses = ["/", "/client/", "/client/tickets/", "/client/tickets/new"]
    addresses += [f"/client/tickets/{one.number}" for one in (unproven, late, answered)]

    for address in addresses:
        page.goto(address)
        assert faults(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"], address
    assert page.complaints == []


def test_without_scripts_every_form_works(site):
    world, origin, browser = site
    alice = world.contact()
    page = opened(browser, origin, alice, java_script_enabled=False)
    page.goto("/client/tickets/new")
    page.get_by_label("What is wrong?").fill("Mailbox full")
    page.get_by_label("What happened?").fill("Since today.")
    page.get_by_label("Screenshots and other files").set_input_files(
        [{"name": name, "mimeType": "text/plain", "buffer": b"log"} for name in ("one.txt", "two.txt")]
    )
    page.get_by_role("button", name="Send to support").click()
    page.get_by_label("Your message").fill("And the other mailbox.")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("And the other mailbox.").wait_for()
    page.get_by_role("button", name="It is solved").click()
    page.get_by_role("button", name="It came back: open it again").click()
    page.get_by_role("heading", name="Next in the queue").wait_for()

    assert Message.objects.count() == 2
    assert sorted(Attachment.objects.values_list("filename", flat=True)) == ["one.txt", "two.txt"]
    assert Ticket.objects.get().state == "open"


def test_by_keyboard_alone_a_ticket_is_opened(site):
    world, origin, browser = site
    page = opened(browser, origin, world.contact())
    page.goto("/client/tickets/new")
    while page.evaluate("document.activeElement.name") != "subject":
        page.keyboard.press("Tab")
    page.keyboard.type("Mailbox full")
    page.keyboard.press("Tab")
    page.keyboard.type("Since today.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Next in the queue").wait_for()

    assert world.words(Ticket.objects.get()) == [("customer", "Since today.")]


def test_a_draft_outlives_the_window_and_a_lost_line_and_goes_when_it_has_arrived(site):
    world, origin, browser = site
    page = opened(browser, origin, world.contact())
    page.goto("/client/tickets/new")
    page.get_by_label("What is wrong?").fill("Mailbox full")
    page.get_by_label("What happened?").fill("Since today.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send to support").click()
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    page = page.context.new_page()
    page.goto("/client/tickets/new")
    back = [page.get_by_label(name).input_value() for name in ("What is wrong?", "What happened?")]
    page.get_by_role("button", name="Send to support").click()
    page.get_by_role("heading", name="Next in the queue").wait_for()
    page.goto("/client/tickets/new")
    gone = [page.get_by_label(name).input_value() for name in ("What is wrong?", "What happened?")]

    assert (back, gone) == (["Mailbox full", "Since today."], ["", ""])
    assert Ticket.objects.count() == 1


def test_a_file_too_large_is_named_before_anything_is_sent_and_can_be_left_out(site, tmp_path):
    world, origin, browser = site
    large = tmp_path / "backup.zip"
    with large.open("wb") as file:
        file.truncate(receiving.MOST_BYTES + 1)
    page = opened(browser, origin, world.contact())
    page.goto("/client/tickets/new")
    page.get_by_label("What is wrong?").fill("Mailbox full")
    page.get_by_label("What happened?").fill("Since today.")
    page.get_by_label("Screenshots and other files").set_input_files(large)
    page.get_by_role("button", name="Send to support").click()
    said = page.locator(".objection").inner_text()
    before = Ticket.objects.count()
    page.get_by_role("button", name="Leave out backup.zip").click()
    page.get_by_role("button", name="Send to support").click()
    page.get_by_role("heading", name="Next in the queue").wait_for()

    assert (said, before) == ("backup.zip is larger than 25 MB: leave it out.", 0)
    assert (Ticket.objects.count(), Attachment.objects.count()) == (1, 0)


def test_what_is_open_changes_with_the_chosen_account(site):
    world, origin, browser = site
    alice = world.contact()
    other = world.contact("al@two.example", username="two01", customer="Two", domains=())
    other.person = alice.person
    other.save()
    world.ticket(alice, subject="Mailbox full")
    world.ticket(other, subject="Certificate ended")
    page = opened(browser, origin, alice)
    page.goto("/client/tickets/new")
    before = page.locator("#already li").all_inner_texts()
    page.get_by_label("Which account is it about?").select_option(label="two01 (Two)")
    page.get_by_role("link", name="Certificate ended").wait_for()
    after = page.locator("#already li").all_inner_texts()

    assert [len(before), len(after)] == [1, 1]
    assert ("Mailbox full" in before[0], "Certificate ended" in after[0]) == (True, True)
    assert faults(page) == []
