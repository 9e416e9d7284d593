"""How soon a person will probably answer the tickets that wait: the desk's own recent answers, asked of the database.

Four reads for a whole list, each bounded: the newest answers of the desk, what is unanswered since a week, the turns of
duty since the oldest of those answers, and the policy in force; a few more where skills are named or shifts are planned.
A team's figures are learnt from its own tickets only, so that no number tells of another team's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
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
from hostdesk.tickets.expecting import Learnt, Question, Wait, learn
from hostdesk.tickets.models import OURS, SlaClock, Ticket
from hostdesk.tickets.queries.crews import Crews, Nobody
from hostdesk.tickets.queries.eligibility import Subject, needs_of_all
from hostdesk.tickets.waiting_line import NONE, Duty, Skills, Turn, suffices

NEWEST = 1000
"""Answers of the whole desk that are looked at, and unanswered tickets at most."""
OF_A_TEAM = 300
BACK = timedelta(days=28)
UNANSWERED_BACK = timedelta(days=7)
_MINUTE = timedelta(minutes=1)

Why = Literal["queue", "people", "nobody", "slower"]
"""What makes it slow: more tickets ahead than usual, fewer people on duty than usual, none of those who may take it, or
nothing that is known.
"""


@dataclass(frozen=True, slots=True)
class Likely:
    """Between which instants a person will probably answer; `rests` when support closes and opens in between."""

    begins: datetime
    ends: datetime
    rests: bool
    why: Why


@dataclass(frozen=True, slots=True)
class _Came:
    """One ticket; `answered` is None while it is not."""

    subject: Subject
    team: int
    arrived: datetime
    answered: datetime | None
    emergency_at: datetime | None = None

    @property
    def order(self) -> tuple[bool, datetime, int]:
        """Whose turn comes first: emergencies, then by arrival (sla.fcfs)."""
        return (self.emergency_at is None, self.arrived, self.subject.pk)


def likely_answers(
    tickets: Iterable[Ticket], *, at: datetime, crews: Crews | None = None
) -> dict[int, Likely]:
    """By key, for each of these tickets of which enough is known; those to be asked about are unanswered and wait.

    `crews` are the people of their teams, None where everybody may take everything at all times. No query for no ticket,
    else four and those that `crews` needs, however many tickets there are. What has too little behind it is left out.
    """
    asked = list(tickets)
    if not asked:
        return {}
    teams = sorted({one.team_id for one in asked})
    unanswered = _unanswered(teams, at)
    if len(unanswered) == NEWEST:
        # Nobody can say who is ahead of whom.
        return {}
    answered = _answered(teams, at)
    version = policy.current()
    hours = _hours(version)
    since = min((one.arrived for one in answered), default=at)
    turns = schedule.turns_of_agents(teams, since=since, at=at)
    skills = crews.by_skills if crews else False
    needs = needs_of_all(one.subject for one in [*answered, *unanswered]) if skills else {}
    found = {}
    for team in teams:
        own = [one for one in asked if one.team_id == team]
        held = crews.held if crews and skills else {}
        book = _Book(
            answered=[one for one in answered if one.team == team],
            unanswered=[one for one in unanswered if one.team == team],
            turns=[
                (begin, end, held.get(agent, NONE) if skills else None)
                for agent, begin, end in turns.get(team, [])
            ],
            needs=needs,
            crew=crews.held_in(team) if crews and skills else (),
            hours=hours,
            at=at,
        )
        for one in own:
            nobody = crews.nobody_for(one) if crews else None
            said = book.likely(one, crews.able(one) if crews and skills else [None], nobody)
            if said is not None:
                found[one.pk] = said
    return found


class _Book:
    """One team's recent answers on the axis of its hours."""

    def __init__(
        self,
        *,
        answered: list[_Came],
        unanswered: list[_Came],
        turns: list[tuple[datetime, datetime | None, Skills | None]],
        needs: dict[int, Skills],
        crew: Collection[Skills],
        hours: Hours,
        at: datetime,
    ) -> None:
        self._hours, self._at, self._needs = hours, at, needs
        self._unanswered = sorted(unanswered, key=lambda one: (one.arrived, one.subject.pk))
        self._zone = hours.zone
        came = [*answered, *self._unanswered]
        ends = [end for _, end, _ in turns if end is not None]
        moments = [at, *ends, *(begin for begin, _, _ in turns), *(one.arrived for one in came)]
        moments += [one.answered for one in came if one.answered is not None]
        axis = _axis(moments, hours)
        self._now = axis[at]
        waits = tuple(
            Wait(
                axis[one.arrived],
                None if one.answered is None else axis[one.answered],
                self._hour(one.arrived),
                needs.get(one.subject.pk, NONE),
            )
            for one in came
        )
        rows = tuple(
            Turn(axis[begin], None if end is None else axis[end], holds) for begin, end, holds in turns
        )
        self._duty, self._axis = Duty(rows, crew), axis
        # To the whole minute: who asks within one gets what the first one made.
        self._learnt = _learnt(waits, rows, frozenset(crew), floor(self._now))

    def likely(self, ticket: Ticket, able: Collection[Skills | None], nobody: Nobody | None) -> Likely | None:
        """The range of one unanswered ticket of this team; `able` is what those can do who may take it.

        Where nobody is there who may, as if it came when somebody is.
        """
        arrived = self._axis.get(ticket.queued_at)
        if arrived is None or (nobody and nobody.until is None):
            return None
        needs = self._needs.get(ticket.pk, NONE)
        begin = self._at if nobody is None or nobody.until is None else nobody.until
        asked = Question(
            waited=0.0 if nobody else self._now - self._duty.from_when(arrived, needs),
            ahead=self._ahead(ticket, needs, able),
            on_duty=nobody.people if nobody else self._duty.at(self._now, needs),
            hour=self._hour(begin if nobody else ticket.queued_at),
        )
        said = self._learnt.range_for(asked)
        if said is None:
            return None
        begins = self._hours.after(begin, said.least * _MINUTE)
        ends = self._hours.after(begin, said.most * _MINUTE)
        rests = ends - self._at != said.most * _MINUTE
        return Likely(begins, ends, rests, "nobody" if nobody else self._why(asked))

    def _ahead(self, ticket: Ticket, needs: Skills, able: Collection[Skills | None]) -> int:
        own = (ticket.emergency_at is None, ticket.queued_at, ticket.pk)
        return sum(
            one.order < own and (theirs == needs or any(suffices(holds, theirs) for holds in able))
            for one in self._unanswered
            for theirs in (self._needs.get(one.subject.pk, NONE),)
        )

    def _why(self, asked: Question) -> Why:
        if self._learnt.is_short_of_people(asked):
            return "people"
        return "queue" if self._learnt.is_long_queue(asked) else "slower"

    def _hour(self, moment: datetime) -> int:
        return moment.astimezone(self._zone).hour


