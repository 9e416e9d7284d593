"""Automatic mails to one address come to an end, before two programs or a stranger fill a mailbox."""

from datetime import timedelta

import pytest

from hostdesk.mail.models import OutboundMail
from hostdesk.policy import queries as policy
from hostdesk.tickets.models import Ticket

clause = pytest.mark.clause


def deliver_all(world):
    OutboundMail.objects.filter(state="waiting").update(state="sent", sent_at=world.now)


def write(world, n, *, answered=True):
    world.move(minutes=1)
    mail = world.receives(subject=f"Matter {n}", words=f"Words {n}")
    if answered:
        deliver_all(world)
    return mail


@clause("contact.listed_sender")
def test_whom_nothing_proves_is_asked_to_confirm_so_many_times_a_day(world):
    world.contact(proven=False)
    most = policy.current().terms.automatic_mails_unproven_per_day
    last = [write(world, n, answered=False) for n in range(most + 2)][-1]

    assert [kind for kind, _ in world.outbox] == ["please_confirm"] * most
    assert Ticket.objects.count() == most + 2
    assert ("contact.listed_sender", "not acknowledged") in world.decisions(world.ticket_of(last))

    world.move(days=1)
    write(world, "of tomorrow")
    assert len(world.outbox) == most + 1


@clause("contact.listed_sender")
def test_a_machine_without_marks_that_answers_every_acknowledgement_is_answered_no_more(world):
    world.contact()
    most = policy.current().terms.automatic_mails_proven_per_day
    for n in range(most + 3):
        write(world, n)

    assert len(world.outbox) == most
    assert Ticket.objects.count() == most + 3


def test_somebody_who_writes_before_we_have_answered_is_always_acknowledged(world):
    world.contact()
    most = policy.current().terms.automatic_mails_proven_per_day
    for n in range(most + 3):
        write(world, n, answered=n % 5 == 0)

    assert len(world.outbox) == most + 3
    assert OutboundMail.objects.latest("id").queued_at - world.now < timedelta(seconds=1)
