"""Automatic mails to one address come to an end, and what was not sent is said on its ticket and in one summary."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from hostdesk.mail.models import OutboundMail, Setback
from hostdesk.policy import queries as policy
from hostdesk.tickets.actions.closing import reopen, resolve
from hostdesk.tickets.actions.summing import summary_round
from hostdesk.tickets.models import Ticket, Unacknowledged

clause = pytest.mark.clause


def terms():
    return policy.current().terms


def write(world, n, **given):
    world.move(seconds=30)
    return world.receives(subject=f"Matter {n}", words=f"Words {n}", **given)


def kinds(world):
    return [kind for kind, _ in world.outbox]


@clause("contact.listed_sender")
def test_whom_nothing_proves_is_asked_to_confirm_so_many_times_a_day(world):
    world.contact(proven=False)
    most = terms().automatic_mails_unproven_per_day
    last = world.ticket_of([write(world, n) for n in range(most + 2)][-1])
    world.move(days=2)
    world.tend()

    assert kinds(world) == ["please_confirm"] * most
    assert Ticket.objects.count() == most + 2
    assert ("contact.listed_sender", "not acknowledged") in world.decisions(last)
    assert [facts["then"] for verb, facts in world.events(last) if verb == "not acknowledged"] == ["nothing"]

    write(world, "of the day after")
    assert kinds(world) == ["please_confirm"] * (most + 1)


@clause("contact.listed_sender")
def test_a_proven_contacts_request_is_always_acknowledged_up_to_the_days_number(world):
    world.contact()
    most = terms().automatic_mails_proven_per_day
    mails = [write(world, n) for n in range(most + 3)]
    spoken = [[outcome for _, outcome in world.decisions(world.ticket_of(mail))] for mail in mails]

    assert kinds(world) == ["acknowledgement"] * most
    assert ["not acknowledged" in said for said in spoken] == [False] * most + [True] * 3


@clause("contact.listed_sender")
def test_what_unproven_mails_were_sent_takes_nothing_from_the_proven_ones(world):
    world.contact()
    world.prove("acme.example", "none")
    for n in range(5):
        write(world, n, ip="198.51.100.66")
    write(world, "proven")

    assert kinds(world) == ["please_confirm"] * 3 + ["acknowledgement"]


@clause("contact.listed_sender")
def test_requests_beyond_the_days_number_are_named_in_one_summary_after_a_pause(world):
    alice = world.contact()
    most, pause = terms().automatic_mails_proven_per_day, terms().automatic_mails_digest_quiet
    mails = [write(world, n) for n in range(most + 3)]
    late = [world.ticket_of(mail) for mail in mails[most:]]
    world.move(seconds=pause.total_seconds() - 1)
    world.tend()
    assert kinds(world)[most:] == []

    world.move(seconds=1)
    world.tend()
    summary = OutboundMail.objects.get(kind="summary")

    assert (summary.to_address, summary.subject) == ("alice@acme.example", "We have 3 more requests of yours")
    named = [line.strip() for line in summary.text.splitlines() if "Matter" in line]
    assert named == [f"{ticket.number}  {ticket.subject}" for ticket in late]
    assert summary.headers == {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    assert [world.decisions(ticket)[-1] for ticket in late] == [("contact.listed_sender", "summed up")] * 3
    assert alice.person_id == summary.person_id

    # At most one a day, though more comes.
    write(world, "later")
    world.move(hours=20)
    world.tend()
    assert OutboundMail.objects.filter(kind="summary").count() == 1
    world.move(hours=4)
    world.tend()
    assert OutboundMail.objects.filter(kind="summary").count() == 1, "what came after it answered it"


@clause("contact.listed_sender")
@pytest.mark.parametrize(("kind", "verb"), [("held", "mail held"), ("failed", "mail failed")])
def test_a_summary_that_did_not_go_out_is_said_on_every_ticket_that_it_names(world, kind, verb):
    world.contact()
    most, pause = terms().automatic_mails_proven_per_day, terms().automatic_mails_digest_quiet
    mails = [write(world, n) for n in range(most + 2)]
    world.move(seconds=pause.total_seconds())
    world.tend()
    summary = OutboundMail.objects.get(kind="summary")
    Setback.objects.create(outbound=summary, kind=kind, at=world.now, said="Not now.")
    world.tend()
    world.tend()

    said = [[facts for done, facts in world.events(world.ticket_of(mail)) if done == verb] for mail in mails]
    assert [len(facts) for facts in said] == [0] * most + [1, 1]
    assert said[-1][0] == {
        "to": summary.to_address,
        "mail": summary.pk,
        "what": "summary",
        "said": "Not now.",
    }


@clause("contact.listed_sender")
def test_a_contact_who_writes_on_for_hours_after_a_summary_gets_the_next_one_a_day_later(world):
    world.contact()
    most, pause = terms().automatic_mails_proven_per_day, terms().automatic_mails_digest_quiet
    for n in range(most + 1):
        write(world, n)
    world.move(seconds=pause.total_seconds())
    world.tend()
    world.move(hours=2)
    late = world.ticket_of(write(world, "of the afternoon"))
    world.move(hours=22)
    world.tend()

    assert OutboundMail.objects.filter(kind="summary").count() == 2
    assert ("summed up", {}) in world.events(late)


@clause("contact.listed_sender")
def test_a_program_that_answers_every_mail_at_once_gets_no_summary_of_its_answers(world):
    """Each of our mails is answered under a new subject, without any mark: after the first summary it is quiet."""
    world.contact()
    most = terms().automatic_mails_proven_per_day
    write(world, "first")
    for _ in range(4 * 24 * 3):
        for _ in range(2 * most):
            answered = list(OutboundMail.objects.filter(state="waiting"))
            for mail in answered:
                OutboundMail.objects.filter(pk=mail.pk).update(state="sent", sent_at=world.now)
                write(world, f"answer to {mail.pk}")
            if not answered:
                break
        world.move(minutes=15)
        world.tend()

    assert kinds(world) == ["acknowledgement"] * most + ["summary"]
    assert not Unacknowledged.objects.filter(settled_at=None).exists()


@clause("contact.listed_sender")
def test_a_contact_who_has_left_gets_no_summary(world):
    from hostdesk.people.actions import contacts

    alice = world.contact()
    for n in range(terms().automatic_mails_proven_per_day + 1):
        write(world, n)
    contacts.remove(alice, by=alice.actor(), at=world.now)
    world.move(hours=1)
    world.tend()

    assert "summary" not in kinds(world)


@clause("contact.listed_sender")
def test_a_ticket_that_goes_to_and_fro_brings_few_notices_a_day(world):
    alice, bongani = world.contact(), world.agent()
    ticket = world.ticket(alice)
    repeats = terms().automatic_mails_unproven_per_day
    for _ in range(repeats + 3):
        world.move(minutes=5)
        resolve(ticket, by=bongani, at=world.now)
        world.move(minutes=5)
        OutboundMail.objects.filter(state="waiting").update(state="sent", sent_at=world.now)
        reopen(ticket, by=bongani.actor(), at=world.now)

    assert kinds(world) == ["acknowledgement"] + ["resolved"] * (1 + repeats)
    assert world.decisions(ticket)[-1] == ("contact.listed_sender", "not told")


@clause("contact.listed_sender")
def test_many_tickets_solved_in_a_day_are_all_told(world):
    alice, bongani = world.contact(), world.agent()
    tickets = [world.ticket(alice, subject=f"Matter {n}") for n in range(25)]
    for ticket in tickets:
        resolve(ticket, by=bongani, at=world.now, jump_reason="cleaning up")

    assert kinds(world).count("resolved") == 25


@clause("contact.listed_sender")
@pytest.mark.parametrize("trust", ["proven", "unproven"])
def test_two_workers_at_the_cap_send_the_last_mail_once(committed_world, trust):
    from hostdesk.tickets.actions.opening import Opening, open_ticket
    from hostdesk.tickets.models import Channel

    world = committed_world
    alice = world.contact()
    most = {
        "proven": terms().automatic_mails_proven_per_day,
        "unproven": terms().automatic_mails_unproven_per_day,
    }
    together = threading.Barrier(4)

    def opened(n):
        opening = Opening(
            subject=f"Matter {n}", text="Words", channel=Channel.MAIL, arrived_at=world.now, contact=alice,
            account=alice.account, trust=trust, acknowledge="full" if trust == "proven" else "confirm",
        )  # fmt: skip
        return open_ticket(opening, by=alice.actor(), at=world.now)

    def race(n):
        try:
            together.wait(10)
            opened(n)
        finally:
            connection.close()

    for n in range(most[trust] - 1):
        opened(n)
    threads = [threading.Thread(target=race, args=(f"race {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert Ticket.objects.count() == most[trust] + 3
    assert OutboundMail.objects.count() == most[trust]


@clause("contact.listed_sender")
def test_two_workers_send_a_summary_once(committed_world):
    world = committed_world
    world.contact()
    for n in range(terms().automatic_mails_proven_per_day + 2):
        write(world, n)
    at = world.now + timedelta(hours=1)
    together = threading.Barrier(3)

    def race():
        try:
            together.wait(10)
            summary_round(at)
        finally:
            connection.close()

    threads = [threading.Thread(target=race) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert OutboundMail.objects.filter(kind="summary").count() == 1
