"""A reply that quotes our mail shows its links to nobody else: not to staff, not to the account's other contacts."""

import re
from email import message_from_bytes, policy

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hostdesk.gateway.actions import by_hand
from hostdesk.kit.keyed_links import BLANK
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import sessions
from hostdesk.people.middleware import CLIENT_COOKIE
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.tickets.models import Attachment, Message, Ticket
from tests.house.staffed import BROWSER, Staffed

pytestmark = pytest.mark.clause("contact.restricted")


class Quoted:
    """Alice was asked for her yes by mail; her reply quotes the mail, formatted as well, and brings it as a file."""

    def __init__(self, world):
        self.world, self.staffed = world, Staffed(world)
        alice = self.staffed.contact
        wish = Wish(kind="plan_change", contact=alice, channel="mail", trust="proven", details={"plan": "B"})
        self.request = ask(wish, by=alice.actor(), at=world.now)
        self.ours = OutboundMail.objects.filter(text__contains="/requests/confirmation/").latest("pk")
        self.key = re.search(r"/requests/confirmation/([\w-]+)", self.ours.text)[1]
        self.link = f"https://desk.example/requests/confirmation/{self.key}"
        self.mail = world.receives(raw=self.reply())
        self.ticket = Ticket.objects.get(pk=self.mail.ticket_number)

    def reply(self, subject=""):
        letter = message_from_bytes(
            self.world.letter(
                subject=subject or f"Re: {self.ours.subject} {self.link}",
                words="What is this?\n\nOn Monday IT Possible wrote:\n"
                + "".join(f"> {line}\n" for line in self.ours.text.splitlines()),
            ),
            policy=policy.default,
        )
        letter.add_alternative(
            f"<p>What is this?</p><blockquote>{self.ours.html}</blockquote>", subtype="html"
        )
        letter.add_attachment(self.ours.text.encode(), maintype="text", subtype="plain", filename="ours.eml")
        letter.add_attachment(
            b"%PDF-1.4\xff\0 /URI (" + self.link.encode() + b")",
            maintype="application",
            subtype="pdf",
            filename=f"{self.key}.pdf",
        )
        return letter.as_bytes()

    def seen(self, actor, address):
        with time_machine.travel(self.world.now, tick=False):
            answer = self.staffed.browser(actor).get(address)
        return answer.status_code, (
            b"".join(answer.streaming_content) if answer.streaming else answer.content
        ).decode(errors="replace")


@pytest.fixture
def quoted(world):
    with time_machine.travel(world.now, tick=False):
        return Quoted(world)


def test_neither_the_ticket_nor_the_mail_shows_the_link_to_staff(quoted):
    message = Message.objects.get(inbound_mail=quoted.mail)
    pages = [
        f"/desk/tickets/{quoted.ticket.pk}", f"/desk/messages/{message.pk}/letter",
        f"/desk/messages/{message.pk}/formatted", f"/desk/mailroom/{quoted.mail.pk}",
        f"/desk/mailroom/{quoted.mail.pk}/letter", f"/desk/mailroom/{quoted.mail.pk}/formatted",
    ]  # fmt: skip

    for actor in ("level1", "supervisor", "admin"):
        for page in pages:
            status, body = quoted.seen(actor, page)
            assert (status, quoted.key in body) == (200, False), (actor, page)
    assert "What is this?" in quoted.seen("level1", pages[0])[1]
    assert "only-for-its-reader" in quoted.seen("level1", pages[3])[1]
    assert quoted.key not in message.text + message.fresh + message.html


def test_source_and_file_with_the_link_are_for_administrators(quoted):
    for rest in ("/source", "/source/text", "/files/1", "/files/2"):
        page = f"/desk/mailroom/{quoted.mail.pk}{rest}"
        for actor in ("level1", "supervisor"):
            status, body = quoted.seen(actor, page)
            assert (status, quoted.key in body) == (403, False), (actor, page)
        assert "only its reader may press, so it is for administrators" in quoted.seen("level1", page)[1]
        assert quoted.seen("admin", page)[0] == 200


def test_the_file_comes_into_the_ticket_without_the_link(quoted):
    files = Attachment.objects.filter(message__inbound_mail=quoted.mail).order_by("pk")
    for file in files:
        for actor in ("level1", "admin"):
            status, body = quoted.seen(actor, f"/desk/attachments/{file.pk}")
            assert (status, quoted.key in body) == (200, False)
    assert [file.filename for file in files] == ["ours.eml", f"{BLANK}.pdf.txt"]


def test_a_file_that_a_contact_sends_by_the_form_comes_without_the_link(quoted):
    with time_machine.travel(quoted.world.now, tick=False):
        form = {
            "subject": f"What is {quoted.link}",
            "text": quoted.ours.text,
            "files": SimpleUploadedFile("ours.eml", quoted.ours.text.encode()),
        }
        answer = quoted.staffed.browser("contact").post(
            f"/client/tickets/{quoted.ticket.number}/messages", form
        )
    message = Message.objects.latest("pk")
    file = Attachment.objects.latest("pk")

    assert answer.status_code in (302, 303), answer.content.decode()
    assert (quoted.key in message.text, BLANK in message.text) == (False, True)
    assert quoted.key not in quoted.seen("level1", f"/desk/attachments/{file.pk}")[1]


def test_no_list_or_search_shows_the_link_of_a_subject(quoted):
    for page in (
        "/desk/mailroom/",
        "/desk/tickets/",
        "/desk/search?q=confirmation",
        f"/desk/tickets/{quoted.ticket.pk}",
    ):
        status, body = quoted.seen("level1", page)
        assert (status, quoted.key in body) == (200, False), page
    named = quoted.world.receives(name=f'"{quoted.link}"', subject="A name")
    assert quoted.key not in quoted.seen("level1", "/desk/mailroom/")[1] + named.sender_name
    named = quoted.world.receives("z@nowhere.example", name=f'"{quoted.link}"', subject="Nobody")
    with time_machine.travel(quoted.world.now, tick=False):
        ticket = by_hand.open_as_ticket(named, by=quoted.staffed.staff["supervisor"], at=quoted.world.now)
    assert quoted.key not in quoted.seen("level1", f"/desk/tickets/{ticket.pk}")[1] + ticket.requester_name
    quoted.mail.refresh_from_db()
    assert quoted.key not in quoted.mail.subject + quoted.ticket.subject


def test_another_contact_who_reads_the_ticket_gets_no_link_and_the_reader_keeps_it(quoted):
    account = quoted.staffed.contact.account
    bob = quoted.world.contact("bob@acme.example", name="Bob Brown", role="secondary")
    assert bob.account == account
    with time_machine.travel(quoted.world.now, tick=False):
        client = Client()
        client.cookies[CLIENT_COOKIE] = sessions.open_for_person(
            bob.person, browser=BROWSER, at=quoted.world.now
        ).token
        page = client.get(f"/client/tickets/{quoted.ticket.number}")
        link = Client().get(f"/requests/confirmation/{quoted.key}")

    assert (page.status_code, quoted.key in page.content.decode()) == (200, False)
    assert "What is this?" in page.content.decode()
    assert (link.status_code, "<button" in link.content.decode()) == (200, True)


def test_a_mail_of_ours_that_is_forwarded_opens_a_ticket_without_the_link(quoted):
    quoted.world.move(days=1)
    mail = quoted.world.receives(raw=quoted.reply(subject="Fwd: what is this?"))
    message = Message.objects.get(inbound_mail=mail)

    assert mail.ticket_number != quoted.ticket.pk
    assert quoted.key not in message.text + message.fresh + message.html
    assert "only-for-its-reader" in message.html
