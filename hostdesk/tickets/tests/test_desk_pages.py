"""The desk as an agent's browser sees it: lists, the ticket, its verbs."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hostdesk.people.actions import sessions
from hostdesk.people.middleware import DESK_COOKIE
from hostdesk.people.models import Agent, Step
from hostdesk.tickets.actions import taking, writing
from hostdesk.tickets.models import Attachment, Draft, Message, Ticket
from tests.world import START

clause = pytest.mark.clause
HERE = sessions.Browser("127.0.0.1", "127.0.0.1/32", "Firefox/130 (Linux)", on_this_machine=True)
HOSTILE = "<script>alert(1)</script>\u202e"


class Screen:
    """A browser in which one agent is signed in, at the world's instant."""

    def __init__(self, world, agent):
        self.world, self.agent, self.client = world, agent, Client()
        signed_in = sessions.open_for_agent(agent, step=Step.FULL, browser=HERE, at=world.now)
        self.client.cookies[DESK_COOKIE] = signed_in.token

    def get(self, path, **more):
        with time_machine.travel(self.world.now, tick=False):
            return self.client.get(path, **more)

    def post(self, path, **form):
        with time_machine.travel(self.world.now, tick=False):
            return self.client.post(path, form)

    def words(self, path):
        return self.get(path).content.decode()


@pytest.fixture
def screen(world):
    return Screen(world, world.agent())


def numbers_in(page):
    """The tickets of a list in the order of the page."""
    return [int(part.split('"', 1)[0]) for part in page.split('data-row href="/desk/tickets/')[1:]]


# -- lists --------------------------------------------------------------------


@clause("sla.fcfs")
def test_the_queue_stands_in_the_order_of_arrival(world, screen):
    second = world.ticket(at=START)
    first = world.ticket(at=START - timedelta(minutes=5))
    page = screen.words("/desk/queue")

    assert numbers_in(page) == [first.pk, second.pk]
    assert "2 waiting, the oldest for 0:05" in page


@clause("sla.response")
def test_a_warned_and_a_late_ticket_stand_above_the_queue_in_words(world, screen):
    late = world.ticket()
    world.move(hours=2, minutes=30)
    warned = world.ticket(at=world.now - timedelta(hours=1))
    world.move(hours=1)
    page = screen.words("/desk/queue")

    assert "1 late, 1 past the warning" in page
    assert numbers_in(page)[:2] == [late.pk, warned.pk]
    assert ("0:30 late to answer" in page, "1:00 to answer" in page) == (True, True)


def test_an_empty_queue_says_what_will_appear_and_how(screen):
    page = screen.words("/desk/queue")

    assert ("Nothing waits" in page, "New tickets appear here by themselves" in page) == (True, True)


def test_a_long_queue_goes_on_where_it_stopped(world, screen):
    tickets = [world.ticket(at=START + timedelta(seconds=i)) for i in range(53)]
    first = screen.words("/desk/queue")
    after = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = screen.words(after)

    assert numbers_in(first) == [ticket.pk for ticket in tickets[:50]]
    assert numbers_in(second) == [ticket.pk for ticket in tickets[50:]]
    assert 'rel="next"' not in second


@pytest.mark.parametrize("path", ["/desk/queue", "/desk/tickets/", "/desk/mine", "/desk/search?q=Mailbox"])
def test_a_list_of_fifty_asks_no_more_than_a_list_of_one(world, screen, path):
    world.ticket()
    taking.take_next(by=screen.agent, at=world.now) if path == "/desk/mine" else None
    screen.get(path)
    with CaptureQueriesContext(connection) as one:
        screen.get(path)
    for _ in range(49):
        ticket = world.ticket()
        if path == "/desk/mine":
            taking.assign(ticket, screen.agent, by=screen.agent, at=world.now)
    with CaptureQueriesContext(connection) as fifty:
        page = screen.words(path)

    assert len(numbers_in(page)) == 50
    assert len(fifty) == len(one) <= 10


