"""A stop and "It is set" in the same instant, in real threads: the password counts as set, or it is known to be there wrongly."""

import pytest

from hostdesk.people.models import Contact
from hostdesk.requests.actions import choosing, confirming
from hostdesk.requests.models import RecoveryLink
from hostdesk.requests.tests.staging import Stage
from hostdesk.requests.tests.test_lost_passwords import NEW, token_to
from hostdesk.requests.tests.test_races import at_once, state

pytestmark = pytest.mark.clause("contact.password")
ROUNDS = 6


@pytest.fixture
def stage(committed_world):
    return Stage(committed_world)


def test_whoever_noted_that_it_is_set_is_never_left_beside_a_stopped_request(stage):
    primary = Contact.objects.get(role="primary")
    for number in range(ROUNDS):
        request, at = stage.asks(f"lost{number}", "password_reset"), stage.world.now
        link = choosing.choose(token_to(primary.person.email), NEW, at=at)
        became = at_once(
            lambda request=request, at=at: confirming.withdraw(request, by=primary, at=at),
            lambda link=link, at=at: choosing.set_by_hand(link, by=stage.agent, at=at),
        )
        outcome = RecoveryLink.objects.get(pk=link.pk).outcome
        assert (state(request), outcome) in (("done", "done"), ("withdrawn", "late")), became
        if outcome == "late":
            choosing.replace_by_hand(link, by=stage.agent, at=at)
        stage.world.move(minutes=1)
