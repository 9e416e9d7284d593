"""The mailroom: nothing that came in is unseen, and nothing is seen by who should not."""

import re
from hashlib import sha256

import pytest
import time_machine
from django.test import Client

from hostdesk.gateway.mailroom import text_for
from hostdesk.kit.keyed_links import BLANK
from hostdesk.kit.keys import new_key
from hostdesk.mail.models import InboundMail, OutboundMail
from hostdesk.people.actions import sessions
from hostdesk.people.middleware import DESK_COOKIE
from hostdesk.people.models import Step
from hostdesk.tickets.models import Ticket

clause = pytest.mark.clause
HERE = sessions.Browser("127.0.0.1", "127.0.0.1/32", "Firefox/130 (Linux)", on_this_machine=True)


class Screen:
    """A browser in which one agent is signed in, at the world's instant."""

    def __init__(self, world, agent):
        self.world, self.client = world, Client()
        signed_in = sessions.open_for_agent(agent, step=Step.FULL, browser=HERE, at=world.now)
        self.client.cookies[DESK_COOKIE] = signed_in.token

    def get(self, path):
        with time_machine.travel(self.world.now, tick=False):
            return self.client.get(path)

    def post(self, path, said=None):
        with time_machine.travel(self.world.now, tick=False):
            return self.client.post(path, said or {})

    def words(self, path):
        return self.get(path).content.decode()


@pytest.fixture
def screen(world):
    return Screen(world, world.agent())


def counts(page):
    """The filters with their figures, as shown."""
    return {
        word.strip(): int(many)
        for word, many in re.findall(r'>([^<>]+) <span class="number">(\d+)</span>', page)
    }


def subjects(page):
    return re.findall(r'<bdi class="subject">([^<]*)</bdi>', page)


@pytest.fixture
def busy(world):
    world.contact()
    world.receives(subject="A ticket")
    world.receives("stranger@nowhere.example", name="A Stranger", subject="A stranger's")
    world.receives("alice.a@private.example", name="Alice Adams", subject="From home")
    world.receives(ip="203.0.113.9", subject="A forgery")
    world.receives("bot@list.example", subject="Away", headers={"Auto-Submitted": "auto-replied"})
    world.receives("angry@nowhere.example", to="complaint", subject="A complaint")
    world.keeps(world.letter("bob@late.example", subject="Just now"), envelope_from="bob@late.example")
    return world


def test_the_counts_add_up_to_what_was_received(busy, screen):
    figures = counts(screen.words("/desk/mailroom/"))

    assert figures == {
        "received": 6,
        "waiting": 1,
        "new ticket": 1,
        "joined its ticket": 0,
        "closed, unlisted": 2,
        "held for a person": 1,
        "machine or loop": 1,
        "not carried": 0,
    }
    assert figures.pop("received") == sum(figures.values())


@clause("conduct.complaints")
def test_mail_to_the_complaint_address_is_counted_and_listed_for_supervisors_only(busy, screen):
    supervisor = Screen(busy, busy.agent("Thandi", role="supervisor"))
    pages = [one.words("/desk/mailroom/") for one in (screen, supervisor)]

    assert ["A complaint" in subjects(page) for page in pages] == [False, True]
    assert [counts(page)["received"] for page in pages] == [6, 7]


@clause("contact.unlisted")
def test_closed_mail_that_looks_like_a_contacts_stands_first(busy, screen):
    page = screen.words("/desk/mailroom/")

    assert subjects(page) == [
        "From home",
        "(not judged yet)",
        "Away",
        "A forgery",
        "A stranger&#x27;s",
        "A ticket",
    ]
    assert subjects(screen.words("/desk/mailroom/?disposition=closed")) == ["From home", "A stranger&#x27;s"]
    assert "It bears the name of a contact" in page
    assert "Closed, but looks like" not in screen.words("/desk/mailroom/?disposition=ticketed")


@clause("contact.unlisted")
def test_a_mail_that_stands_first_stands_on_no_later_page(busy, screen):
    newest = InboundMail.objects.latest("pk").pk

    assert "From home" not in subjects(screen.words(f"/desk/mailroom/?before={newest}"))
    assert subjects(screen.words("/desk/mailroom/?disposition=closed&q=private.example")) == ["From home"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("disposition=quarantined", ["A forgery"]),
        ("disposition=ignored", ["Away"]),
        ("q=nowhere.example", ["A stranger&#x27;s"]),
        ("q=FORGERY", ["A forgery"]),
    ],
)
def test_mails_are_found_by_what_became_of_them_and_by_sender_or_subject(busy, screen, query, found):
    assert subjects(screen.words(f"/desk/mailroom/?{query}")) == found


