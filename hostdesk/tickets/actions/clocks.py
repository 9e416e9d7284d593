"""What verbs do to the clocks of a ticket, always with an entry in the ledger.

Three promises: a first answer (`response`), the next word while it is our turn (`update`), a solution (`resolution`).
A clock waits for named things (`customer`, `window`, `details`) and counts again when the last of them is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F

from hostdesk.audit.inserting import insert, insert_later
from hostdesk.policy import queries as policy
from hostdesk.policy.queries import Version
from hostdesk.policy.rules import sla as sla_rules
from hostdesk.sla import engine
from hostdesk.sla.hours import Hours
from hostdesk.tickets.models import Breach, ClockStep, Message, SlaClock, Ticket, TicketClass

RESPONSE, UPDATE, RESOLUTION = "response", "update", "resolution"
CLAUSES = {RESPONSE: "sla.response", UPDATE: "sla.delays", RESOLUTION: "sla.resolve"}
ALL = (RESPONSE, UPDATE, RESOLUTION)
CUSTOMER, WINDOW, DETAILS = "customer", "window", "details"
WAITS = {"waiting_customer": CUSTOMER, "waiting_window": WINDOW}
"""What the clocks wait for in each state that lets them wait."""
_WHY = {CUSTOMER: "sla.resolve", WINDOW: "sla.offpeak", DETAILS: "contact.current"}


def targets(version: Version, ticket_class: str = TicketClass.UNCLASSED) -> dict[str, engine.Target]:
    """The targets by clock kind under one policy version, for one class (sla.response, sla.resolve, class.general_fast)."""
    terms = version.terms
    opened = sla_rules.open_hours(terms)
    hours = Hours(opened.week, ZoneInfo(version.operator.time_zone), opened.holidays)
    resolution = (
        sla_rules.advanced_resolution_target(terms)
        if ticket_class == TicketClass.ADVANCED
        else sla_rules.resolution_target(terms)
    )
    found = {
        RESPONSE: sla_rules.response_target(terms),
        UPDATE: sla_rules.update_target(terms),
        RESOLUTION: resolution,
    }
    return {kind: engine.Target(one.warn_after, one.due_after, hours) for kind, one in found.items() if one}


def target_of(row: SlaClock) -> engine.Target:
    """The target that a row counts towards; `version_digest` is annotated by `rows_of`."""
    digest: str = row.version_digest  # type: ignore[attr-defined]  # annotated where it is read
    version = policy.known(row.policy_version_id, digest)
    return targets(version, row.ticket_class)[row.kind]


def start_clocks(ticket: Ticket, version: Version, first: Message, *, at: datetime) -> None:
    """The clocks of a new ticket, from its arrival `at`, written with its first message, which gets its key."""
    found = targets(version, ticket.ticket_class)
    rows = [_new(ticket, kind, found[kind], version, at=at) for kind in (RESPONSE, RESOLUTION)]
    insert(first, *rows)
    insert_later(*(_step(row, "start", "arrival", at) for row in rows))


def stop(ticket: Ticket, kinds: Iterable[str], *, cause: str, at: datetime) -> None:
    """End these clocks where they run: the promise is kept, or late."""
    _change(ticket, kinds, "stop", cause, lambda clock: engine.stop(clock, at=at), at=at)


def pause(
    ticket: Ticket, wait: str, *, cause: str, at: datetime, kinds: Iterable[str] = (RESOLUTION, UPDATE)
) -> None:
    """Let clocks wait for one thing more (sla.resolve, sla.offpeak, contact.current)."""
    _change(
        ticket, kinds, "pause", cause, lambda clock: engine.pause(clock, cause=wait, at=at), at=at, wait=wait
    )


def resume(ticket: Ticket, wait: str, *, cause: str, at: datetime) -> None:
    """One thing that clocks waited for is over."""
    _change(
        ticket, ALL, "resume", cause, lambda clock: engine.resume(clock, cause=wait, at=at), at=at, wait=wait
    )


def agree(ticket: Ticket, until: datetime | None, *, cause: str, at: datetime) -> None:
    """Solution and next word are not due before the end of an agreed window; None takes that back (sla.offpeak)."""
    _change(
        ticket,
        (RESOLUTION, UPDATE),
        "agree",
        cause,
        lambda clock: engine.agree(clock, until=until, at=at),
        at=at,
        until=until,
    )


def await_word(ticket: Ticket, version: Version, *, cause: str, at: datetime, anew: bool) -> None:
    """It is our turn to say something: the clock of the next word runs from `at`.

    Before the first answer the clock of that one runs and this one does not. `anew`: one that runs begins again,
    because we have just said something; else it keeps its beginning. Clause: sla.delays.
    """
    rows = {row.kind: row for row in rows_of(ticket, (RESPONSE, UPDATE))}
    target = targets(version, ticket.ticket_class).get(UPDATE)
    response, row = rows.get(RESPONSE), rows.get(UPDATE)
    if target is None or (response is not None and response.stopped_at is None):
        return
    if row is not None and row.stopped_at is None:
        if not anew:
            return
        stop(ticket, (UPDATE,), cause=cause, at=at)
    begun = _new(ticket, UPDATE, target, version, at=at)
    if row is not None:
        begun.pk = row.pk
    begun.save(force_insert=row is None, force_update=row is not None)
    insert_later(_step(begun, "start", cause, at))
    set_attention(ticket)


def restart(ticket: Ticket, version: Version, *, cause: str, at: datetime) -> None:
    """The resolution clock of a reopened ticket runs on from where it was stopped."""
    _under(ticket, version, "restart", cause, engine.restart, at=at, kinds=(RESOLUTION,))


def retarget(ticket: Ticket, version: Version, *, cause: str, at: datetime) -> None:
    """Bring the clocks under another policy version or class; what has passed has passed (sla.response, sla.resolve)."""
    _under(ticket, version, "retarget", cause, engine.retarget, at=at, kinds=ALL)


def rows_of(ticket: Ticket, kinds: Iterable[str] = ALL) -> list[SlaClock]:
    """The ticket's clocks of these kinds, locked, each with what its target follows from."""
    rows = ticket.clocks.select_for_update(of=("self",)).filter(kind__in=list(kinds))
    return list(rows.annotate(version_digest=F("policy_version__digest")).order_by("pk"))


