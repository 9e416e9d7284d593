"""What verbs do to the clocks of a ticket, always with an entry in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from hostdesk.audit.inserting import insert, insert_later
from hostdesk.policy import queries as policy
from hostdesk.policy.queries import Version
from hostdesk.policy.rules import sla as sla_rules
from hostdesk.sla import engine
from hostdesk.tickets.models import ClockStep, Message, SlaClock, Ticket

RESPONSE = "response"
RESOLUTION = "resolution"
CLAUSES = {RESPONSE: "sla.response", RESOLUTION: "sla.resolve"}
_COLUMNS = ("state", "started_at", "warn_at", "due_at", "paused_at", "stopped_at", "look_at")


def targets(version: Version) -> dict[str, engine.Target]:
    """The targets by clock kind under one policy version (sla.response, sla.resolve)."""
    response, resolution = (
        sla_rules.response_target(version.terms),
        sla_rules.resolution_target(version.terms),
    )
    return {
        RESPONSE: engine.Target(response.warn_after, response.due_after),
        RESOLUTION: engine.Target(resolution.warn_after, resolution.due_after),
    }


def start_clocks(ticket: Ticket, version: Version, first: Message, *, at: datetime) -> None:
    """Both clocks of a new ticket, from its arrival `at`, written with its first message, which gets its key."""
    clocks: list[SlaClock] = []
    for kind, target in targets(version).items():
        row = SlaClock(ticket=ticket, kind=kind, clause=CLAUSES[kind], policy_version_id=version.id)
        row.take(engine.start(target, at=at))
        clocks.append(row)
    insert(first, *clocks)
    insert_later(*(_step(clock, "start", "arrival", at) for clock in clocks))


def stop(ticket: Ticket, kinds: Iterable[str], *, cause: str, at: datetime) -> None:
    """End these clocks where they run: the promise is kept, or late."""
    _change(ticket, kinds, "stop", cause, lambda clock: engine.stop(clock, at=at), at=at)


def pause(ticket: Ticket, *, cause: str, at: datetime) -> None:
    """Let the resolution clock wait (sla.resolve)."""
    _change(ticket, (RESOLUTION,), "pause", cause, lambda clock: engine.pause(clock, at=at), at=at)


def pause_all(ticket: Ticket, *, cause: str, at: datetime) -> None:
    """Let both clocks wait: nothing is promised while support is withheld (contact.current)."""
    _change(ticket, (RESPONSE, RESOLUTION), "pause", cause, lambda clock: engine.pause(clock, at=at), at=at)


def resume(ticket: Ticket, *, cause: str, at: datetime) -> None:
    """Let the clocks that wait run on."""
    _change(ticket, (RESPONSE, RESOLUTION), "resume", cause, lambda clock: engine.resume(clock, at=at), at=at)


def restart(ticket: Ticket, version: Version, *, cause: str, at: datetime) -> None:
    """The resolution clock of a reopened ticket runs on from where it was stopped."""
    target = targets(version)[RESOLUTION]
    _change(
        ticket, (RESOLUTION,), "restart", cause, lambda clock: engine.restart(clock, target, at=at), at=at
    )


def retarget(ticket: Ticket, version: Version, *, cause: str, at: datetime) -> None:
    """Bring the clocks under another policy version; what has passed has passed (sla.response, sla.resolve)."""
    new = targets(version)
    changed = []
    for row in ticket.clocks.select_for_update().exclude(policy_version=version.id):
        old = targets(policy.by_id(row.policy_version_id))[row.kind]
        row.take(engine.retarget(row.as_clock(), old, new[row.kind], at=at))
        row.policy_version_id = version.id
        row.save(update_fields=[*_COLUMNS, "policy_version"])
        changed.append(row)
    insert_later(*(_step(row, "retarget", cause, at) for row in changed))
    set_attention(ticket)


def _change(
    ticket: Ticket,
    kinds: Iterable[str],
    step: str,
    cause: str,
    move: Callable[[engine.Clock], engine.Clock],
    *,
    at: datetime,
) -> None:
    rows = list(ticket.clocks.select_for_update().filter(kind__in=list(kinds)))
    changed = []
    for row in rows:
        before = row.as_clock()
        after = move(before)
        if after != before:
            row.take(after)
            changed.append(row)
    if not changed:
        return
    for row in changed:  # one or two rows: plain updates are a fifth of the price of one CASE statement
        row.save(update_fields=_COLUMNS)
    insert_later(*(_step(row, step, cause, at) for row in changed))
    set_attention(ticket)


def set_attention(ticket: Ticket) -> None:
    """Bring the ticket's own mark in line with its clocks; the caller saves `attention`."""
    words = list(ticket.clocks.filter(stopped_at=None).values_list("state", flat=True))
    ticket.attention = 2 if "breached" in words else 1 if "warned" in words else 0


def _step(clock: SlaClock, step: str, cause: str, at: datetime) -> ClockStep:
    return ClockStep(clock=clock, step=step, cause=cause, at=at, due_at=clock.due_at)
