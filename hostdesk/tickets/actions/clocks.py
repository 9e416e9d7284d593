"""What verbs do to the clocks of a ticket, always with an entry in the ledger.

Three promises: a first answer (`response`), the next word while it is our turn (`update`), a solution (`resolution`).
A clock waits for named things (`customer`, `window`, `details`, `objections`, `quiet`) and counts again when the last of them is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F

from hostdesk.audit.actions import Fact, Judgement
from hostdesk.audit.inserting import insert, insert_later
from hostdesk.policy import queries as policy
from hostdesk.policy.queries import Version
from hostdesk.policy.rules import sla as sla_rules
from hostdesk.sla import engine
from hostdesk.sla.hours import Hours
from hostdesk.tickets.delay_models import Delay
from hostdesk.tickets.models import Breach, ClockStep, Message, SlaClock, Ticket, TicketClass

RESPONSE, UPDATE, RESOLUTION, CONSULT = "response", "update", "resolution", "consult"
CLAUSES = {RESPONSE: "sla.response", UPDATE: "sla.delays", RESOLUTION: "sla.resolve", CONSULT: "sla.delays"}
ALL = (RESPONSE, UPDATE, RESOLUTION)
"""What the customer was promised; verbs about the ticket move these."""
KINDS = (*ALL, CONSULT)
CUSTOMER, WINDOW, DETAILS, OBJECTIONS, QUIET = "customer", "window", "details", "objections", "quiet"
WAITS = {"waiting_customer": CUSTOMER, "waiting_window": WINDOW}
"""What the clocks wait for in each state that lets them wait."""
_FOR_ALL = frozenset({DETAILS, OBJECTIONS, QUIET})
_WHY = {
    CUSTOMER: "sla.resolve",
    WINDOW: "sla.offpeak",
    DETAILS: "contact.current",
    OBJECTIONS: "contact.restricted",
    QUIET: "sla.offpeak",
}


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
        CONSULT: sla_rules.consult_target(terms),
    }
    return {kind: engine.Target(one.warn_after, one.due_after, hours) for kind, one in found.items() if one}


def target_of(row: SlaClock) -> engine.Target:
    """The target that a row counts towards; `version_digest` is annotated by `rows_of`."""
    return targets(_version_of(row), row.ticket_class)[row.kind]


def _version_of(row: SlaClock) -> Version:
    digest: str = row.version_digest  # type: ignore[attr-defined]  # annotated where it is read
    return policy.known(row.policy_version_id, digest)


def start_clocks(ticket: Ticket, version: Version, first: Message, *, at: datetime) -> None:
    """The clocks of a new ticket, from its arrival `at`, written with its first message, which gets its key."""
    found = targets(version, ticket.ticket_class)
    rows = [_new(ticket, kind, found[kind], version, at=at) for kind in (RESPONSE, RESOLUTION)]
    insert(first, *rows)
    insert_later(*(step(row, "start", "arrival") for row in rows))


def stop(ticket: Ticket, kinds: Iterable[str], *, cause: str, at: datetime) -> None:
    """End these clocks where they run: the promise is kept, or late."""
    _change(ticket, kinds, "stop", cause, lambda clock: engine.stop(clock, at=at))


def pause(
    ticket: Ticket, wait: str, *, cause: str, at: datetime, kinds: Iterable[str] = (RESOLUTION, UPDATE)
) -> None:
    """Let clocks wait for one thing more (sla.resolve, sla.offpeak, contact.current)."""
    _change(ticket, kinds, "pause", cause, lambda clock: engine.pause(clock, cause=wait, at=at), wait=wait)


def resume(ticket: Ticket, wait: str, *, cause: str, at: datetime) -> None:
    """One thing that clocks waited for is over."""
    _change(ticket, ALL, "resume", cause, lambda clock: engine.resume(clock, cause=wait, at=at), wait=wait)


def agree(ticket: Ticket, until: datetime | None, *, cause: str, at: datetime) -> None:
    """The solution is not due before the end of an agreed window; None takes that back (sla.offpeak).

    A next word that was to wait for it as well is freed by that, too.
    """
    _change(
        ticket,
        (RESOLUTION,) if until else (RESOLUTION, UPDATE),
        "agree",
        cause,
        lambda clock: engine.agree(clock, until=until, at=at),
        until=until,
    )


def await_word(ticket: Ticket, version: Version, *, cause: str, at: datetime, anew: bool) -> None:
    """It is our turn to say something: the clock of the next word runs from `at`.

    Before the first answer the clock of that one runs and this one does not. `anew`: one that runs begins again,
    because we have just said something; else it keeps its beginning. Where the solution waits for what nobody can hasten
    (`_FOR_ALL`), so does the next word. Clause: sla.delays.
    """
    rows = {row.kind: row for row in rows_of(ticket)}
    target = targets(version, ticket.ticket_class).get(UPDATE)
    response, row = rows.get(RESPONSE), rows.get(UPDATE)
    if target is None or (response is not None and response.stopped_at is None):
        return
    if row is not None and row.stopped_at is None:
        if not anew:
            return
        stop(ticket, (UPDATE,), cause=cause, at=at)
    begun = _new(ticket, UPDATE, target, version, at=max(at, row.last_at) if row and row.last_at else at)
    if row is not None:
        begun.pk = row.pk
    begun.save(force_insert=row is None, force_update=row is not None)
    insert_later(step(begun, "start", cause))
    resolution = rows.get(RESOLUTION)
    held_up = resolution.as_clock(target_of(resolution)).waits & _FOR_ALL if resolution else frozenset()
    for wait in sorted(held_up):
        pause(ticket, wait, cause=cause, at=at, kinds=(UPDATE,))
    set_attention(ticket)


def start_consult(ticket: Ticket, version: Version, *, at: datetime) -> SlaClock | None:
    """The clock of a question to another team, from now; None where the policy promises no time (sla.delays)."""
    target = targets(version, ticket.ticket_class).get(CONSULT)
    if target is None:
        return None
    row = _new(ticket, CONSULT, target, version, at=at)
    row.save(force_insert=True)
    insert_later(step(row, "start", "another team asked"))
    return row


def stop_consult(ticket: Ticket, pk: int, *, cause: str, at: datetime) -> None:
    """End the clock of one question."""
    _change(ticket, (CONSULT,), "stop", cause, lambda clock: engine.stop(clock, at=at), only=pk)


def restart(ticket: Ticket, version: Version, *, cause: str, at: datetime) -> None:
    """The resolution clock of a reopened ticket runs on from where it was stopped."""
    target, steps = targets(version, ticket.ticket_class)[RESOLUTION], []
    for row in rows_of(ticket, (RESOLUTION,)):
        before = row.as_clock(target_of(row))
        after = engine.restart(before, target, at=at)
        if after != before:
            _put_under(row, version, ticket.ticket_class, before=before, after=after)
            steps.append(step(row, "restart", cause))
    insert_later(*steps)
    set_attention(ticket)


def retarget(ticket: Ticket, version: Version, *, cause: str, at: datetime) -> list[Judgement]:
    """Bring the clocks under another class or another policy; what has passed has passed (sla.response, sla.resolve).

    A promise of the same policy keeps the version that made it, unless the newest, `version`, is kinder: whatever changes
    on a ticket must not put it under a harsher one. Which promises went under it, for the caller to record (scope.versions).
    """
    steps, judged = [], []
    for row in rows_of(ticket):
        before, own = row.as_clock(target_of(row)), _version_of(row)
        under, target = own, targets(own, ticket.ticket_class).get(row.kind)
        newer = targets(version, ticket.ticket_class).get(row.kind)
        if own.slug != version.slug:
            under, target = version, newer
        elif own.id != version.id and target is not None and newer is not None:
            due, newer_due = (engine.retarget(before, one, at=at).due_at for one in (target, newer))
            if sla_rules.takes_newer_promise(
                due=due, newer_due=newer_due, broken=before.late_at is not None, at=at
            ):
                under, target = version, newer
                judged.append(kinder(row, due=due, newer_due=newer_due))
        if row.stopped_at or (row.policy_version_id, row.ticket_class) == (under.id, ticket.ticket_class):
            continue
        if target == before.target:
            # The same promise by another name: nothing begins anew, and what is late stays late.
            _put_under(row, under, ticket.ticket_class, before=before, after=before)
            continue
        after = engine.stop(before, at=at) if target is None else engine.retarget(before, target, at=at)
        _put_under(row, under, ticket.ticket_class, before=before, after=after)
        steps.append(step(row, "stop" if target is None else "retarget", cause))
    insert_later(*steps)
    set_attention(ticket)
    return judged


def kinder(row: SlaClock, *, due: datetime, newer_due: datetime) -> Judgement:
    """What is recorded of a promise that went under a newer version of its policy (scope.versions)."""
    facts: dict[str, Fact] = {
        "clock": row.kind,
        "due_before": due.isoformat(),
        "due_now": newer_due.isoformat(),
    }
    return Judgement("scope.versions", "kinder promise", facts)


def solve_by(ticket: Ticket, *, at: datetime) -> datetime | None:
    """When the solution is due if its clock counts on from `at`; None when it has ended or is late (sla.resolve)."""
    for row in ticket.clocks.filter(kind=RESOLUTION, stopped_at=None).annotate(
        version_digest=F("policy_version__digest")
    ):
        due = engine.if_it_ran_on(row.as_clock(target_of(row)), at=at)
        return due if due > at else None
    return None


def rows_of(ticket: Ticket, kinds: Iterable[str] = ALL) -> list[SlaClock]:
    """The ticket's clocks of these kinds, locked, each with what its target follows from."""
    rows = ticket.clocks.select_for_update(of=("self",)).filter(kind__in=list(kinds))
    return list(rows.annotate(version_digest=F("policy_version__digest")).order_by("pk"))


