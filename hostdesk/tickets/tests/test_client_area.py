"""The client area: who sees what, what customers can do, and that a slip of finger or line loses nothing."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.utils import timezone

from hostdesk.kit import numbers
from hostdesk.people.models import Contact, Team
from hostdesk.ports import files
from hostdesk.tickets.actions.closing import close_old, resolve
from hostdesk.tickets.actions.taking import move_to_team
from hostdesk.tickets.actions.writing import Answer, add_note, answer
from hostdesk.tickets.models import Attachment, Message, Ticket
from hostdesk.tickets.tests.browsers import browser_of, page, request_of

clause = pytest.mark.clause


# -- who sees what ------------------------------------------------------------


def test_the_ticket_of_another_customer_is_not_there_by_any_address(world):
    alice, bob = world.contact(), world.contact("bob@bravo.example", username="bravo1", customer="Bravo")
    file = SimpleUploadedFile("secret.png", b"\x89PNG\r\n\x1a\n....", "image/png")
    browser_of(bob).post("/client/tickets/new", request_of(files=[file]))
    ticket, kept = Ticket.objects.get(), Attachment.objects.get()
    browser, base = browser_of(alice), f"/client/tickets/{ticket.number}"

    reads = [
        base,
        f"/client/tickets/{ticket.pk}",
        f"/client/files/{kept.pk}/secret.png",
        f"/client/pictures/{kept.pk}",
    ]
    writes = [f"{base}/messages", f"{base}/resolution", f"{base}/resolution/undo", f"{base}/confirmation"]
    assert [browser.get(address).status_code for address in reads] == [404] * 4
    assert [browser.post(address, {"text": "x", "mine": "yes"}).status_code for address in writes] == [
        404
    ] * 4
    assert [browser_of(bob).get(address).status_code for address in reads] == [200] * 4
    assert Ticket.objects.get().state == "new"


def test_without_signing_in_every_address_leads_to_the_sign_in(world):
    ticket = world.ticket(world.contact())
    reads = ["/client/", "/client/tickets/", "/client/tickets/new", f"/client/tickets/{ticket.number}"]

    assert [Client().get(address)["Location"] for address in reads] == [
        "/sign-in?next=%2Fclient%2F",
        "/sign-in?next=%2Fclient%2Ftickets%2F",
        "/sign-in?next=%2Fclient%2Ftickets%2Fnew",
        f"/sign-in?next=%2Fclient%2Ftickets%2F{ticket.number}",
    ]


def test_a_number_is_read_with_and_without_its_check_digit_and_a_wrong_one_is_no_number(world):
    alice = world.contact()
    ticket = world.ticket(alice)
    wrong = f"{ticket.pk}-{(numbers.check_digit(ticket.pk) + 1) % 10}"
    browser = browser_of(alice)

    shown = [ticket.number, ticket.pk, wrong, "nonsense", ticket.pk + 1]
    assert [browser.get(f"/client/tickets/{one}").status_code for one in shown] == [200, 200, 404, 404, 404]


def test_an_internal_note_and_its_file_are_nowhere_in_the_client_area(world):
    alice, agent = world.contact(), world.agent()
    ticket = world.ticket(alice)
    note = add_note(ticket, "Disk of web01 is full.", by=agent, at=world.now)
    file = Attachment.objects.create(
        message=note, digest=files.put(b"plan"), filename="plan.txt", content_type="text/plain", size=4
    )
    answer(ticket, Answer("We are on it."), by=agent, at=world.now)
    told = page(browser_of(alice), f"/client/tickets/{ticket.number}")

    assert ("We are on it." in told, "Disk of web01" in told, "plan.txt" in told) == (True, False, False)
    assert browser_of(alice).get(f"/client/files/{file.pk}/plan.txt").status_code == 404


@clause("conduct.complaints")
def test_a_sealed_ticket_is_seen_by_who_asked_it_and_not_by_the_other_contact_of_the_account(world):
    alice, boss = world.contact(), world.agent("Sipho", role="supervisor")
    carol = world.contact("carol@other.example", name="Carol", role="secondary", domains=())
    ticket = world.ticket(alice, subject="About your technician")
    before = page(browser_of(carol), "/client/")
    move_to_team(ticket, Team.objects.get(slug=Team.SUPERVISORS), by=boss, at=world.now)

    assert "About your technician" in before
    assert "About your technician" not in page(browser_of(carol), "/client/")
    page(browser_of(carol), f"/client/tickets/{ticket.number}", 404)
    assert "About your technician" not in page(browser_of(carol), "/client/tickets/new")
    assert "About your technician" in page(browser_of(alice), f"/client/tickets/{ticket.number}")


def test_a_removed_contact_sees_nothing_from_the_next_click_on(world):
    alice = world.contact()
    ticket = world.ticket(alice)
    browser = browser_of(alice)
    page(browser, f"/client/tickets/{ticket.number}")
    Contact.objects.filter(pk=alice.pk).update(removed_at=timezone.now())

    page(browser, f"/client/tickets/{ticket.number}", 404)
    assert browser.post(f"/client/tickets/{ticket.number}/messages", {"text": "x"}).status_code == 404
    assert "You are not listed on any account" in page(browser, "/client/")
    assert browser.post("/client/tickets/new", request_of()).status_code == 403
    assert Message.objects.count() == 1


# -- a new ticket -------------------------------------------------------------


@clause("channel.tickets")
def test_a_request_becomes_a_ticket_of_the_chosen_account_in_the_name_of_its_contact(world):
    alice = world.contact()
    other = world.contact("al@two.example", username="two01", customer="Two", domains=())
    mine = Contact.objects.create(
        person=alice.person, account=other.account, role="secondary", vouched_for="test", created_at=world.now
    )
    response = browser_of(alice).post("/client/tickets/new", request_of(account=other.account_id))
    ticket = Ticket.objects.get()

    assert (response.status_code, response["Location"]) == (303, f"/client/tickets/{ticket.number}")
    assert (ticket.contact, ticket.account, ticket.customer) == (mine, other.account, other.account.customer)
    assert (ticket.subject, ticket.channel, ticket.trust) == ("Site down", "client", "proven")
    assert world.words(ticket) == [("customer", "Error 500 since 09:10.")]
    assert world.outbox == [("acknowledgement", "alice@acme.example")]


def test_an_account_of_somebody_else_is_no_choice(world):
    alice, bob = world.contact(), world.contact("bob@bravo.example", username="bravo1", customer="Bravo")
    Contact.objects.create(
        person=alice.person,
        role="authorised",
        vouched_for="test",
        created_at=world.now,
        account=world.contact("c@c.example", username="third1", customer="Third", domains=()).account,
    )
    response = browser_of(alice).post("/client/tickets/new", request_of(account=bob.account_id))

    assert (response.status_code, Ticket.objects.count()) == (422, 0)
    assert "Choose one of your accounts." in response.content.decode()


@clause("channel.no_duplicates")
def test_a_form_sent_twice_is_one_ticket_and_leads_there_both_times(world):
    browser = browser_of(world.contact())
    first = browser.post("/client/tickets/new", request_of())
    second = browser.post("/client/tickets/new", request_of())

    assert first["Location"] == second["Location"]
    assert (Ticket.objects.count(), Message.objects.count()) == (1, 1)
    assert world.outbox == [("acknowledgement", "alice@acme.example")]


@clause("channel.no_duplicates")
def test_a_button_pressed_many_times_at_once_is_one_ticket(committed_world):
    alice = committed_world.contact()
    browsers, answers = [browser_of(alice) for _ in range(4)], []
    together = threading.Barrier(4)

    def press(browser):
        together.wait()
        answers.append(browser.post("/client/tickets/new", request_of())["Location"])
        connections.close_all()

    presses = [threading.Thread(target=press, args=(browser,)) for browser in browsers]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()

    assert (len(answers), len(set(answers)), Ticket.objects.count()) == (4, 1, 1)
    assert committed_world.outbox == [("acknowledgement", "alice@acme.example")]


def test_missing_words_are_said_beside_the_field_and_the_rest_is_kept(world):
    response = browser_of(world.contact()).post("/client/tickets/new", request_of(text=" \n "))
    told = response.content.decode()

    assert (response.status_code, Ticket.objects.count()) == (422, 0)
    assert 'value="Site down"' in told
    assert "Describe what happened, as well as you can." in told
    assert 'id="id_text_error"' in told


@clause("channel.no_duplicates")
def test_what_is_open_on_the_account_stands_beside_the_form_and_changes_with_the_account(world):
    alice = world.contact()
    other = world.contact("al@two.example", username="two01", customer="Two", domains=())
    Contact.objects.create(
        person=alice.person, account=other.account, role="secondary", vouched_for="test", created_at=world.now
    )
    world.ticket(alice, subject="Mailbox full")
    world.ticket(other, subject="Certificate ended")
    browser = browser_of(alice)
    whole = page(browser, "/client/tickets/new")
    piece = browser.get(
        f"/client/tickets/new?account={other.account_id}", headers={"HX-Request": "true"}
    ).content.decode()

    assert ("Mailbox full" in whole, "Certificate ended" in whole) == (True, False)
    assert ("Mailbox full" in piece, "Certificate ended" in piece, "<form" in piece) == (False, True, False)


@clause("channel.no_duplicates")
def test_a_closed_ticket_is_followed_by_a_new_one_that_knows_it(committed_world):
    world = committed_world
    alice, agent = world.contact(), world.agent()
    old = world.ticket(alice, subject="Mailbox full")
    resolve(old, by=agent, at=world.now)
    world.move(days=8)
    close_old(world.now)
    browser = browser_of(alice)
    told = page(browser, f"/client/tickets/{old.number}")
    refused = browser.post(f"/client/tickets/{old.number}/messages", {"text": "Again", "submission": "c-2"})
    form = page(browser, f"/client/tickets/new?follows={old.number}")
    browser.post("/client/tickets/new", request_of(follows=old.number))

    assert ("Your message" in told, f"new?follows={old.number}" in told) == (False, True)
    assert (
        refused.status_code,
        f"Ticket {old.number} was closed meanwhile." in refused.content.decode(),
    ) == (422, True)
    assert f'name="follows" value="{old.number}"' in refused.content.decode()
    assert ">\nAgain</textarea>" in refused.content.decode()
    assert 'value="Mailbox full"' in form
    new = Ticket.objects.latest("id")
    assert new.follows == old
    assert f'href="/client/tickets/{old.number}"' in page(browser, f"/client/tickets/{new.number}")


# -- a ticket -----------------------------------------------------------------


@clause("sla.fcfs")
def test_the_page_says_the_place_in_the_queue_and_the_promise_behind_the_answer(world):
    alice = world.contact()
    world.ticket(alice, subject="First", at=timezone.now())
    ticket = world.ticket(alice, subject="Second", at=timezone.now())
    told = page(browser_of(alice), f"/client/tickets/{ticket.number}")

    assert "Number 2 in the queue" in told
    assert "Expect an answer from a person by <time" in told
    assert 'href="/policy/hosting/#sla.response"' in told
    assert "You will hear from a person within" in told


def test_a_reply_is_kept_once_and_gives_us_the_turn(world):
    alice, agent = world.contact(), world.agent()
    ticket = world.ticket(alice)
    answer(ticket, Answer("Which browser?"), by=agent, at=world.now)
    browser, address = browser_of(alice), f"/client/tickets/{ticket.number}/messages"
    waiting = page(browser, f"/client/tickets/{ticket.number}")
    first = browser.post(address, {"text": "Firefox.", "submission": "c-1"})
    browser.post(address, {"text": "Firefox.", "submission": "c-1"})
    ticket.refresh_from_db()

    assert "It is your turn" in waiting
    assert (first.status_code, first["Location"]) == (303, f"/client/tickets/{ticket.number}#latest")
    assert world.words(ticket)[1:] == [("agent", "Which browser?"), ("customer", "Firefox.")]
    assert ticket.state == "open"


def test_a_text_too_long_is_told_to_come_as_a_file_and_comes_back_whole(world):
    alice = world.contact()
    ticket = world.ticket(alice)
    text = "x" * 100_001
    response = browser_of(alice).post(f"/client/tickets/{ticket.number}/messages", {"text": text})
    told = response.content.decode()

    assert (response.status_code, text in told) == (422, True)
    assert "That is longer than 100000 characters. Send the long part as a file, please." in told


def test_an_empty_reply_is_said_beside_the_field(world):
    alice = world.contact()
    ticket = world.ticket(alice)
    response = browser_of(alice).post(f"/client/tickets/{ticket.number}/messages", {"text": "  "})

    assert response.status_code == 422
    assert "Write what you would like to add, or choose a file." in response.content.decode()
    assert Message.objects.count() == 1


def test_another_contact_of_the_account_answers_in_their_own_name(world):
    alice = world.contact()
    carol = world.contact("carol@other.example", name="Carol", role="secondary", domains=())
    ticket = world.ticket(alice)
    browser_of(carol).post(
        f"/client/tickets/{ticket.number}/messages", {"text": "It is urgent.", "submission": "c"}
    )
    message = Message.objects.latest("id")

    assert (message.contact, message.author_name, message.trust) == (carol, "Carol", "proven")


def test_solved_and_open_again_are_one_press_each_and_nobody_is_mailed(world):
    alice = world.contact()
    ticket = world.ticket(alice)
    browser, address, sent = browser_of(alice), f"/client/tickets/{ticket.number}/resolution", world.outbox
    browser.post(address)
    solved = page(browser, f"/client/tickets/{ticket.number}")
    states = [Ticket.objects.get().state]
    browser.post(f"{address}/undo")
    states.append(Ticket.objects.get().state)

    assert states == ["resolved", "open"]
    assert "whatever you write here opens it again" in solved
    assert world.outbox == sent


@clause("contact.listed_sender")
@pytest.mark.parametrize(("said", "trust"), [("yes", "proven"), ("no", "forged")])
def test_an_unproven_mail_asks_its_contact_and_nobody_else_whether_it_was_them(world, said, trust):
    alice = world.contact(proven=False)
    carol = world.contact("carol@other.example", name="Carol", role="secondary", domains=(), proven=False)
    ticket = world.ticket_of(world.receives(ip="198.51.100.66", words="Please move our DNS."))
    address = f"/client/tickets/{ticket.number}"
    asked = ["Was this you?" in page(browser_of(one), address) for one in (alice, carol)]
    hers = browser_of(carol).post(f"{address}/confirmation", {"mine": said}).status_code
    unmoved = Ticket.objects.get().trust
    browser_of(alice).post(f"{address}/confirmation", {"mine": said})

    assert asked == [True, False]
    assert (hers, unmoved, Ticket.objects.get().trust) == (404, "unproven", trust)
    assert "Was this you?" not in page(browser_of(alice), address)
