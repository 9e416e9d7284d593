"""Threats T03, T05, T08 and T50: how far an address, a domain and a voice are believed."""

import pytest

from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import links, pins
from hostdesk.people.models import PhonePin
from hostdesk.people.queries import contacts_for_address
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.tickets.models import Message, Ticket

clause = pytest.mark.clause
ELSEWHERE = "203.0.113.66"
RECORDS = {
    "reject": ["v=DMARC1; p=reject"],
    "quarantine": ["v=DMARC1; p=quarantine"],
    "none": ["v=DMARC1; p=none"],
    "no record": [],
    "two records": ["v=DMARC1; p=reject", "v=DMARC1; p=none"],
}


# --- T03


@clause("contact.listed_sender")
@pytest.mark.parametrize("role", ["primary", "secondary", "authorised"])
@pytest.mark.parametrize("record", RECORDS)
def test_t03_a_spoofed_contact_gets_no_right_and_joins_nothing(world, record, role):
    world.contact(role=role, proven=False)
    number = world.ticket().pk
    world.zone["acme.example"] = [["TXT", "v=spf1 ip4:192.0.2.10 -all"]]
    world.zone["_dmarc.acme.example"] = [["TXT", text] for text in RECORDS[record]]

    mail = world.receives(ip=ELSEWHERE, subject=f"Re: it [#{number}]", words="Reset my password.")

    assert mail.trust == ("forged" if record in ("reject", "quarantine") else "unproven")
    assert mail.disposition == ("quarantined" if mail.trust == "forged" else "ticketed")
    assert mail.ticket_number != number
    assert Message.objects.filter(ticket_id=number).count() == 1
    assert not OutboundMail.objects.filter(text__contains="Reset my password").exists()


@clause("contact.listed_sender")
def test_t03_an_agent_does_nothing_by_mail(world):
    agent = world.agent()
    ticket = world.ticket()
    world.prove("itpossible.com")

    mail = world.receives(
        agent.email, subject=f"Re: it [#{ticket.number}]", words="Tell the customer that it is done."
    )

    assert mail.disposition in ("ignored", "closed")
    assert Message.objects.filter(ticket=ticket).count() == 1


# --- T05


LOOKALIKES = [
    "alıce@acme.example",  # a dotless i
    "alice@acme.exampl\u0435",  # a Cyrillic e
    "al\u0456ce@acme.example",  # a Ukrainian i
    "alice@acme.example.",
    "alice\u200b@acme.example",
    "\uff41lice@acme.example",  # a full-width a
    "alice@xn--acme-example",
    '"alice"@acme.example',
    "alice+admin@acme.example",
    "alice@ACME.example.evil.example",
]


@clause("contact.listed_sender")
@pytest.mark.parametrize("address", LOOKALIKES)
def test_t05_an_address_that_looks_like_a_contacts_is_nobodys(world, address):
    world.contact()

    assert contacts_for_address(address) == []
    links.ask(address, next_path="", network="203.0.113.0/24", at=world.now)
    links.serve_requests(world.now)
    assert world.outbox == []


@clause("contact.password")
def test_t05_a_link_goes_to_the_stored_address_however_it_was_typed(world):
    world.contact()
    links.ask("ALICE@Acme.Example", next_path="", network="203.0.113.0/24", at=world.now)
    links.serve_requests(world.now)

    assert world.outbox == [("sign_in_link", "alice@acme.example")]


# --- T08


@clause("contact.listed_sender")
@pytest.mark.parametrize(
    "domain",
    ["xacme.example", "acme.example.evil.example", "mail.acme.example", "acme.exam", "evil-acme.example"],
)
def test_t08_a_domain_that_ends_or_begins_like_a_contacts_is_another(world, domain):
    world.contact()
    world.prove(domain)

    mail = world.receives(f"alice@{domain}", words="It is me.")

    assert (mail.disposition, mail.ticket_number) == ("closed", None)
    assert Ticket.objects.count() == 0


# --- T50


@clause("phone.gather")
def test_t50_a_voice_without_the_pin_changes_nothing_and_five_wrong_ones_lock_it(world):
    contact = world.contact()
    pins.set_pin(contact.person, "482913", by=contact.actor(), at=world.now)
    agent = world.agent()

    tries = [
        pins.check(contact, pin, by=agent.actor(), at=world.now).outcome
        for pin in ("000000", "111111", "222222", "333333")
    ]
    locked = pins.check(contact, "444444", by=agent.actor(), at=world.now).outcome
    right_too_late = pins.check(contact, "482913", by=agent.actor(), at=world.now).outcome
    request = ask(
        Wish(kind="unsuspension", contact=contact, channel="phone", pin_spoken=False),
        by=agent.actor(),
        at=world.now,
    )

    assert tries == ["wrong"] * 4
    assert {locked, right_too_late} <= {"wrong", "locked"}
    assert right_too_late == "locked"
    assert request.state == "confirm"
    assert "482913" not in str(list(PhonePin.objects.values()))
