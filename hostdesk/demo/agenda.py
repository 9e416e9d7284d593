"""What is to happen when: the month of the demo as appointments, kept in their order."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from datetime import datetime

Deed = Callable[[datetime], object]
"""What happens at an instant; its answer is nobody's business."""


class Agenda:
    """Appointments from `begin` to `end`; what would lie behind the end does not happen any more."""

    def __init__(self, begin: datetime, end: datetime) -> None:
        self.begin, self.end = begin, end
        self._waiting: list[tuple[datetime, int, Deed]] = []
        self._order = itertools.count()

    def put(self, at: datetime, deed: Deed) -> bool:
        """Let something happen at an instant, after what was put there earlier; False when that is past the end."""
        if at > self.end:
            return False
        heapq.heappush(self._waiting, (at, next(self._order), deed))
        return True

    def due(self) -> Iterator[tuple[datetime, Deed]]:
        """Everything in the order of time, also what is put while it goes on."""
        while self._waiting:
            at, _, deed = heapq.heappop(self._waiting)
            yield at, deed
