"""How fast one token may call: a bucket a token and process, so that a loop gone wild cannot starve the desk."""

from __future__ import annotations

import math
import threading
import time

PER_SECOND = 25.0
AT_ONCE = 50.0
_MOST_TOKENS = 10_000

_lock = threading.Lock()
_buckets: dict[int, tuple[float, float]] = {}


def wait_for(token_id: int) -> int:
    """0 when the token may call now, which counts; else how many whole seconds to wait."""
    # A pace is a duration, not an instant of the desk: the monotonic clock is right here.
    now = time.monotonic()
    with _lock:
        left, since = _buckets.get(token_id, (AT_ONCE, now))
        left = min(AT_ONCE, left + (now - since) * PER_SECOND)
        if left < 1:
            _buckets[token_id] = (left, now)
            return max(1, math.ceil((1 - left) / PER_SECOND))
        if len(_buckets) >= _MOST_TOKENS:
            _buckets.clear()
        _buckets[token_id] = (left - 1, now)
        return 0