@lru_cache(maxsize=16)
def _learnt(waits: tuple[Wait, ...], turns: tuple[Turn, ...], crew: frozenset[Skills], now: int) -> Learnt:
    """Learning takes some milliseconds, and a customer looks again and again."""
    return learn(waits, turns, now=now, crew=crew)


_SUBJECT = ("ticket_class", "policy_slug", "account_id")


def _answered(teams: Collection[int], at: datetime) -> list[_Came]:
    """Newest first, of the desk's newest answers those of these teams."""
    newest = (
        SlaClock.objects.filter(kind="response", stopped_at__gt=at - BACK, stopped_at__lte=at)
        .order_by("-stopped_at")
        .values_list(
            "ticket_id",
            *(f"ticket__{one}" for one in _SUBJECT),
            "ticket__team_id",
            "started_at",
            "stopped_at",
        )[:NEWEST]
    )
    found: dict[int, list[_Came]] = {team: [] for team in teams}
    for *subject, team, came, went in newest:
        of_team = found.get(team)
        if of_team is not None and len(of_team) < OF_A_TEAM:
            of_team.append(_Came(Subject(*subject), team, came, went))
    return [one for of_team in found.values() for one in of_team]


def _unanswered(teams: list[int], at: datetime) -> list[_Came]:
    found = (
        Ticket.objects.filter(
            team_id__in=teams, state__in=OURS, queued_at__gt=at - UNANSWERED_BACK, queued_at__lte=at
        )
        .filter(clocks__kind="response", clocks__stopped_at=None)
        .order_by()
        .values_list("id", *_SUBJECT, "team_id", "queued_at", "emergency_at")[:NEWEST]
    )
    return [_Came(Subject(*subject), team, came, None, urgent) for *subject, team, came, urgent in found]


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
