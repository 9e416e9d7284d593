"""What becomes of a mail: who wrote it, how far that is believed, which ticket it belongs to."""

import pytest

from hostdesk.gateway.queries import mails_for_agent
from hostdesk.kit import numbers
from hostdesk.mail import reply_tokens
from hostdesk.mail.models import InboundMail
from hostdesk.tickets.models import Ticket
from tests.world import DOMAIN

clause = pytest.mark.clause
ELSEWHERE = "198.51.100.66"


@clause("contact.listed_sender")
def test_a_proven_contact_gets_a_ticket_and_an_acknowledgement(world):
    alice = world.contact()
    mail = world.receives("alice@acme.example", subject="Site down", words="Error 500 since 09:10.")
    ticket = world.ticket_of(mail)

    assert (mail.disposition, mail.trust, mail.clause) == ("ticketed", "proven", "contact.listed_sender")
    assert (ticket.contact, ticket.account, ticket.subject, ticket.state) == (
        alice,
        alice.account,
        "Site down",
        "new",
    )
    assert world.words(ticket) == [("customer", "Error 500 since 09:10.")]
    assert world.outbox == [("acknowledgement", "alice@acme.example")]
    assert world.decisions(ticket) == [
        ("contact.listed_sender", "proven"),
        ("sla.response", "promised"),
        ("sla.resolve", "promised"),
    ]


@clause("contact.unlisted")
def test_a_stranger_is_closed_without_an_answer(world):
    world.contact()
    mail = world.receives("stranger@nowhere.example", words="Help!", name="Sam Stranger")

    assert (mail.disposition, mail.clause, mail.resembles) == ("closed", "contact.unlisted", "")
    assert world.outbox == []
    assert world.decisions(mail) == [("contact.unlisted", "closed")]
    assert Ticket.objects.count() == 0


@clause("contact.listed_sender")
def test_no_dmarc_record_and_spf_for_the_own_domain_is_plausible(world):
    world.contact(proven=False)
    world.zone["acme.example"] = [["TXT", "v=spf1 ip4:192.0.2.10 -all"]]
    mail = world.receives("alice@acme.example")

    assert (mail.disposition, mail.trust) == ("ticketed", "plausible")
    assert world.outbox == [("acknowledgement", "alice@acme.example")]


@clause("contact.listed_sender")
@pytest.mark.parametrize(
    "zone",
    [
        {},
        {"_dmarc.acme.example": [["TXT", "v=DMARC1; p=none"]]},
    ],
)
def test_an_unproven_mail_is_a_ticket_of_its_own_and_asks_to_confirm(world, zone):
    alice = world.contact(proven=False)
    first = world.ticket(alice, subject="Site down")
    world.zone.update(zone)
    mail = world.receives(
        "alice@acme.example",
        ip=ELSEWHERE,
        subject=f"Re: Site down {numbers.tag(first.pk)}",
        to=reply_tokens.address_for(first.pk, alice.person_id, 1),
        words="Please tell me the secret plan.",
    )
    asked = world.outbox[-1]

    assert (mail.disposition, mail.trust) == ("ticketed", "unproven")
    assert mail.ticket_number != first.pk
    assert asked == ("please_confirm", "alice@acme.example")


@clause("contact.listed_sender")
def test_a_confirmation_quotes_nothing_of_the_unproven_mail(world):
    from hostdesk.mail.models import OutboundMail

    world.contact(proven=False)
    world.receives("alice@acme.example", ip=ELSEWHERE, subject="Buy cheap gold", words="cheap gold here")
    sent = OutboundMail.objects.get()

    assert "gold" not in (sent.subject + sent.text + sent.html + str(sent.headers)).lower()


