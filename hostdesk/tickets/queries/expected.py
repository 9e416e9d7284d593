"""How soon a person will probably answer the tickets that wait: the desk's own recent answers, asked of the database.

Four reads for a whole list, each bounded: the newest answers of the desk, what is unanswered since a week, the turns of
duty since the oldest of those answers, and the policy in force; a few more where skills are named or shifts are planned.
A team's figures are learnt from its own tickets only, so that no number tells of another team's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
class Came:
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
    unanswered = unanswered_in(teams, at)
    if len(unanswered) == NEWEST:
        # Nobody can say who is ahead of whom.
        return {}
    skills = crews.by_skills if crews else False
    answered = answered_in(teams, at=at, newest=NEWEST, of_a_team=OF_A_TEAM)
    known = Known(
        teams,
        answered,
        unanswered,
        crews={team: crews.held_in(team) for team in teams} if crews and skills else None,
        at=at,
    )
    found = {}
    for one in asked:
        nobody = crews.nobody_for(one) if crews else None
        able = crews.able(one) if crews and skills else [None]
        said = known.book(one.team_id).likely(one, able, nobody)
        if said is not None:
            found[one.pk] = said
    return found


class Known:
    """What is known of some teams at one instant: two reads, and a few more where skills are told apart.

    `crews` are what each of a team's people can do, by the agent's key; None where everybody may take everything.
    """

    def __init__(
        self,
        teams: Collection[int],
        answered: list[Came],
        unanswered: list[Came],
        *,
        crews: Mapping[int, Mapping[int, Skills]] | None,
        at: datetime,
    ) -> None:
        self._answered, self._unanswered, self._at, self._crews = answered, unanswered, at, crews
        since = min((one.arrived for one in answered), default=at)
        self._hours = _hours(policy.current())
        self._turns = schedule.turns_of_agents(teams, since=since, at=at)
        came = (one.subject for one in [*answered, *unanswered])
        self._needs = needs_of_all(came) if crews is not None else {}
        self._books: dict[int, Book] = {}

    def book(self, team: int) -> Book:
        """The book of one team, made once."""
        if team not in self._books:
            crew = self._crews.get(team, {}) if self._crews is not None else None
            self._books[team] = Book(
                answered=[one for one in self._answered if one.team == team],
                unanswered=[one for one in self._unanswered if one.team == team],
                turns=[
                    (begin, end, None if crew is None else crew.get(agent, NONE))
                    for agent, begin, end in self._turns.get(team, [])
                ],
                needs=self._needs,
                crew=() if crew is None else list(crew.values()),
                hours=self._hours,
                at=self._at,
            )
        return self._books[team]


class Book:
    """One team's recent answers on the axis of its hours; `learnt` is what they have taught."""

    def __init__(
        self,
        *,
        answered: list[Came],
        unanswered: list[Came],
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
        self.learnt = _learnt(waits, rows, frozenset(crew), floor(self._now))

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
        said = self.learnt.range_for(asked)
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
        if self.learnt.is_short_of_people(asked):
            return "people"
        return "queue" if self.learnt.is_long_queue(asked) else "slower"

    def _hour(self, moment: datetime) -> int:
        return moment.astimezone(self._zone).hour


@lru_cache(maxsize=16)
def _learnt(waits: tuple[Wait, ...], turns: tuple[Turn, ...], crew: frozenset[Skills], now: int) -> Learnt:
    """Learning takes some milliseconds, and a customer looks again and again."""
    return learn(waits, turns, now=now, crew=crew)


_SUBJECT = ("ticket_class", "policy_slug", "account_id")


def answered_in(teams: Collection[int], *, at: datetime, newest: int, of_a_team: int) -> list[Came]:
    """Of so many newest answers of the desk those of these teams, the newest ones of each."""
    rows = (
        SlaClock.objects.filter(kind="response", stopped_at__gt=at - BACK, stopped_at__lte=at)
        .order_by("-stopped_at")
        .values_list(
            "ticket_id",
            *(f"ticket__{one}" for one in _SUBJECT),
            "ticket__team_id",
            "started_at",
            "stopped_at",
        )[:newest]
    )
    found: dict[int, list[Came]] = {team: [] for team in teams}
    for *subject, team, came, went in rows:
        listed = found.get(team)
        if listed is not None and len(listed) < of_a_team:
            listed.append(Came(Subject(*subject), team, came, went))
    return [one for listed in found.values() for one in listed]


def unanswered_in(teams: Collection[int], at: datetime) -> list[Came]:
    """What came to these teams within the last days, is not answered and waits for us; NEWEST at most."""
    found = (
        Ticket.objects.filter(
            team_id__in=teams, state__in=OURS, queued_at__gt=at - UNANSWERED_BACK, queued_at__lte=at
        )
        .filter(clocks__kind="response", clocks__stopped_at=None)
        .order_by()
        .values_list("id", *_SUBJECT, "team_id", "queued_at", "emergency_at")[:NEWEST]
    )
    return [Came(Subject(*subject), team, came, None, urgent) for *subject, team, came, urgent in found]


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
