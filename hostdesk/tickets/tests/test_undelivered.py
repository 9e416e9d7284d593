"""When the customer's own server is the patient, the answer also goes to the off-server secondary contact."""

import threading

import pytest
from django.db import connection

from hostdesk.hosting.models import Server
from hostdesk.mail.models import OutboundMail, Setback
from hostdesk.mail.tasks import deliver_through
from hostdesk.people.actions import contacts
from hostdesk.people.evidence import off_server
from hostdesk.people.models import Team
from hostdesk.ports.outcomes import PortDown, RecipientRefused
from hostdesk.ports.smarthost import MemorySmarthost
from hostdesk.tickets.actions.taking import move_to_team
from hostdesk.tickets.actions.writing import Answer, answer
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.undelivered import setback_round

clause = pytest.mark.clause


class Ill(MemorySmarthost):
    """A smart host that takes mail for everybody but the domains in `down`."""

    def __init__(self, *down, error=None):
        super().__init__()
        self.down, self.error = down, error or PortDown("451 4.4.1 no route to host")

    def send(self, letter):
        if letter.recipient.rpartition("@")[2] in self.down:
            raise self.error
        return super().send(letter)


@pytest.fixture
def desk(world):
    world.alice = world.contact()
    world.second = world.contact("alice@home.example", name="Alice at home", role="secondary", domains=())
    world.other = world.contact("ben@else.example", name="Ben", role="authorised", domains=())
    world.bongani = world.agent()
    world.made = world.ticket(world.alice, subject="Mailbox full")
    OutboundMail.objects.update(state="sent", sent_at=world.now)
    return world


def answered(world, host, *, minutes=0):
    row = Ticket.objects.get(pk=world.made.pk)
    message = answer(row, Answer("Your disk is full.\nWe are moving it."), by=world.bongani, at=world.now)
    deliver_through(host, at=world.now)
    if minutes:
        world.move(minutes=minutes)
    world.tend()
    return message


def copies():
    return list(OutboundMail.objects.filter(kind="answer_copy").values_list("to_address", flat=True))


@clause("contact.off_server")
def test_an_answer_put_off_for_a_quarter_of_an_hour_also_goes_to_the_off_server_secondary(desk):
    host = Ill("acme.example")
    message = answered(desk, host, minutes=14)
    early = copies()
    desk.move(minutes=1)
    desk.tend()
    deliver_through(host, at=desk.now)
    copy = OutboundMail.objects.get(kind="answer_copy")

    assert (early, copies()) == ([], ["alice@home.example"])
    assert copy.text.startswith(
        "We could not reach alice@acme.example, because that mailbox is on the server in question, so we send you"
        " a copy of our answer.\n\nYour disk is full.\nWe are moving it.\n"
    )
    assert "Auto-Submitted" not in copy.headers
    assert copy.state == "sent"
    assert ("contact.off_server", "copied") in desk.decisions(desk.made)
    assert [facts for verb, facts in desk.events(desk.made) if verb == "copied"] == [
        {"to": "alice@home.example", "missed": "alice@acme.example"}
    ]
    assert OutboundMail.objects.get(pk=message.outbound_mail_id).state == "waiting", "it is tried on"
    assert Ticket.objects.get(pk=desk.made.pk).state == "waiting_customer"


@clause("contact.off_server")
@pytest.mark.parametrize("how", ["refused", "bounced"])
def test_an_answer_that_fails_is_copied_at_once_and_only_once(desk, how):
    if how == "refused":
        message = answered(desk, Ill("acme.example", error=RecipientRefused("550 5.1.1 no such user")))
    else:
        message = answered(desk, MemorySmarthost())
        desk.bounces(message.outbound_mail, status="4.4.1", action="delayed", said="connection timed out")
        desk.tend()
    desk.bounces(message.outbound_mail, status="5.4.4", said="no route")
    desk.move(hours=4)
    desk.tend()

    assert copies() == ["alice@home.example"]


@clause("contact.off_server")
def test_a_mailbox_that_lives_elsewhere_is_not_the_servers_business(desk):
    from hostdesk.hosting.models import Domain

    Domain.objects.all().delete()
    answered(desk, Ill("acme.example"), minutes=20)

    assert copies() == []
    assert "mail late" in [verb for verb, _ in desk.events(desk.made)]
    assert "no copy" not in [verb for verb, _ in desk.events(desk.made)]