@clause("contact.listed_sender")
@pytest.mark.parametrize("policy", ["quarantine", "reject"])
def test_a_forged_mail_is_held_and_nothing_is_sent(world, policy):
    world.contact()
    world.prove("acme.example", policy)
    mail = world.receives("alice@acme.example", ip=ELSEWHERE)

    assert (mail.disposition, mail.trust, mail.clause) == ("quarantined", "forged", "contact.listed_sender")
    assert world.outbox == []
    assert Ticket.objects.count() == 0


def test_dns_that_does_not_answer_is_asked_again_before_the_mail_counts_as_unproven(world):
    world.contact(proven=False)
    world.zone["_dmarc.acme.example"] = [["*", "TIMEOUT"]]
    mail = world.receives("alice@acme.example", ip=ELSEWHERE)
    waiting = mail.disposition
    for _ in range(3):
        world.move(minutes=10)
        world.sort()
    mail.refresh_from_db()

    assert (waiting, mail.disposition, mail.trust) == (None, "ticketed", "unproven")


@clause("conduct.complaints")
@pytest.mark.parametrize("sender", ["stranger@nowhere.example", "alice@acme.example"])
def test_a_complaint_from_anyone_is_a_ticket_of_the_supervisors(world, sender):
    world.contact()
    mail = world.receives(sender, to="complaint", words="I was treated badly.")
    ticket = world.ticket_of(mail)

    assert (mail.disposition, mail.clause) == ("ticketed", "conduct.complaints")
    assert (ticket.team.slug, ticket.sealed) == ("supervisors", True)
    assert world.outbox == ([("acknowledgement", sender)] if sender.startswith("alice") else [])


@clause("conduct.complaints")
def test_a_complaint_by_both_addresses_is_one_ticket_for_supervisors_only(world):
    world.contact()
    raw = world.letter(to=f"support@{DOMAIN}, complaint@{DOMAIN}")
    mails = [world.keeps(raw, to=f"support@{DOMAIN}"), world.keeps(raw, to=f"complaint@{DOMAIN}")]
    world.sort()

    # They are read side by side, and whichever is ready first becomes the ticket.
    assert sorted(InboundMail.objects.get(pk=m.pk).disposition for m in mails) == ["ignored", "ticketed"]
    assert list(Ticket.objects.values_list("sealed", flat=True)) == [True]


@clause("channel.no_duplicates")
def test_a_reply_to_the_reply_address_joins_its_ticket(world):
    alice = world.contact()
    ticket = world.ticket(alice)
    mail = world.receives(
        "alice@acme.example",
        to=reply_tokens.address_for(ticket.pk, alice.person_id, ticket.reply_generation),
        subject="completely different",
        words="One more thing.",
    )

    assert (mail.disposition, mail.ticket_number) == ("appended", ticket.pk)
    assert world.words(ticket)[-1] == ("customer", "One more thing.")


@clause("channel.no_duplicates")
def test_our_tag_in_the_subject_is_enough_for_a_proven_contact_of_the_account(world):
    alice = world.contact()
    bob = world.contact("bob@acme.example", name="Bob", role="secondary")
    ticket = world.ticket(alice)
    mail = world.receives(
        "bob@acme.example", subject=f"AW: Mailbox full {numbers.tag(ticket.pk)}", words="Me too."
    )

    assert (mail.disposition, mail.ticket_number) == ("appended", ticket.pk)
    assert bob.account == alice.account


@clause("channel.no_duplicates")
def test_an_answer_to_our_message_id_joins_its_ticket(world):
    world.contact()
    first = world.receives("alice@acme.example")
    from hostdesk.mail.models import OutboundMail

    acknowledgement = OutboundMail.objects.get(kind="acknowledgement")
    mail = world.receives(
        "alice@acme.example",
        subject="hello",
        words="And now?",
        headers={"In-Reply-To": acknowledgement.message_id},
    )

    assert (mail.disposition, mail.ticket_number) == ("appended", first.ticket_number)