def test_the_queue_announces_what_came_since_and_moves_nothing(world, screen):
    seen = world.ticket()
    quiet = screen.get(f"/desk/queue/news?after={seen.pk}")
    world.ticket()
    world.ticket()
    news = screen.words(f"/desk/queue/news?after={seen.pk}")

    assert quiet.status_code == 204
    assert ("2 new since you looked" in news, "<html" in news) == (True, False)


def test_mine_shows_our_turn_before_what_waits_for_others(world, screen):
    waiting, ours = world.ticket(), world.ticket(at=START + timedelta(minutes=1))
    taking.take_next(by=screen.agent, at=world.now)
    taking.take_next(by=screen.agent, at=world.now)
    writing.answer(waiting, writing.Answer(text="Try again"), by=screen.agent, at=world.now)
    page = screen.words("/desk/mine")

    assert numbers_in(page) == [ours.pk, waiting.pk]
    assert "paused today 08:00" in page


def test_a_number_opens_its_ticket_however_it_is_written(world, screen):
    ticket = world.ticket()
    found = [
        screen.get("/desk/search", data={"q": q})
        for q in (str(ticket.pk), ticket.number, f"#{ticket.number}")
    ]

    assert [answer.headers.get("Location") for answer in found] == [f"/desk/tickets/{ticket.pk}"] * 3


@clause("conduct.complaints")
def test_a_sealed_ticket_is_on_no_list_of_others(world, screen):
    supervisor = Screen(world, world.agent("Thandi", role="supervisor"))
    ticket = world.ticket(subject="I complain", team_slug="supervisors")
    lists = ["/desk/queue", "/desk/tickets/", "/desk/search?q=complain"]

    assert [numbers_in(screen.words(path)) for path in lists] == [[], [], []]
    assert [numbers_in(supervisor.words(path)) for path in lists] == [[ticket.pk]] * 3
    assert screen.get(f"/desk/tickets/{ticket.pk}").status_code == 404


# -- a ticket -----------------------------------------------------------------


def test_strangers_words_are_shown_and_never_run(world, screen):
    contact = world.contact(name=HOSTILE, customer=HOSTILE)
    ticket = world.ticket(contact, subject=HOSTILE, words=f"{HOSTILE}\n> {HOSTILE}")
    pages = "".join(
        screen.words(path) for path in ("/desk/queue", f"/desk/tickets/{ticket.pk}", "/desk/tickets/")
    )

    assert "<script>alert" not in pages
    assert pages.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 8


def test_a_page_costs_the_same_however_long_the_ticket_is(world, screen):
    ticket = world.ticket()
    taking.take_next(by=screen.agent, at=world.now)
    screen.get(f"/desk/tickets/{ticket.pk}")
    with CaptureQueriesContext(connection) as short:
        screen.get(f"/desk/tickets/{ticket.pk}")
    for i in range(10):
        writing.add_note(ticket, f"Note {i}", by=screen.agent, at=world.now)
    with CaptureQueriesContext(connection) as long:
        page = screen.words(f"/desk/tickets/{ticket.pk}")

    assert page.count("letter-card is-note") == 10
    assert len(long) == len(short) <= 18


def test_letters_and_what_happened_stand_in_the_order_of_time(world, screen):
    ticket = world.ticket(words="First word")
    world.move(minutes=10)
    screen.post("/desk/queue/next")
    world.move(minutes=10)
    screen.post(f"/desk/tickets/{ticket.pk}/answer", text="Second word", then="waiting_customer")
    page = screen.words(f"/desk/tickets/{ticket.pk}")
    order = ["Came in by the client area", "First word", "Bongani took it", "Second word"]

    assert sorted(order, key=page.index) == order
    assert "An answer is promised within 3 hours" in page


def test_a_note_is_labelled_as_ours(world, screen):
    ticket = world.ticket()
    screen.post(f"/desk/tickets/{ticket.pk}/note", text="They are new here")
    page = screen.words(f"/desk/tickets/{ticket.pk}")

    assert "internal note, staff only" in page
    assert world.words(ticket) == [("customer", "It takes no more mail."), ("internal", "They are new here")]


