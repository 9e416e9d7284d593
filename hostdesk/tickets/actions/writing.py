"""Writing into a ticket: answers, notes, what the customer adds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Judgement, decide, note
from hostdesk.kit.actors import Actor
from hostdesk.kit.keyed_links import page_without_keys
from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import InboundMail
from hostdesk.people.models import Agent, Contact
from hostdesk.policy import queries as policy
from hostdesk.policy.rules import sla as sla_rules
from hostdesk.search import index
from hostdesk.tickets import mails, rules
from hostdesk.tickets.actions import clocks, consult_ends
from hostdesk.tickets.actions.letting_go import let_go
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.actions.opening import NewFile, attach, author_name, fresh_part, kept_text, searchable
from hostdesk.tickets.actions.taking import take_for_answer
from hostdesk.tickets.actions.withholding import is_withheld
from hostdesk.tickets.models import OURS, Draft, Message, Ticket, TicketState


@dataclass(frozen=True)
class Answer:
    """What an agent sends: the words, the files, and in which state the ticket is left.

    `jump_reason` is needed when the ticket still waits in the queue behind older ones (sla.fcfs).
    """

    text: str
    files: tuple[NewFile, ...] = ()
    then: rules.After = "waiting_customer"
    jump_reason: str = ""
    submission: str | None = None


def answer(ticket: Ticket, written: Answer, *, by: Agent, at: datetime) -> Message:
    """Send an answer to the customer: message, mail, clocks, state, in one commit.

    Refused: an empty answer; a closed ticket; a ticket that waits behind older ones, without a reason (sla.fcfs).
    The first answer of a person ends the response clock (sla.response); an automatic mail never does.
    """
    if not written.text.strip():
        raise Refused("", "An answer needs some words.")
    with transaction.atomic():
        row = locked(ticket)
        earlier = _sent_before(written.submission)
        if earlier is not None:
            return earlier
        if row.state == TicketState.CLOSED:
            raise Refused("", "This ticket is closed; its customer is answered in a new one.")
        take_for_answer(row, by=by, reason=written.jump_reason, at=at)
        message = Message.objects.create(
            ticket=row,
            kind=Message.Kind.AGENT,
            author_name=by.name,
            agent=by,
            text=kept_text(written.text),
            at=at,
            submission=written.submission,
        )
        attach(message, written.files)
        asks = written.then == TicketState.WAITING_CUSTOMER and row.state != TicketState.WAITING_WINDOW
        solve_by = clocks.solve_by(row, at=at) if asks else None
        mail = mails.answer(row, message, list(written.files), at=at, waits_until=solve_by)
        if mail is not None:
            message.outbound_mail = mail
            message.save(update_fields=["outbound_mail"])
        if sla_rules.is_substantive(author_kind="agent", automatic=False):
            clocks.stop(row, (clocks.RESPONSE,), cause="answered", at=at)
        _leave(row, written.then, by=by.actor(), at=at)
        if row.state in OURS:
            clocks.await_word(row, policy.current(row.policy_slug), cause="answered", at=at, anew=True)
            row.save(update_fields=["attention"])
        note("ticket", row.pk, "answered", by=by.actor(), at=at, facts={"then": written.then})
        index.add("ticket", row.pk, written.text)
        Draft.objects.filter(ticket=row, agent=by, kind="answer").delete()
        return message


def add_note(ticket: Ticket, text: str, *, by: Agent, at: datetime, submission: str | None = None) -> Message:
    """Write something that only staff sees; no clock and no customer notices.

    Refused: an empty note.
    """
    if not text.strip():
        raise Refused("", "A note needs some words.")
    with transaction.atomic():
        row = locked(ticket)
        earlier = _sent_before(submission)
        if earlier is not None:
            return earlier
        message = Message.objects.create(
            ticket=row,
            kind=Message.Kind.INTERNAL,
            author_name=by.name,
            agent=by,
            text=kept_text(text),
            at=at,
            submission=submission,
        )
        row.updated_at = at
        row.save(update_fields=["updated_at"])
        note("ticket", row.pk, "noted", by=by.actor(), at=at)
        index.add("ticket", row.pk, text)
        Draft.objects.filter(ticket=row, agent=by, kind="internal").delete()
        return message


@dataclass(frozen=True)
class Addition:
    """What a customer adds to a ticket, by mail or in the client area."""

    text: str
    fresh: str = ""
    html: str = ""
    files: tuple[NewFile, ...] = ()
    trust: str = ""
    inbound_mail: InboundMail | None = None
    submission: str | None = None
    judgements: tuple[Judgement, ...] = ()


def add_customer_message(
    ticket: Ticket, added: Addition, *, contact: Contact, by: Actor, at: datetime
) -> Message:
    """Put a contact's words into their ticket; it is our turn again and the waiting clock runs on.

    Refused: nothing written; a closed ticket (channel.no_duplicates: a new one is opened that follows it).
    Whether the contact may write into this ticket is for the caller to have checked where it was fetched.
    """
    if not (added.text.strip() or added.files or added.inbound_mail):
        raise Refused("intake.description", "Write what you would like to add.")
    with transaction.atomic(savepoint=False):
        row = locked(ticket)
        earlier = _sent_before(added.submission)
        if earlier is not None:
            return earlier
        turn = rules.after_customer_message(row.state, assigned=row.assignee_id is not None)
        if not turn.joins:
            raise Refused(
                "channel.no_duplicates", "This ticket is closed. Open a new one; we will see both together."
            )
        message = Message.objects.create(
            ticket=row,
            kind=Message.Kind.CUSTOMER,
            author_name=author_name(contact, "", ""),
            contact=contact,
            trust=added.trust,
            text=kept_text(added.text),
            fresh=fresh_part(added.text, added.fresh),
            html=page_without_keys(added.html),
            at=at,
            inbound_mail=added.inbound_mail,
            submission=added.submission,
        )
        attach(message, added.files)
        if turn.lies and row.wrote_at is None:
            row.wrote_at = at
            if row.state == TicketState.WAITING_WINDOW:
                # Whatever was owed before was settled by the agreement; these words are owed an answer of their own.
                clocks.stop(row, (clocks.UPDATE,), cause="customer wrote", at=at)
        if turn.reopens:
            reopen_row(row, cause="customer wrote", by=by, at=at)
        else:
            state = row.state if is_withheld(row) else turn.state
            settle(row, state, cause="customer wrote", at=at)
        if row.state in OURS or turn.lies:
            clocks.await_word(row, policy.current(row.policy_slug), cause="customer wrote", at=at, anew=False)
            row.save(update_fields=["attention"])
        note("ticket", row.pk, "customer wrote", by=by, at=at)
        if added.judgements:
            version = policy.current(row.policy_slug)
            decide("ticket", row.pk, added.judgements, version_id=version.id, at=at)
        index.add("ticket", row.pk, searchable(row, message))
        return message


def nothing_to_answer(ticket: Ticket, *, by: Agent, at: datetime) -> Ticket:
    """Note that somebody has read what the customer wrote during a wait, and that it asks for no answer.

    The agreed time, or the question to another team, stays as it is. Refused: where no words lie. Clause: sla.delays.
    """
    with transaction.atomic():
        row = locked(ticket)
        if row.wrote_at is None:
            raise Refused("", "Nothing that the customer wrote lies unanswered here.")
        _words_are_read(row, cause="nothing to answer", at=at)
        row.updated_at = at
        row.save(update_fields=["wrote_at", "attention", "updated_at"])
        note("ticket", row.pk, "nothing to answer", by=by.actor(), at=at)
        return row


def _words_are_read(row: Ticket, *, cause: str, at: datetime) -> None:
    """No words lie there any more; where the ticket waits for its window, nothing is owed before it."""
    if row.wrote_at is not None and row.state == TicketState.WAITING_WINDOW:
        clocks.stop(row, (clocks.UPDATE,), cause=cause, at=at)
    row.wrote_at = None


def settle(ticket: Ticket, state: str, *, cause: str, at: datetime) -> None:
    """Bring a locked ticket into `state`, its clocks with it, and save it.

    What is owed of a next word is over where it is the customer's turn or a time is agreed, unless words lie there.
    """
    before = ticket.state
    if state not in rules.LETS_LIE:
        ticket.wrote_at = None
    if state == TicketState.RESOLVED:
        clocks.stop(ticket, clocks.ALL, cause=cause, at=at)
        consult_ends.withdraw_all(ticket, cause=cause, at=at)
        let_go(ticket, cause=cause, at=at)
        ticket.resolved_at = ticket.resolved_at or at
    else:
        if rules.pauses_resolution(state) and ticket.wrote_at is None:
            # The word was ours; the next one is theirs, or said in the agreed time.
            clocks.stop(ticket, (clocks.UPDATE,), cause=cause, at=at)
        if rules.pauses_resolution(state):
            clocks.pause(ticket, clocks.WAITS[state], cause=state, at=at, kinds=(clocks.RESOLUTION,))
        if rules.pauses_resolution(before) and before != state:
            clocks.resume(ticket, clocks.WAITS[before], cause=cause, at=at)
    if state != before:
        ticket.state = state
        ticket.state_since = at
    ticket.updated_at = at
    ticket.save(update_fields=["state", "state_since", "updated_at", "resolved_at", "attention", "wrote_at"])


def reopen_row(ticket: Ticket, *, cause: str, by: Actor, at: datetime) -> None:
    """Open a locked, resolved ticket again; an agent who has left the house no longer holds it."""
    clocks.restart(ticket, policy.current(ticket.policy_slug), cause=cause, at=at)
    if ticket.assignee and not ticket.assignee.active:
        ticket.assignee = None
    ticket.state = TicketState.OPEN
    ticket.state_since = at
    ticket.updated_at = at
    ticket.resolved_at = None
    ticket.save(update_fields=["assignee", "state", "state_since", "updated_at", "resolved_at", "attention"])
    note("ticket", ticket.pk, "reopened", by=by, at=at, facts={"cause": cause})


def _leave(ticket: Ticket, then: rules.After, *, by: Actor, at: datetime) -> None:
    """The state after an answer; a word added to a resolved ticket leaves it resolved unless work goes on."""
    if ticket.state == TicketState.RESOLVED and then != "open":
        settle(ticket, TicketState.RESOLVED, cause="answered", at=at)
    elif ticket.state == TicketState.RESOLVED:
        reopen_row(ticket, cause="answered", by=by, at=at)
    elif ticket.state == TicketState.WAITING_WINDOW and then != "resolved":
        # A word in between does not end what was agreed: the panel of the slot does.
        _words_are_read(ticket, cause="answered", at=at)
        settle(ticket, TicketState.WAITING_WINDOW, cause="answered", at=at)
    else:
        settle(ticket, then, cause="answered", at=at)


def _sent_before(submission: str | None) -> Message | None:
    return Message.objects.filter(submission=submission).first() if submission else None
