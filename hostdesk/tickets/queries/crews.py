"""Who may take each of some waiting tickets, who of them is on duty, and who is next where nobody is.

A bounded number of reads for a whole list, whatever waits and however many agents there are. Nobody is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from hostdesk.people.models import Membership, Skill
from hostdesk.schedule import plan
from hostdesk.schedule import queries as schedule
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.queries.eligibility import Subject, held_by_keys, needs_of_all
from hostdesk.tickets.rules import may_take

Skills = frozenset[int]


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody who may take a ticket is on duty.

    `skills` are what it needs, in the operator's words; `until` is when somebody who may take it is planned, and
    `people` how many are then. None and 0 where nobody is planned in the coming days, or somebody should be there now.
    """

    skills: tuple[str, ...]
    until: datetime | None
    people: int


class Crews:
    """The people of the teams of some tickets at one instant; each thing is read when it is first asked for.

    `by_skills`: not everybody may take everything.
    """

    def __init__(self, tickets: Iterable[Ticket], *, at: datetime, by_skills: bool) -> None:
        self._tickets = {one.pk: one for one in tickets}
        self._at, self.by_skills = at, by_skills
        self._nobody: dict[tuple[int, Skills], Nobody | None] = {}

    @cached_property
    def needs(self) -> dict[int, Skills]:
        """The skills that each ticket needs, by its key."""
        if not self.by_skills:
            return dict.fromkeys(self._tickets, frozenset())
        return needs_of_all(Subject.of(one) for one in self._tickets.values())

    def able(self, ticket: Ticket) -> list[Skills]:
        """What those can do who may take this ticket: those at work, and where none of them is, all of its team.

        Empty when nobody in the team has the skills. Clause: sla.fcfs.
        """
        needs, members = self.needs[ticket.pk], self._members.get(ticket.team_id, frozenset())
        able = [pk for pk in members if may_take(needs=needs, holds=self.held[pk])]
        there = [pk for pk in able if pk in self._at_work]
        return [self.held[pk] for pk in there or able]

    def nobody_for(self, ticket: Ticket) -> Nobody | None:
        """That nobody who may take this ticket is on duty; None when somebody is, or its team keeps no shifts."""
        key = ticket.team_id, self.needs[ticket.pk]
        if key not in self._nobody:
            self._nobody[key] = self._nobody_of(*key)
        return self._nobody[key]

    @cached_property
    def held(self) -> dict[int, Skills]:
        """The skills of everybody in these teams, by the agent's key."""
        everybody = frozenset().union(*self._members.values())
        if not self.by_skills:
            return dict.fromkeys(everybody, frozenset())
        return held_by_keys(everybody)

    def held_in(self, team_id: int) -> dict[int, Skills]:
        """What each of a team's people can do, by the agent's key."""
        return {pk: self.held[pk] for pk in self._members.get(team_id, frozenset())}

    def _nobody_of(self, team_id: int, needs: Skills) -> Nobody | None:
        members = self._members.get(team_id, frozenset())
        able = {pk for pk in members if may_take(needs=needs, holds=self.held[pk])}
        # Where no skill is named, whoever has begun a shift is all that is asked for most of the time.
        if not self.by_skills and able & self._begun:
            return None
        if able & self._at_work or not self._keep_shifts(members):
            return None
        turns = [one for one in self._planned if one.agent in able and one.starts_at > self._at]
        if self._is_late(able):
            turns = []
        until = min((one.starts_at for one in turns), default=None)
        people = len({one.agent for one in turns if until is not None and one.starts_at <= until})
        return Nobody(tuple(sorted(self._words[pk] for pk in needs)), until, people)

    def _keep_shifts(self, members: frozenset[int]) -> bool:
        """Whether people of a team are at work or planned; of one that does neither nobody knows who is there."""
        return bool(members & self._at_work) or any(one.agent in members for one in self._planned)

    def _is_late(self, agents: set[int]) -> bool:
        """Whether one of them should be there now and may come any moment; who has gone early will not."""
        running = any(one.agent in agents and one.starts_at <= self._at for one in self._planned)
        return running and any(self._standings.get(pk) == "absent" for pk in agents)

    @cached_property
    def _standings(self) -> dict[int, str]:
        return {pk: standing for pk, (standing, _) in plan.standings(self._at).items()}

    @cached_property
    def _members(self) -> dict[int, frozenset[int]]:
        teams = sorted({one.team_id for one in self._tickets.values()})
        rows = Membership.objects.filter(team_id__in=teams, agent__active=True)
        found: dict[int, set[int]] = {}
        for team, agent in rows.order_by("pk").values_list("team_id", "agent_id"):
            found.setdefault(team, set()).add(agent)
        return {team: frozenset(agents) for team, agents in found.items()}

    @cached_property
    def _begun(self) -> set[int]:
        return schedule.begun_by(self.held, self._at)

    @cached_property
    def _at_work(self) -> set[int]:
        return schedule.agents_at_work(self._at)

    @cached_property
    def _planned(self) -> list[plan.Turn]:
        until = self._at + plan.AHEAD
        return plan.plan(self._at, until).turns(self._at, until)

    @cached_property
    def _words(self) -> dict[int, str]:
        return dict(Skill.objects.values_list("pk", "word"))
