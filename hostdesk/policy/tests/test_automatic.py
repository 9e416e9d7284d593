"""Automatic mails: who gets one, when a summary is due, what a breaker lets pass, what a refusal is about."""

from datetime import UTC, datetime, timedelta

import pytest

from hostdesk.policy import documents
from hostdesk.policy.rules import automatic
from hostdesk.policy.rules.automatic import Limit, Wish

TERMS = documents.load_folder(documents.PACKAGED).policies["hosting"].terms
clause = pytest.mark.clause
pytestmark = pytest.mark.db_free

NIGHT = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SECOND = timedelta(seconds=1)


@clause("contact.listed_sender")
@pytest.mark.parametrize(
    ("wish", "verdict"),
    [
        (Wish("proven", today=0), "send"),
        (Wish("proven", today=19), "send"),
        (Wish("proven", today=20), "summary"),
        (Wish("plausible", today=19), "send"),
        (Wish("plausible", today=500), "summary"),
        (Wish("unproven", today=2), "send"),
        (Wish("unproven", today=3), "silence"),
        (Wish("", today=3), "silence"),
        # Those that repeated something count against repetitions alone.
        (Wish("proven", today=22, again_today=3), "send"),
        (Wish("proven", today=23, again_today=3), "summary"),
        (Wish("proven", today=3, again=True, again_today=2), "send"),
        (Wish("proven", today=4, again=True, again_today=3), "silence"),
        (Wish("proven", today=0, undeliverable=True), "silence"),
    ],
)
def test_a_believed_contact_is_acknowledged_up_to_the_days_number_and_everything_else_rarely(wish, verdict):
    assert automatic.may_be_sent(wish, TERMS) == verdict


@clause("contact.listed_sender")
@pytest.mark.parametrize(
    ("oldest", "newest", "last", "verdict"),
    [
        (NIGHT - 15 * MINUTE, NIGHT - 15 * MINUTE, None, "send"),
        (NIGHT - 15 * MINUTE, NIGHT - 15 * MINUTE + SECOND, None, "wait"),
        # Somebody who never pauses hears from us once a day.
        (NIGHT - DAY, NIGHT - SECOND, None, "send"),
        (NIGHT - DAY + SECOND, NIGHT - SECOND, None, "wait"),
        # One summary a day.
        (NIGHT - 60 * MINUTE, NIGHT - 30 * MINUTE, NIGHT - DAY + SECOND, "wait"),
        (NIGHT - 60 * MINUTE, NIGHT - 30 * MINUTE, NIGHT - DAY, "send"),
        # What came right after the last summary answers it.
        (NIGHT - DAY + SECOND, NIGHT - DAY + 15 * MINUTE, NIGHT - DAY, "drop"),
        (NIGHT - DAY + SECOND, NIGHT - DAY + 15 * MINUTE + SECOND, NIGHT - DAY, "send"),
    ],
)
def test_a_summary_waits_for_a_pause_comes_once_a_day_and_never_answers_an_answer(
    oldest, newest, last, verdict
):
    found = automatic.summary_is_due(oldest=oldest, newest=newest, last_summary=last, terms=TERMS, at=NIGHT)

    assert found == verdict


@clause("contact.listed_sender")
def test_each_breaker_has_its_limit_and_window():
    limits = {scope: automatic.breaker_limit(scope, TERMS) for scope in ("address", "ticket", "desk")}

    assert limits == {
        "address": Limit(50, 60 * MINUTE),
        "ticket": Limit(6, 60 * MINUTE),
        "desk": Limit(1000, 10 * MINUTE),
    }


@clause("contact.current")
@pytest.mark.parametrize(
    ("status", "permanent", "about"),
    [
        ("5.1.1", True, "address"),
        ("5.1.2", True, "address"),
        ("5.2.1", True, "address"),
        ("5.4.4", True, "address"),
        ("5.0.0", True, "address"),
        ("", True, "address"),
        ("5.2.2", True, "mail"),
        ("5.3.4", True, "mail"),
        ("5.7.1", True, "mail"),
        ("4.2.2", False, "later"),
        ("4.4.1", False, "later"),
        ("", False, "later"),
    ],
)
def test_only_what_is_wrong_with_the_address_counts_against_it(status, permanent, about):
    assert automatic.failure_of(status, permanent=permanent) == about


@clause("contact.off_server")
@pytest.mark.parametrize(
    ("change", "copied"),
    [
        ({}, True),
        ({"failed": False, "waiting": 15 * MINUTE}, True),
        ({"failed": False, "waiting": 15 * MINUTE - SECOND}, False),
        ({"lives_here": False}, False),
        ({"sealed": True}, False),
    ],
)
def test_an_answer_is_copied_only_when_the_mailbox_is_on_our_servers_and_out_of_reach(change, copied):
    facts = {"lives_here": True, "failed": True, "waiting": timedelta(0), "sealed": False, **change}

    assert automatic.is_copied(**facts, terms=TERMS) == copied
