"""Tickets in a list, ready to show: every word made here once, so that a page of fifty is fifty short lines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape  # as in web.letters
from typing import Literal

from django.utils.safestring import SafeString, mark_safe

from hostdesk.tickets.models import SlaClock, TicketState
from hostdesk.tickets.queries.desk import Row
from hostdesk.web import clocks, times
from hostdesk.web.clocks import Face

GOALS = {
    "response": "to answer",
    "resolution": "to solve",
    "update": "to report",
    "consult": "for another team",
}
STATES: dict[str, tuple[str, str]] = {
    TicketState.NEW: ("new", "ours"),
    TicketState.OPEN: ("our turn", "ours"),
    TicketState.WAITING_CUSTOMER: ("customer's turn", "plain"),
    TicketState.WAITING_WINDOW: ("waits for its window", "plain"),
    TicketState.WAITING_TEAM: ("waits for a team", "plain"),
    TicketState.RESOLVED: ("resolved", "good"),
    TicketState.CLOSED: ("closed", "plain"),
}
_WAITS_FOR: dict[str, str] = {
    TicketState.WAITING_CUSTOMER: "waits for the customer",
    TicketState.WAITING_WINDOW: "waits for its window",
    TicketState.WAITING_TEAM: "waits for a team",
}
LEVELS = ("", "watch", "late")
DOUBTED = frozenset({"unproven", "forged"})


def lines(rows: Iterable[Row], now: datetime, *, holder: Holder = "shown") -> list[SafeString]:
    """Rows of a query as the lines of a list, seen at `now`.

    Written here and not in a template: a page of fifty costs a third of what fifty loops of a template cost.
    `holder` is "left out" where all rows are the reader's own.
    """
    return [_line(row, now, holder) for row in rows]


Holder = Literal["shown", "left out"]


def _line(row: Row, now: datetime, holder: Holder) -> SafeString:
    """One line: how long left, which, what, who, whose turn. Every word of a stranger goes through `escape`."""
    turn, tone = STATES[row.state]
    if row.wrote_at is not None:
        turn, tone = "customer wrote", "ours"
    level = f" is-{LEVELS[row.attention]}" if row.attention else ""
    marks = ('<span class="tag is-ours">complaint</span>' if row.sealed else "") + (
        '<span class="tag is-watch"><i>sender </i>not proven</span>' if row.trust in DOUBTED else ""
    )
    person = (
        f' <span class="person">· <bdi>{escape(row.person)}</bdi></span>' if row.person != row.who else ""
    )
    has_it = f", <bdi>{escape(row.assignee)}</bdi>" if row.assignee and holder == "shown" else ""
    return mark_safe(  # noqa: S308  (escaped piece by piece)
        f'<li><a class="row{level}" data-row href="/desk/tickets/{row.pk}">{clocks.markup(clock_of_row(row, now))}'
        f'<span class="number">{row.number}</span>'
        f'<span class="subject"><bdi>{escape(row.subject)}</bdi>{marks}</span>'
        f'<span class="who"><bdi>{escape(row.who)}</bdi>{person}</span>'
        f'<span class="state is-{tone}">{turn}{has_it}</span>'
        f'<time datetime="{times.stamp(row.queued_at)}">{times.spoken(row.queued_at, now)}</time></a></li>'
    )


def clock_of_row(row: Row, now: datetime) -> Face:
    """The clock of a line: running down, or since when it stands still; whose turn it is stands at the line's end."""
    if row.clock_state in (None, "met", "paused") or row.clock_due_at is None or row.clock_started_at is None:
        word = "paused" if row.state in _WAITS_FOR else STATES[row.state][0]
        return clocks.stopped(f"{word} {times.spoken(row.state_since, now)}")
    return clocks.running(
        due_at=row.clock_due_at,
        whole=row.clock_due_at - row.clock_started_at,
        warned=row.clock_state == "warned",
        now=now,
        goal=GOALS[row.clock_kind or "response"],
    )


def clock_of_ticket(clock: SlaClock, state: str, state_since: datetime, now: datetime) -> Face:
    """One clock in the head of a ticket's page, where ended ones say how they ended."""
    name = {"response": "answer", "update": "next word", "resolution": "solution"}.get(clock.kind, clock.kind)
    if clock.stopped_at is not None:
        ended = "in time" if clock.state == "met" else "late"
        return clocks.stopped(f"{name} {ended}, {times.spoken(clock.stopped_at, now)}")
    if clock.state == "paused":
        waits = _WAITS_FOR.get(state, "waits")
        return clocks.stopped(f"{name} {waits} since {times.spoken(clock.paused_at or state_since, now)}")
    return clocks.running(
        due_at=clock.due_at,
        whole=clock.due_at - clock.started_at,
        warned=clock.state == "warned",
        now=now,
        goal=GOALS[clock.kind],
    )


def clock_of_consult(clock: SlaClock, now: datetime) -> Face:
    """How long another team still has for its answer."""
    if clock.stopped_at is not None:
        return clocks.stopped(f"ended {times.spoken(clock.stopped_at, now)}")
    return clocks.running(
        due_at=clock.due_at,
        whole=clock.due_at - clock.started_at,
        warned=clock.state == "warned",
        now=now,
        goal="to answer",
    )


def waiting_sum(waiting: int, oldest_at: datetime | None, now: datetime, *, counted: int) -> str:
    """The head of the queue in words: "14 waiting, the oldest for 0:52"."""
    if not waiting or oldest_at is None:
        return "nothing waits"
    many = f"{counted}+" if waiting >= counted else str(waiting)
    return f"{many} waiting, the oldest for {times.length(now - oldest_at)}"
