"""A month asked again, as it went: at every look only what was known then is used, and the truth is compared after.

The range that is always true is taken in hindsight, and as narrow as hindsight can make it: for tickets that have waited
equally long, from the shortest to the longest time that any of them still had to wait.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from statistics import median
from zoneinfo import ZoneInfo

from hostdesk.tickets.expecting import Lessons, Question, Wait, learn
from hostdesk.tickets.waiting_line import Duty, Turn

LOOKS = (0, 20, 60)
"""Minutes after its arrival at which each ticket's customer looks, while it is unanswered."""
OF_A_TEAM = 300
ZONE = ZoneInfo("Africa/Johannesburg")


@dataclass(frozen=True)
class Said:
    """One range that was shown, in minutes from then on, and when the answer came."""

    at: float
    look: int
    least: float
    most: float
    truth: float

    @property
    def is_true(self):
        """Whether the answer came within it."""
        return self.least <= self.truth <= self.most


@dataclass(frozen=True)
class Replayed:
    """Everything that was said; `silent` questions had too little behind them."""

    said: list[Said]
    silent: int

    @property
    def share_true(self):
        """The share of ranges that contained the truth."""
        return sum(one.is_true for one in self.said) / len(self.said)

    @property
    def width(self):
        """The median width, in minutes."""
        return median(one.most - one.least for one in self.said)

    @property
    def always(self):
        """The median width of the range that is always true, over the same questions."""
        widths = {}
        for look in {one.look for one in self.said}:
            truths = [one.truth for one in self.said if one.look == look]
            widths[look] = max(truths) - min(truths)
        return median(widths[one.look] for one in self.said)

    def between(self, begin, end):
        """What was said from one minute to another."""
        return Replayed([one for one in self.said if begin <= one.at < end], 0)


def replay(tickets, turns, *, zone=ZONE, every=1):
    """Ask for every `every`th of (came, answered or None) by what was known; `turns` are (begin, end or None).

    As the product asks: from the newest answers of that moment, learnt anew each time.
    """
    waits, duty = _in_minutes(tickets, turns, zone)
    arrivals = [one.arrived for one in waits]

    def learnt_at(at):
        known = [_as_known(each, at) for each in waits[: bisect_right(arrivals, at)]]
        answered = sorted((one for one in known if one.answered is not None), key=lambda one: one.answered)
        return learn([*answered[-OF_A_TEAM:], *(one for one in known if one.answered is None)], duty, now=at)

    return _asked(waits[::every], waits, duty, learnt_at)


def quick_replay(tickets, turns, *, zone=ZONE):
    """The same in a tenth of the time: learnt on from look to look, and nothing is ever forgotten."""
    waits, duty = _in_minutes(tickets, turns, zone)
    return _asked(waits, waits, duty, Lessons(waits, duty).until)


def _in_minutes(tickets, turns, zone):
    def minute(moment):
        return None if moment is None else moment.timestamp() / 60

    ordered = sorted(tickets, key=lambda pair: pair[0])
    waits = [Wait(minute(came), minute(went), came.astimezone(zone).hour) for came, went in ordered]
    return waits, tuple(Turn(minute(begin), minute(end)) for begin, end in turns)


def _asked(tickets, waits, duty, learnt_at):
    said, silent, on_duty = [], 0, Duty(duty)
    looks = [
        (one.arrived + look, look, one)
        for one in tickets
        for look in LOOKS
        if one.answered is not None and (not look or one.answered > one.arrived + look)
    ]
    for at, look, one in sorted(looks, key=lambda look: look[0]):
        ahead = sum(
            each.arrived < one.arrived and (each.answered is None or each.answered > at) for each in waits
        )
        found = learnt_at(at).range_for(Question(look, ahead, on_duty.at(at), one.hour))
        if found is None:
            silent += 1
        else:
            said.append(Said(at, look, found.least, found.most, one.answered - at))
    return Replayed(said, silent)


def _as_known(wait, at):
    gone = wait.answered is not None and wait.answered <= at
    return wait if gone or wait.answered is None else Wait(wait.arrived, None, wait.hour)
