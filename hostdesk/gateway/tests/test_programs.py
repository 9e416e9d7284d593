"""Mails that programs wrote: no answer, no ticket; and people's mails that only look like them."""

import pytest

from tests.world import DOMAIN

clause = pytest.mark.clause
ELSEWHERE = "198.51.100.66"


@clause("contact.listed_sender")
def test_a_mail_that_asks_for_silence_is_a_ticket_without_an_answer(world):
    world.contact()
    mail = world.receives("alice@acme.example", headers={"X-Auto-Response-Suppress": "All"})

    assert mail.disposition == "ticketed"
    assert world.outbox == []
    assert ("contact.listed_sender", "no answer wanted") in world.decisions(world.ticket_of(mail))


def test_the_mailroom_says_which_program_wrote(world):
    world.contact()
    away = world.receives(
        "alice@acme.example",
        subject="Out of office: Site down",
        headers={"Auto-Submitted": "auto-replied"},
        words="I am away until Monday.",
    )

    assert (away.disposition, away.reason) == (
        "ignored",
        "An automatic answer (out of office); its mark: Auto-Submitted: auto-replied.",
    )


def test_a_notice_of_failure_is_known_by_its_empty_envelope(world):
    """The same words from somebody with a return address are a person's question."""
    world.contact()
    letter = {
        "subject": "Undelivered Mail Returned to Sender",
        "words": "The following address failed:\n\n<bob@other.example>: 550 5.1.1 unknown user\n",
    }
    row = world.keeps(world.letter(**letter), to=f"support@{DOMAIN}", envelope_from="", ip=ELSEWHERE)
    world.sort()
    row.refresh_from_db()

    assert (row.disposition, row.reason) == (
        "ignored",
        (
            "A delivery report: bob@other.example could not be reached, 5.1.1."
            " It did not come to a return address of ours, so it changes nothing."
        ),
    )
    assert world.receives(**letter).disposition == "ticketed"
