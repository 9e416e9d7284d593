"""What is staged: the odd mails of a month, one bad day, and the hours before now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from hostdesk.demo.agenda import Deed
from hostdesk.demo.company import Writer
from hostdesk.demo.conversations import Conversation, Conversations
from hostdesk.demo.outside import Posted
from hostdesk.demo.stories import Letters, Note, Step, Story, letters
from hostdesk.mail import ours, reply_tokens
from hostdesk.tickets.actions.closing import resolve
from hostdesk.tickets.actions.confirming import confirm
from hostdesk.tickets.actions.drafting import keep_draft
from hostdesk.tickets.actions.passing import give_back
from hostdesk.tickets.actions.taking import assign
from hostdesk.tickets.actions.writing import Answer, add_note, answer
from hostdesk.tickets.models import Channel
from hostdesk.tickets.queries.access import ticket_for_agent, ticket_for_person

_MEGABYTE = 1_000_000


@dataclass
class Scenes:
    """Puts staged events into the agenda, counted back from now. What lies before the desk was opened is left out."""

    talks: Conversations
    now: datetime
    start: datetime
    words: Letters = field(default_factory=letters)

    def stage(self) -> None:
        """All of them."""
        self._strangers()
        self._pretenders()
        self._unproven()
        self._machines()
        self._complaints()
        self._refused()
        self._accounts_unclear()
        self._twice()
        self._jump()
        self._given_back()
        self._late()
        self._formatted()

    def ago(self, deed: Deed, **span: float) -> None:
        """Let something happen so long before now."""
        at = self.now - timedelta(**span)
        if at > self.start + timedelta(hours=2):
            self.talks.agenda.put(at, deed)
            self.talks.agenda.put(at, self.talks.desk.deliver)

    # -- mails that become no ticket ------------------------------------------------------------------------------

    def _strangers(self) -> None:
        """Closed without an answer; three of them look like somebody we know."""
        for place, note in enumerate(self.words.strangers):
            self.ago(partial(self._stranger_writes, note), hours=2.2 + 71.3 * place)
        for note, hours in zip(self.words.resembling, (3.1, 190.0, 449.0), strict=True):
            self.ago(partial(self._stranger_writes, note), hours=hours)

    def _stranger_writes(self, note: Note, at: datetime, *, to: str = "", route: str = "desk") -> int | None:
        posted = self.talks.post.from_stranger(
            note.name,
            note.sender,
            subject=note.subject,
            words=note.text,
            key=self.talks.key(),
            at=at,
            markup=note.html,
        )
        return self._receive(posted, at, to=to, route=route)

    def _pretenders(self) -> None:
        """Letters under a contact's address from elsewhere: quarantined."""
        for note, hours in zip(self.words.forged, (5.4, 318.0), strict=True):
            self.ago(partial(self._forge, note), hours=hours)

    def _forge(self, note: Note, at: datetime) -> None:
        posted = self.talks.post.forged(
            self._writer(note.under), subject=note.subject, words=note.text, key=self.talks.key(), at=at
        )
        self.talks.desk.receive(posted, at=at)

    def _machines(self) -> None:
        """Out-of-office notes and a late delivery report: ignored."""
        for note, hours in zip(self.words.out_of_office, (4.2, 122.0, 403.0), strict=True):
            self.ago(partial(self._out_of_office, note), hours=hours)
        for hours, address in (
            (29.0, "brandon@coastal-charters.example"),
            (388.0, "mia@rooibos-rugs.example"),
        ):
            self.ago(partial(self._bounces, address), hours=hours)

    def _out_of_office(self, note: Note, at: datetime) -> None:
        """Answers the newest mail of ours to this person, or whatever else reached them."""
        writer = self._writer(note.under)
        mine = [one for (email, _), one in self.talks.desk.mailboxes.newest.items() if email == writer.email]
        if mine:
            letter = self.talks.post.reply(
                writer, mine[-1], words=note.text, key=self.talks.key(), at=at, automatic=True
            )
            self.talks.desk.receive(letter, at=at)

    def _bounces(self, address: str, at: datetime) -> None:
        to = reply_tokens.bounce_address_for(self.talks.letters + 1)
        self.talks.desk.receive(self.talks.post.bounce(address, to=to, key=self.talks.key(), at=at), at=at)

    def _refused(self) -> None:
        from hostdesk.mail.door.server import TOO_LARGE

        note = self.words.oversize

        def knock(at: datetime) -> None:
            posted = self.talks.post.from_contact(
                self._writer(note.under), subject="", words="", key=self.talks.key(), at=at
            )
            reason = TOO_LARGE.format(35 * _MEGABYTE)
            self.talks.desk.refuse(posted, size=note.megabytes * _MEGABYTE, reason=reason, at=at)

        self.ago(knock, hours=51)

    def _formatted(self) -> None:
        """A letter in its own clothes, with a logo on its sender's server."""
        note = self.words.formatted

        def write(at: datetime) -> None:
            posted = self.talks.post.from_contact(
                self._writer(note.under),
                subject=note.subject,
                words=note.text,
                key=self.talks.key(),
                at=at,
                markup=note.html,
            )
            self.talks.desk.receive(posted, at=at)

        self.ago(write, minutes=21)

    # -- mails that need a second look ----------------------------------------------------------------------------

    def _unproven(self) -> None:
        """Tickets of their own, with a question to the stored address; the older ones were confirmed."""
        for note, minutes in zip(self.words.unproven, (44, 60 * 97, 60 * 391), strict=True):
            self.ago(partial(self._doubtful, note), minutes=minutes)

    def _doubtful(self, note: Note, at: datetime) -> None:
        solved = "Thank you for confirming. It is done: you find it in the control panel, and I have tested it from here."
        story = _story(note, Step(solved=solved))
        writer = self._writer(note.under)
        lively = self.now - at < timedelta(hours=2)
        talk = self.talks.open(story, writer, at=at, way=Channel.MAIL, look=not lively)
        if not lively:
            self.talks.agenda.put(at + timedelta(minutes=2), lambda when: self._confirms(talk, when))

    @staticmethod
    def _confirms(talk: Conversation, at: datetime) -> None:
        confirm(ticket_for_person(talk.writer.contact.person, talk.ticket), by=talk.writer.contact, at=at)

    def _accounts_unclear(self) -> None:
        for note, hours in zip(self.words.account_unclear, (73.5,), strict=True):
            story = _story(note, Step(agent=note.answer), Step(customer=note.more), Step(solved=note.solved))
            self.ago(partial(self._by_mail, story, note), hours=hours)

    def _by_mail(self, story: Story, note: Note, at: datetime) -> Conversation:
        return self.talks.open(story, self._writer(note.under), at=at, way=Channel.MAIL)

    def _twice(self) -> None:
        """The same request sent twice joins its ticket; the very same bytes are one mail."""
        note = self.words.twice

        def write(at: datetime) -> None:
            story = _story(note, Step(solved=note.answer), Step(customer=note.thanks), Step(resolve="quiet"))
            self._by_mail(story, note, at)

        def write_again(at: datetime) -> None:
            writer = self._writer(note.under)
            posted = self.talks.letter(writer, note.subject, note.text.strip(), at=at)
            self.talks.desk.receive(posted, at=at)
            self.talks.desk.receive_twice(posted, at=at)

        self.ago(write, minutes=60 * 147)
        self.ago(write_again, minutes=60 * 147 - 2)

    # -- supervisors ----------------------------------------------------------------------------------------------

    def _complaints(self) -> None:
        first, second = self.words.complaints
        self.ago(partial(self._contact_complains, first), hours=213)
        self.ago(
            lambda at: self._stranger_writes(second, at, to=ours.complaint_address(), route="complaint"),
            hours=1.9,
        )

    def _contact_complains(self, note: Note, at: datetime) -> None:
        """A contact's complaint, answered by the supervisor and ended in peace."""
        writer = self._writer(note.under)
        posted = self.talks.letter(writer, note.subject, note.text.strip(), at=at)
        number = self._receive(posted, at, to=ours.complaint_address(), route="complaint")
        assert number is not None, "a complaint becomes a ticket"
        pieter = self.talks.crew.company.staff["pieter"]
        talk = Conversation(_story(note), writer, {}, Channel.MAIL, number, [])

        def reply(when: datetime) -> None:
            written = Answer(text=f"Dear Ms Swart,\n\n{note.answer.strip()}", submission=self.talks.key())
            answer(ticket_for_agent(pieter, number), written, by=pieter, at=when)
            self.talks.desk.deliver(when)

        def peace(when: datetime) -> None:
            self.talks.customer_writes(talk, note.thanks.strip(), at=when)

        def end(when: datetime) -> None:
            resolve(ticket_for_agent(pieter, number), by=pieter, at=when, tell=False)

        for minutes, deed in ((95, reply), (250, peace), (290, end)):
            self.talks.agenda.put(at + timedelta(minutes=minutes), deed)

    def _jump(self) -> None:
        """A whole practice stands still: it goes first, with a reason."""
        note = self.words.urgent

        def write(at: datetime) -> None:
            talk = self.talks.open(
                _story(note), self._writer(note.under), at=at, way=Channel.MAIL, look=False
            )
            self.talks.agenda.put(at + timedelta(minutes=4), lambda when: self._goes_first(talk, note, when))

        self.ago(write, hours=34)

    def _goes_first(self, talk: Conversation, note: Note, at: datetime) -> None:
        crew = self.talks.crew
        agent = crew.holder_or_colleague(talk.ticket, None, at=at)
        assign(ticket_for_agent(agent, talk.ticket), agent, by=agent, at=at, reason=note.reason)
        talk.steps = [Step(solved=note.solved)]
        self.talks.taken(talk.ticket, agent, at)

    # -- just now -------------------------------------------------------------------------------------------------

    def _given_back(self) -> None:
        """At the head of the queue: taken by Level 1, given back for a technician, and late by now."""
        note, lerato = self.words.given_back, self.talks.crew.company.staff["lerato"]

        def write(at: datetime) -> None:
            talk = self.talks.open(
                _story(note), self._writer(note.under), at=at, way=Channel.MAIL, look=False
            )
            put = self.talks.agenda.put
            put(at + timedelta(minutes=9), lambda when: _take(talk, when))
            put(at + timedelta(minutes=41), lambda when: _note(talk, when))
            put(at + timedelta(minutes=190), lambda when: _back(talk, when))

        def _take(talk: Conversation, at: datetime) -> None:
            ticket = ticket_for_agent(lerato, talk.ticket)
            assign(ticket, lerato, by=lerato, at=at, reason="I spoke to her on Friday about the same backup.")

        def _note(talk: Conversation, at: datetime) -> None:
            add_note(ticket_for_agent(lerato, talk.ticket), note.note.strip(), by=lerato, at=at)

        def _back(talk: Conversation, at: datetime) -> None:
            give_back(ticket_for_agent(lerato, talk.ticket), by=lerato, at=at, reason=note.reason)

        self.ago(write, minutes=193)

    def _late(self) -> None:
        """Waits for hands in the data centre: answered in time, not solved in time; an answer is being typed."""
        note, johan = self.words.late, self.talks.crew.company.staff["johan"]

        def write(at: datetime) -> None:
            talk = self.talks.open(
                _story(note), self._writer(note.under), at=at, way=Channel.MAIL, look=False
            )
            put = self.talks.agenda.put
            put(at + timedelta(minutes=8), lambda when: _begin(talk, when))
            put(at + timedelta(minutes=26), lambda when: _note(talk, when))
            put(
                self.now - timedelta(minutes=33),
                lambda when: self.talks.customer_writes(talk, note.more, at=when),
            )
            put(self.now - timedelta(minutes=2), lambda when: _types(talk, when))

        def _begin(talk: Conversation, at: datetime) -> None:
            ticket = ticket_for_agent(johan, talk.ticket)
            assign(
                ticket,
                johan,
                by=johan,
                at=at,
                reason="Dedicated server; I am already on the line with remote hands.",
            )
            written = Answer(
                text=f"Goeiedag {talk.writer.first_name},\n\n{note.working.strip()}", then="open"
            )
            answer(ticket, written, by=johan, at=at)
            self.talks.desk.deliver(at)

        def _note(talk: Conversation, at: datetime) -> None:
            add_note(ticket_for_agent(johan, talk.ticket), note.note.strip(), by=johan, at=at)

        def _types(talk: Conversation, at: datetime) -> None:
            words = "They are at the rack now. The cable is swapped and the link light is"
            keep_draft(ticket_for_agent(johan, talk.ticket), "answer", words, by=johan, at=at)

        self.ago(write, minutes=8 * 60 + 50)

    # -- small things ---------------------------------------------------------------------------------------------

    def _receive(self, posted: Posted, at: datetime, *, to: str, route: str) -> int | None:
        raw = posted.raw.replace(self.talks.post.support.encode(), to.encode(), 1) if to else posted.raw
        addressed = Posted(raw, posted.envelope_from, to or posted.recipient, posted.client_ip, posted.helo)
        return self.talks.desk.receive(addressed, at=at, route=route).ticket_number

    def _writer(self, email: str) -> Writer:
        return self.talks.crew.company.of(email)[0]


def _story(note: Note, *steps: Step) -> Story:
    """A single letter as a story of its own."""
    return Story(name=note.subject, subject=(note.subject,), ask=(note.text,), steps=tuple(steps))


def bad_day(talks: Conversations, story: Story, writers: Sequence[Writer], *, at: datetime) -> None:
    """A switch fails: everybody on one server writes within the hour, and the crew does not get through in time."""
    for place, writer in enumerate(writers):
        minutes = 3 + 5.5 * place + talks.chance.random() * 4
        talks.agenda.put(at + timedelta(minutes=minutes), talks.asking(story, writer, slow=6.5))