def _put_under(
    row: SlaClock, version: Version, ticket_class: str, *, before: engine.Clock, after: engine.Clock
) -> None:
    """Keep a clock as it is after a change of its promise."""
    row.take(after)
    row.policy_version_id, row.ticket_class = version.id, ticket_class
    row.save(update_fields=[*SlaClock.COLUMNS, "policy_version", "ticket_class"])
    _note_breach(row, before)


def _change(
    ticket: Ticket,
    kinds: Iterable[str],
    word: str,
    cause: str,
    move: Callable[[engine.Clock], engine.Clock],
    *,
    wait: str = "",
    until: datetime | None = None,
    only: int | None = None,
) -> None:
    steps = []
    for row in rows_of(ticket, kinds):
        if only not in (None, row.pk):
            continue
        before = row.as_clock(target_of(row))
        after = move(before)
        if after == before:
            continue
        row.take(after)
        # One or two rows: plain updates are a fifth of the price of one CASE statement.
        row.save(update_fields=SlaClock.COLUMNS)
        steps.append(step(row, word, cause, wait=wait, until=until))
        _note_breach(row, before)
    if not steps:
        return
    insert_later(*steps)
    set_attention(ticket)


def set_attention(ticket: Ticket) -> None:
    """Bring the ticket's own mark in line with its clocks; the caller saves `attention`.

    Another team's late answer is a warning: what the customer was promised is not broken by it.
    """
    found = set(ticket.clocks.filter(stopped_at=None).values_list("kind", "state"))
    late = {kind for kind, state in found if state == "breached"}
    warned = "warned" in {state for _, state in found}
    ticket.attention = 2 if late - {CONSULT} else 1 if warned or late else 0


