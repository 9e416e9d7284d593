"""Tickets in a list, ready to show: every word made here once, so that a page of fifty is fifty short lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from hostdesk.tickets.models import SlaClock, TicketState
from hostdesk.tickets.queries.desk import Row
from hostdesk.web import clocks, times
from hostdesk.web.clocks import Face

GOALS = {"response": "to answer", "resolution": "to solve", "update": "to report", "consult": "to consult"}
STATES = {
    TicketState.NEW: ("new", "ours"),
    TicketState.OPEN: ("our turn", "ours"),
    TicketState.WAITING_CUSTOMER: ("customer's turn", "plain"),
    TicketState.WAITING_WINDOW: ("waits for its window", "plain"),
    TicketState.WAITING_TEAM: ("waits for a team", "plain"),
    TicketState.RESOLVED: ("resolved", "good"),
    TicketState.CLOSED: ("closed", "plain"),
}
_WAITS_FOR = {
    TicketState.WAITING_CUSTOMER: "waits for the customer",
    TicketState.WAITING_WINDOW: "waits for its window",
    TicketState.WAITING_TEAM: "waits for a team",
}
LEVELS = ("", "watch", "late")


@dataclass(frozen=True, slots=True)
class RowFace:
    """One line of a list. `level` is "", "watch" or "late"; `turn` whose turn it is, with its `tone`."""

    pk: int
    number: str
    subject: str
    who: str
    person: str
    account: str
    assignee: str
    clock: SafeString
    level: str
    turn: str
    tone: str
    since: str
    stamp: str
    sealed: bool
    doubted: bool


def faces(rows: Iterable[Row], now: datetime) -> list[RowFace]:
    """Rows of a query as lines of a list, seen at `now`."""
    return [_face(row, now) for row in rows]


def _face(row: Row, now: datetime) -> RowFace:
    turn, tone = STATES[TicketState(row.state)]
    return RowFace(
        pk=row.pk,
        number=row.number,
        subject=row.subject,
        who=row.who,
        person=row.person if row.person != row.who else "",
        account=row.account,
        assignee=row.assignee,
        clock=clocks.markup(clock_of_row(row, now)),
        level=LEVELS[row.attention],
        turn=turn,
        tone=tone,
        since=times.spoken(row.queued_at, now),
        stamp=times.stamp(row.queued_at),
        sealed=row.sealed,
        doubted=row.trust in ("unproven", "forged"),
    )


def clock_of_row(row: Row, now: datetime) -> Face:
    """The clock of a line: running down, or in words what it waits for and since when."""
    if row.clock_state in (None, "met", "paused") or row.clock_due_at is None or row.clock_started_at is None:
        waits = _WAITS_FOR.get(TicketState(row.state))
        said = times.spoken(row.state_since, now)
        return clocks.stopped(
            f"{waits} since {said}" if waits else f"{STATES[TicketState(row.state)][0]} {said}"
        )
    return clocks.running(
        due_at=row.clock_due_at,
        whole=row.clock_due_at - row.clock_started_at,
        warned=row.clock_state == "warned",
        now=now,
        goal=GOALS[row.clock_kind or "response"],
    )


def clock_of_ticket(clock: SlaClock, state: str, state_since: datetime, now: datetime) -> Face:
    """One clock in the head of a ticket's page, where ended ones say how they ended."""
    name = {"response": "answer", "resolution": "solution"}.get(clock.kind, clock.kind)
    if clock.stopped_at is not None:
        ended = "in time" if clock.state == "met" else "late"
        return clocks.stopped(f"{name} {ended}, {times.spoken(clock.stopped_at, now)}")
    if clock.state == "paused":
        waits = _WAITS_FOR.get(TicketState(state), "waits")
        return clocks.stopped(f"{name} {waits} since {times.spoken(clock.paused_at or state_since, now)}")
    return clocks.running(
        due_at=clock.due_at,
        whole=clock.due_at - clock.started_at,
        warned=clock.state == "warned",
        now=now,
        goal=GOALS[clock.kind],
    )


def waiting_sum(waiting: int, oldest_at: datetime | None, now: datetime, *, counted: int) -> str:
    """The head of the queue in words: "14 waiting, the oldest for 0:52"."""
    if not waiting or oldest_at is None:
        return "nothing waits"
    many = f"{counted}+" if waiting >= counted else str(waiting)
    return f"{many} waiting, the oldest for {times.length(now - oldest_at)}"
