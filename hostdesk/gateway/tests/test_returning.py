"""Delivery reports: what comes back to a signed return address marks that one address; all else changes nothing."""

import pytest

from hostdesk.kit.actors import OPERATOR
from hostdesk.mail import reply_tokens
from hostdesk.mail.actions import OutboundDraft, queue, send_again
from hostdesk.mail.models import OutboundMail, Setback
from hostdesk.mail.tasks import deliver_through
from hostdesk.people.models import Person
from hostdesk.ports.outcomes import PortDown, PortRefused, RecipientRefused
from hostdesk.ports.smarthost import MemorySmarthost
from hostdesk.tickets.actions.writing import Answer, answer
from hostdesk.tickets.models import Ticket
from tests.world import DOMAIN

clause = pytest.mark.clause


@pytest.fixture
def desk(world):
    """A ticket of Alice's, answered; her mailbox is no business of ours."""
    world.alice = world.contact(domains=())
    world.bongani = world.agent()
    world.made = world.ticket(world.alice)
    message = answer(world.made, Answer("Please try again."), by=world.bongani, at=world.now)
    world.sent = message.outbound_mail
    OutboundMail.objects.update(state="sent", sent_at=world.now)
    return world


def marked(person_id):
    person = Person.objects.get(pk=person_id)
    return person.hard_bounces, person.bounce_status, person.bounce_said


def nothing_changed(desk):
    desk.tend()
    assert marked(desk.alice.person_id) == (0, "", "")
    assert OutboundMail.objects.filter(bounced_at__isnull=False).count() == 0
    assert Setback.objects.count() == 0
    assert "mail failed" not in [verb for verb, _ in desk.events(desk.made)]


@clause("contact.current")
@pytest.mark.parametrize("formal", [True, False])
def test_a_proved_bounce_marks_the_address_the_mail_and_the_ticket(desk, formal):
    row = desk.bounces(desk.sent, formal=formal)
    desk.tend()
    desk.sent.refresh_from_db()
    count, status, said = marked(desk.alice.person_id)

    assert (row.disposition, row.clause) == ("ignored", "contact.current")
    assert row.reason == "Our mail to alice@acme.example came back: 550 5.1.1 no such user"
    assert (count, status) == (1, "5.1.1")
    assert "no such user" in said
    assert (desk.sent.state, desk.sent.bounce_status, desk.sent.bounced_at) == ("sent", "5.1.1", desk.now)
    [facts] = [facts for verb, facts in desk.events(desk.made) if verb == "mail failed"]
    assert (facts["to"], facts["what"], facts["mail"]) == ("alice@acme.example", "answer", desk.sent.pk)
    assert facts["said"] == "550 5.1.1 no such user"
    assert ("contact.current", "address failed") in desk.decisions(desk.made)
    assert Ticket.objects.count() == 1
    assert [kind for kind, _ in desk.outbox] == ["acknowledgement", "answer"]


def test_an_answer_that_reached_nobody_makes_it_our_turn_again(desk):
    assert Ticket.objects.get(pk=desk.made.pk).state == "waiting_customer"
    desk.bounces(desk.sent)
    desk.tend()

    assert Ticket.objects.get(pk=desk.made.pk).state == "open"


@clause("contact.current")
def test_the_same_report_twice_counts_once_and_a_second_mail_counts_again(desk):
    desk.bounces(desk.sent)
    again = desk.bounces(desk.sent)
    other = OutboundMail.objects.get(kind="acknowledgement")
    desk.tend()
    once = marked(desk.alice.person_id)[0]
    desk.bounces(other)
    desk.tend()

    assert again.disposition == "ignored"
    assert (once, marked(desk.alice.person_id)[0]) == (1, 2)