def test_a_word_that_is_no_disposition_leads_nowhere(screen):
    assert screen.get("/desk/mailroom/?disposition=lost").status_code == 404


def test_a_mail_can_be_read_and_taken_away_byte_for_byte(world, screen):
    world.contact()
    mail = world.receives("stranger@nowhere.example", words="Hello <b>you</b>\n\n> before")
    page = screen.words(f"/desk/mailroom/{mail.pk}")
    source = screen.get(f"/desk/mailroom/{mail.pk}/source")

    assert (
        "Hello &lt;b&gt;you&lt;/b&gt;" in page,
        "not a listed contact" in page,
        "contact.unlisted" in page,
    ) == (True, True, True)
    assert sha256(source.content).hexdigest() == mail.digest
    assert source["Content-Disposition"] == f'attachment; filename="mail-{mail.pk}.eml"'


@clause("contact.unlisted")
def test_one_click_opens_a_mail_that_was_closed_wrongly(world, screen):
    world.contact()
    mail = world.receives("alice.a@private.example", name="Alice Adams")
    opened = screen.post(f"/desk/mailroom/{mail.pk}/ticket")
    ticket = Ticket.objects.get()

    assert opened["Location"] == f"/desk/tickets/{ticket.pk}"
    assert world.outbox == []
    assert "is not a listed contact" in screen.words(opened["Location"])
    assert InboundMail.objects.get().ticket_number == ticket.pk


def test_a_mail_can_be_judged_again_once_its_sender_is_listed(world, screen):
    mail = world.receives("alice@acme.example")
    world.contact()
    before = mail.disposition
    screen.post(f"/desk/mailroom/{mail.pk}/judgement")
    world.sort()
    mail.refresh_from_db()

    assert (before, mail.disposition) == ("closed", "ticketed")


def test_a_mail_in_a_ticket_is_neither_opened_nor_judged_again(world, screen):
    world.contact()
    mail = world.receives()
    for verb in ("ticket", "judgement"):
        assert screen.post(f"/desk/mailroom/{mail.pk}/{verb}")["Location"] == f"/desk/mailroom/{mail.pk}"

    assert (Ticket.objects.count(), InboundMail.objects.get().disposition) == (1, "ticketed")


def test_mail_out_shows_where_it_stands_and_can_be_sent_again(world, screen):
    world.ticket()
    mail = OutboundMail.objects.get()
    OutboundMail.objects.update(state="failed", last_answer="550 No such user", tries=3)
    page = screen.words("/desk/mailroom/outbound")
    screen.post(f"/desk/mailroom/outbound/{mail.pk}/delivery")

    assert counts(page) == {"written": 1, "waiting": 0, "sent": 0, "failed": 1, "held back": 0}
    assert ("failed, 3 tries" in page, "acknowledgement: 550 No such user" in page) == (True, True)
    assert OutboundMail.objects.get().state == "waiting"


@clause("contact.restricted")
@clause("contact.password")
@pytest.mark.parametrize(
    "kind", ["password_link", "request_please_confirm", "recovery_stop", "contact_verification"]
)
def test_a_link_that_acts_for_its_reader_is_read_by_no_agent(world, screen, settings, kind):
    """An agent who could press it would be the contact: say yes in their name, choose their password."""
    world.ticket()
    secret = new_key()
    OutboundMail.objects.update(
        kind=kind,
        text=f"https://old-name.example/requests/confirmation/{secret}\nPress here:\n{settings.HOSTDESK_URL}/recovery/password/{secret}\nTicket 1042-7, see {settings.HOSTDESK_URL}/client/tickets/1042",
    )
    mail = OutboundMail.objects.get()
    page = screen.words(f"/desk/mailroom/outbound/{mail.pk}")

    assert (secret in page, BLANK.strip("()") in page, "/client/tickets/1042" in page) == (
        False, True, True,
    )  # fmt: skip
    admin = world.agent("Anita", role="admin")
    settings.SMTP_URL = ""
    assert secret in text_for(mail, admin)
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    assert secret not in text_for(mail, admin)


@pytest.mark.parametrize(
    ("kind", "readable"), [("acknowledgement", True), ("sign_in_link", False), ("invitation", False)]
)
def test_nobody_on_staff_reads_a_mail_that_signs_somebody_in(world, screen, kind, readable):
    world.ticket()
    OutboundMail.objects.update(kind=kind, text="https://desk.example/sign-in/link/SECRET")
    mail = OutboundMail.objects.get()

    assert ("SECRET" in screen.words(f"/desk/mailroom/outbound/{mail.pk}")) is readable
