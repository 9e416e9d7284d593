"""The load to come, for supervisors: two charts and, under each, the same as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hostdesk.kit import moments
from hostdesk.people.access import agents_only
from hostdesk.people.powers import KEEPERS
from hostdesk.people.requests import DeskRequest
from hostdesk.tickets.queries.forecast import Block, Forecast, forecast
from hostdesk.web import times

_HIGH = 100
_WIDE = 20
"""Both charts are so many units high, and so many wide for each hour or block."""


@dataclass(frozen=True, slots=True)
class HourBar:
    """One of the hours to come, drawn and in words."""

    left: int
    top: float
    height: float
    label: str
    words: str
    arrivals: str
    people: str
    waiting: str
    range: str


@dataclass(frozen=True, slots=True)
class BlockBar:
    """One block of the week, drawn and in words; `level` is how high the people who will be there reach."""

    left: int
    top: float
    height: float
    level: float | None
    short: bool
    day: str
    hours: str
    an_hour: str
    needed: int
    there: str
    words: str


@require_safe
@agents_only(roles=KEEPERS)
def shown(request: DeskRequest) -> HttpResponse:
    """The next day and the next week. Clauses: sla.response, sla.delays."""
    found = forecast(at=request.at)
    return render(
        request, "tickets/desk/forecast.html", {"place": "forecast", **(_context(found) if found else {})}
    )


def _context(found: Forecast) -> dict[str, object]:
    hours, most_waiting = _hours(found), _most_waiting(found)
    blocks = [_block(block, n, _tallest(found), found.planned) for n, block in enumerate(found.blocks)]
    return {
        "forecast": found,
        "promise": moments.in_words(found.promise),
        "work_minutes": round(found.work.minutes),
        "first_minutes": round(found.work.first_minutes),
        "answers": f"{found.work.answers:.1f}",
        "weeks": max(1, round(found.weeks)),
        "hours": hours,
        "most_waiting": round(most_waiting),
        "most_arrivals": f"{max(hour.arrivals for hour in found.hours):.1f}",
        "band": _band(found, most_waiting),
        "line": _line([hour.waiting for hour in found.hours], most_waiting),
        "day_width": _WIDE * len(hours),
        "worst": _worst(found),
        "blocks": blocks,
        "tallest": round(_tallest(found)),
        "week_width": _WIDE * len(blocks),
        "days": _days(blocks),
        "short": [block.words for block in blocks if block.short],
        "keeps_shifts": found.blocks[0].there is not None,
        "who": "planned" if found.planned else "usually there",
    }


def _hours(found: Forecast) -> list[HourBar]:
    most = max(1.0, *(hour.arrivals for hour in found.hours))
    bars = []
    for n, hour in enumerate(found.hours):
        begins = found.starts + n * timedelta(hours=1)
        label = f"{timezone.localtime(begins):%H:%M}"
        waiting = f"{round(hour.least)} to {round(hour.most)}"
        height = hour.arrivals / most * _HIGH
        words = f"{times.spoken(begins, found.starts)}: {hour.arrivals:.1f} tickets come, {waiting} wait at the end of the hour"
        bars.append(
            HourBar(
                n * _WIDE, _HIGH - height, height, label, words,
                f"{hour.arrivals:.1f}", f"{hour.people:.1f}", str(round(hour.waiting)), waiting,
            )
        )  # fmt: skip
    return bars


def _most_waiting(found: Forecast) -> float:
    return max(1.0, *(hour.most for hour in found.hours))


def _worst(found: Forecast) -> str:
    """When the most wait, in a sentence."""
    n = max(range(len(found.hours)), key=lambda one: found.hours[one].waiting)
    hour = found.hours[n]
    when = times.spoken(found.starts + (n + 1) * timedelta(hours=1), found.starts)
    if round(hour.waiting) == 0:
        return "At most hours nothing will wait for a first answer."
    return f"Most wait at {when}: probably {round(hour.waiting)}, between {round(hour.least)} and {round(hour.most)}."


def _line(values: list[float], most: float) -> str:
    return " ".join(
        f"{n * _WIDE + _WIDE / 2:.0f},{_HIGH - value / most * _HIGH:.1f}" for n, value in enumerate(values)
    )


def _band(found: Forecast, most: float) -> str:
    upper = _line([hour.most for hour in found.hours], most).split()
    lower = _line([hour.least for hour in found.hours], most).split()
    return " ".join([*upper, *reversed(lower)])


def _tallest(found: Forecast) -> float:
    return max(1.0, *(max(block.needed, block.there or 0) for block in found.blocks))


def _block(block: Block, n: int, tallest: float, planned: bool) -> BlockBar:  # noqa: FBT001
    begins, ends = timezone.localtime(block.begins), timezone.localtime(block.ends)
    hours = f"{begins:%H:%M} to {ends:%H:%M}"
    there = "unknown" if block.there is None else f"{block.there:.1f}".removesuffix(".0")
    who = "planned" if planned else "usually there"
    height = block.needed / tallest * _HIGH
    return BlockBar(
        n * _WIDE,
        _HIGH - height,
        height,
        None if block.there is None else _HIGH - block.there / tallest * _HIGH,
        block.is_short,
        f"{begins:%A}",
        hours,
        f"{block.an_hour:.1f}",
        block.needed,
        there,
        f"{begins:%A} {hours}: {block.an_hour:.1f} tickets an hour need {_people(block.needed)}, {who}: {there}",
    )


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _days(blocks: list[BlockBar]) -> list[tuple[str, int]]:
    """(day, how many of its blocks follow each other here) for the labels under the chart."""
    found: list[tuple[str, int]] = []
    for block in blocks:
        if found and found[-1][0] == block.day:
            found[-1] = (block.day, found[-1][1] + 1)
        else:
            found.append((block.day, 1))
    return found
