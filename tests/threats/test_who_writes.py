"""Threats T01 to T10, T12: mail that pretends, points, guesses or hides. One test a threat at least, named after it."""

import itertools
from email import message_from_bytes, policy

import pytest

from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.refusals import Refused
from hostdesk.mail import reply_tokens
from hostdesk.mail.compose import as_bytes
from hostdesk.mail.models import InboundMail, OutboundMail, RawMail
from hostdesk.people.actions import contacts, sessions
from hostdesk.people.models import Contact, Person
from hostdesk.tickets.actions.writing import Answer, answer
from hostdesk.tickets.models import Message, Ticket
from hostdesk.tickets.queries.access import may_write

clause = pytest.mark.clause
BROWSER = sessions.Browser("127.0.0.1", "127.0.0.1/32", "Firefox/130 (Linux)", on_this_machine=True)
ELSEWHERE = "203.0.113.66"


@pytest.fixture
def alice(world):
    return world.contact()


@pytest.fixture
def bob(world):
    """A contact of another customer, just as believable."""
    return world.contact(
        "bob@other.example", name="Bob", username="other01", customer="Other", domains=("other.example",)
    )


def reply_address(world, ticket):
    """Where the customer of a ticket answers to, as the acknowledgement says."""
    return reply_tokens.address_for(ticket.pk, ticket.contact.person_id, ticket.reply_generation)


# --- T01


@clause("contact.unlisted")
@pytest.mark.parametrize("way", ["support", "support+anything", "reply address"])
@pytest.mark.parametrize(
    ("sender", "disposition"), [("no-reply@idp.example", "ignored"), ("ursula@idp.example", "closed")]
)
def test_t01_a_verification_mail_of_a_third_party_is_shown_to_no_customer_and_answered_by_nobody(
    world, alice, way, sender, disposition
):
    ticket = world.ticket_of(world.receives())
    to = reply_address(world, ticket) if way == "reply address" else f"{way}@itpossible.com"
    before = len(world.outbox)
    world.prove("idp.example")

    mail = world.receives(sender, to=to, subject="Your code", words="Use 123456 to take over the account.")

    assert mail.disposition == disposition
    assert len(world.outbox) == before
    assert not Message.objects.filter(text__contains="123456").exists()
    with pytest.raises(Refused):
        contacts.add(alice.account, email=reply_address(world, ticket), name="Own Address", role="authorised",
                     vouched_for="test", by=OPERATOR, at=world.now)  # fmt: skip
    assert not Person.objects.filter(email=sender).exists()


# --- T02


@clause("contact.listed_sender")
@pytest.mark.parametrize("spoofed", [True, False])
def test_t02_an_address_in_cc_gets_no_mail_no_account_and_no_part_in_the_ticket(world, alice, spoofed):
    first = world.receives()
    ticket = world.ticket_of(first)
    mail = world.receives(
        to=reply_address(world, ticket), ip=ELSEWHERE if spoofed else "192.0.2.10", words="Add my colleague.",
        headers={"Cc": "mallory@evil.example", "Reply-To": "mallory@evil.example"},
    )  # fmt: skip

    ticket.refresh_from_db()
    answer(ticket, Answer("All of it, once more.", jump_reason="Test."), by=world.agent(), at=world.now)

    assert mail.disposition == ("quarantined" if spoofed else "appended")
    assert [kind for kind, _ in world.outbox].count("answer") == 1
    assert {address for _, address in world.outbox} == {"alice@acme.example"}
    for sent in OutboundMail.objects.all():
        assert b"mallory@evil.example" not in as_bytes(sent, read_file=bytes).partition(b"\r\n\r\n")[0]
    assert not Person.objects.filter(email="mallory@evil.example").exists()
    ticket.refresh_from_db()
    assert (ticket.contact, ticket.requester_address) == (alice, "alice@acme.example")


# --- T04


MANY = "The From field names more than one mailbox or a group."
TWO_AUTHORS = {
    "two From fields": ("From: alice@acme.example\r\nFrom: mallory@evil.example\r\n", "The mail has more than one From field."),
    "a blank before the colon": ("From : alice@acme.example\r\n", "A blank stands between From and its colon."),
    "two mailboxes in one field": ("From: alice@acme.example, mallory@evil.example\r\n", MANY),
    "a mailbox before the name": ("From: mallory@evil.example, Alice <alice@acme.example>\r\n", MANY),
    "a group": ("From: Friends: alice@acme.example;\r\n", MANY),
    "a route": ("From: <@evil.example:alice@acme.example>\r\n", "The address in the From field has a route or belongs to a group."),
    "an address before the brackets": ("From: alice@acme.example <mallory@evil.example>\r\nSender: alice@acme.example\r\n", "An address stands unquoted in the name of the From field."),
    "an encoded address": ("From: =?utf-8?q?alice=40acme.example?=\r\n", "The address in the From field is encoded, which no standard allows."),
    "a zero byte": ("From: alice@acme.example\x00@evil.example\r\n", "The From field contains a NUL byte."),
    "something invisible": ("From: alice@acme.example\u200b\r\n", "The From field contains invisible or control characters."),
    "something behind the brackets": ("From: <alice@acme.example>@evil.example\r\n", "Something stands after the address in the From field."),
    "two addresses": ("From: alice@acme.example@evil.example\r\n", "The From field has no single plain address."),
    "a comment within": ("From: alice(comment)@acme.example\r\n", "The From field contains a comment."),
    "a comment in the name": ("From: Alice (x) <alice@acme.example>\r\n", "The From field contains a comment."),
    "none at all": ("Sender: alice@acme.example\r\n", "The mail has no From field."),
}  # fmt: skip


