"""The staff of the demo: who is on duty, who takes the next ticket, who follows whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from hostdesk.demo.agenda import Agenda
from hostdesk.demo.company import Company
from hostdesk.demo.rhythm import Turn, between
from hostdesk.people.models import Agent
from hostdesk.people.queries import team_ids_of
from hostdesk.schedule import actions as schedule
from hostdesk.tickets.actions.handing_over import Line, end_shift
from hostdesk.tickets.actions.taking import assign, take_next
from hostdesk.tickets.models import OURS
from hostdesk.tickets.queries.access import ticket_for_agent
from hostdesk.tickets.queries.desk import mine_for_agent

Taken = Callable[[int, Agent, datetime], None]

QUEUE_WORKERS = ("lerato", "sipho", "ayesha", "johan", "naledi", "ruan")
_AT_WORK = timedelta(minutes=6)
"""After doing something an agent is busy for about so long."""
_GREETINGS = {
    "lerato": "Hi",
    "sipho": "Good day",
    "ayesha": "Hello",
    "johan": "Good day",
    "naledi": "Hi",
    "ruan": "Hello",
}
_HAND_OVERS = ("I am off, please watch for the customer's answer.", "Everything is in the ticket.", "")


@dataclass
class Crew:
    """Who works, and until when each is busy."""

    company: Company
    agenda: Agenda
    chance: Random
    quiet_from: datetime
    """From here on only staged looks take tickets from the queue."""
    on_duty: set[str] = field(default_factory=set)
    busy_until: dict[str, datetime] = field(default_factory=dict)

    def keep_rota(self, turns: list[Turn]) -> None:
        """Put the begin and the end of every shift into the agenda."""
        for turn in turns:
            self.agenda.put(turn.starts, partial(self._begin, turn.agent))
            if turn.ends is not None:
                self.agenda.put(turn.ends, partial(self._end, turn.agent))

    def expect(self, at: datetime, taken: Taken) -> None:
        """Somebody is going to look at the queue some time after `at`, for what has just come in."""
        night = len(self.workers()) < 2  # noqa: PLR2004  (one alone)
        wait = between(self.chance, 6, 75) if night else between(self.chance, 3, 48)
        if at < self.quiet_from:
            self.agenda.put(min(at + wait, self.quiet_from), lambda when: self._look(taken, when))

    def look_now(self, name: str, taken: Taken, at: datetime) -> bool:
        """Let one agent take the next ticket; False when there is none that this agent may take."""
        agent = self.company.staff[name]
        ticket = take_next(by=agent, at=at)
        if ticket is not None:
            self.was_busy(agent, at)
            taken(ticket.pk, agent, at)
        return ticket is not None

    def holder_or_colleague(self, number: int, holder: Agent | None, *, at: datetime) -> Agent:
        """Who goes on with a ticket: its holder, or a colleague who takes it over from one who has gone home."""
        if holder is not None and self.name(holder) in self.on_duty:
            return holder
        colleague = self.company.staff[self._freest()]
        if holder is not None:
            note = self.chance.choice(_HAND_OVERS)
            # It may have come back to the queue meanwhile, behind older ones.
            ticket = ticket_for_agent(colleague, number)
            assign(
                ticket,
                colleague,
                by=colleague,
                at=at,
                reason="The customer waits for the rest.",
                hand_over=note,
            )
        return colleague

    def workers(self) -> list[str]:
        """Names of those on duty who work through the queue, in a fixed order."""
        return [name for name in QUEUE_WORKERS if name in self.on_duty]

    def was_busy(self, agent: Agent, at: datetime) -> None:
        """Know that an agent has just done something and goes on with it for a while."""
        self.busy_until[self.name(agent)] = at + _AT_WORK

    def greeting(self, agent: Agent, lang: str) -> str:
        """How this agent begins an answer."""
        return "Goeiedag" if lang == "af" else _GREETINGS.get(self.name(agent), "Hello")

    @staticmethod
    def name(agent: Agent) -> str:
        """The short name by which the demo knows an agent."""
        return agent.email.partition("@")[0]

    def _look(self, taken: Taken, at: datetime) -> None:
        name = self._freest()
        free_at = self.busy_until.get(name, at)
        if free_at > at:
            self.agenda.put(free_at + timedelta(seconds=20), lambda when: self._look(taken, when))
        elif not self.look_now(name, taken, at):
            # What is left needs a skill: a colleague who has it looks, however busy.
            any(self.look_now(other, taken, at) for other in self.workers() if other != name)

    def _freest(self) -> str:
        """Who has been free the longest; at an hour when nobody is there, the night technician."""
        return min(
            self.workers() or ["ruan"], key=lambda name: (self.busy_until.get(name, self.agenda.begin), name)
        )

    def _begin(self, name: str, at: datetime) -> None:
        agent = self.company.staff[name]
        schedule.start(agent, by=agent.actor(), at=at)
        self.on_duty.add(name)

    def _end(self, name: str, at: datetime) -> None:
        self.on_duty.discard(name)
        agent = self.company.staff[name]
        end_shift(self._left_by(agent), by=agent, at=at)

    def _left_by(self, agent: Agent) -> list[Line]:
        """What waits for us and goes to a colleague of its team who is there, or to the queue; with a word or without."""
        held = [row for row in mine_for_agent(agent) if row.state in OURS]
        there = [self.company.staff[name] for name in self.workers()]
        lines = []
        for row in held:
            note = _HAND_OVERS[row.pk % len(_HAND_OVERS)]
            ticket = ticket_for_agent(agent, row.pk)
            able = [one for one in there if ticket.team_id in team_ids_of(one)]
            colleague = able[row.pk % len(able)] if able else None
            lines.append(Line(ticket, note, "colleague" if colleague else "queue", colleague))
        return lines
