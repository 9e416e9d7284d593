"""Tickets as conversations: a customer opens one, the crew works through it, the customer writes again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from hostdesk.demo.agenda import Agenda, Deed
from hostdesk.demo.company import Writer
from hostdesk.demo.crew import Crew
from hostdesk.demo.desk import Desk
from hostdesk.demo.outside import Post, Posted
from hostdesk.demo.pictures import MadeFile, made
from hostdesk.demo.rhythm import between, patience
from hostdesk.demo.stories import Step, Story, told
from hostdesk.people.models import Agent
from hostdesk.ports import files
from hostdesk.tickets.actions.closing import resolve, resolve_by_contact
from hostdesk.tickets.actions.opening import NewFile, Opening, open_ticket
from hostdesk.tickets.actions.writing import Addition, Answer, add_customer_message, add_note, answer
from hostdesk.tickets.models import Channel, Ticket
from hostdesk.tickets.queries.access import ticket_for_agent, ticket_for_person
from hostdesk.tickets.rules import After

_UNDO = timedelta(seconds=11)
"""A notice of resolution waits a little; a moment after that it leaves."""
_GIVE_UP_AFTER = timedelta(days=3)
_SILENT, _SAYS_THANKS, _BY_MAIL = 0.16, 0.55, 0.84
# Not everybody who was asked in the last hours has answered by now.
_LATELY, _SILENT_LATELY = timedelta(hours=30), 0.6
# Minutes an agent takes for each kind of step, at least and at most.
_WORK = {"agent": (3, 17), "working": (2, 11), "solved": (4, 24), "note": (2, 6), "resolve": (4, 40)}
_NO_NEWS = (
    (
        "I have not heard from you for three days, so I take it that all is well and close this for now. If not, simply "
        "reply to this mail and the ticket is open again, with everything we know so far."
    ),
    "No news is good news, I hope. I am marking this as solved; a reply to this mail opens it again at any time.",
)
_NO_NEWS_AF = (
    (
        "Ek het drie dae lank niks gehoor nie en neem aan alles werk. Antwoord net op hierdie pos as dit nie so is nie, "
        "dan is die kaartjie weer oop."
    ),
)


@dataclass
class Conversation:
    """One ticket on its way: what is still to come, and who holds it."""

    story: Story
    writer: Writer
    slots: Mapping[str, str]
    channel: Channel
    ticket: int
    steps: list[Step]
    holder: Agent | None = None
    answers: int = 0
    asked: bool = False
    slow: float = 1.0


@dataclass
class Conversations:
    """All conversations by the running number of their ticket."""

    desk: Desk
    post: Post
    crew: Crew
    agenda: Agenda
    chance: Random
    by_ticket: dict[int, Conversation] = field(default_factory=dict)
    letters: int = 0

    # -- the customer's side --------------------------------------------------------------------------------------

    def open(
        self,
        story: Story,
        writer: Writer,
        *,
        at: datetime,
        way: Channel | None = None,
        slow: float = 1.0,
        look: bool = True,
    ) -> Conversation:
        """The customer asks, by mail or in the client area; somebody is going to `look` at the queue for it."""
        channel = way or self._way(story, writer)
        slots = slots_of(writer, self.chance, at=at.astimezone(self.desk.zone))
        subject = told(self.chance.choice(story.subject), slots)
        words = told(self.chance.choice(story.ask), slots)
        attached = [made(recipe, slots, chance=self.chance, at=at) for recipe in story.files]
        if channel == Channel.MAIL:
            number = self.desk.receive(
                self.letter(writer, subject, words, attached, at=at), at=at
            ).ticket_number
            assert number is not None, f"{story.name}: a contact's letter becomes a ticket"
        else:
            number = self._open_in_client_area(writer, subject, words, attached, at=at).pk
        talk = Conversation(story, writer, slots, channel, number, list(story.steps), slow=slow)
        self.by_ticket[number] = talk
        self.desk.deliver(at)
        if look:
            self.crew.expect(at, self.taken)
        return talk

    def asking(self, story: Story, writer: Writer, *, slow: float = 1.0) -> Deed:
        """The same for the agenda."""
        return lambda at: self.open(story, writer, at=at, slow=slow)

    def _way(self, story: Story, writer: Writer) -> Channel:
        named = not self.crew.company.of(writer.email)[1:]
        if story.by == "client" or not writer.believed or not named:
            return Channel.CLIENT_AREA
        return Channel.MAIL if self.chance.random() < _BY_MAIL else Channel.CLIENT_AREA

    def _open_in_client_area(
        self, writer: Writer, subject: str, words: str, attached: list[MadeFile], *, at: datetime
    ) -> Ticket:
        contact = writer.contact
        kept = tuple(
            NewFile(files.put(one.content), one.filename, one.content_type, len(one.content))
            for one in attached
        )
        opening = Opening(
            subject=subject,
            text=words,
            channel=Channel.CLIENT_AREA,
            arrived_at=at,
            contact=contact,
            account=contact.account,
            trust="proven",
            files=kept,
            submission=self.key(),
        )
        return open_ticket(opening, by=contact.actor(), at=at)

    def customer_writes(self, talk: Conversation, words: str, *, at: datetime) -> None:
        """The customer answers the newest mail of ours, or writes in the client area."""
        writer = talk.writer
        received = self.desk.mailboxes.newest.get((writer.email, talk.ticket))
        if (
            received
            and writer.believed
            and (talk.channel == Channel.MAIL or self.chance.random() < 1 - _BY_MAIL)
        ):
            letter = self.post.reply(writer, received, words=_signed(writer, words), key=self.key(), at=at)
            self.desk.receive(letter, at=at)
        else:
            ticket = ticket_for_person(writer.contact.person, talk.ticket)
            added = Addition(text=words, trust="proven", submission=self.key())
            add_customer_message(ticket, added, contact=writer.contact, by=writer.contact.actor(), at=at)
        self.desk.deliver(at)

    def letter(
        self, writer: Writer, subject: str, words: str, attached: Sequence[MadeFile] = (), *, at: datetime
    ) -> Posted:
        """A new mail of a contact, in their own manner."""
        return self.post.from_contact(
            writer, subject=subject, words=_signed(writer, words), key=self.key(), at=at, files=attached
        )

    def key(self) -> str:
        """A name for one letter or one press of a button; never the same twice."""
        self.letters += 1
        return f"demo.{self.letters}.{self.chance.getrandbits(40):010x}"

    # -- the crew's side ------------------------------------------------------------------------------------------

    def taken(self, number: int, agent: Agent, at: datetime) -> None:
        """An agent has taken a ticket and begins to work on it."""
        talk = self.by_ticket.get(number)
        if talk is not None:
            talk.holder = agent
            self.go_on(talk, at=at)

    def go_on(self, talk: Conversation, *, at: datetime) -> None:
        """Put the next step into the agenda, unless this is where it ends or the customer stays silent."""
        if not talk.steps:
            return
        step = talk.steps[0]
        if step.kind == "customer":
            self._expect_customer(talk, at=at)
            return
        wait = between(self.chance, *_WORK[step.kind]) * talk.slow
        if talk.answers and step.kind in ("agent", "solved"):
            wait += between(self.chance, 2, 30) * talk.slow
        talk.steps.pop(0)
        self.agenda.put(at + wait, lambda when: self._work(talk, step, when))

    def _expect_customer(self, talk: Conversation, *, at: datetime) -> None:
        step = talk.steps.pop(0)
        merely_thanks = bool(talk.steps) and talk.steps[0].kind == "resolve" and talk.answers > 0
        solved_already = merely_thanks and talk.steps[0].resolve == "quiet"
        if solved_already and self.chance.random() > _SAYS_THANKS:
            self.agenda.put(
                at + between(self.chance, 30, 300), lambda when: self._finish_silently(talk, when)
            )
            return
        lately = self.agenda.end - at < _LATELY
        if (
            talk.asked
            and not solved_already
            and self.chance.random() < (_SILENT_LATELY if lately else _SILENT)
        ):
            self.agenda.put(at + _GIVE_UP_AFTER, lambda when: self._give_up(talk, when))
            return
        wait = patience(self.chance, at=at, zone=self.desk.zone)
        self.agenda.put(at + wait, lambda when: self._customer_turn(talk, step.customer, when))

    def _customer_turn(self, talk: Conversation, words: str, at: datetime) -> None:
        self.customer_writes(talk, told(words, talk.slots), at=at)
        self.go_on(talk, at=at)

    def _work(self, talk: Conversation, step: Step, at: datetime) -> None:
        """An agent does one step; who has gone home is followed by a colleague."""
        agent = self.crew.holder_or_colleague(talk.ticket, talk.holder, at=at)
        talk.holder = agent
        self._do(talk, step, agent, at)
        self.crew.was_busy(agent, at)
        self.desk.deliver(at)
        self.go_on(talk, at=at)

    def _do(self, talk: Conversation, step: Step, agent: Agent, at: datetime) -> None:
        match step.kind:
            case "agent":
                self._answer(talk, step.agent, "waiting_customer", agent, at)
            case "working":
                self._answer(talk, step.working, "open", agent, at)
            case "solved":
                self._answer(talk, step.solved, "resolved", agent, at)
            case "note":
                words = told(step.note, talk.slots)
                add_note(self.ticket(talk, agent), words, by=agent, at=at, submission=self.key())
            case _:
                resolve(self.ticket(talk, agent), by=agent, at=at, tell=step.resolve == "told")
                self.agenda.put(at + _UNDO, self.desk.deliver)

    def _answer(self, talk: Conversation, words: str, then: After, agent: Agent, at: datetime) -> None:
        greeting = f"{self.crew.greeting(agent, talk.story.lang)} {talk.writer.first_name},\n\n"
        text = (greeting if talk.answers == 0 else "") + told(words, talk.slots)
        written = Answer(text=text, then=then, submission=self.key())
        answer(self.ticket(talk, agent), written, by=agent, at=at)
        talk.answers += 1
        talk.asked = then == "waiting_customer"

    def _finish_silently(self, talk: Conversation, at: datetime) -> None:
        """The customer writes no more, but says in the client area that it is solved, where it is not yet."""
        contact = talk.writer.contact
        resolve_by_contact(ticket_for_person(contact.person, talk.ticket), by=contact.actor(), at=at)

    def _give_up(self, talk: Conversation, at: datetime) -> None:
        """The customer never answered."""
        agent = self.crew.holder_or_colleague(talk.ticket, talk.holder, at=at)
        words = self.chance.choice(_NO_NEWS_AF if talk.story.lang == "af" else _NO_NEWS)
        self._answer(talk, words, "resolved", agent, at)
        self.desk.deliver(at)

    def ticket(self, talk: Conversation, agent: Agent) -> Ticket:
        """The ticket of a conversation, as this agent sees it."""
        return ticket_for_agent(agent, talk.ticket)


def slots_of(writer: Writer, chance: Random, *, at: datetime) -> dict[str, str]:
    """What stories leave open; `at` is local time."""
    box = chance.choice(("info", "accounts", "orders", "office", "bookings", "admin"))
    part = "this morning" if at.hour < 13 else "around noon" if at.hour < 17 else "this afternoon"  # noqa: PLR2004
    since = chance.choice((f"since {part}", f"since {at - timedelta(minutes=70):%H:%M}", "since last night"))
    return {
        "domain": writer.domain,
        "box": f"{box}@{writer.domain}",
        "server": writer.server,
        "user": writer.contact.account.username,
        "site": f"www.{writer.domain}",
        "since": since if at.hour >= 5 else "since midnight",  # noqa: PLR2004
        "ip": f"203.0.113.{chance.randint(70, 200)}",
        "time": f"{at - timedelta(minutes=25):%H:%M}",
    }


def _signed(writer: Writer, words: str) -> str:
    """The words as this person writes mails: greeting, farewell, name, and a signature below it."""
    greeting = f"{writer.greeting.rstrip(',')},\n\n" if writer.greeting else ""
    farewell = (
        f"\n\n{writer.farewell}\n{writer.first_name}" if writer.farewell else f"\n\n{writer.first_name}"
    )
    footer = f"\n\n-- \n{writer.contact.person.name}\n{writer.footer}" if writer.footer else ""
    return f"{greeting}{words}{farewell}{footer}"
