"""Larger work at quiet times: some of it done in its window, some agreed, some proposed just now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hostdesk.demo.conversations import Conversations
from hostdesk.people.models import Agent, Contact
from hostdesk.policy import queries as policy
from hostdesk.schedule.actions import plan_windows
from hostdesk.schedule.models import MaintenanceWindow
from hostdesk.schedule.queries import windows_for
from hostdesk.tickets.actions import slot_work, slots
from hostdesk.tickets.actions.opening import Opening, open_ticket
from hostdesk.tickets.actions.writing import Addition, add_customer_message
from hostdesk.tickets.models import Channel, Ticket, TicketState
from hostdesk.tickets.queries.client import unfinished_for_person

_REASON = "Larger work, which is planned and not queued."
_TO_ANSWER = timedelta(hours=2)
Then = Callable[[Ticket, MaintenanceWindow, datetime], None]


@dataclass(frozen=True, kw_only=True)
class _Work:
    """Who asks for what, who plans it, and what they write."""

    email: str
    subject: str
    text: str
    work: str
    words: str
    agent: str


@dataclass
class QuietTimes:
    """Puts the works into the agenda, counted back from now. What lies before the desk was opened is left out."""

    talks: Conversations
    now: datetime
    start: datetime

    def stage(self) -> None:
        """All of them."""
        for at in (self.start + timedelta(hours=1), self.now - timedelta(hours=5)):
            self.talks.agenda.put(at, plan_windows)
        self._done()
        self._to_be_looked_at()
        self._agreed()
        self._proposed()

    def _done(self) -> None:
        work = _Work(
            email="tshepo@jozi-web.example",
            subject="Please move our database to the newer server",
            text="The developers of our shop ask for the newer version of the database. Can you move it?",
            work="extensive",
            words="We copy the database to the newer server and switch your site over. It is down for about ten minutes.",
            agent="naledi",
        )
        self._ago(work, self._accepted(self._carried_out("naledi", "johan")), hours=24 * 15)

    def _to_be_looked_at(self) -> None:
        work = _Work(
            email="gerhard@highveld-steel.example",
            subject="Kernel of our server",
            text="Our auditor wants the current kernel on the server. When can it be restarted?",
            work="modification",
            words="We install the current kernel and restart the server once; that takes about five minutes.",
            agent="ruan",
        )
        self._ago(work, self._accepted(self._carried_out("ruan", "")), hours=24 * 8)

    def _agreed(self) -> None:
        work = _Work(
            email="thandi@karoo-coffee.example",
            subject="Try PHP 8.4 on our web shop",
            text="Would our web shop run on PHP 8.4? We would like to know before the sale starts.",
            work="testing",
            words="We run a copy of your shop on PHP 8.4 and tell you what fails. Your own site stays as it is.",
            agent="ayesha",
        )
        self._ago(work, self._accepted(None), hours=30)
        self.talks.agenda.put(self.now - timedelta(minutes=21), lambda at: self._asks_meanwhile(work, at))
        self.talks.agenda.put(self.now - timedelta(minutes=21), self.talks.desk.deliver)

    def _asks_meanwhile(self, work: _Work, at: datetime) -> None:
        contact = self._contact(work.email)
        for ticket in unfinished_for_person(contact.person):
            if ticket.state == TicketState.WAITING_WINDOW:
                words = Addition(
                    "One thing before that night: can people still pay in the shop while you test?"
                )
                add_customer_message(ticket, words, contact=contact, by=contact.actor(), at=at)
                return

    def _proposed(self) -> None:
        work = _Work(
            email="thandi@karoo-coffee.example",
            subject="Why is the search of our shop slow?",
            text="Searching for a coffee takes eight seconds. Can somebody find out why?",
            work="research",
            words="We record what the database does while we search, which slows the site down; so we do it at night.",
            agent="ayesha",
        )
        self._ago(work, None, hours=2.5)

    def _ago(self, work: _Work, then: Then | None, *, hours: float) -> None:
        at = self.now - timedelta(hours=hours)
        if at <= self.start + timedelta(hours=2):
            return

        def asks(when: datetime) -> None:
            contact, agent = self._contact(work.email), self._agent(work.agent)
            opening = Opening(
                subject=work.subject,
                text=work.text,
                channel=Channel.CLIENT_AREA,
                arrived_at=when,
                contact=contact,
                account=contact.account,
                customer=contact.account.customer,
                trust="proven",
                may_wait=False,
            )
            ticket = open_ticket(opening, by=contact.actor(), at=when)
            self.talks.agenda.put(
                when + timedelta(minutes=40), lambda later: self._propose(ticket, work, agent, then, later)
            )

        self.talks.agenda.put(at, asks)

    def _propose(self, ticket: Ticket, work: _Work, agent: Agent, then: Then | None, at: datetime) -> None:
        version = policy.current(ticket.policy_slug)
        # Late enough that whoever accepts it an hour later is in time.
        offered = windows_for(ticket.team_id, version, after=at + version.terms.offpeak_notice + _TO_ANSWER)
        if not offered:
            return
        wanted = slots.Proposal(work.work, offered[0], work.words, _REASON)
        slots.propose(ticket, wanted, by=agent, at=at)
        if then is not None:
            self.talks.agenda.put(at + timedelta(hours=1), lambda later: then(ticket, offered[0], later))

    def _accepted(self, afterwards: Then | None) -> Then:
        def accepts(ticket: Ticket, window: MaintenanceWindow, at: datetime) -> None:
            assert ticket.contact is not None, "the demo's works are asked for by contacts"
            slots.accept(ticket, by=ticket.contact, at=at)
            if afterwards is not None:
                self.talks.agenda.put(
                    window.begins_at + timedelta(minutes=95), lambda later: afterwards(ticket, window, later)
                )

        return accepts

    def _carried_out(self, by: str, looked_at_by: str) -> Then:
        def does(ticket: Ticket, _window: MaintenanceWindow, at: datetime) -> None:
            words = "It is done, and all pages that we tried answer as before."
            slot_work.check_off(ticket, words, by=self._agent(by), at=at)
            if looked_at_by:
                self.talks.agenda.put(
                    at + timedelta(hours=7),
                    lambda later: slot_work.verify(ticket, by=self._agent(looked_at_by), at=later),
                )

        return does

    def _contact(self, email: str) -> Contact:
        return self.talks.crew.company.of(email)[0].contact

    def _agent(self, name: str) -> Agent:
        return self.talks.crew.company.staff[name]
