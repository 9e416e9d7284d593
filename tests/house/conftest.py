"""What the rules of the house share."""

import pytest
import time_machine


@pytest.fixture
def staffed(world):
    from tests.house.staffed import Staffed

    with time_machine.travel(world.now, tick=False):
        yield Staffed(world)