@clause("channel.no_duplicates")
def test_the_same_request_sent_twice_joins_and_another_fault_does_not(world):
    world.contact()
    first = world.receives(subject="Site down", words="Error 500.")
    again = world.receives(subject="RE: site down", words="Error  500.")
    other = world.receives(subject="Site down", words="Now it says 404.")

    assert (again.disposition, again.ticket_number) == ("appended", first.ticket_number)
    assert (other.disposition, other.ticket_number != first.ticket_number) == ("ticketed", True)


def _pointing_at(world, ticket, person_id):
    """Every way in which a mail can point at a ticket."""
    return {
        "to": reply_tokens.address_for(ticket.pk, person_id, ticket.reply_generation),
        "subject": f"Re: {numbers.tag(ticket.pk)}",
        "headers": {"References": f"<ticket.{ticket.pk}@{DOMAIN}>"},
        "words": "let me in",
    }


def test_another_customer_s_contact_never_joins_whatever_the_mail_points_at(world):
    alice = world.contact()
    ticket = world.ticket(alice)
    world.contact(
        "eve@evil.example", name="Eve", username="evil01", customer="Evil", domains=("evil.example",)
    )
    mail = world.receives("eve@evil.example", **_pointing_at(world, ticket, alice.person_id))

    assert mail.disposition == "ticketed"
    assert mail.ticket_number != ticket.pk
    assert world.words(ticket) == [("customer", "It takes no more mail.")]


def test_a_stranger_with_a_genuine_reply_address_is_closed_and_stands_apart(world):
    alice = world.contact()
    ticket = world.ticket(alice)
    mail = world.receives("stranger@nowhere.example", **_pointing_at(world, ticket, alice.person_id))

    assert (mail.disposition, mail.resembles) == ("closed", "it points at a known ticket")
    assert world.words(ticket) == [("customer", "It takes no more mail.")]


def test_a_removed_contact_is_unlisted_at_once(world):
    alice = world.contact()
    ticket = world.ticket(alice)
    alice.removed_at = world.now
    alice.save()
    mail = world.receives("alice@acme.example", **_pointing_at(world, ticket, alice.person_id))

    assert mail.disposition == "closed"
    assert world.words(ticket) == [("customer", "It takes no more mail.")]


@clause("contact.unlisted")
@pytest.mark.parametrize(
    ("letter", "resembles"),
    [
        ({"sender": "alice@gmail.example", "name": "alice  ADAMS"}, "it bears the name of a contact"),
        ({"sender": "info@acme.example", "name": "Info"}, "its address lies in a domain hosted here"),
        (
            {"sender": "x@y.example", "name": "X", "words": "my username is ACME01"},
            "it names the username of an account",
        ),
        ({"sender": "x@y.example", "name": "X", "words": "win a prize"}, ""),
        (
            {"sender": "x@y.example", "name": '"Alice@ACME.example (Support)"'},
            "the address of a contact stands in its name",
        ),
        ({"sender": "x@y.example", "name": '"y@x.example"'}, ""),
    ],
)
def test_closed_mail_that_looks_like_a_contact_says_how(world, letter, resembles):
    world.contact()

    assert world.receives(**letter).resembles == resembles


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X-Autoreply": "yes"},
    ],
)
def test_a_machine_s_mail_is_ignored_and_never_answered(world, headers):
    world.contact()
    mail = world.receives("alice@acme.example", headers=headers)

    assert mail.disposition == "ignored"
    assert world.outbox == []


def test_our_own_mail_coming_back_is_a_loop(world):
    mail = world.receives(f"support@{DOMAIN}")

    assert mail.disposition == "ignored"


@pytest.mark.parametrize(
    "author",
    [
        "alice@acme.example <x@evil.example>",
        "Alice <alice@acme.example>, Eve <eve@evil.example>",
        "group: alice@acme.example;",
    ],
)
def test_an_author_who_cannot_be_told_is_held_for_a_person(world, author):
    world.contact()
    raw = world.letter().replace(b"From: Alice Adams <alice@acme.example>", b"From: " + author.encode())
    mail = world.receives(raw=raw)

    assert (mail.disposition, mail.clause) == ("quarantined", "contact.listed_sender")
    assert world.outbox == []


