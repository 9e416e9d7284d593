"""The other departments of the demo and what not every agent can do: who is asked, what they answered, what is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hostdesk.demo.company import Company
from hostdesk.demo.conversations import Conversations
from hostdesk.kit.actors import OPERATOR
from hostdesk.people.actions import skills, teams
from hostdesk.people.models import Agent
from hostdesk.people.queries import team
from hostdesk.tickets.actions import consulting, needing
from hostdesk.tickets.actions.opening import Opening, open_ticket
from hostdesk.tickets.actions.writing import Answer, answer
from hostdesk.tickets.consult_models import Consult
from hostdesk.tickets.models import Channel, Ticket, TicketState
from hostdesk.tickets.queries.access import ticket_for_agent
from hostdesk.tickets.queries.client import unfinished_for_person
from hostdesk.tickets.queries.skills import skill_lines

_REASON = "Needs another department, which answers within the hour."
_TEAMS = (
    ("billing", "Billing", ("anita", "pieter")),
    ("network", "Network", ("bongani", "naledi")),
)
_SKILLS = (
    ("Dedicated servers", ("lerato", "ayesha", "johan", "naledi", "ruan"), (("product", "dedicated"),)),
    ("Mail delivery", ("ayesha", "naledi", "ruan"), ()),
)
"""Each with who has it and which tickets need it; at every hour somebody who has it is at work."""


@dataclass(frozen=True, kw_only=True)
class _Question:
    """A request that needs another department: who asks whom, and what all of them write."""

    email: str
    subject: str
    text: str
    agent: str
    team: str
    question: str
    clerk: str
    answer: str
    reply: str
    skill: str = ""


_ANSWERED = (
    _Question(
        email="gerhard@highveld-steel.example",
        subject="Two amounts on our last invoice",
        text="The invoice of this month has the server twice. Before our bookkeeper pays it: is that right?",
        agent="lerato",
        team="billing",
        question="Highveld Steel sees ded-07 twice on the invoice of this month. Is the second line the backup space?",
        clerk="anita",
        answer="Yes. The second line is the backup space since the 1st; its text was wrong. The corrected invoice is out, the sum is the same.",
        reply="The second line is your backup space; only its text was wrong. A corrected invoice with the same sum is in your mailbox.",
    ),
    _Question(
        email="thandi@karoo-coffee.example",
        subject="Our newsletter reaches nobody at one company",
        text="All our customers at the same large company say that the newsletter does not arrive. Others get it.",
        agent="ayesha",
        team="network",
        question="Their mail servers answer 'connection refused' to tafelberg and to nothing else of ours. Is its address on a list?",
        clerk="bongani",
        answer="It was on one list since the weekend, because of a form that was abused on another account. We asked to be taken off; it is done.",
        reply="The address of the server stood on a list that this company asks. It is off that list now; could you send the newsletter to one of them again?",
        skill="Mail delivery",
    ),
)
_TEST_OF = "thandi@karoo-coffee.example"
_OPEN = (
    "network",
    "The copy of their shop for the test night needs an address of its own for two nights. Which one may we use?",
)


def found_departments(company: Company, *, at: datetime) -> None:
    """Add the departments with their people, and the skills with those who have them."""
    for slug, name, members in _TEAMS:
        added = teams.add(slug, name=name, by=OPERATOR, at=at)
        for one in members:
            teams.join(added, company.staff[one], by=OPERATOR, at=at)
    by = company.staff["pieter"]
    for word, holders, needs in _SKILLS:
        skill = skills.add_skill(word, by=by, at=at)
        skills.set_holders(skill, [company.staff[one] for one in holders], by=by, at=at)
        needing.set_needs(skill, needs, by=by, at=at)


@dataclass
class Departments:
    """Puts the questions into the agenda, counted back from now. What lies before the desk was opened is left out."""

    talks: Conversations
    now: datetime
    start: datetime

    def stage(self) -> None:
        """All of them: two that were answered, and one that was asked just now about work that waits for its night."""
        for question, hours in zip(_ANSWERED, (24 * 9 + 2, 26), strict=True):
            at = self.now - timedelta(hours=hours)
            if at > self.start + timedelta(hours=2):
                self._at(at, self._asked(question))
        self._at(self.now - timedelta(minutes=33), self._ask_about_the_test)

    def _asked(self, one: _Question) -> Callable[[datetime], None]:
        def customer(at: datetime) -> None:
            contact = self.talks.crew.company.of(one.email)[0].contact
            opening = Opening(
                subject=one.subject,
                text=one.text,
                channel=Channel.CLIENT_AREA,
                arrived_at=at,
                contact=contact,
                account=contact.account,
                customer=contact.account.customer,
                trust="proven",
                may_wait=False,
            )
            ticket = open_ticket(opening, by=contact.actor(), at=at)
            self._later(at, 11, lambda when: self._ask(ticket, one, when))

        return customer

    def _ask(self, ticket: Ticket, one: _Question, at: datetime) -> None:
        agent = self._agent(one.agent)
        needed = [skill for skill in (line.skill for line in skill_lines()) if skill.word == one.skill]
        needing.set_skills(ticket, needed, by=agent, at=at)
        consult = consulting.ask(ticket, team(one.team), one.question, by=agent, at=at, jump_reason=_REASON)
        self._later(at, 19, lambda when: self._answer(ticket, consult, one, when))

    def _answer(self, ticket: Ticket, consult: Consult, one: _Question, at: datetime) -> None:
        consulting.answer(consult, one.answer, by=self._agent(one.clerk), at=at)
        self._later(at, 7, lambda when: self._reply(ticket, one, when))

    def _reply(self, ticket: Ticket, one: _Question, at: datetime) -> None:
        agent = self._agent(one.agent)
        found = ticket_for_agent(agent, ticket.pk)
        answer(found, Answer(one.reply, then="resolved"), by=agent, at=at)

    def _ask_about_the_test(self, at: datetime) -> None:
        agent, contact = self._agent("ayesha"), self.talks.crew.company.of(_TEST_OF)[0].contact
        for ticket in unfinished_for_person(contact.person):
            if ticket.state == TicketState.WAITING_WINDOW:
                slug, words = _OPEN
                consulting.ask(ticket, team(slug), words, by=agent, at=at)
                return

    def _later(self, at: datetime, minutes: int, deed: Callable[[datetime], None]) -> None:
        self._at(at + timedelta(minutes=minutes), deed)

    def _at(self, at: datetime, deed: Callable[[datetime], None]) -> None:
        self.talks.agenda.put(at, deed)
        self.talks.agenda.put(at, self.talks.desk.deliver)

    def _agent(self, name: str) -> Agent:
        return self.talks.crew.company.staff[name]
