"""The measure by which others keep their promise of linear time tells what grows in step from what does not."""

import pytest

from tests.growth import IN_STEP, growth

pytestmark = pytest.mark.db_free


def every_one(things):
    return [thing for thing in things if thing]


def every_pair(things):
    return [one for one in things for other in things if one < other]


@pytest.mark.parametrize(("act", "size", "in_step"), [(every_one, 50_000, True), (every_pair, 200, False)])
def test_what_is_linear_is_in_step_and_what_is_quadratic_is_not(act, size, in_step):
    assert (growth(act, lambda count: list(range(count)), size) < IN_STEP) is in_step