def _under(
    ticket: Ticket,
    version: Version,
    step: str,
    cause: str,
    move: Callable[..., engine.Clock],
    *,
    at: datetime,
    kinds: Iterable[str],
) -> None:
    new, steps = targets(version, ticket.ticket_class), []
    for row in rows_of(ticket, kinds):
        if step == "retarget" and (row.policy_version_id, row.ticket_class) == (
            version.id,
            ticket.ticket_class,
        ):
            continue
        before = row.as_clock(target_of(row))
        target = new.get(row.kind)
        after = engine.stop(before, at=at) if target is None else move(before, target, at=at)
        if after == before:
            continue
        row.take(after)
        row.policy_version_id, row.ticket_class = version.id, ticket.ticket_class
        row.save(update_fields=[*SlaClock.COLUMNS, "policy_version", "ticket_class"])
        steps.append(_step(row, "stop" if target is None else step, cause, at))
        _note_breach(row, before)
    insert_later(*steps)
    set_attention(ticket)


def _change(
    ticket: Ticket,
    kinds: Iterable[str],
    step: str,
    cause: str,
    move: Callable[[engine.Clock], engine.Clock],
    *,
    at: datetime,
    wait: str = "",
    until: datetime | None = None,
) -> None:
    steps = []
    for row in rows_of(ticket, kinds):
        before = row.as_clock(target_of(row))
        after = move(before)
        if after == before:
            continue
        row.take(after)
        # One or two rows: plain updates are a fifth of the price of one CASE statement.
        row.save(update_fields=SlaClock.COLUMNS)
        steps.append(_step(row, step, cause, at, wait=wait, until=until))
        _note_breach(row, before)
    if not steps:
        return
    insert_later(*steps)
    set_attention(ticket)


def set_attention(ticket: Ticket) -> None:
    """Bring the ticket's own mark in line with its clocks; the caller saves `attention`."""
    words = list(ticket.clocks.filter(stopped_at=None).values_list("state", flat=True))
    ticket.attention = 2 if "breached" in words else 1 if "warned" in words else 0


def note_breach(row: SlaClock) -> None:
    """Keep that this promise was broken, to be explained (sla.best_effort). Once for one end of one clock."""
    assert row.late_at is not None, "only a broken promise is noted"
    Breach.objects.get_or_create(
        clock_id=row.pk,
        late_at=row.late_at,
        defaults={
            "ticket_id": row.ticket_id,
            "kind": row.kind,
            "clause": row.clause,
            "policy_version_id": row.policy_version_id,
        },
    )


def note_step(row: SlaClock, step: str, cause: str, *, at: datetime) -> None:
    """Write down what the clock did by itself."""
    _step(row, step, cause, at).save(force_insert=True)


def _note_breach(row: SlaClock, before: engine.Clock) -> None:
    if row.late_at is not None and row.late_at != before.late_at:
        note_breach(row)


def _new(ticket: Ticket, kind: str, target: engine.Target, version: Version, *, at: datetime) -> SlaClock:
    row = SlaClock(
        ticket=ticket,
        kind=kind,
        clause=CLAUSES[kind],
        policy_version_id=version.id,
        ticket_class=ticket.ticket_class,
    )
    row.take(engine.start(target, at=at))
    return row


def _step(
    clock: SlaClock, step: str, cause: str, at: datetime, *, wait: str = "", until: datetime | None = None
) -> ClockStep:
    return ClockStep(
        clock=clock,
        step=step,
        cause=cause,
        clause=_WHY.get(wait, clock.clause),
        at=at,
        due_at=clock.due_at,
        wait=wait,
        until=until,
        policy_version_id=clock.policy_version_id,
        ticket_class=clock.ticket_class,
    )