@clause("contact.current")
@pytest.mark.parametrize(
    ("report", "event"),
    [
        ({"status": "4.4.1", "action": "delayed", "said": "connection timed out"}, "mail late"),
        ({"status": "4.2.2", "said": "452 4.2.2 mailbox full"}, "mail failed"),
        ({"status": "5.2.2", "said": "552 5.2.2 over quota"}, "mail failed"),
        ({"status": "5.7.1", "said": "550 5.7.1 looks like spam"}, "mail failed"),
    ],
)
def test_what_says_nothing_against_the_address_is_shown_and_not_counted(desk, report, event):
    desk.bounces(desk.sent, **report)
    desk.tend()
    desk.sent.refresh_from_db()

    assert marked(desk.alice.person_id) == (0, "", "")
    assert event in [verb for verb, _ in desk.events(desk.made)]
    assert (desk.sent.bounced_at is not None) == (event == "mail failed")


@clause("contact.current")
def test_a_report_to_anything_but_a_signed_return_address_changes_nothing(desk):
    token = reply_tokens.bounce_address_for(desk.sent.pk)
    spoiled = token[:8] + ("a" if token[8] != "a" else "b") + token[9:]
    reply = reply_tokens.address_for(desk.made.pk, desk.alice.person_id, 1)
    reasons = [desk.bounces(desk.sent, to=to).reason for to in (f"support@{DOMAIN}", spoiled, reply)]

    report = "A delivery report: alice@acme.example could not be reached, 5.1.1."

    assert reasons == [
        f"{report} It did not come to a return address of ours, so it changes nothing.",
        f"{report} It came to a return address that we did not sign, so it changes nothing.",
        f"{report} It did not come to a return address of ours, so it changes nothing.",
    ]
    nothing_changed(desk)


@clause("contact.current")
def test_every_single_changed_character_of_a_return_address_is_noticed(desk):
    local, _, domain = reply_tokens.bounce_address_for(desk.sent.pk).partition("@")
    for place in range(len("bounce+"), len(local)):
        other = "a" if local[place] != "a" else "b"
        assert reply_tokens.read_bounce(f"{local[:place]}{other}{local[place + 1 :]}@{domain}") is None


@clause("contact.current")
def test_a_report_about_another_recipient_than_the_mails_own_changes_nothing(desk):
    row = desk.bounces(desk.sent, recipient="victim@acme.example")

    assert (row.disposition, "another recipient" in row.reason) == ("ignored", True)
    nothing_changed(desk)


@clause("contact.current")
def test_a_report_to_the_return_address_of_somebody_elses_mail_changes_nothing(desk):
    sipho = desk.contact("sipho@other.example", username="other1", customer="Other", domains=())
    other = queue(
        OutboundDraft(
            kind="answer", to_address="sipho@other.example", subject="x", text="x", person_id=sipho.person_id
        ),
        at=desk.now,
    )
    row = desk.bounces(other, recipient="alice@acme.example")

    assert row.disposition == "ignored"
    nothing_changed(desk)


@clause("contact.current")
def test_a_report_from_postmaster_of_our_own_domain_is_a_report_all_the_same(desk):
    raw = desk.letter(f"postmaster@{DOMAIN}", name="Postmaster", subject="Undelivered Mail Returned to Sender",
        words="Your message could not be delivered.\n\n<alice@acme.example>: 550 5.1.1 no such user\n",
        to=reply_tokens.bounce_address_for(desk.sent.pk))  # fmt: skip
    row = desk.keeps(raw, to=reply_tokens.bounce_address_for(desk.sent.pk), envelope_from="")
    desk.sort()
    desk.tend()
    row.refresh_from_db()

    assert row.reason.startswith("Our mail to alice@acme.example came back")
    assert marked(desk.alice.person_id)[0] == 1


