"""A mailbox that nobody can read is told to those who watch, without its name."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hostdesk.jobs import health
from hostdesk.mail import queries
from hostdesk.mail.fetching.naming import mailboxes
from hostdesk.mail.models import Mailbox
from hostdesk.mail.queries import MailboxState
from hostdesk.mail.tests.arrivals import AT
from hostdesk.policy.actions import publish_packaged_if_none

NAME = "u@h.example/INBOX"


@pytest.fixture
def box(db, settings):
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mailboxes=mailboxes("imaps://u:x@h.example/"))
    return Mailbox.objects.create(name=NAME, begun_at=AT, next_try_at=AT, answered_at=AT)


def state(at):
    [found] = queries.mailboxes(at=at)
    return found


def test_a_mailbox_that_is_read_is_well(box):
    assert state(AT + timedelta(minutes=30)) == MailboxState(1, NAME, AT, None, "", 0)


def test_a_mailbox_that_fails_for_five_minutes_is_unread_since_it_began_to(box):
    Mailbox.objects.update(failing_since=AT, trouble="sign-in refused")

    assert state(AT + timedelta(minutes=5)).unread_since is None
    assert state(AT + timedelta(minutes=5, seconds=1)) == MailboxState(1, NAME, AT, AT, "sign-in refused", 0)


def test_a_mailbox_that_nobody_looks_into_is_unread_after_half_an_hour(box):
    assert state(AT + timedelta(minutes=30, seconds=1)).unread_since == AT


def test_readiness_warns_and_names_nobody(box):
    publish_packaged_if_none(at=AT)
    Mailbox.objects.update(failing_since=AT, trouble="sign-in refused")
    found = health.look(at=AT + timedelta(minutes=6))

    assert found.is_healthy
    assert found.warnings[-1] == (
        f"Mailbox 1 of HOSTDESK_IMAP has not been read since {AT:%H:%M} UTC; 'hostdesk doctor' says why."
    )


def test_a_mailbox_in_the_setting_that_was_never_looked_into_is_told_apart(box):
    Mailbox.objects.all().delete()

    assert state(AT).trouble == "The mail door has not looked into it yet."


def test_the_states_cost_one_query(box, django_assert_num_queries):
    with django_assert_num_queries(1):
        state(AT)