def test_an_answer_goes_out_with_its_files_once_however_often_it_is_pressed(world, screen):
    ticket = world.ticket()
    screen.post("/desk/queue/next")
    for _ in range(2):
        file = SimpleUploadedFile("log.txt", b"what was done")
        screen.post(
            f"/desk/tickets/{ticket.pk}/answer", text="Done.", then="resolved", files=file, submission="a-1"
        )
    ticket.refresh_from_db()

    assert world.words(ticket)[1:] == [("agent", "Done.")]
    assert list(Attachment.objects.values_list("filename", "content_type", "size")) == [
        ("log.txt", "text/plain", 13)
    ]
    assert [kind for kind, _ in world.outbox] == ["acknowledgement", "answer"]
    assert ticket.state == "resolved"


@clause("sla.fcfs")
def test_an_answer_past_older_tickets_comes_back_with_every_word_until_it_says_why(world, screen):
    world.ticket(at=START - timedelta(minutes=1))
    ticket = world.ticket()
    path = f"/desk/tickets/{ticket.pk}/answer"
    refused = screen.post(path, text="My long answer")
    page = refused.content.decode()
    granted = screen.post(path, text="My long answer", jump_reason="Their shop is down")

    assert refused.status_code == 422
    assert ("My long answer" in page, "Older tickets wait before this one" in page) == (True, True)
    assert granted["Location"] == f"/desk/tickets/{ticket.pk}"
    assert ("sla.fcfs", "jumped") in world.decisions(ticket)


