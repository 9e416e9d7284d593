"""The whole way through the house, with a real SMTP client, real processes and a real browser.

A mail comes in, stands on the desk, is taken, answered, read in the mailbox, replied to, threaded and resolved.
"""

import email
import email.policy
import re

import pytest

from tests.browsing import chromium
from tests.running import desk
from tests.servers import name_server, smart_host

pytestmark = [pytest.mark.browser, pytest.mark.timeout(170)]

ZONE = {
    "acme.example": [["TXT", "v=spf1 ip4:127.0.0.1 -all"]],
    "_dmarc.acme.example": [["TXT", "v=DMARC1; p=reject"]],
}
CUSTOMERS = """\
customer,account,product,server,domains,contact_name,contact_email,contact_role,contact_phone
Acme,acme01,shared,web01,acme.example,Alice Adams,alice@acme.example,primary,+27 21 555 0100
Acme,acme01,shared,web01,acme.example,Bob Botha,bob@elsewhere.example,secondary,
"""
PASSWORD = "a long enough secret"


def letter(subject, words, *, to="support@itpossible.com", **headers):
    mail = email.message.EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Alice Adams <alice@acme.example>", to, subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(words)
    return mail.as_bytes()


def read(kept):
    """A mail that the smart host was given."""
    return email.message_from_bytes(kept[2], policy=email.policy.default)


@pytest.fixture
def running(tmp_path):
    """A desk as an operator starts it, with one customer and one agent."""
    (tmp_path / "servers.csv").write_text(
        "server,networks,hostnames\nweb01,192.0.2.0/24,web01.itpossible.com\n"
    )
    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    with (
        name_server(ZONE) as dns,
        smart_host() as (url, kept),
        desk(tmp_path / "data", HOSTDESK_DNS=dns, SMTP_URL=url) as house,
    ):
        house.run("servers", "import", "servers.csv")
        house.run("customers", "import", "customers.csv")
        add = ("agents", "add", "bongani@itpossible.com", "--name", "Bongani Dube", "--role", "technician")
        house.run(*add, "--password-stdin", given=PASSWORD.encode() + b"\n")
        yield house, kept


def sign_in(page, house):
    page.goto(f"{house.url}/desk/")
    page.fill("input[name=email]", "bongani@itpossible.com")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.clause("sla.fcfs")
@pytest.mark.clause("channel.tickets")
def test_a_mail_is_answered_in_the_browser_and_the_reply_finds_its_ticket(running):
    house, kept = running
    house.mail(
        letter("Site down", "Error 500 since 09:10.", Message_ID="<first@acme.example>"),
        sender="alice@acme.example",
        to=["support@itpossible.com"],
    )
    house.wait_for(lambda: len(kept.mails) == 1)
    acknowledgement = read(kept.mails[0])
    number = re.search(r"\[#(\d+-\d)\]", acknowledgement["Subject"])[1]

    with chromium() as browser:
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        sign_in(page, house)
        page.goto(f"{house.url}/desk/queue")
        listed = page.locator("body").inner_text()
        page.locator("form[action$='/desk/queue/next'] button").first.click()
        page.wait_for_url(re.compile(r"/desk/tickets/"))
        asked = page.locator(".thread").inner_text()
        page.fill("#answer-text", "It works again. A full disk was the cause.")
        page.keyboard.press("Control+Enter")
        house.wait_for(lambda: len(kept.mails) == 2)
        answer = read(kept.mails[1])
        reply_address = answer["Reply-To"]
        house.mail(
            letter(
                "Re: Site down", "Thank you, all is well.", to=reply_address, In_Reply_To=answer["Message-ID"]
            ),
            sender="alice@acme.example",
            to=[reply_address],
        )
        page.goto(f"{house.url}/desk/tickets/{number}")
        house.wait_for(lambda: page.reload() and "all is well" in page.locator(".thread").inner_text())
        with page.expect_navigation():
            page.locator("button[data-word=Resolve]").click()
        house.wait_for(lambda: len(kept.mails) == 3, seconds=40)
        page.goto(f"{house.url}/desk/tickets/{number}")
        state = page.locator(".ticket-facts").inner_text()
        page.goto(f"{house.url}/desk/queue")
        after = page.locator("main").inner_text()

    assert acknowledgement["In-Reply-To"] == "<first@acme.example>"
    assert acknowledgement["Auto-Submitted"] == "auto-replied"
    assert (number in listed, "Site down" in listed) == (True, True)
    assert "Error 500 since 09:10." in asked
    assert (answer["To"].addresses[0].addr_spec, answer["Auto-Submitted"]) == ("alice@acme.example", None)
    assert "A full disk was the cause." in answer.get_body(("plain",)).get_content()
    assert "solved" in read(kept.mails[2]).get_body(("plain",)).get_content()
    assert "resolved" in state.lower()
    assert "Site down" not in after


def test_a_contact_signs_in_by_the_mailed_link_and_reads_and_writes(running):
    house, kept = running
    with chromium() as browser:
        page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        page.goto(f"{house.url}/client/")
        page.fill("input[name=email]", "bob@elsewhere.example")
        page.keyboard.press("Enter")
        house.wait_for(lambda: len(kept.mails) == 1)
        link = re.search(r"https?://\S+", read(kept.mails[0]).get_body(("plain",)).get_content())[0]
        page.goto(link)
        page.locator("main button").first.click()
        page.wait_for_url(re.compile(r"/client/"))
        page.goto(f"{house.url}/client/tickets/new")
        page.fill("input[name=subject]", "Mailbox full")
        page.fill("textarea", "It takes no more mail since this morning, 08:00.")
        page.locator("form[enctype] button[type=submit], form[enctype] button.is-primary").first.click()
        page.wait_for_url(re.compile(r"/client/tickets/\d+-\d"))
        shown = page.locator("main").inner_text()
    house.wait_for(lambda: len(kept.mails) == 2)

    assert ("Mailbox full" in shown, "08:00" in shown) == (True, True)
    assert read(kept.mails[1])["To"].addresses[0].addr_spec == "bob@elsewhere.example"
