"""Threats T03, T05, T08 and T50: how far an address, a domain and a voice are believed."""

import pytest

from hostdesk.kit.addresses import lies_within
from hostdesk.mail.auth.relays import word_of
from hostdesk.mail.auth.resolver import ZoneResolver
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import links, pins
from hostdesk.people.models import Agent, PhonePin
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
    ticket = world.ticket()
    number = ticket.pk
    world.zone["acme.example"] = [["TXT", "v=spf1 ip4:192.0.2.10 -all"]]
    world.zone["_dmarc.acme.example"] = [["TXT", text] for text in RECORDS[record]]

    mail = world.receives(ip=ELSEWHERE, subject=f"Re: it [#{ticket.number}]", words="Reset my password.")

    assert mail.trust == ("forged" if record in ("reject", "quarantine") else "unproven")
    assert mail.disposition == ("quarantined" if mail.trust == "forged" else "ticketed")
    assert mail.ticket_number != number
    assert Message.objects.filter(ticket_id=number).count() == 1
    assert not OutboundMail.objects.filter(text__contains="Reset my password").exists()


@clause("contact.listed_sender")
@pytest.mark.parametrize(
    ("address", "disposition"),
    [
        ("bongani@itpossible.com", "closed"),
        ("bongani@home.example", "closed"),
        ("support@itpossible.com", "ignored"),
    ],
)
def test_t03_an_agent_does_nothing_by_mail(world, address, disposition):
    agent, ticket = world.agent(), world.ticket()
    Agent.objects.filter(pk=agent.pk).update(email=address)
    world.prove(address.partition("@")[2])

    mail = world.receives(
        address, subject=f"Re: it [#{ticket.number}]", words="Tell the customer that it is done."
    )

    assert mail.disposition == disposition
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
    "\u212aate@acme.example",  # the Kelvin sign, which Unicode folds to a k
    "alice@acme.e\u212aample",
    "kate@aſme.example",  # a long s, which Unicode folds to an s
    "alice@\uff41cme.example",  # a full-width a in the domain
    "alice@acme\u3002example",  # an ideographic full stop
    " alice@acme.example",
]


@clause("contact.listed_sender")
@pytest.mark.parametrize("address", LOOKALIKES)
def test_t05_an_address_that_looks_like_a_contacts_is_nobodys(world, address):
    world.contact()
    world.contact("kate@acme.example", name="Kate", role="authorised", domains=())
    world.contact("kate@asme.example", name="Kate", role="authorised", domains=())

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


def test_t08_a_relay_whose_name_only_ends_like_ours_is_none(db):
    line = "Received: from x (x [192.0.2.10]) by {}; Mon, 23 Nov 2026 09:59:00 +0200\r\n\r\nHello\r\n"
    found = [
        word_of(
            line.format(host).encode(), client_ip=None, relays=["*.mx.example"], resolver=ZoneResolver({})
        )
        for host in ("a.mx.example", "evilmx.example", "mx.example.evil.example", "mx.example")
    ]

    assert [word.relay if word else None for word in found] == ["a.mx.example", None, None, None]


@pytest.mark.parametrize("name", ["xacme.example", "acme.example.evil.example", "acme.exam"])
def test_t08_a_name_that_only_ends_like_a_domain_lies_not_within_it(name):
    assert lies_within("mail.acme.example", "acme.example") is True
    assert lies_within(name, "acme.example") is False


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