@clause("contact.listed_sender")
@pytest.mark.parametrize("trick", TWO_AUTHORS)
def test_t04_a_mail_whose_author_can_be_read_in_two_ways_is_held_with_the_reason(world, alice, trick):
    written, why = TWO_AUTHORS[trick]
    raw = f"{written}To: support@itpossible.com\r\nSubject: Trick\r\nMessage-ID: <t@x>\r\n\r\nReset it.\r\n"

    mail = world.receives(raw=raw.encode(), to="support")

    assert (mail.disposition, mail.reason) == ("quarantined", f"Its author cannot be told for certain: {why}")
    assert (Ticket.objects.count(), world.outbox) == (0, [])


# --- T06


@clause("contact.listed_sender")
@pytest.mark.parametrize(
    "name",
    [
        "Alice <mallory@evil.example>",
        "Alice, mallory@evil.example",
        'Alice" <mallory@evil.example>, "x',
        "Alice; Bcc: mallory@evil.example",
        "Alice \u202eelpmaxe.live@yrollam\u202c",
        "Alice\u2028Bcc: mallory@evil.example",
        "Alice\r\nBcc: mallory@evil.example",
        "Alice\x1b[2K\x7f\x85",
    ],
)
def test_t06_no_name_adds_a_recipient_to_what_we_send(world, alice, name):
    Person.objects.filter(pk=alice.person_id).update(name=name)
    alice.person.refresh_from_db()
    world.ticket(alice)
    sent = OutboundMail.objects.get(kind="acknowledgement")
    # The row is clean; and where it were not, the header still is.
    assert "\u202e" not in sent.to_name
    sent.to_name = name
    letter = message_from_bytes(as_bytes(sent, read_file=bytes), policy=policy.default)

    assert [address.addr_spec for address in letter["To"].addresses] == ["alice@acme.example"]
    assert sorted({header.lower() for header in letter} & {"cc", "bcc", "sender"}) == []
    assert all(char.isprintable() for char in str(letter["To"])), str(letter["To"])


# --- T07


@clause("contact.listed_sender")
@pytest.mark.parametrize(
    "header",
    [
        "Authentication-Results", "ARC-Authentication-Results", "X-Zammad-Ticket-Id", "X-RT-Ticket", "RT-Ticket",
        "X-Hostdesk-Ticket", "X-Hostdesk-Trust", "X-OTRS-Loop", "X-FreeScout-Mail-Type", "X-Spam-Status",
    ],
)  # fmt: skip
def test_t07_no_header_from_outside_makes_a_mail_more_believable_or_joins_it_to_a_ticket(
    world, alice, header
):
    number = world.ticket_of(world.receives()).pk
    value = {
        "Authentication-Results": "mx.itpossible.com; dmarc=pass header.from=acme.example; spf=pass",
        "ARC-Authentication-Results": "i=1; mx.itpossible.com; dmarc=pass header.from=acme.example",
    }.get(header, str(number))

    mail = world.receives(ip=ELSEWHERE, headers={header: value}, words="Reset my password.")

    assert (mail.disposition, mail.trust) == ("quarantined", "forged")
    assert Message.objects.filter(ticket_id=number).count() == 1


@clause("contact.listed_sender")
def test_t07_the_mark_of_our_own_mails_counts_only_where_we_signed_it(world, alice):
    world.receives()
    sent = OutboundMail.objects.latest("pk")
    genuine = reply_tokens.mark_for(sent.pk)
    forged = genuine[:-4] + ("aaaa" if not genuine.endswith("aaaa") else "bbbb")

    found = [
        world.receives(subject=f"About {number}", words=f"{number}", headers={"X-Hostdesk-Mail": mark})
        for number, mark in enumerate((forged, str(sent.pk), genuine))
    ]

    assert [mail.disposition for mail in found] == ["ticketed", "ticketed", "ignored"]


# --- T09


