"""Who was on duty when, and who waited before whom, told apart by skills. Pure; knows no ticket.

Skills are numbers that only the caller understands. Whoever has all that a ticket needs may take it; of the others'
tickets only those come before it that such a person may take as well (sla.fcfs).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable
from dataclasses import dataclass

Skills = frozenset[int]
NONE: Skills = frozenset()


@dataclass(frozen=True, slots=True)
class Turn:
    """One agent on duty from `begins` to `ends`, None while it lasts; minutes on the axis. `holds` None: every skill."""

    begins: float
    ends: float | None
    holds: Skills | None = None


def suffices(holds: Skills | None, needs: Skills) -> bool:
    """Whether these skills are enough for a ticket; None are all that there are."""
    return holds is None or needs <= holds


class Duty:
    """How many agents were on duty when, and what they could do; `crew` is what each of a team's people can do."""

    def __init__(self, turns: Iterable[Turn], crew: Collection[Skills] = ()) -> None:
        by_skills: dict[Skills | None, list[Turn]] = {}
        for one in turns:
            by_skills.setdefault(one.holds, []).append(one)
        self._kinds = [
            (
                holds,
                sorted(one.begins for one in alike),
                sorted(one.ends for one in alike if one.ends is not None),
            )
            for holds, alike in by_skills.items()
        ]
        self._crew = frozenset(crew)

    def at(self, minute: float, needs: Skills = NONE) -> int:
        """How many are there at this minute who have these skills."""
        return sum(
            bisect_right(begins, minute) - bisect_right(ends, minute)
            for holds, begins, ends in self._kinds
            if suffices(holds, needs)
        )

    def able(self, minute: float, needs: Skills) -> list[Skills | None]:
        """What those can do who have these skills and are there; where nobody is, those of the team who have them."""
        there = [
            holds
            for holds, begins, ends in self._kinds
            if suffices(holds, needs) and bisect_right(begins, minute) > bisect_right(ends, minute)
        ]
        return there or [holds for holds in self._crew if suffices(holds, needs)]

    def from_when(self, minute: float, needs: Skills) -> float:
        """The first minute from this one on in which somebody is there who has these skills.

        This one itself where nothing is needed, or nobody who has them came later.
        """
        if not needs or self.at(minute, needs):
            return minute
        later = [
            begins[bisect_right(begins, minute)]
            for holds, begins, _ in self._kinds
            if suffices(holds, needs) and begins[-1] > minute
        ]
        return min(later, default=minute)


class Line:
    """The tickets that wait, by what they need and when they came."""

    def __init__(self) -> None:
        self._by_needs: dict[Skills, list[float]] = {}

    def add(self, arrived: float, needs: Skills) -> None:
        """One more waits."""
        insort(self._by_needs.setdefault(needs, []), arrived)

    def remove(self, arrived: float, needs: Skills) -> None:
        """It waits no more."""
        self._by_needs[needs].remove(arrived)

    def ahead(self, arrived: float, needs: Skills, able: Collection[Skills | None]) -> int:
        """How many that came before it come before it for those who may take it, whose skills are `able`."""
        return sum(
            bisect_left(waiting, arrived)
            for others, waiting in self._by_needs.items()
            if others == needs or any(suffices(holds, others) for holds in able)
        )
