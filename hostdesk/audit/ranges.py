"""Sets of row numbers as ranges: `1-50,52` instead of fifty-one numbers."""

from __future__ import annotations

from collections.abc import Iterable

Range = tuple[int, int]


def ranges_of(ids: Iterable[int]) -> list[Range]:
    """Ascending numbers as ranges, both ends included."""
    found: list[Range] = []
    for one in ids:
        if found and one == found[-1][1] + 1:
            found[-1] = (found[-1][0], one)
        else:
            found.append((one, one))
    return found


def written(ranges: Iterable[Range]) -> str:
    """Ranges as text."""
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def read(text: str) -> list[Range]:
    """`written` back. Raises ValueError for what is no such text, or does not ascend."""
    found: list[Range] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        found.append((int(first), int(last) if dash else int(first)))
    ends = [end for pair in found for end in pair]
    if ends != sorted(ends) or len({first for first, _ in found}) != len(found):
        raise ValueError(text)
    return found


def numbers(ranges: Iterable[Range]) -> list[int]:
    """Every number of the ranges, in their order."""
    return [one for first, last in ranges for one in range(first, last + 1)]


def merged(ranges: Iterable[Range]) -> list[Range]:
    """The same numbers as the fewest ascending ranges."""
    found: list[Range] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def gaps(ranges: Iterable[Range], *, after: int) -> list[Range]:
    """What is missing between `after` and the highest number of the ranges."""
    found: list[Range] = []
    reached = after
    for first, last in merged(ranges):
        if first > reached + 1:
            found.append((reached + 1, first - 1))
        reached = max(reached, last)
    return found
