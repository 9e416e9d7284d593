"""The time of larger work: proposed by an agent, chosen or accepted by the customer, moved, given up (sla.offpeak).

A ticket has one live booking at most. Every verb locks the ticket first, then the booking, then counts in the window, so
that two who press at once follow each other; of two who want the last place of a window, one is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.kit import moments
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people import seals
from hostdesk.people.models import Agent, Contact
from hostdesk.policy import queries as policy
from hostdesk.policy.rules import offpeak
from hostdesk.policy.rules import sla as sla_rules
from hostdesk.schedule.actions import give_place_back, take_place
from hostdesk.schedule.models import MaintenanceWindow
from hostdesk.schedule.queries import fits
from hostdesk.sla.hours import Hours
from hostdesk.tickets import slot_mails
from hostdesk.tickets.actions import clocks
from hostdesk.tickets.actions.letting_go import let_go
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.actions.taking import take_for_answer
from hostdesk.tickets.actions.writing import settle
from hostdesk.tickets.models import ENDED, LIVE_SLOTS, Message, Ticket, TicketState, WindowBooking

CLAUSE = "sla.offpeak"
GONE = (
    "This link has been used, has run out, or another time has taken its place. Sign in to see how it stands."
)
UNPAID = (
    "No work on an advanced ticket is scheduled before its price is accepted and paid, "
    "and no payment is recorded for this one."
)
State = WindowBooking.State


@dataclass(frozen=True)
class Proposal:
    """What an agent proposes: the kind of work, the window, and words for the customer about what will be done."""

    work: str
    window: MaintenanceWindow
    words: str
    jump_reason: str = ""


def propose(ticket: Ticket, proposal: Proposal, *, by: Agent, at: datetime) -> WindowBooking:
    """Class the work and offer the customer a time for it; the place is held until they must have answered.

    The customer gets the words with a link that accepts, and the ticket waits for them. Another time that was only proposed
    gives way. Refused: an ended or sealed ticket, one without a contact, work that is not for quiet hours, an advanced
    ticket that is not paid (fee.minimum), no words, a window that is full or not for this ticket, an agreed time.
    """
    with transaction.atomic():
        row = locked(ticket)
        terms = policy.current(row.policy_slug).terms
        _may_be_proposed(row, proposal)
        if not offpeak.is_offpeak_work(proposal.work, terms):
            kinds = ", ".join(offpeak.kinds_of_work(terms))
            raise Refused(CLAUSE, f"Say which kind of work it is: {kinds}.")
        booking = _live(row)
        if booking is not None and booking.state == State.AGREED:
            raise Refused(CLAUSE, "A time is agreed already. Move it instead.")
        take_for_answer(row, by=by, reason=proposal.jump_reason, at=at)
        window = _take(row, proposal.window, but=booking, at=at)
        if booking is None:
            booking = WindowBooking(ticket=row, proposed_by=by, sequence=-1)
        booking.work, booking.proposed_by, booking.proposed_at = proposal.work, by, at
        token = _offer(booking, window, at=at)
        message = _say(row, proposal, booking, by=by, at=at)
        slot_mails.proposal(row, booking, message.text, token=token, at=at)
        if sla_rules.is_substantive(author_kind="agent", automatic=False):
            clocks.stop(row, (clocks.RESPONSE,), cause="answered", at=at)
        settle(row, TicketState.WAITING_CUSTOMER, cause="slot proposed", at=at)
        record(row, booking, "slot proposed", by=by.actor(), at=at, outcome="proposed")
        return booking


def accept(
    ticket: Ticket,
    *,
    by: Contact,
    at: datetime,
    window: MaintenanceWindow | None = None,
    how: str = "signed in",
) -> WindowBooking:
    """The customer accepts the proposal, or chooses another free window instead of it; the ticket then waits for it.

    Refused: nothing is proposed any more, a window that is full, or begins too soon to be chosen without an agent.
    """
    with transaction.atomic():
        row = locked(ticket)
        booking = _live(row)
        if booking is None or booking.state != State.PROPOSED or row.state in ENDED:
            raise Refused(CLAUSE, "This ticket does not wait for a choice of time any more.")
        if window is not None and window.pk != booking.window_id:
            _in_time(row, window, at)
            booking.window = _take(row, window, but=booking, at=at)
        elif booking.answer_by is not None and booking.answer_by <= at:
            raise Refused(
                CLAUSE, "The time to accept this proposal is over. Write to us, and we find another."
            )
        _agree(row, booking, how=how, by=by.actor(), at=at)
        return booking


def accept_by_link(token: str, *, at: datetime) -> WindowBooking:
    """The button behind the mailed link; it works once. Refused: a link that is void."""
    found = of_token(token, at=at)
    if found is None or found.ticket.contact is None:
        raise Refused(CLAUSE, GONE)
    with transaction.atomic():
        locked(found.ticket)
        if of_token(token, at=at) is None:
            raise Refused(CLAUSE, GONE)
        return accept(found.ticket, by=found.ticket.contact, at=at, how="link")


def accept_for(ticket: Ticket, *, by: Agent, at: datetime) -> WindowBooking:
    """An agent notes that the customer has said yes to the proposal, by mail or on the telephone."""
    with transaction.atomic():
        row = locked(ticket)
        booking = _live(row)
        if booking is None or booking.state != State.PROPOSED or row.state in ENDED:
            raise Refused(CLAUSE, "Nothing is proposed on this ticket.")
        _agree(row, booking, how=f"told {by.name}"[:20], by=by.actor(), at=at)
        return booking


def of_token(token: str, *, at: datetime) -> WindowBooking | None:
    """The proposal behind a mailed link while it is good; looking does not use it up."""
    found = (
        WindowBooking.objects.filter(
            token_sha256=seals.fingerprint(token), state=State.PROPOSED, answer_by__gt=at
        )
        .exclude(ticket__state__in=ENDED)
        .select_related("ticket__contact__person", "ticket__account", "window__team")
        .first()
    )
    if found is None or found.ticket.contact is None or found.ticket.contact.removed_at is not None:
        return None
    return found


def move_by_contact(ticket: Ticket, window: MaintenanceWindow, *, by: Contact, at: datetime) -> WindowBooking:
    """The customer takes another free window instead of the agreed one.

    Refused: nothing is agreed; either window begins too soon to be changed without an agent; a full one.
    """
    with transaction.atomic():
        row = locked(ticket)
        booking = _agreed(row)
        _in_time(row, booking.window, at)
        _in_time(row, window, at)
        return _move(row, booking, window, reason="", by=by.actor(), at=at)


def move_by_agent(
    ticket: Ticket, window: MaintenanceWindow, *, reason: str, by: Agent, at: datetime
) -> WindowBooking:
    """An agent moves an agreed time; everybody concerned is told why. Refused: without a reason, into a full window."""
    if not reason.strip():
        raise Refused("", "Say why: the customer is told.")
    with transaction.atomic():
        row = locked(ticket)
        booking = _agreed(row)
        return _move(row, booking, window, reason=reason.strip()[:300], by=by.actor(), at=at)


def give_up(ticket: Ticket, *, reason: str, by: Agent | Contact, at: datetime) -> WindowBooking:
    """No time any more, proposed or agreed: the ticket is our turn again and its clock runs on.

    Refused: an agent without a reason; a customer so late that the work is prepared already.
    """
    if isinstance(by, Agent) and not reason.strip():
        raise Refused("", "Say why: the customer is told.")
    with transaction.atomic():
        row = locked(ticket)
        booking = _live(row)
        if booking is None:
            raise Refused(CLAUSE, "This ticket has no time to give up.")
        if isinstance(by, Contact) and booking.state == State.AGREED:
            _in_time(row, booking.window, at)
        back_to_us(row, reason=reason or "the customer gave it up", by=by.actor(), at=at, to_queue=False)
        return booking


def back_to_us(row: Ticket, *, reason: str, by: Actor, at: datetime, to_queue: bool) -> None:
    """A locked ticket without its time: our turn, with its clock running; `to_queue`: and nobody has it any more."""
    booking = let_go(row, cause=reason, at=at)
    assert booking is not None, "only a ticket with a time comes back from it"
    return_ticket(row, cause=reason, at=at, to_queue=to_queue)
    record(row, booking, "slot given up", by=by, at=at, outcome="given up", reason=reason)
    slot_mails.changed(row, booking, "given_up", reason=reason, by=by, at=at)


def return_ticket(row: Ticket, *, cause: str, at: datetime, to_queue: bool) -> None:
    """Our turn again: clocks run on, at the old place in the queue when nobody is to hold it (sla.fcfs)."""
    if row.state in ENDED:
        return
    clocks.agree(row, None, cause=cause[:60], at=at)
    if to_queue and row.assignee_id is not None:
        row.assignee = None
        row.save(update_fields=["assignee"])
    settle(row, TicketState.OPEN, cause=cause[:60], at=at)
    clocks.await_word(row, policy.current(row.policy_slug), cause=cause[:60], at=at, anew=False)
    row.save(update_fields=["attention"])


def offer_another(row: Ticket, booking: WindowBooking, window: MaintenanceWindow, *, at: datetime) -> str:
    """Hold a place in another window for a locked ticket that lost its own; the token of the link that accepts it."""
    return _offer(booking, _take(row, window, but=booking, at=at), at=at)


def _may_be_proposed(row: Ticket, proposal: Proposal) -> None:
    if row.state in ENDED:
        raise Refused("", "This ticket is resolved. Reopen it first.")
    if row.sealed:
        raise Refused("", "A complaint is answered, not scheduled.")
    if row.contact is None:
        raise Refused(CLAUSE, "Nobody is named with whom a time could be agreed.")
    if not offpeak.may_be_scheduled(ticket_class=row.ticket_class, is_paid=False):
        raise Refused("fee.minimum", UNPAID)
    if not proposal.words.strip():
        raise Refused("", "Say in a few words what will be done; the customer reads them.")


def _live(row: Ticket) -> WindowBooking | None:
    found = WindowBooking.objects.select_for_update(of=("self",)).filter(ticket=row, state__in=LIVE_SLOTS)
    return found.select_related("window__team").first()


def _agreed(row: Ticket) -> WindowBooking:
    booking = _live(row)
    if booking is None or booking.state != State.AGREED or row.state in ENDED:
        raise Refused(CLAUSE, "No time is agreed on this ticket.")
    return booking


def _in_time(row: Ticket, window: MaintenanceWindow, at: datetime) -> None:
    until = offpeak.changeable_until(window.begins_at, policy.current(row.policy_slug).terms)
    if until <= at:
        when = moments.day_and_time(window.begins_at, ZoneInfo(settings.TIME_ZONE), now=at)
        raise Refused(
            CLAUSE, f"{when} is too soon to be changed here. Write to us, and we see what can be done."
        )


def _take(
    row: Ticket, window: MaintenanceWindow, *, but: WindowBooking | None, at: datetime
) -> MaintenanceWindow:
    """A place for this ticket in a window, and back with the one that it had. Refused: one that is not for it."""
    if but is not None and but.pk and but.window_id == window.pk:
        return but.window
    version = policy.current(row.policy_slug)
    hours = Hours(version.terms.offpeak_hours, ZoneInfo(version.operator.time_zone))
    if window.team_id != row.team_id:
        raise Refused(CLAUSE, "Choose one of the windows that are offered.")
    if not fits(window, hours):
        raise Refused(
            CLAUSE, f"The off-peak hours of this customer's policy are {version.terms.offpeak_hours.shown()}."
        )
    if window.begins_at <= at:
        raise Refused(CLAUSE, "This window has begun. Choose a later one.")
    if but is not None and but.pk:
        # In one order, whoever moves from which to which: else two who change places wait for each other for ever.
        both = MaintenanceWindow.objects.select_for_update().filter(pk__in=(but.window_id, window.pk))
        list(both.order_by("pk").values_list("pk", flat=True))
    taken = take_place(window.pk, at=at)
    if taken.policy_slug not in ("", row.policy_slug):
        _guests_have_room(row, taken)
    if but is not None and but.pk:
        give_place_back(but.window_id)
    return taken


def _guests_have_room(row: Ticket, window: MaintenanceWindow) -> None:
    """In the window of another policy no more tickets of this one than its own figure. The window is locked by its count."""
    most = policy.current(row.policy_slug).terms.offpeak_tickets_per_window
    held = WindowBooking.objects.filter(window=window, ticket__policy_slug=row.policy_slug)
    if held.exclude(state=State.RELEASED).exclude(ticket=row).count() >= most:
        raise Refused(
            CLAUSE, f"No more than {most} tickets of this policy fit into one window. Choose another one."
        )


def _offer(booking: WindowBooking, window: MaintenanceWindow, *, at: datetime) -> str:
    token = seals.new_token()
    until = offpeak.changeable_until(window.begins_at, policy.current(booking.ticket.policy_slug).terms)
    booking.window, booking.state = window, State.PROPOSED
    booking.answer_by = until if until > at else window.begins_at
    booking.token_sha256, booking.agreed_at, booking.agreed_how = seals.fingerprint(token), None, ""
    booking.sequence += 1
    booking.changed_at = at
    booking.save()
    return token


def _agree(row: Ticket, booking: WindowBooking, *, how: str, by: Actor, at: datetime) -> None:
    booking.state, booking.agreed_at, booking.agreed_how = State.AGREED, at, how
    booking.answer_by, booking.token_sha256 = None, None
    booking.sequence += 1
    booking.changed_at = at
    booking.save()
    if by.kind == "contact":
        row.wrote_at = _lies_since(row)
    clocks.agree(row, booking.window.ends_at, cause="slot agreed", at=at)
    settle(row, TicketState.WAITING_WINDOW, cause="slot agreed", at=at)
    record(row, booking, "slot agreed", by=by, at=at, outcome="agreed")
    slot_mails.changed(row, booking, "agreed", reason="", by=by, at=at)


def _lies_since(row: Ticket) -> datetime | None:
    """Since when the last word in a ticket is the customer's: to agree to a time does not answer what was asked beside it."""
    heard = Message.objects.filter(ticket=row, kind__in=(Message.Kind.CUSTOMER, Message.Kind.AGENT))
    last = heard.order_by("-id").values_list("kind", "at").first()
    return last[1] if last and last[0] == Message.Kind.CUSTOMER else None