@clause("contact.off_server")
def test_a_mailbox_is_ours_also_when_only_its_mx_points_at_our_server(desk):
    from hostdesk.hosting.models import Domain

    Domain.objects.all().delete()
    Server.objects.create(name="srv1", hostnames=["srv1.itpossible.net"], networks=[], created_at=desk.now)
    desk.zone["acme.example"] = [["MX", [10, "srv1.itpossible.net"]]]
    answered(desk, Ill("acme.example"), minutes=20)

    assert copies() == ["alice@home.example"]


@clause("contact.off_server")
@pytest.mark.parametrize("why", ["there is none", "it lives here too", "it has left", "its mx is ours"])
def test_without_a_secondary_elsewhere_nobody_gets_it_and_the_agent_is_told(desk, why):
    if why == "it lives here too":
        desk.second.person.email = "alice@mail.acme.example"
        desk.second.person.save()
    elif why == "its mx is ours":
        Server.objects.create(name="srv1", hostnames=[], networks=["192.0.2.0/28"], created_at=desk.now)
        desk.zone["home.example"] = [["MX", [10, "mx.home.example"]]]
        desk.zone["mx.home.example"] = [["A", "192.0.2.9"]]
    else:
        contacts.remove(desk.second, by=desk.second.actor(), at=desk.now)
    answered(desk, Ill("acme.example", error=RecipientRefused("550 5.1.1 no such user")))

    assert copies() == []
    assert [facts for verb, facts in desk.events(desk.made) if verb == "no copy"] == [
        {"to": "alice@acme.example"}
    ]
    assert ("contact.off_server", "nobody to copy to") in desk.decisions(desk.made)
    assert Ticket.objects.get(pk=desk.made.pk).state == "open"


@clause("contact.off_server")
def test_the_secondary_of_another_account_never_gets_it(desk):
    contacts.remove(desk.second, by=desk.second.actor(), at=desk.now)
    desk.contact("eve@evil.example", username="evil01", customer="Acme", role="secondary", domains=())
    answered(desk, Ill("acme.example"), minutes=20)

    assert copies() == []


@clause("conduct.complaints")
def test_what_is_sealed_is_copied_to_nobody(desk):
    sara = desk.agent("Sara", role="supervisor")
    move_to_team(desk.made, Team.objects.get(slug="supervisors"), by=sara, at=desk.now)
    desk.bongani = sara
    answered(desk, Ill("acme.example"), minutes=20)

    assert copies() == []


@clause("contact.off_server")
def test_automatic_mails_are_not_copied(desk):
    desk.ticket(desk.alice, subject="Another")
    deliver_through(Ill("acme.example"), at=desk.now)
    desk.move(minutes=20)
    desk.tend()

    assert copies() == []


@clause("contact.off_server")
def test_the_reply_of_the_secondary_joins_the_ticket(desk):
    answered(desk, Ill("acme.example"), minutes=20)
    desk.prove("home.example")
    copy = OutboundMail.objects.get(kind="answer_copy")
    mail = desk.receives("alice@home.example", to=copy.headers["Reply-To"], words="Thank you, I have it.")

    assert (mail.disposition, mail.ticket_number) == ("appended", desk.made.pk)


@clause("contact.off_server")
def test_the_evidence_counts_the_copies(desk):
    answered(desk, Ill("acme.example"), minutes=20)

    assert off_server(desk.now).sentence.endswith(
        "In 30 days 1 answer went to one as a copy, and 0 found nobody elsewhere."
    )


@clause("contact.off_server")
def test_two_workers_that_take_one_setback_send_one_copy(committed_world):
    world = committed_world
    world.alice = world.contact()
    world.contact("alice@home.example", role="secondary", domains=())
    world.bongani = world.agent()
    world.made = world.ticket(world.alice)
    OutboundMail.objects.update(state="sent", sent_at=world.now)
    row = Ticket.objects.get(pk=world.made.pk)
    answer(row, Answer("Words"), by=world.bongani, at=world.now)
    deliver_through(Ill("acme.example", error=RecipientRefused("550 5.1.1 no such user")), at=world.now)
    together = threading.Barrier(3)
    from hostdesk.mail.auth.resolver import ZoneResolver

    def race():
        try:
            together.wait(10)
            setback_round(world.now, resolver=ZoneResolver({}))
        finally:
            connection.close()

    threads = [threading.Thread(target=race) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert copies() == ["alice@home.example"]
    assert Setback.objects.filter(taken_at=None).count() == 0
    world.alice.person.refresh_from_db()
    assert world.alice.person.hard_bounces == 1