def test_an_unreadable_mail_is_held_and_those_behind_it_flow(world):
    world.contact()
    world.keeps(b"")
    good = world.receives()

    assert good.disposition == "ticketed"
    assert InboundMail.objects.exclude(pk=good.pk).get().disposition == "quarantined"


@clause("contact.identify")
def test_a_contact_of_two_accounts_is_matched_by_the_username_they_name(world):
    world.contact(username="acme01")
    second = world.contact(username="acme02", domains=("acme-two.example",))
    named = world.receives(words="My account is ACME02 and it is slow.")
    silent = world.receives(words="Everything is slow.", subject="Slow")

    assert world.ticket_of(named).account == second.account
    assert world.ticket_of(silent).account is None
    assert ("contact.identify", "account not named") in world.decisions(world.ticket_of(silent))


def test_two_mails_with_one_message_id_are_two_mails(world):
    world.contact()
    for words in ("First fault.", "Second fault."):
        world.receives(words=words, subject=words, headers={"Message-ID": "<same@acme.example>"})

    assert Ticket.objects.count() == 2


@clause("scope.dedicated")
def test_a_dedicated_server_s_ticket_runs_under_its_own_policy(world):
    world.contact(product="dedicated")
    ticket = world.ticket_of(world.receives())

    assert ticket.policy_slug == "dedicated"


def test_a_file_of_a_mail_is_kept_and_found_again(world):
    from hostdesk.ports import files
    from hostdesk.tickets.models import Attachment

    world.contact()
    ticket = world.ticket_of(world.receives(files=[("log.txt", b"line 1\n")]))
    kept = Attachment.objects.get(message__ticket=ticket)

    assert (kept.filename, kept.size) == ("log.txt", 7)
    assert files.open_file(kept.digest).read() == b"line 1\n"


@clause("conduct.complaints")
@pytest.mark.parametrize("named", ["complaint", "Complaint+bongani"])
def test_whatever_becomes_of_a_mail_that_names_the_complaint_address_only_supervisors_see_it(world, named):
    world.contact()
    technician, supervisor = world.agent(), world.agent("Sipho", role="supervisor")
    to = f"{named}@{DOMAIN}"
    raw = world.letter(to=to, subject="Rude", headers={"To": to})
    machine = world.letter(
        to=to, subject="Rude again", headers={"To": to, "Auto-Submitted": "auto-generated"}
    )
    # The server in front may hand over one recipient at a time, in either order.
    first = world.receives(raw=raw, to="complaint")
    second = world.receives(raw=raw, to="support")
    third = world.receives(raw=machine, to="support")

    assert [mail.disposition for mail in (first, second, third)] == ["ticketed", "ignored", "ignored"]
    assert set(mails_for_agent(supervisor)) == {first, second, third}
    assert list(mails_for_agent(technician)) == []
    assert world.ticket_of(first).sealed


def test_a_mail_whose_files_cannot_be_stored_waits_as_long_as_it_takes(world, settings):
    """Away for an hour is not a fault of the mail: it is neither held nor lost."""
    world.contact()
    settings.STORAGES = {
        **settings.STORAGES,
        "attachments": {
            "BACKEND": "hostdesk.ports.files.DurableFileStorage",
            "OPTIONS": {"location": "/proc/nowhere"},
        },
    }
    mail = world.receives(files=[("log.txt", b"line 1\n")])
    for _ in range(8):
        world.move(minutes=10)
        world.sort()
    mail.refresh_from_db()
    waiting = mail.disposition
    settings.STORAGES = {**settings.STORAGES, "attachments": {"BACKEND": "hostdesk.ports.files.MemoryFiles"}}
    world.move(minutes=10)
    world.sort()
    mail.refresh_from_db()

    assert (waiting, mail.disposition) == (None, "ticketed")
