"""Changes to accounts that the demo's customers ask for: some done, one refused, others on their way now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hostdesk.demo.conversations import Conversations
from hostdesk.people.models import Agent, Contact
from hostdesk.requests.actions import carrying, confirming
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.requests.models import AdminRequest
from hostdesk.requests.standing import case_of
from hostdesk.tickets.actions.closing import resolve
from hostdesk.tickets.actions.taking import assign
from hostdesk.tickets.actions.writing import Answer, answer
from hostdesk.tickets.models import ENDED
from hostdesk.tickets.queries.access import ticket_for_agent

Next = Callable[[AdminRequest, datetime], None]
_REASON = "A change to an account, which has its own list."


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """Who asks on which account for what, how, and who of the staff looks after it."""

    email: str
    account: str
    kind: str
    details: Mapping[str, str]
    words: str
    agent: str
    channel: str = "client"


@dataclass
class Changes:
    """Puts the changes into the agenda, counted back from now. What lies before the desk was opened is left out."""

    talks: Conversations
    now: datetime
    start: datetime

    def stage(self) -> None:
        """All of them."""
        self._done()
        self._refused()
        self._on_the_way()

    def _done(self) -> None:
        mailbox = _Asked(
            email="thandi@karoo-coffee.example",
            account="karoocof",
            kind="mailbox_change",
            details={"mailbox": "orders@karoo-coffee.example", "quota_mb": "2000"},
            words="For the new web shop, please.",
            agent="ayesha",
        )
        self._ago(
            mailbox, self._carry_out("there is no such mailbox", "it is there and takes mail"), hours=219
        )
        php = _Asked(
            email="farah@jozi-web.example",
            account="joziweb",
            kind="php_version",
            details={"domain": "jozi-web.example", "version": "8.3"},
            words="Our new theme wants it.",
            agent="naledi",
        )
        self._ago(php, self._carry_out("8.1", "8.3, and the site loads"), hours=77)

    def _refused(self) -> None:
        plan = _Asked(
            email="werner@karoo-coffee.example",
            account="karoocof",
            kind="plan_change",
            details={"plan": "Business 20"},
            words="We run out of space.",
            agent="sipho",
        )
        # Refused at once and told why by itself: there is nothing left to take or to answer.
        self._ago(plan, lambda _request, _at: None, hours=147)

    def _on_the_way(self) -> None:
        transfer = _Asked(
            email="tshepo@jozi-web.example",
            account="joziweb",
            kind="dns_delegation",
            details={
                "domain": "jozi-web.example",
                "name_servers": "ns1.cloud-dns.example ns2.cloud-dns.example",
            },
            words="We move the DNS to our own provider this week.",
            agent="ruan",
        )
        self._ago(
            transfer,
            self._say("A second colleague looks at it now, then all contacts are told.", "ruan"),
            hours=0.7,
        )
        cleanup = _Asked(
            email="thandi@karoo-coffee.example",
            account="karoocof",
            kind="account_cleanup",
            details={},
            words="Google says that our site was hacked.",
            agent="johan",
        )
        self._ago(cleanup, self._accept_price, hours=1.6)
        restore = _Asked(
            email="tshepo@jozi-web.example",
            account="melvbook",
            kind="backup_restore",
            details={"what": "files", "date": (self.now - timedelta(days=3)).date().isoformat()},
            words="Somebody deleted the folder with the catalogue.",
            agent="naledi",
        )
        self._ago(restore, self._agree_again, hours=1.1)
        ftp = _Asked(
            email="farah@jozi-web.example",
            account="joziweb",
            kind="ftp_access",
            details={"user": "designer", "folder": "public_html"},
            words="For the agency that does our pictures.",
            agent="ayesha",
        )
        self._ago(ftp, self._say("We set it up today.", "ayesha"), hours=0.5)
        caller = _Asked(
            email="thandi@karoo-coffee.example",
            account="karoocof",
            kind="database_access",
            details={"database": "shop"},
            words="Called: needs a database for the new shop. Had no PIN.",
            agent="lerato",
            channel="phone",
        )
        self._ago(
            caller,
            self._say("We have mailed you a link: one press there, and we go on.", "lerato"),
            hours=0.4,
        )

    def _ago(self, asked: _Asked, then: Next, *, hours: float) -> None:
        at = self.now - timedelta(hours=hours)
        if at <= self.start + timedelta(hours=2):
            return

        def asks(when: datetime) -> None:
            contact, agent = self._contact(asked), self._agent(asked.agent)
            by = agent.actor() if asked.channel == "phone" else contact.actor()
            wish = Wish(
                kind=asked.kind,
                contact=contact,
                channel=asked.channel,
                details=asked.details,
                words=asked.words,
            )
            request = ask(wish, by=by, at=when)
            ticket = ticket_for_agent(agent, request.ticket_id)
            if ticket.state not in ENDED:
                assign(ticket, agent, by=agent, at=when + timedelta(minutes=2), reason=_REASON)
            self.talks.agenda.put(when + timedelta(minutes=7), lambda later: then(request, later))

        self.talks.agenda.put(at, asks)

    def _contact(self, asked: _Asked) -> Contact:
        mine = self.talks.crew.company.of(asked.email)
        return next(one.contact for one in mine if one.contact.account.username == asked.account)

    def _agent(self, name: str) -> Agent:
        return self.talks.crew.company.staff[name]

    def _carry_out(self, before: str, after: str) -> Next:
        def does(request: AdminRequest, at: datetime) -> None:
            agent = self._agent("johan")
            run = carrying.begin(request, panel=carrying.BY_HAND, before={"seen": before}, by=agent, at=at)
            for position in range(len(case_of(request).kind.steps)):
                carrying.tick(request, position=position, by=agent, at=at + timedelta(minutes=3 + position))
            done = at + timedelta(minutes=11)
            carrying.finish(run, state="done", after={"seen": after}, answer="", by=agent, at=done)
            self._close(
                request, "It is done, and looked at: what we saw stands with your request.", "johan", done
            )

        return does

    def _say(self, words: str, name: str) -> Next:
        def says(request: AdminRequest, at: datetime) -> None:
            agent = self._agent(name)
            answer(ticket_for_agent(agent, request.ticket_id), Answer(words), by=agent, at=at)

        return says

    def _accept_price(self, request: AdminRequest, at: datetime) -> None:
        cents = request.price_cents
        confirming.accept_price(request, by=request.contact, cents=cents, at=at)
        self._say("Thank you. We begin at night, as soon as the payment is here.", "johan")(
            request, at + timedelta(minutes=4)
        )

    def _agree_again(self, request: AdminRequest, at: datetime) -> None:
        confirming.confirm(request, by=request.contact, at=at)
        self._say("We restore it tonight, when nobody is in the shop.", "naledi")(
            request, at + timedelta(minutes=5)
        )

    def _close(self, request: AdminRequest, words: str, name: str, at: datetime) -> None:
        self._say(words, name)(request, at)
        agent = self._agent(name)
        resolve(ticket_for_agent(agent, request.ticket_id), by=agent, at=at + timedelta(minutes=1))
