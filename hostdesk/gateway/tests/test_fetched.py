"""Mails that were fetched from a mailbox elsewhere: what is known of their sender, and those that were too large."""

from hashlib import sha256

import pytest

from hostdesk.mail.models import InboundMail, RawMail
from tests.world import DOMAIN

clause = pytest.mark.clause


def fetched(world, raw, *, size=None, route="desk", to=f"support@{DOMAIN}"):
    digest = sha256(raw).hexdigest()
    RawMail.objects.create(pk=digest, raw=raw)
    mail = InboundMail.objects.create(
        digest=digest,
        route=route,
        door="imap",
        envelope_from="unknown",
        recipients=[to],
        size=size or len(raw),
        received_at=world.now,
        next_try_at=world.now,
    )
    world.sort()
    mail.refresh_from_db()
    return mail


@clause("contact.listed_sender")
def test_without_a_named_relay_a_fetched_mail_proves_nothing_by_its_session(world):
    world.contact()
    world.zone["_dmarc.acme.example"] = [["TXT", "v=DMARC1; p=none"]]
    mail = fetched(world, world.letter())

    assert (mail.disposition, mail.trust) == ("ticketed", "unproven")


def test_of_a_contacts_mail_that_was_too_large_a_person_hears(world):
    world.contact()
    mail = fetched(world, world.letter(), size=80_000_000)

    assert (mail.disposition, mail.sender, mail.subject) == ("quarantined", "alice@acme.example", "Site down")
    assert mail.reason == (
        "Only its beginning was fetched: with about 80,000,000 bytes it is larger than the limit of 35,000,000. "
        "The whole mail is flagged in the mailbox that it came to; its sender was not told."
    )
    assert world.outbox == []


@clause("conduct.complaints")
def test_a_complaint_that_was_too_large_is_held_for_the_supervisors(world):
    mail = fetched(world, world.letter("stranger@nowhere.example"), size=80_000_000, route="complaint")

    assert (mail.disposition, mail.clause) == ("quarantined", "conduct.complaints")


@clause("contact.unlisted")
def test_a_strangers_mail_that_was_too_large_is_closed_like_any_other(world):
    mail = fetched(world, world.letter("stranger@nowhere.example"), size=80_000_000)

    assert mail.disposition == "closed"
