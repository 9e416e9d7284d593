"""Hours of the week on a clock that people read, across changes of that clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hostdesk.policy import week

pytestmark = [pytest.mark.db_free, pytest.mark.clause("sla.offpeak")]
NIGHTS = week.read(("sat-sun 00:00-06:00",))
JOHANNESBURG, BERLIN = ZoneInfo("Africa/Johannesburg"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("at", "zone", "inside"),
    [
        (datetime(2026, 11, 27, 21, 59, 59, tzinfo=UTC), JOHANNESBURG, False),
        (datetime(2026, 11, 27, 22, 0, tzinfo=UTC), JOHANNESBURG, True),
        (datetime(2026, 11, 28, 3, 59, 59, tzinfo=UTC), JOHANNESBURG, True),
        (datetime(2026, 11, 28, 4, 0, tzinfo=UTC), JOHANNESBURG, False),
        (datetime(2026, 11, 29, 22, 0, tzinfo=UTC), JOHANNESBURG, False),
        (datetime(2026, 11, 27, 22, 0, tzinfo=UTC), BERLIN, False),
    ],
)
def test_an_instant_lies_in_the_hours_of_its_zone_to_the_second(at, zone, inside):
    assert NIGHTS.covers(at, zone) is inside


@pytest.mark.parametrize(
    ("at", "zone", "begins"),
    [
        (datetime(2026, 11, 23, 6, 0, tzinfo=UTC), JOHANNESBURG, datetime(2026, 11, 27, 22, 0, tzinfo=UTC)),
        (datetime(2026, 11, 28, 1, 0, tzinfo=UTC), JOHANNESBURG, datetime(2026, 11, 28, 1, 0, tzinfo=UTC)),
        (datetime(2026, 11, 28, 4, 0, tzinfo=UTC), JOHANNESBURG, datetime(2026, 11, 28, 22, 0, tzinfo=UTC)),
        (datetime(2026, 11, 29, 4, 0, tzinfo=UTC), JOHANNESBURG, datetime(2026, 12, 4, 22, 0, tzinfo=UTC)),
        (datetime(2026, 3, 28, 6, 0, tzinfo=UTC), BERLIN, datetime(2026, 3, 28, 23, 0, tzinfo=UTC)),
    ],
)
def test_the_next_hours_begin_when_its_clocks_say_so(at, zone, begins):
    assert NIGHTS.next_from(at, zone) == begins


def test_a_begin_that_the_change_of_clocks_skips_comes_right_after_the_gap():
    early = week.read(("sun 02:30-05:00",))

    begins = early.next_from(datetime(2026, 3, 28, 12, 0, tzinfo=UTC), BERLIN)

    assert begins == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "at", "zone", "ends"),
    [
        ("sat-sun 00:00-06:00", datetime(2026, 11, 28, 1, 0, tzinfo=UTC), JOHANNESBURG, datetime(2026, 11, 28, 4, 0, tzinfo=UTC)),
        ("sat-sun 00:00-06:00", datetime(2026, 11, 28, 4, 0, tzinfo=UTC), JOHANNESBURG, None),
        ("sat-sun 00:00-24:00", datetime(2026, 11, 28, 1, 0, tzinfo=UTC), JOHANNESBURG, datetime(2026, 11, 29, 22, 0, tzinfo=UTC)),
        ("mon-sun 00:00-24:00", datetime(2026, 11, 28, 1, 0, tzinfo=UTC), JOHANNESBURG, None),
        ("sun 00:00-06:00", datetime(2026, 3, 28, 23, 30, tzinfo=UTC), BERLIN, datetime(2026, 3, 29, 4, 0, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_the_hours_end_when_its_clocks_say_so(hours, at, zone, ends):
    assert week.read((hours,)).until(at, zone) == ends
