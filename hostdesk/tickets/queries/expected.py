"""How soon a person will probably answer the tickets that wait: the desk's own recent answers, asked of the database.

Four reads for a whole list, each bounded: the newest answers of the desk, what is unanswered since a week, the turns of
duty since the oldest of those answers, and the policy in force. A team's figures are learnt from its own tickets only, so
that no number tells of another team's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import floor
from typing import Literal
from zoneinfo import ZoneInfo

from hostdesk.policy import queries as policy
from hostdesk.policy.rules import sla as sla_rules
from hostdesk.schedule import queries as schedule
from hostdesk.sla.hours import Hours
from hostdesk.tickets.expecting import Duty, Learnt, Question, Turn, Wait, learn
from hostdesk.tickets.models import OURS, SlaClock, Ticket

NEWEST = 1000
"""Answers of the whole desk that are looked at, and unanswered tickets at most."""
OF_A_TEAM = 300
BACK = timedelta(days=28)
UNANSWERED_BACK = timedelta(days=7)
_MINUTE = timedelta(minutes=1)

Why = Literal["queue", "people", "slower"]
"""What makes it slow: more tickets ahead than usual, fewer people on duty than usual, or neither."""


@dataclass(frozen=True, slots=True)
class Likely:
    """Between which instants a person will probably answer; `rests` when support closes and opens in between."""

    begins: datetime
    ends: datetime
    rests: bool
    why: Why


@dataclass(frozen=True, slots=True)
class _Open:
    """One unanswered ticket."""

    pk: int
    team: int
    arrived: datetime
    emergency_at: datetime | None

    @property
    def order(self) -> tuple[bool, datetime, int]:
        """Whose turn comes first: emergencies, then by arrival (sla.fcfs)."""
        return (self.emergency_at is None, self.arrived, self.pk)


def likely_answers(tickets: Iterable[Ticket], *, at: datetime) -> dict[int, Likely]:
    """By key, for each of these tickets of which enough is known; those to be asked about are unanswered and wait.

    No query for no ticket, else four, however many there are. What has too little behind it is left out.
    """
    asked = list(tickets)
    if not asked:
        return {}
    teams = sorted({one.team_id for one in asked})
    unanswered = _unanswered(teams, at)
    if len(unanswered) == NEWEST:
        # Nobody can say who is ahead of whom.
        return {}
    answered = _answered(at)
    version = policy.current()
    hours = _hours(version)
    found = {}
    since = min((arrived for of_team in answered.values() for arrived, _ in of_team), default=at)
    turns = schedule.turns(teams, since=since, at=at)
    for team in teams:
        own = [one for one in asked if one.team_id == team]
        book = _Book(
            answered.get(team, []),
            [one for one in unanswered if one.team == team],
            turns.get(team, []),
            hours,
            at,
        )
        for one in own:
            said = book.likely(one)
            if said is not None:
                found[one.pk] = said
    return found


class _Book:
    """One team's recent answers on the axis of its hours."""

    def __init__(
        self,
        answered: list[tuple[datetime, datetime]],
        unanswered: list[_Open],
        turns: list[tuple[datetime, datetime | None]],
        hours: Hours,
        at: datetime,
    ) -> None:
        self._hours, self._at = hours, at
        self._unanswered = sorted(unanswered, key=lambda one: (one.arrived, one.pk))
        self._zone = hours.zone
        ends = [end for _, end in turns if end is not None]
        moments = [at, *ends, *(begin for begin, _ in turns)]
        moments += [one for pair in answered for one in pair] + [one.arrived for one in self._unanswered]
        axis = _axis(moments, hours)
        self._now = axis[at]
        waits = [Wait(axis[came], axis[went], self._hour(came)) for came, went in answered]
        waits += [Wait(axis[one.arrived], None, self._hour(one.arrived)) for one in self._unanswered]
        self._turns = tuple(Turn(axis[begin], None if end is None else axis[end]) for begin, end in turns)
        self._axis = axis
        # To the whole minute: who asks within one gets what the first one made.
        self._learnt = _learnt(tuple(waits), self._turns, floor(self._now))

    def likely(self, ticket: Ticket) -> Likely | None:
        """The range of one unanswered ticket of this team."""
        since = self._axis.get(ticket.queued_at)
        if since is None:
            return None
        own = _Open(ticket.pk, ticket.team_id, ticket.queued_at, ticket.emergency_at)
        asked = Question(
            waited=self._now - since,
            ahead=sum(one.order < own.order for one in self._unanswered),
            on_duty=Duty(self._turns).at(self._now),
            hour=self._hour(ticket.queued_at),
        )
        said = self._learnt.range_for(asked)
        if said is None:
            return None
        begins = self._hours.after(self._at, said.least * _MINUTE)
        ends = self._hours.after(self._at, said.most * _MINUTE)
        return Likely(begins, ends, ends - self._at != said.most * _MINUTE, self._why(asked))

    def _why(self, asked: Question) -> Why:
        if self._learnt.is_short_of_people(asked):
            return "people"
        return "queue" if self._learnt.is_long_queue(asked) else "slower"

    def _hour(self, moment: datetime) -> int:
        return moment.astimezone(self._zone).hour


@lru_cache(maxsize=16)
def _learnt(waits: tuple[Wait, ...], turns: tuple[Turn, ...], now: int) -> Learnt:
    """Learning takes some milliseconds, and a customer looks again and again."""
    return learn(waits, turns, now=now)


def _answered(at: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
    """(came, was answered) by team, newest first, of the desk's newest answers."""
    newest = (
        SlaClock.objects.filter(kind="response", stopped_at__gt=at - BACK, stopped_at__lte=at)
        .order_by("-stopped_at")
        .values_list("ticket__team_id", "started_at", "stopped_at")[:NEWEST]
    )
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    for team, came, went in newest:
        of_team = found.setdefault(team, [])
        assert went is not None, "asked for in the query"
        if len(of_team) < OF_A_TEAM:
            of_team.append((came, went))
    return found


def _unanswered(teams: list[int], at: datetime) -> list[_Open]:
    found = (
        Ticket.objects.filter(
            team_id__in=teams, state__in=OURS, queued_at__gt=at - UNANSWERED_BACK, queued_at__lte=at
        )
        .filter(clocks__kind="response", clocks__stopped_at=None)
        .order_by()
        .values_list("id", "team_id", "queued_at", "emergency_at")[:NEWEST]
    )
    return [_Open(*row) for row in found]


def _hours(version: policy.Version) -> Hours:
    opened = sla_rules.open_hours(version.terms)
    return Hours(opened.week, ZoneInfo(version.operator.time_zone), opened.holidays)


def _axis(moments: list[datetime], hours: Hours) -> dict[datetime, float]:
    """Each instant as minutes of open time since the first."""
    ordered = sorted(set(moments))
    if hours.is_always:
        return {one: one.timestamp() / 60 for one in ordered}
    found, passed, last = {}, 0.0, ordered[0]
    for one in ordered:
        passed += hours.between(last, one) / _MINUTE
        found[one], last = passed, one
    return found