def test_an_empty_answer_and_an_empty_note_are_refused_beside_their_field(world, screen):
    ticket = world.ticket()
    answers = [screen.post(f"/desk/tickets/{ticket.pk}/{verb}", text=" \n") for verb in ("answer", "note")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert Message.objects.count() == 1


def test_what_is_typed_is_there_after_the_browser_was_closed(world, screen):
    ticket = world.ticket()
    kept = screen.post(f"/desk/tickets/{ticket.pk}/draft", text="Half a thought", kind="answer")
    again = Screen(world, screen.agent).words(f"/desk/tickets/{ticket.pk}")
    screen.post(f"/desk/tickets/{ticket.pk}/draft", text="", kind="answer")

    assert (kept.status_code, "Half a thought" in again) == (204, True)
    assert Draft.objects.count() == 0


def test_two_who_write_at_once_hear_of_each_other(world, screen):
    other = Screen(world, world.agent("Naledi"))
    ticket = world.ticket()
    screen.post(f"/desk/tickets/{ticket.pk}/presence")
    looking = other.post(f"/desk/tickets/{ticket.pk}/presence").content.decode()
    screen.post(f"/desk/tickets/{ticket.pk}/draft", text="Dear", kind="answer")
    writing_too = other.post(f"/desk/tickets/{ticket.pk}/presence").content.decode()

    assert "Bongani is looking at this" in looking
    assert "Bongani is writing here too" in writing_too
    assert "Naledi is looking at this" in screen.post(f"/desk/tickets/{ticket.pk}/presence").content.decode()


def test_a_page_that_is_out_of_date_says_so(world, screen):
    ticket = world.ticket()
    page = screen.words(f"/desk/tickets/{ticket.pk}")
    address = page.split('class="presence"')[1].split('data-live="')[1].split('"')[0]
    quiet = screen.post(address).content.decode()
    world.move(minutes=1)
    writing.add_note(ticket, "News", by=screen.agent, at=world.now)

    assert "Something new here" not in quiet
    assert "Something new here" in screen.post(address).content.decode()


# -- verbs --------------------------------------------------------------------


@clause("sla.fcfs")
def test_take_next_leads_to_the_oldest_and_can_be_taken_back(world, screen):
    oldest = world.ticket(at=START - timedelta(hours=1))
    world.ticket()
    taken = screen.post("/desk/queue/next")
    page = screen.words(taken["Location"])
    undo = page.split('data-undo="10"')[1].split('action="')[1].split('"')[0]
    holder = Ticket.objects.get(pk=oldest.pk).assignee
    screen.post(undo)

    assert (taken["Location"], holder) == (f"/desk/tickets/{oldest.pk}", screen.agent)
    assert Ticket.objects.get(pk=oldest.pk).assignee is None


def test_take_next_says_so_when_nothing_waits(screen):
    answer = screen.post("/desk/queue/next")

    assert answer["Location"] == "/desk/queue"
    assert "Nothing waits. New tickets appear" in screen.words("/desk/queue")


def test_a_resolution_can_be_undone_before_anybody_outside_hears_of_it(world, screen):
    ticket = world.ticket()
    screen.get(screen.post("/desk/queue/next")["Location"])
    screen.post(f"/desk/tickets/{ticket.pk}/resolution")
    undo = screen.words("/desk/mine").split('data-undo="10"')[1].split('action="')[1].split('"')[0]
    screen.post(undo)
    ticket.refresh_from_db()

    assert (undo, ticket.state) == (f"/desk/tickets/{ticket.pk}/resolution/undo", "open")


def test_handing_over_carries_a_word_and_its_undo_gives_the_ticket_back(world, screen):
    naledi = world.agent("Naledi")
    ticket = world.ticket()
    screen.post("/desk/queue/next")
    screen.post(f"/desk/tickets/{ticket.pk}/assignment", to=naledi.pk, hand_over="They know you")
    given = Ticket.objects.get(pk=ticket.pk).assignee
    page = screen.words(f"/desk/tickets/{ticket.pk}").split("Naledi has it now")[1]
    screen.post(page.split('action="')[1].split('"')[0].replace("&amp;", "&"))

    assert given == naledi
    assert world.words(ticket)[1:] == [("internal", "They know you")]
    assert Ticket.objects.get(pk=ticket.pk).assignee == screen.agent


def test_a_ticket_cannot_be_given_to_who_may_not_see_it(world, screen):
    ticket = world.ticket()
    billing = world.agent("Carla", teams=())
    screen.post(f"/desk/tickets/{ticket.pk}/assignment", to=billing.pk)

    assert Ticket.objects.get(pk=ticket.pk).assignee is None
    assert "Carla is not in the team" in screen.words(f"/desk/tickets/{ticket.pk}")


@pytest.mark.parametrize("to", ["999999", "x"])
def test_a_ticket_cannot_be_given_to_nobody_known(world, screen, to):
    assert screen.post(f"/desk/tickets/{world.ticket().pk}/assignment", to=to).status_code == 404


def test_a_ticket_moved_to_the_supervisors_is_gone_from_the_desk(world, screen):
    ticket = world.ticket()
    moved = screen.post(f"/desk/tickets/{ticket.pk}/team", team="supervisors", note="It is a complaint.")

    assert moved["Location"] == "/desk/queue"
    assert screen.get(f"/desk/tickets/{ticket.pk}").status_code == 404
    assert screen.post(f"/desk/tickets/{ticket.pk}/team", team="nowhere").status_code == 404


def test_files_are_downloads_that_may_run_nothing(world, screen):
    mail = world.contact() and world.receives(files=[("page.html", b"<script>alert(1)</script>")])
    file = Attachment.objects.get()
    answer = screen.get(f"/desk/attachments/{file.pk}")

    assert mail.disposition == "ticketed"
    assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
    assert (answer["Content-Type"], answer["Content-Security-Policy"]) == (
        "application/octet-stream",
        "default-src 'none'; sandbox",
    )
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"


def test_nobody_reaches_the_desk_without_signing_in(world):
    world.ticket()

    assert Client().get("/desk/tickets/1001")["Location"] == "/desk/sign-in?next=%2Fdesk%2Ftickets%2F1001"
    assert Agent.objects.count() == 0
