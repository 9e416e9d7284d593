"""What the coming hours and the coming week bring to a team, from its own last weeks.

Read when a supervisor asks, not all day: one count over the arrivals of some weeks, the turns of duty since, what is
unanswered, and how long the newest answers took. Each is bounded by weeks or by a number of tickets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.db.models.functions import TruncHour

from hostdesk.audit.queries import moments_of
from hostdesk.people import queries as people
from hostdesk.people.models import Team
from hostdesk.policy import queries as policy
from hostdesk.policy.rules import sla as sla_rules
from hostdesk.schedule import plan
from hostdesk.schedule import queries as schedule
from hostdesk.tickets.forecasting import HOURS_OF_WEEK, Hour, arrivals_by_hour, next_hours, people_needed
from hostdesk.tickets.models import OURS, Message, SlaClock, Ticket

WEEKS = 8
DUTY_WEEKS = 4
AHEAD_HOURS = 24
BLOCK_HOURS = 4
_ANSWERS = 200
_FEWEST_ARRIVALS = 30
_HOUR = timedelta(hours=1)
_WEEK = timedelta(weeks=1)
_LONGEST_WORK = timedelta(hours=4)
_MOST_UNANSWERED = 5000


@dataclass(frozen=True, slots=True)
class Work:
    """What a ticket costs: minutes of one agent, reckoned as minutes to a first answer times answers; of so many tickets."""

    minutes: float
    first_minutes: float
    answers: float
    tickets: int


@dataclass(frozen=True, slots=True)
class Block:
    """Some hours of the coming week: tickets an hour, people that they need, people planned or usually there, on average.

    `there` is None where nobody keeps shifts.
    """

    begins: datetime
    ends: datetime
    an_hour: float
    needed: int
    there: float | None

    @property
    def is_short(self) -> bool:
        """Whether fewer are there than are needed."""
        return self.there is not None and round(self.there) < self.needed


@dataclass(frozen=True, slots=True)
class Forecast:
    """A day and a week to come. `starts` is the full hour from which `hours` count; `weeks` is what is known.

    `planned`: the people are those of the plan, and not those usually there.
    """

    waiting: int
    starts: datetime
    hours: list[Hour]
    blocks: list[Block]
    work: Work
    promise: timedelta
    weeks: float
    arrivals: int
    planned: bool


def forecast(*, at: datetime, team_slug: str = Team.SUPPORT) -> Forecast | None:
    """For one team; None while there are too few tickets or answers to say anything."""
    team = people.team(team_slug).pk
    version = policy.current()
    zone = ZoneInfo(version.operator.time_zone)
    came = _arrivals(team, at, zone)
    work = _work(team, at)
    if sum(came.values()) < _FEWEST_ARRIVALS or work is None:
        return None
    since = max(min(came), at - WEEKS * _WEEK)
    by_hour = arrivals_by_hour(_of_week(came, zone), _of_week(_every_hour(since, at), zone))
    planned = _planned(team, at)
    staffed = planned or _usually(team, at, zone)
    promise = sla_rules.response_target(version.terms).due_after
    starts = at.replace(minute=0, second=0, microsecond=0)
    coming = [starts + n * _HOUR for n in range(AHEAD_HOURS)]
    waiting = _unanswered(team)
    hours = next_hours(
        waiting=waiting,
        arrivals=[by_hour[_place(hour, zone)] for hour in coming],
        # Where nobody keeps shifts, as many as are needed are taken to be there.
        people=[
            staffed(hour, hour + _HOUR) if staffed else _needed(by_hour[_place(hour, zone)], work, promise)
            for hour in coming
        ],
        work_minutes=work.minutes,
        # The same picture all hour long, for everybody who looks.
        chance=Random(int(starts.timestamp())),  # noqa: S311  (nothing secret)
    )
    return Forecast(
        waiting,
        starts,
        hours,
        _blocks(starts.astimezone(zone), by_hour, staffed, work, promise),
        work,
        promise,
        (at - since) / _WEEK,
        sum(came.values()),
        planned is not None,
    )


def _blocks(
    starts: datetime,
    by_hour: list[float],
    staffed: Staffed | None,
    work: Work,
    promise: timedelta,
) -> list[Block]:
    """The coming week in blocks of the local day, the one that runs now first; `starts` in the operator's zone."""
    first = starts.replace(hour=starts.hour // BLOCK_HOURS * BLOCK_HOURS)
    found = []
    for n in range(HOURS_OF_WEEK // BLOCK_HOURS):
        # Wall time: a block of the local day stays where it is when the clocks change.
        begins, ends = first + n * BLOCK_HOURS * _HOUR, first + (n + 1) * BLOCK_HOURS * _HOUR
        places = [(begins.weekday() * 24 + begins.hour + hour) % HOURS_OF_WEEK for hour in range(BLOCK_HOURS)]
        an_hour = sum(by_hour[place] for place in places) / BLOCK_HOURS
        there = staffed(begins.astimezone(UTC), ends.astimezone(UTC)) if staffed else None
        found.append(Block(begins, ends, an_hour, _needed(an_hour, work, promise), there))
    return found


def _needed(an_hour: float, work: Work, promise: timedelta) -> int:
    return people_needed(
        an_hour=an_hour, work_minutes=work.minutes, promise_minutes=promise / timedelta(minutes=1)
    )


def _arrivals(team: int, at: datetime, zone: ZoneInfo) -> dict[datetime, int]:
    rows = (
        Ticket.objects.filter(team_id=team, queued_at__gt=at - WEEKS * _WEEK, queued_at__lte=at)
        .annotate(hour=TruncHour("queued_at", tzinfo=zone))
        .values("hour")
        .annotate(count=Count("pk"))
        .order_by()
        .values_list("hour", "count")
    )
    return dict(rows)


def _every_hour(since: datetime, at: datetime) -> dict[datetime, int]:
    begin = since.replace(minute=0, second=0, microsecond=0)
    return {begin + n * _HOUR: 1 for n in range(int((at - begin) / _HOUR))}


def _of_week(by_hour: Mapping[datetime, int], zone: ZoneInfo) -> Counter[int]:
    found: Counter[int] = Counter()
    for hour, count in by_hour.items():
        found[_place(hour, zone)] += count
    return found


def _place(hour: datetime, zone: ZoneInfo) -> int:
    local = hour.astimezone(zone)
    return local.weekday() * 24 + local.hour


Staffed = Callable[[datetime, datetime], float]
"""How many people are there between two instants (in UTC), on average."""


def _planned(team: int, at: datetime) -> Staffed | None:
    """From the plan, without those who are away; None when nobody is planned. A block that runs already is counted whole."""
    since, until = at - BLOCK_HOURS * _HOUR, at + _WEEK + BLOCK_HOURS * _HOUR
    turns = [(one.starts_at, one.ends_at) for one in plan.plan(since, until).turns(since, until, team=team)]
    if not turns:
        return None

    def people(begins: datetime, ends: datetime) -> float:
        within = (min(ends, last) - max(begins, first) for first, last in turns)
        return sum(max(0.0, one / (ends - begins)) for one in within)

    return people


def _usually(team: int, at: datetime, zone: ZoneInfo) -> Staffed | None:
    """From those who were on duty in each hour of the last weeks; None when nobody keeps shifts."""
    since = at - DUTY_WEEKS * _WEEK
    turns = schedule.turns([team], since=since, at=at).get(team, [])
    if not turns:
        return None
    first = max(since, min(begins for begins, _ in turns))
    seen = _of_week(_every_hour(first, at), zone)
    there = [0.0] * HOURS_OF_WEEK
    for begins, ends in turns:
        moment, last = max(begins, first), ends or at
        while moment < last:
            full = moment.replace(minute=0, second=0, microsecond=0) + _HOUR
            there[_place(moment, zone)] += (min(full, last) - moment) / _HOUR
            moment = full

    def people(begins: datetime, ends: datetime) -> float:
        places = [_place(begins + n * _HOUR, zone) for n in range(max(1, int((ends - begins) / _HOUR)))]
        return sum(there[place] / max(1, seen[place]) for place in places) / len(places)

    return people


def _unanswered(team: int) -> int:
    waiting = Ticket.objects.filter(
        team_id=team, state__in=OURS, clocks__kind="response", clocks__stopped_at=None
    )
    return waiting[:_MOST_UNANSWERED].count()


def _work(team: int, at: datetime) -> Work | None:
    """From the newest answers: from taking to answering, and how many answers a ticket got. None without any."""
    answered = dict(
        SlaClock.objects.filter(kind="response", stopped_at__lte=at, ticket__team_id=team)
        .order_by("-stopped_at")
        .values_list("ticket_id", "stopped_at")[:_ANSWERS]
    )
    taken = moments_of("ticket", answered, verb="taken")
    spans = sorted(
        span
        for ticket, went in answered.items()
        if went is not None
        and ticket in taken
        and timedelta(0) < (span := went - taken[ticket]) < _LONGEST_WORK
    )
    if not spans:
        return None
    first = sum(spans, timedelta(0)) / len(spans) / timedelta(minutes=1)
    written = Message.objects.filter(ticket_id__in=list(answered), kind=Message.Kind.AGENT).count()
    answers = max(1.0, written / len(answered))
    return Work(first * answers, first, answers, len(spans))
