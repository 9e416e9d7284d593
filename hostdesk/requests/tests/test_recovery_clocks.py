"""What the ticket of a recovery promises while contacts are given days to object: its clocks count when it is our turn."""

import pytest

from hostdesk.requests.actions import choosing, recovering
from hostdesk.requests.tests.test_recoveries import AT, NEW, OLD, OWNER, Case
from tests.registries import on_loopback, rdap

pytestmark = [pytest.mark.clause("contact.password"), pytest.mark.clause("sla.resolve")]


@pytest.fixture
def case(world):
    with on_loopback() as there:
        there.pages.says(AT, rdap(**OLD))
        yield Case(world, there)


def waits(case):
    """What each clock of the ticket waits for."""
    return dict(case.now().ticket.clocks.values_list("kind", "waits"))


def test_the_clocks_of_the_ticket_wait_while_contacts_can_object(case):
    case.proven()
    assert waits(case) == {"response": "objections", "resolution": "objections"}

    recovering.approve(case.now(), by=case.technician, at=case.world.now)
    case.looks(hours=95)
    assert waits(case) == {"response": "objections", "resolution": "objections"}

    case.looks(hours=2)
    assert waits(case) == {"response": "", "resolution": ""}

    recovering.approve(case.now(), by=case.supervisor, at=case.world.now)
    assert case.now().state == "granted"
    assert waits(case)["resolution"] == "objections"


def test_a_recovery_that_was_stopped_leaves_a_ticket_whose_clocks_count(case):
    case.proven()
    recovering.stop(case.token("recovery_notice", "alice@acme.example"), at=case.world.now)
    assert waits(case) == {"response": "", "resolution": ""}


def test_a_recovery_that_ends_after_days_has_kept_its_promises(case):
    case.granted()
    case.world.move(hours=5)
    link = choosing.choose(case.token("password_link", OWNER), NEW, at=case.world.now)
    assert waits(case) == {"response": "", "resolution": ""}, "setting it is ours to do"

    case.world.move(hours=1)
    choosing.set_by_hand(link, by=case.technician, at=case.world.now)
    clocks = case.now().ticket.clocks.order_by("-kind")
    assert [(one.kind, one.stopped_at, one.late_at) for one in clocks] == [
        (kind, case.world.now, None) for kind in ("response", "resolution")
    ]