def _move(
    row: Ticket, booking: WindowBooking, window: MaintenanceWindow, *, reason: str, by: Actor, at: datetime
) -> WindowBooking:
    if window.pk == booking.window_id:
        return booking
    before = booking.window
    booking.window = _take(row, window, but=booking, at=at)
    booking.sequence += 1
    booking.changed_at = at
    booking.save()
    clocks.agree(row, booking.window.ends_at, cause="slot moved", at=at)
    row.updated_at = at
    row.save(update_fields=["updated_at", "attention"])
    said = spoken(before, at)
    record(row, booking, "slot moved", by=by, at=at, outcome="moved", reason=reason, was=said)
    slot_mails.changed(row, booking, "moved", reason=reason, by=by, at=at, was=said)
    return booking


def _say(row: Ticket, proposal: Proposal, booking: WindowBooking, *, by: Agent, at: datetime) -> Message:
    when = spoken(booking.window, at)
    text = f"{proposal.words.strip()}\n\nThe time that we propose for it: {when}."
    return Message.objects.create(
        ticket=row, kind=Message.Kind.AGENT, author_name=by.name, agent=by, text=text, at=at
    )


def spoken(window: MaintenanceWindow, at: datetime) -> str:
    """A window on the operator's clock, in words."""
    return moments.stretch(window.begins_at, window.ends_at, ZoneInfo(settings.TIME_ZONE), now=at)


def record(
    row: Ticket,
    booking: WindowBooking,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    outcome: str,
    reason: str = "",
    was: str = "",
) -> None:
    """Write down what became of a time: the history, and the Decision under its clause."""
    facts: dict[str, Fact] = {"work": booking.work, "window": spoken(booking.window, at)}
    facts |= {key: value for key, value in (("was", was), ("reason", reason)) if value}
    note("ticket", row.pk, verb, by=by, at=at, facts=facts)
    version = policy.current(row.policy_slug)
    decide("ticket", row.pk, [Judgement(CLAUSE, outcome, facts)], version_id=version.id, at=at)
