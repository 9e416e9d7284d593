"""Work in a window: checked off by who did it, verified by somebody else, and what is not done comes back (sla.offpeak)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from hostdesk.kit.actors import SYSTEM, Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent, Contact
from hostdesk.policy import queries as policy
from hostdesk.policy.rules import offpeak
from hostdesk.schedule.actions import close_window
from hostdesk.schedule.models import MaintenanceWindow
from hostdesk.schedule.queries import windows_for
from hostdesk.tickets import slot_mails
from hostdesk.tickets.actions import closing, slots
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.actions.requesting import say
from hostdesk.tickets.actions.slots import CLAUSE, State
from hostdesk.tickets.actions.writing import settle
from hostdesk.tickets.models import (
    ENDED,
    LIVE_SLOTS,
    Message,
    Ticket,
    TicketClass,
    TicketState,
    WindowBooking,
)

BATCH = 50


def check_off(ticket: Ticket, words: str, *, by: Agent, at: datetime) -> WindowBooking:
    """The agent did the work in its window, and says what; the customer is asked to look at it.

    Refused: nothing said; no agreed time; before its window has begun.
    """
    if not words.strip():
        raise Refused("", "Say what was done; the customer reads it.")
    with transaction.atomic():
        row = locked(ticket)
        booking = _booking(row, (State.AGREED,), "No time is agreed on this ticket.")
        if at < booking.window.begins_at:
            raise Refused(CLAUSE, f"The window begins later: {slots.spoken(booking.window, at)}.")
        Message.objects.create(
            ticket=row, kind=Message.Kind.AGENT, author_name=by.name, agent=by, text=words.strip(), at=at
        )
        _put(booking, State.DONE, at=at, done_at=at, done_by=by)
        settle(row, TicketState.WAITING_CUSTOMER, cause="slot done", at=at)
        slots.record(row, booking, "slot done", by=by.actor(), at=at, outcome="done")
        slot_mails.changed(row, booking, "done", reason="", by=by.actor(), at=at)
        return booking


def verify(ticket: Ticket, *, by: Agent, at: datetime) -> WindowBooking:
    """A second look of another agent finds the work right; the ticket is solved by that, and its customer told.

    Refused: nothing to verify; whoever did the work.
    """
    with transaction.atomic():
        row = locked(ticket)
        booking = _booking(row, (State.DONE,), "Nothing on this ticket waits for a second look.")
        if not offpeak.counts_as_second_look(done_by=booking.done_by_id, looker=by.pk):
            raise Refused(
                CLAUSE, "You did this work. Another agent looks at it, or the customer says that it is right."
            )
        _verified(row, booking, how=by.name, by=by.actor(), at=at)
        slot_mails.changed(row, booking, "verified", reason="", by=by.actor(), at=at)
        if row.state not in ENDED:
            closing.resolve(row, by=by, at=at, jump_reason="verified what was done in its window")
        return booking


def verify_by_contact(ticket: Ticket, *, by: Contact, at: datetime) -> WindowBooking:
    """The customer says that the work is right; the ticket is solved. Refused: nothing to say it of."""
    with transaction.atomic():
        row = locked(ticket)
        booking = _booking(row, (State.DONE,), "Nothing on this ticket waits for your word.")
        _verified(row, booking, how="the customer", by=by.actor(), at=at)
        closing.resolve_by_contact(row, by=by.actor(), at=at)
        return booking


def not_right(ticket: Ticket, words: str, *, by: Agent | Contact, at: datetime) -> WindowBooking:
    """Somebody looked and the work is not right: our turn again, with the clock running. Refused: without words."""
    if not words.strip():
        raise Refused("", "Say what is not right.")
    with transaction.atomic():
        row = locked(ticket)
        booking = _booking(row, (State.DONE,), "Nothing on this ticket waits for a second look.")
        _put(booking, State.NOT_RIGHT, at=at, end_cause=words.strip()[:300])
        is_agent = isinstance(by, Agent)
        Message.objects.create(
            ticket=row,
            kind=Message.Kind.INTERNAL if is_agent else Message.Kind.CUSTOMER,
            author_name=by.name if isinstance(by, Agent) else by.person.name,
            agent=by if isinstance(by, Agent) else None,
            contact=by if isinstance(by, Contact) else None,
            text=words.strip(),
            at=at,
        )
        if row.state in ENDED:
            closing.reopen(row, by=by.actor(), at=at, cause="work not right")
        else:
            slots.return_ticket(row, cause="work not right", at=at, to_queue=False)
        reason = words.strip()[:200]
        slots.record(row, booking, "slot not right", by=by.actor(), at=at, outcome="not right", reason=reason)
        slot_mails.changed(row, booking, "not_right", reason=reason, by=by.actor(), at=at)
        return booking


def close_and_move(window: MaintenanceWindow, *, reason: str, by: Agent, at: datetime) -> int:
    """Close a window; each of its tickets gets another time proposed, or comes back to the queue. How many there were.

    Nobody is moved without being asked: the next free window is a proposal. Whatever is cut short here the round ends.
    """
    closed = close_window(window, reason=reason, by=by, at=at)
    live = WindowBooking.objects.filter(window=closed, state__in=LIVE_SLOTS).order_by("pk")
    return sum(_one(pk, _displaced, by=by.actor(), at=at) for pk in list(live.values_list("pk", flat=True)))


def slot_round(at: datetime) -> int:
    """What time brings: work that was not done, proposals without an answer, and places that do not hold any more.

    Each is one commit, judged again under the ticket's lock; any number of workers may run this.
    """
    live = WindowBooking.objects.filter(state__in=LIVE_SLOTS)
    lost = (
        Q(window__closed_at__isnull=False)
        | ~Q(window__team=F("ticket__team"))
        | Q(ticket__state__in=ENDED)
        | Q(ticket__ticket_class=TicketClass.ADVANCED)
    )
    due = Q(state=State.AGREED, window__ends_at__lte=at) | Q(state=State.PROPOSED, answer_by__lte=at)
    found = list(live.filter(due | lost).order_by("pk").values_list("pk", flat=True)[:BATCH])
    return sum(_one(pk, _overtaken, by=SYSTEM, at=at) for pk in found)


Step = Callable[[Ticket, WindowBooking, Actor, datetime], bool]


def _one(pk: int, step: Step, *, by: Actor, at: datetime) -> int:
    with transaction.atomic():
        number = WindowBooking.objects.filter(pk=pk).values_list("ticket_id", flat=True).first()
        row = locked(Ticket(pk=number))
        held = WindowBooking.objects.select_for_update(of=("self",)).select_related(
            "window__team", "proposed_by"
        )
        booking = held.filter(pk=pk, state__in=LIVE_SLOTS).first()
        return int(booking is not None and step(row, booking, by, at))


def _overtaken(row: Ticket, booking: WindowBooking, by: Actor, at: datetime) -> bool:
    """What has become of one live booking by the passing of time or by something that happened to its ticket."""
    if row.state in ENDED:
        slots.let_go(row, cause="the ticket ended", at=at)
    elif not offpeak.may_be_scheduled(ticket_class=row.ticket_class, is_paid=False):
        slots.back_to_us(row, reason=slots.UNPAID, by=by, at=at, to_queue=False)
    elif booking.state == State.AGREED and booking.window.ends_at <= at and booking.window.closed_at is None:
        _missed(row, booking, at)
    elif booking.state == State.PROPOSED and booking.answer_by is not None and booking.answer_by <= at:
        _expired(row, booking, at)
    elif booking.window.closed_at is not None or booking.window.team_id != row.team_id:
        return _displaced(row, booking, by, at)
    else:
        return False
    return True


def _missed(row: Ticket, booking: WindowBooking, at: datetime) -> None:
    _put(booking, State.MISSED, at=at, end_cause="not checked off by the end of its window")
    slots.return_ticket(row, cause="window missed", at=at, to_queue=True)
    say(
        row,
        "The work was not done in the window that was agreed. The ticket is in the queue again, at its old place.",
        at=at,
    )
    slots.record(row, booking, "slot missed", by=SYSTEM, at=at, outcome="missed")
    slot_mails.changed(row, booking, "missed", reason="", by=SYSTEM, at=at)


def _expired(row: Ticket, booking: WindowBooking, at: datetime) -> None:
    slots.let_go(row, cause="nobody answered in time", at=at)
    booking.refresh_from_db(fields=["sequence", "state"])
    slots.return_ticket(row, cause="proposal expired", at=at, to_queue=False)
    slots.record(
        row, booking, "slot expired", by=SYSTEM, at=at, outcome="given up", reason="no answer in time"
    )
    slot_mails.changed(row, booking, "expired", reason="", by=SYSTEM, at=at)


def _displaced(row: Ticket, booking: WindowBooking, by: Actor, at: datetime) -> bool:
    """The window does not hold for this ticket any more: propose the next free one, or give the ticket back."""
    before = slots.spoken(booking.window, at)
    reason = booking.window.close_reason or "the ticket is with another team now"
    for window in windows_for(row.team_id, policy.current(row.policy_slug), after=at):
        try:
            with transaction.atomic():
                token = slots.offer_another(row, booking, window, at=at)
        except Refused:
            # Taken by others in this very moment: the next one.
            booking.refresh_from_db()
            continue
        slots.clocks.agree(row, None, cause="window closed", at=at)
        settle(row, TicketState.WAITING_CUSTOMER, cause="window closed", at=at)
        words = f"The time {before} does not hold any more: {reason.rstrip('.')}. Instead we propose {slots.spoken(window, at)}."
        say(row, words, at=at)
        slots.record(
            row,
            booking,
            "slot offered again",
            by=by,
            at=at,
            outcome="offered again",
            reason=reason,
            was=before,
        )
        slot_mails.proposal(row, booking, words, token=token, at=at)
        slot_mails.changed(row, booking, "offered", reason=reason, by=by, at=at, was=before)
        return True
    slots.back_to_us(row, reason=reason, by=by, at=at, to_queue=True)
    return True


def _booking(row: Ticket, states: tuple[str, ...], otherwise: str) -> WindowBooking:
    found = WindowBooking.objects.select_for_update(of=("self",)).filter(ticket=row, state__in=states)
    booking = found.select_related("window__team", "proposed_by").order_by("-pk").first()
    if booking is None:
        raise Refused(CLAUSE, otherwise)
    return booking


def _verified(row: Ticket, booking: WindowBooking, *, how: str, by: Actor, at: datetime) -> None:
    _put(booking, State.VERIFIED, at=at, verified_at=at, verified_how=how)
    slots.record(row, booking, "slot verified", by=by, at=at, outcome="verified")


def _put(booking: WindowBooking, state: str, *, at: datetime, **columns: object) -> None:
    for name, value in columns.items():
        setattr(booking, name, value)
    booking.state, booking.changed_at = state, at
    booking.sequence += 1
    booking.save(update_fields=["state", "changed_at", "sequence", *columns])
