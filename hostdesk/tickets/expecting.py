"""How long until a person answers: a range learnt from a queue's own recent answers. Pure; knows no ticket.

A range is `base x ratio`. The base says how long it should take in this situation: the usual wait at this time of day,
and for every ticket ahead the time that one agent needs for one, shared by those on duty. The ratios are those of
recent questions of the same kind (asked as long after the arrival as this one), so that the range is as wide as the
desk is unpredictable. What share of them the range leaves out is moved after every answer: a miss widens it, a hit
narrows it (adaptive conformal inference, Gibbs and Candes 2021), which keeps its promise through a surge as well. Of the
stretches that leave out that share the shortest one is told: waits have a long tail, and a range of equal tails is wide
for the sake of the few that wait longest.

Times are minutes on one axis: where clocks rest at night, its minutes rest too.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import ceil, floor
from typing import NamedTuple

from hostdesk.tickets.waiting_line import NONE, Duty, Line, Skills, Turn

MISSES = 0.18
"""The share of questions whose answer may come outside of the range that is aimed for."""
FEWEST = 20
"""With fewer answers nothing is said."""
_EARLY = 0.35
"""At least so much of the share that is left out lies before the range: an answer that comes early annoys nobody."""
_STEP = 0.04
_LEAST_OUT, _MOST_OUT = 0.008, 0.3
_TRIED = 8
_POOL = 120
_FEW = 5
_USUAL, _LOADED = 80, 40
_BLOCK_WEIGHT = 12
_FIRST_LOOK = 10.0
_BLOCKS = 6
_HOUR = 60


@dataclass(frozen=True, slots=True)
class Wait:
    """One ticket's wait for its first answer: minutes on the axis, None while it lasts.

    `hour` is the hour of the local day in which it came, `needs` are the skills without which nobody may take it.
    """

    arrived: float
    answered: float | None
    hour: int
    needs: Skills = NONE


class Question(NamedTuple):
    """A ticket that has waited for `waited` minutes since somebody could have answered it.

    `ahead` are the unanswered ones that come before it for those who may take it, `on_duty` how many of those are there.
    """

    waited: float
    ahead: int
    on_duty: int
    hour: int


class Range(NamedTuple):
    """From now on, in whole round minutes: the answer comes between `least` and `most`, about five times in six."""

    least: int
    most: int


@dataclass
class _Kind:
    """Questions asked equally long after an arrival: their ratios, sorted and in order, and what share is left out."""

    ratios: list[float] = field(default_factory=list)
    order: deque[float] = field(default_factory=deque)
    out: float = MISSES

    def learn(self, ratio: float) -> None:
        insort(self.ratios, ratio)
        self.order.append(ratio)
        if len(self.order) > _POOL:
            del self.ratios[bisect_left(self.ratios, self.order.popleft())]

    def adapt(self, *, missed: bool) -> None:
        """Leave out less after a miss, more after a hit."""
        self.out = min(_MOST_OUT, max(_LEAST_OUT, self.out + _STEP * (MISSES - missed)))


class _Lately:
    """The last so many numbers and their median, reckoned when one is added and not when it is asked for."""

    def __init__(self, most: int) -> None:
        self._order: deque[float] = deque()
        self._sorted: list[float] = []
        self._most = most
        self.many = 0
        self.median = 0.0

    def add(self, number: float) -> None:
        self._order.append(number)
        insort(self._sorted, number)
        if self.many == self._most:
            del self._sorted[bisect_left(self._sorted, self._order.popleft())]
        else:
            self.many += 1
        self.median = self._sorted[self.many // 2]

    def share(self, share: float) -> float:
        """The number below which this share of them lies."""
        return self._sorted[min(self.many - 1, int(self.many * share))]


class Learnt:
    """What a queue's answers have taught so far.

    `widths` are those of the ranges that were said about what has been answered since, `held` how many of these ranges
    held the answer.
    """

    def __init__(self) -> None:
        self.answers = 0
        self.widths: list[int] = []
        self.held = 0
        self._usual = _Lately(_USUAL)
        self._usual_here = [_Lately(_LOADED) for _ in range(_BLOCKS)]
        self._each = _Lately(_LOADED)
        self._aheads = _Lately(_USUAL)
        self._on_duty = [_Lately(_LOADED) for _ in range(_BLOCKS)]
        self.kinds: dict[int, _Kind] = {}

    def range_for(self, asked: Question) -> Range | None:
        """The range, or None while there is too little to learn from."""
        return self.range_on(self.base(asked), asked.waited) if self.has_base else None

    def range_on(self, base: float, waited: float) -> Range | None:
        """The range of what has waited so long and should take `base` minutes."""
        kind = self._kind_for(waited)
        known = self.kinds.get(kind)
        if self.answers < FEWEST or known is None or len(known.ratios) < FEWEST // 2:
            return None
        ratios, since = known.ratios, waited - _begin_of(kind)
        # Of the questions of this kind, those that would not have been answered by now.
        first = bisect_left(ratios, since / base)
        if len(ratios) - first < FEWEST // 2:
            # Nobody waited that long lately: as if it had just come, at the place where it now is.
            first, since = 0, 0.0
        least, most = _shortest(ratios, first, known.out)
        return _rounded(max(0.0, least * base - since), max(0.0, most * base - since))

    def base(self, asked: Question) -> float:
        """The minutes that it should take in this situation."""
        return max(1.0, self._usual_wait(asked.hour) + asked.ahead * self._for_one() / max(1, asked.on_duty))

    def is_long_queue(self, asked: Question) -> bool:
        """Whether more tickets are ahead than nine times in ten."""
        return self._aheads.many > 0 and asked.ahead > self._aheads.share(0.9)

    def is_short_of_people(self, asked: Question) -> bool:
        """Whether fewer agents are on duty than usually at this time of day."""
        seen = self._on_duty[_block(asked.hour)]
        return seen.many > 0 and asked.on_duty < seen.median

    def learn_wait(self, waited: float, asked: Question) -> None:
        """Take in one answer: how long it took, and how things stood when the ticket came."""
        self.answers += 1
        self._aheads.add(asked.ahead)
        self._on_duty[_block(asked.hour)].add(asked.on_duty)
        if asked.ahead <= 1 or not self.has_base:
            self._usual.add(waited)
            self._usual_here[_block(asked.hour)].add(waited)
        else:
            over = max(0.0, waited - self._usual_wait(asked.hour))
            self._each.add(over * max(1, asked.on_duty) / asked.ahead)

    @property
    def has_base(self) -> bool:
        """Whether there was an answer at all."""
        return self._usual.many > 0

    def _kind_for(self, waited: float) -> int:
        kind = _kind_of(waited)
        while kind and (kind not in self.kinds or len(self.kinds[kind].ratios) < FEWEST):
            kind -= 1
        return kind

    def _usual_wait(self, hour: int) -> float:
        everywhere, here = self._usual.median, self._usual_here[_block(hour)]
        return (here.many * here.median + _BLOCK_WEIGHT * everywhere) / (here.many + _BLOCK_WEIGHT)

    def _for_one(self) -> float:
        """Minutes of one agent that a ticket ahead costs."""
        return self._each.median if self._each.many >= _FEW else self._usual.median / 2


def learn(
    waits: Iterable[Wait], turns: Iterable[Turn], *, now: float, crew: Collection[Skills] = ()
) -> Learnt:
    """Go through what happened up to `now` as it happened, asking and learning on the way.

    `crew` is what each of the team's people can do: who comes before whom where none of them was there who could help.
    """
    return Lessons(waits, turns, crew).until(now)


class Lessons:
    """What happened to a queue, gone through in the order of time, never looking ahead."""

    def __init__(self, waits: Iterable[Wait], turns: Iterable[Turn], crew: Collection[Skills] = ()) -> None:
        self._waits = sorted(waits, key=lambda one: one.arrived)
        self._duty = Duty(turns, crew)
        self._begins = [_begin(one, self._duty) for one in self._waits]
        self._events = sorted(_events(self._waits, self._begins), reverse=True)
        self._ends: list[tuple[float, int, int, int]] = []
        self._line = Line()
        self._asked: list[dict[int, _Asked]] = [{} for _ in self._waits]
        self._learnt = Learnt()

    def until(self, now: float) -> Learnt:
        """Everything that is known at `now`, which is not before the instant of the call before."""
        while (next_one := self._next(now)) is not None:
            at, what, index, kind = next_one
            if what == _CAME:
                self._line.add(self._waits[index].arrived, self._waits[index].needs)
            elif what in (_ANSWER, _AT_ONCE):
                self._line.remove(self._waits[index].arrived, self._waits[index].needs)
                _take_in(self._learnt, self._asked[index], at)
                # A ticket is over with its answer: what was asked about it is not asked again.
                self._asked[index] = {}
            elif what == _LOOK:
                self._ask(at, index, kind)
            elif kind in self._asked[index]:
                # It still waits when its range is over. That is a miss, known long before the answer is.
                _miss(self._learnt, self._asked[index][kind])
        return self._learnt

    def _next(self, now: float) -> tuple[float, int, int, int] | None:
        """What happened next up to `now`: one of the events that were known, or the end of a range that was said."""
        events, ends = self._events, self._ends
        if events and (not ends or events[-1] < ends[0]):
            return events.pop() if events[-1][0] <= now else None
        return heappop(ends) if ends and ends[0][0] <= now else None

    def _ask(self, at: float, index: int, kind: int) -> None:
        one = self._waits[index]
        question = Question(
            waited=at - self._begins[index],
            ahead=self._line.ahead(one.arrived, one.needs, self._duty.able(at, one.needs)),
            on_duty=self._duty.at(at, one.needs),
            hour=one.hour,
        )
        base = self._learnt.base(question) if self._learnt.has_base else 0.0
        said = self._learnt.range_on(base, question.waited) if base else None
        self._asked[index][kind] = _Asked(at, kind, question, base, said)
        if said is not None:
            heappush(self._ends, (at + said.most, _OVER, index, kind))


class _Asked(NamedTuple):
    """One question that was put to the past: when, of which kind, on which base, and what was said."""

    at: float
    kind: int
    question: Question
    base: float
    said: Range | None


_ANSWER, _CAME, _LOOK, _AT_ONCE, _OVER = range(5)


def _begin(one: Wait, duty: Duty) -> float:
    """From when on it could have been answered; its arrival, but for what waited for a skill of which nobody was there."""
    begin = duty.from_when(one.arrived, one.needs)
    return one.arrived if one.answered is not None and one.answered <= begin else begin


def _events(waits: Sequence[Wait], begins: Sequence[float]) -> list[tuple[float, int, int, int]]:
    """(minute, what, index, kind): arrivals, looks at what waits, and answers."""
    last = max((max(one.arrived, one.answered or 0.0) for one in waits), default=0.0)
    found = []
    for index, (one, begin) in enumerate(zip(waits, begins, strict=True)):
        end = last if one.answered is None else one.answered
        found += [(one.arrived, _CAME, index, 0), (begin, _LOOK, index, 0)]
        kind = 1
        while begin + _begin_of(kind) < end:
            found.append((begin + _begin_of(kind), _LOOK, index, kind))
            kind += 1
        if one.answered is not None:
            # Within one instant answers come first, but none before its own arrival.
            at_once = one.answered <= one.arrived
            found.append((max(one.answered, one.arrived), _AT_ONCE if at_once else _ANSWER, index, 0))
    return found


def _take_in(learnt: Learnt, asked: Mapping[int, _Asked], at: float) -> None:
    """Learn from one answer what was asked about its ticket, each question once."""
    for one in asked.values():
        if one.base:
            kind = learnt.kinds.setdefault(one.kind, _Kind())
            kind.learn((at - one.at) / one.base)
            if one.said is not None:
                learnt.widths.append(one.said.most - one.said.least)
                if at - one.at <= one.said.most:
                    early = at - one.at < one.said.least
                    kind.adapt(missed=early)
                    learnt.held += not early
    learnt.learn_wait(at - asked[0].at, asked[0].question)


def _miss(learnt: Learnt, asked: _Asked) -> None:
    if asked.kind in learnt.kinds:
        learnt.kinds[asked.kind].adapt(missed=True)


def _block(hour: int) -> int:
    return hour * _BLOCKS // 24


def _kind_of(waited: float) -> int:
    kind = 0
    while waited >= _begin_of(kind + 1):
        kind += 1
    return kind


def _begin_of(kind: int) -> float:
    return _FIRST_LOOK * 2 ** (kind - 1) if kind else 0.0


def _shortest(ratios: Sequence[float], first: int, out: float) -> tuple[float, float]:
    """Both ends of the shortest stretch of the sorted ratios from `first` on that leaves out this share of them.

    Counted as conformal ranges are: among one more than there are, since the next one may lie anywhere.
    """
    count = len(ratios) - first
    spare = max(0, min(count - 2, floor(out * (count + 1)) - 1))
    span = count - 1 - spare
    begins = range(first + round(_EARLY * spare), first + spare + 1)
    tried = begins[:: len(begins) // _TRIED + 1]
    begin = min(tried, key=lambda one: ratios[one + span] - ratios[one])
    return ratios[begin], ratios[begin + span]


def _rounded(least: float, most: float) -> Range:
    """Outwards to what people say: fives below an hour, tens below three, then halves of hours."""
    low = floor(least / _step(least)) * _step(least)
    high = ceil(most / _step(most)) * _step(most)
    return Range(low, max(high, low + _step(most)))


def _step(minutes: float) -> int:
    """In fives up to an hour, in tens up to three, in halves of hours beyond."""
    if minutes < _HOUR:
        return 5
    return 10 if minutes < 3 * _HOUR else 30