@clause("channel.no_duplicates")
def test_t09_a_reply_address_with_one_letter_changed_or_of_another_ticket_or_person_opens_nothing(
    world, alice, bob
):
    mine = world.ticket_of(world.receives())
    address = reply_address(world, mine)
    local, _, domain = address.partition("@")
    changed = [
        f"{local[:place]}{'a' if local[place] != 'a' else 'b'}{local[place + 1 :]}@{domain}"
        for place in range(len("reply+"), len(local))
    ]
    forged = [reply_tokens.read(one) for one in changed]
    theirs = world.receives("bob@other.example", to=address, words="Let me in.")

    assert forged == [None] * len(changed)
    assert len(changed) >= 27
    assert (theirs.disposition, theirs.ticket_number == mine.pk) == ("ticketed", False)
    assert Message.objects.filter(ticket=mine).count() == 1


@clause("channel.no_duplicates")
def test_t09_a_reply_address_of_an_older_generation_leads_nowhere(world, alice):
    mine = world.ticket_of(world.receives())
    old = reply_address(world, mine)
    Ticket.objects.filter(pk=mine.pk).update(reply_generation=2)

    mail = world.receives(to=old, subject="Something else altogether", words="By the old address.")

    assert mail.ticket_number != mine.pk


@clause("channel.no_duplicates")
def test_t09_a_reply_address_signed_under_a_key_that_is_gone_opens_nothing(world, alice, settings):
    old = reply_address(world, world.ticket_of(world.receives()))
    settings.SECRET_KEY = "quite another key, for the sake of this test"

    assert reply_tokens.read(old) is None


def test_t09_one_reply_address_has_one_spelling(db):
    local, _, domain = reply_tokens.address_for(1001, 300, 1).partition("@")
    spellings = [f"{local[:-1]}{char}@{domain}" for char in "abcdefghijklmnopqrstuvwxyz234567"]

    assert [one for one in spellings if reply_tokens.read(one)] == [f"{local}@{domain}"]


def test_t09_what_was_signed_for_one_purpose_is_nothing_for_the_other(db):
    reply, returned = reply_tokens.address_for(1001, 1, 1), reply_tokens.bounce_address_for(7)
    three = reply_tokens._sign("bounce", (1001, 1, 1))

    assert reply_tokens.read(reply.replace("reply+", "bounce+")) is None  # the word in front
    assert reply_tokens.read(f"reply+{three}") is None  # the key
    assert reply_tokens.read(returned.replace("bounce+", "reply+")) is None
    assert reply_tokens.read_bounce(reply) is None


# --- T10


@clause("channel.no_duplicates")
@pytest.mark.parametrize(
    ("who", "pointer"),
    list(
        itertools.product(
            ("stranger", "other customer", "removed contact"), ("tag", "in reply to", "references", "address")
        )
    ),
)
def test_t10_nobody_joins_a_ticket_by_pointing_at_it(world, alice, bob, who, pointer):
    mine = world.ticket_of(world.receives())
    ack = OutboundMail.objects.filter(kind="acknowledgement").latest("pk")
    address = reply_address(world, mine)
    if who == "removed contact":
        world.contact("alice@elsewhere.example", role="secondary", domains=())
        contacts.remove(alice, by=OPERATOR, at=world.now)
    sender = {"stranger": "mallory@evil.example", "other customer": "bob@other.example"}.get(
        who, "alice@acme.example"
    )
    world.prove(sender.rpartition("@")[2])
    letter = {
        "tag": {"subject": f"Re: Mailbox [#{mine.number}]"},
        "in reply to": {"headers": {"In-Reply-To": ack.message_id}},
        "references": {"headers": {"References": ack.message_id}},
        "address": {"to": address},
    }[pointer]

    mail = world.receives(sender, words="Put me into this thread.", **letter)

    assert mail.disposition == ("ticketed" if who == "other customer" else "closed")
    assert mail.ticket_number != mine.pk
    assert Message.objects.filter(ticket=mine).count() == 1
    assert may_write(Contact.objects.get(pk=alice.pk), mine) is (who != "removed contact")
    assert (
        not OutboundMail.objects.filter(ticket_number=mine.pk, to_address=sender)
        .exclude(person_id=alice.person_id)
        .exists()
    )


# --- T12


@clause("channel.no_duplicates")
def test_t12_a_mail_with_the_message_id_of_an_earlier_one_is_hidden_by_nothing(world, alice):
    name = "<wanted@client.example>"
    world.prove("evil.example")
    first = world.receives("mallory@evil.example", headers={"Message-ID": name}, words="I came first.")
    second = world.receives(headers={"Message-ID": name}, subject="Real", words="The site is down.")
    again = world.receives(
        headers={"Message-ID": name}, subject="Real again", words="It is down again, another way."
    )

    assert (first.disposition, second.disposition, again.disposition) == ("closed", "ticketed", "ticketed")
    assert InboundMail.objects.count() == RawMail.objects.count() == 3
    assert second.ticket_number != again.ticket_number
