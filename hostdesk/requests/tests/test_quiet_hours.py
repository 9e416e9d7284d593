"""What is done in quiet hours only: pages, clocks and buttons say when they come, that they are here, and that they are over."""

from datetime import UTC, datetime, timedelta

import pytest

from hostdesk.kit.refusals import Refused
from hostdesk.requests import words
from hostdesk.requests.actions import carrying, confirming
from hostdesk.requests.models import AdminRequest
from hostdesk.requests.standing import case_of
from hostdesk.requests.tasks import look_again
from hostdesk.requests.tests.staging import Stage
from hostdesk.tickets.actions.clocks import rows_of, target_of
from hostdesk.tickets.queries.promised import promised_in

pytestmark = pytest.mark.clause("sla.offpeak")
FRIDAY = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)
"""Two hours before the quiet hours, which last from Saturday 00:00 to 06:00 in Johannesburg."""
RESTORE = {"what": "files", "date": "2026-11-20"}


@pytest.fixture
def waiting(world):
    world.now = FRIDAY
    stage = Stage(world)
    request = stage.asks("window", "backup_restore", RESTORE)
    confirming.confirm(request, by=stage.secondary, at=world.now)
    return stage


def now(stage):
    return AdminRequest.objects.get(pk=stage.by["window"].pk)


def looked(stage, **span):
    stage.world.move(**span)
    while look_again(stage.world.now):
        pass
    return now(stage)


def said(stage):
    case = case_of(now(stage))
    stands = words.standing(case, me=stage.primary, at=stage.world.now)
    return f"{stands.headline} {stands.sentence}"


def test_it_waits_is_ready_while_they_last_and_waits_again_when_they_are_over(waiting):
    states = [now(waiting).state]
    states += [looked(waiting, **span).state for span in ({"hours": 2}, {"hours": 5}, {"hours": 1})]
    states.append(looked(waiting, hours=18).state)

    assert states == ["window", "ready", "ready", "window", "ready"]


def test_what_is_ready_says_until_when_and_what_waits_says_from_when(waiting):
    assert "next tomorrow 00:00" in said(waiting)
    looked(waiting, hours=2)
    assert "We do it in these quiet hours, until today 06:00." in said(waiting)
    looked(waiting, hours=6)
    assert "next tomorrow 00:00" in said(waiting)


def test_a_press_when_they_are_over_is_refused_with_the_clause_of_quiet_hours(waiting):
    request = looked(waiting, hours=2)
    with pytest.raises(Refused) as refusal:
        carrying.begin(
            request, panel="by_hand", before={}, by=waiting.agent, at=waiting.world.now + timedelta(hours=6)
        )

    assert refusal.value.clause == "sla.offpeak"


def test_the_time_for_a_solution_counts_from_the_quiet_hours_on(waiting):
    ticket = now(waiting).ticket

    def waits():
        clock = next(row for row in rows_of(ticket) if row.kind == "resolution")
        return clock.as_clock(target_of(clock)).waits

    assert waits() == {"quiet"}
    assert promised_in(ticket, at=waiting.world.now).for_quiet
    looked(waiting, hours=2)
    assert waits() == set()
    looked(waiting, hours=6)
    assert waits() == {"quiet"}
    confirming.withdraw(now(waiting), by=waiting.primary, at=waiting.world.now)
    ticket.refresh_from_db()
    assert ticket.state == "resolved"