def note_breach(row: SlaClock) -> None:
    """Keep that this promise was broken, to be explained (sla.best_effort). Once for one end of one clock.

    A delay that is open explains it (sla.delays). What one team owes another is no promise to the customer and is counted elsewhere.
    """
    assert row.late_at is not None, "only a broken promise is noted"
    if row.kind == CONSULT:
        return
    delay = Delay.objects.filter(ticket=row.ticket_id, ended_at=None).select_related("picked_by").first()
    told = (
        {"reason": delay.cause, "explained_by": delay.picked_by, "explained_at": row.last_at} if delay else {}
    )
    Breach.objects.get_or_create(
        clock_id=row.pk,
        late_at=row.late_at,
        defaults={
            "ticket_id": row.ticket_id,
            "kind": row.kind,
            "clause": row.clause,
            "policy_version_id": row.policy_version_id,
            **told,
        },
    )


def note_step(row: SlaClock, word: str, cause: str) -> None:
    """Write down what the clock did by itself."""
    step(row, word, cause).save(force_insert=True)


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


def step(
    clock: SlaClock, word: str, cause: str, *, wait: str = "", until: datetime | None = None
) -> ClockStep:
    """The entry for what was just done to a clock; the caller keeps it."""
    assert clock.last_at is not None, "a step is written after the change"
    return ClockStep(
        clock=clock,
        step=word,
        cause=cause,
        clause=_WHY.get(wait, clock.clause),
        at=clock.last_at,
        due_at=clock.due_at,
        wait=wait,
        until=until,
        policy_version_id=clock.policy_version_id,
        ticket_class=clock.ticket_class,
    )