@clause("contact.current")
def test_a_proven_mail_from_the_address_clears_its_mark_and_an_unproven_one_does_not(desk):
    desk.bounces(desk.sent)
    desk.tend()
    desk.receives("alice@acme.example", ip="198.51.100.9", raw=desk.letter(subject="Forged"))
    desk.zone["_dmarc.acme.example"] = [["TXT", "v=DMARC1; p=none"]]
    desk.receives("alice@acme.example", ip="198.51.100.9", subject="Unproven")
    still = marked(desk.alice.person_id)[0]
    desk.receives("alice@acme.example", subject="I am here")

    assert (still, marked(desk.alice.person_id)) == (1, (0, "", ""))


@clause("contact.listed_sender")
def test_an_address_that_came_back_too_often_gets_no_automatic_mail_until_it_proves_itself(desk):
    desk.bounces(desk.sent)
    desk.bounces(OutboundMail.objects.get(kind="acknowledgement"))
    desk.tend()
    before = len(desk.outbox)
    ticket = desk.ticket(desk.alice, subject="Another")
    silent = len(desk.outbox) == before
    desk.receives("alice@acme.example", subject="By mail")

    assert silent
    assert desk.decisions(ticket)[-1] == ("contact.listed_sender", "not acknowledged")
    assert desk.outbox[-1] == ("acknowledgement", "alice@acme.example")


@clause("contact.current")
@pytest.mark.parametrize(
    ("trouble", "counted"),
    [
        (RecipientRefused("550 5.1.1 no such user"), 1),
        (RecipientRefused("550 no such user here"), 1),
        (RecipientRefused("554 5.7.1 relay access denied"), 0),
        (PortRefused("554 message refused"), 0),
    ],
)
def test_a_recipient_that_the_smart_host_refuses_counts_as_a_bounce(desk, trouble, counted):
    message = answer(Ticket.objects.get(pk=desk.made.pk), Answer("Once more."), by=desk.bongani, at=desk.now)
    deliver_through(MemorySmarthost(trouble=[trouble]), at=desk.now)
    desk.tend()
    message.outbound_mail.refresh_from_db()

    assert message.outbound_mail.state == "failed"
    assert marked(desk.alice.person_id)[0] == counted
    assert [facts["said"] for verb, facts in desk.events(desk.made) if verb == "mail failed"] == [
        trouble.answer if trouble.answer[4:9].count(".") == 2 or not counted else f"5.1.1 {trouble.answer}"
    ]


def test_what_fails_again_after_it_was_sent_again_is_told_again(desk):
    message = answer(Ticket.objects.get(pk=desk.made.pk), Answer("Once more."), by=desk.bongani, at=desk.now)
    for _ in range(2):
        deliver_through(MemorySmarthost(trouble=[RecipientRefused("550 5.1.1 no such user")]), at=desk.now)
        desk.tend()
        message.outbound_mail.refresh_from_db()
        send_again(message.outbound_mail, by=OPERATOR, at=desk.now)

    assert [verb for verb, _ in desk.events(desk.made)].count("mail failed") == 2


def test_a_mail_put_off_for_everybody_tells_nothing_of_its_reader(desk):
    from hostdesk.ports.outcomes import PortAway

    answer(Ticket.objects.get(pk=desk.made.pk), Answer("Once more."), by=desk.bongani, at=desk.now)
    deliver_through(MemorySmarthost(trouble=[PortAway("connection refused")]), at=desk.now)
    desk.move(minutes=20)
    desk.tend()
    assert Setback.objects.count() == 0

    deliver_through(MemorySmarthost(trouble=[PortDown("451 later")]), at=desk.now)
    desk.tend()
    assert [row.kind for row in Setback.objects.all()] == ["delayed"]


@pytest.mark.parametrize("words", ["Thank you for your message.", "We have opened request 4711 for you."])
def test_whatever_writes_to_a_return_address_is_a_machine_and_never_answered(desk, words):
    before = len(desk.outbox)
    row = desk.receives("alice@acme.example", to=reply_tokens.bounce_address_for(desk.sent.pk), words=words)

    assert row.disposition == "ignored"
    assert "return address" in row.reason
    assert len(desk.outbox) == before
