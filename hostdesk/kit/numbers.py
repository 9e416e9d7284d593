"""Ticket numbers that notice a slip of the finger: a running number and its Damm check digit."""

from __future__ import annotations

import re

# Damm's quasigroup of order 10: finds every single wrong digit and every swap of neighbours.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_SHOWN = re.compile(r"\A#?(\d{1,12})(?:-(\d))?\Z", re.ASCII)
_TAG = re.compile(r"\[#(\d{1,12})-(\d)\]", re.ASCII)


def check_digit(number: int) -> int:
    """The digit that follows `number` on screens and in mails."""
    interim = 0
    for digit in str(number):
        interim = _DAMM[interim][int(digit)]
    return interim


def shown(number: int) -> str:
    """`1042` as people see it: `1042-9`."""
    return f"{number}-{check_digit(number)}"


def tag(number: int) -> str:
    """The hint in a subject line: `[#1042-9]`."""
    return f"[#{shown(number)}]"


def read(text: str) -> int | None:
    """The running number in `1042`, `1042-9` or `#1042-9`; None when it is none or the check digit is wrong."""
    found = _SHOWN.match(text.strip())
    if found is None:
        return None
    number = int(found[1])
    if found[2] is not None and int(found[2]) != check_digit(number):
        return None
    return number


def tags_in(subject: str) -> list[int]:
    """Running numbers of all well-formed tags in a subject, in order; a wrong check digit is no tag."""
    return [int(n) for n, digit in _TAG.findall(subject) if check_digit(int(n)) == int(digit)]
