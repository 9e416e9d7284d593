"""How a cost grows with the size of what causes it: promises of linear time, kept without a clock that they must beat."""

from __future__ import annotations

import gc
import time

TIMES = 16
"""How much larger the large one is: what is linear costs so many times as much, what is quadratic 256 times."""
IN_STEP = 4
"""Below this a cost grows in step with the size; quadratic is 16."""
ROUNDS, LEAST_SECONDS = 6, 0.001


def growth(act, make, size, times=TIMES):
    """The CPU of `act(make(size * times))` in units of `times` that of `act(make(size))`: 1 is linear, `times` quadratic.

    Both are taken side by side in every round and the least round counts, so a machine that is busy or slow makes no
    difference; nor does the collector, whose share grows with what else the process holds. Less than a millisecond counts
    as one: nothing shorter is worth a ratio.
    """
    little, much = make(size), make(size * times)
    return least_ratio(lambda: act(much), lambda: act(little), enough=IN_STEP * times) / times


def least_ratio(act, beside, *, enough):
    """How many times the CPU of `beside` `act` takes, by the least of several rounds; the first one within `enough` will do."""
    least = float("inf")
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        for _ in range(ROUNDS):
            one = min(_spent(beside), _spent(beside))
            least = min(least, _spent(act) / max(LEAST_SECONDS, one))
            if least < enough:
                break
    finally:
        if was_on:
            gc.enable()
    return least


def _spent(act):
    begun = time.process_time()
    act()
    return time.process_time() - begun
