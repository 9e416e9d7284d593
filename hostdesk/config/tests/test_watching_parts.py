"""The watch over the other parts."""

from datetime import UTC, datetime, timedelta

import pytest

from hostdesk.config import watch

NOON = datetime(2027, 3, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "stood"),
    [
        (watch.EVERY, False),
        (watch.EVERY * 2, False),
        (timedelta(hours=1), True),
        (timedelta(hours=-1), False),
    ],
)
def test_after_a_standstill_the_other_parts_are_given_time_to_beat(passed, stood):
    assert watch.stood_still(NOON, NOON + passed) is stood
