"""The mailroom says of every mailbox elsewhere whether it can be looked into."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hostdesk.gateway.tests.test_mailroom import Screen
from hostdesk.mail.fetching.naming import mailboxes
from hostdesk.mail.models import Mailbox

SETTING = "imaps://support:x@mail.example/ imaps://old:x@mail.example/"


@pytest.fixture
def shown(world, settings):
    """The mailroom's page as an agent of today sees it, for a setting of two mailboxes."""
    from django.utils import timezone

    world.now = timezone.now()
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mailboxes=mailboxes(SETTING))
    agent = world.agent()
    return lambda: Screen(world, agent).words("/desk/mailroom/")


def test_a_mailbox_that_answers_and_one_that_does_not_are_told_apart(world, shown):
    now = world.now
    Mailbox.objects.create(name="support@mail.example/INBOX", begun_at=now, next_try_at=now, answered_at=now)
    Mailbox.objects.create(
        name="old@mail.example/INBOX",
        begun_at=now,
        next_try_at=now,
        answered_at=now - timedelta(hours=2),
        failing_since=now - timedelta(hours=1),
        trouble="sign-in <refused>",
    )
    page = shown()

    assert "support@mail.example/INBOX</bdi>" in page
    assert "looked into today" in page
    assert "not looked into since" in page
    assert "sign-in &lt;refused&gt;" in page


def test_a_mailbox_that_began_to_fail_a_moment_ago_is_not_shown_as_well(world, shown):
    now = world.now
    Mailbox.objects.create(
        name="support@mail.example/INBOX",
        begun_at=now,
        next_try_at=now,
        answered_at=now,
        failing_since=now,
        trouble="the token server says: invalid_grant",
    )

    assert 'class="state is-watch">looked into today' in shown()


def test_a_desk_without_mailboxes_elsewhere_says_nothing_of_them(world, shown, settings):
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mailboxes=())

    assert "Mailboxes that mails are fetched from" not in shown()
