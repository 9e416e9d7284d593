"""What the desk shows: the queue, an agent's own tickets, lists, search. Rows are values, ready for a template."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge

from django.db.models import Q

from hostdesk.kit import numbers
from hostdesk.people.models import Agent
from hostdesk.people.queries import team_ids_of
from hostdesk.search import index
from hostdesk.tickets.models import SlaClock, Ticket, TicketQuerySet
from hostdesk.tickets.queries.access import tickets_for_agent

PAGE = 50
COUNTED = 1000
"""Counts on screens stop here and are shown as "1000+"."""

_COLUMNS = (
    "id",
    "subject",
    "state",
    "ticket_class",
    "attention",
    "sealed",
    "trust",
    "queued_at",
    "state_since",
    "updated_at",
    "requester_name",
    "contact__person__name",
    "account__username",
    "customer__name",
    "assignee__name",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket in a list.

    `who` is the customer's name, else who wrote; `account` the username or "". `clock_*` is the clock that ends first
    among those that run or wait; None when none does. `attention`: 0, 1 warned, 2 late.
    """

    pk: int
    number: str
    subject: str
    state: str
    ticket_class: str
    attention: int
    sealed: bool
    trust: str
    queued_at: datetime
    state_since: datetime
    updated_at: datetime
    who: str
    person: str
    account: str
    assignee: str
    clock_kind: str | None
    clock_state: str | None
    clock_started_at: datetime | None
    clock_warn_at: datetime | None
    clock_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows and the cursor of the next page, None at the end."""

    rows: list[Row]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many wait (up to COUNTED) and since when the oldest does."""

    waiting: int
    oldest_at: datetime | None
    mine: int


def queue_for_agent(agent: Agent, *, after: str | None = None, limit: int = PAGE) -> Page:
    """Tickets that wait for one of the agent's teams, oldest first (sla.fcfs); `after` is a cursor of an earlier page."""
    place = _read_cursor(after)
    lists = []
    for team_id in sorted(team_ids_of(agent)):
        waiting = Ticket.objects.waiting().filter(team_id=team_id).in_order()
        if place is not None:
            since, pk = place
            waiting = waiting.filter(Q(queued_at__gt=since) | Q(queued_at=since, pk__gt=pk)).filter(
                queued_at__gte=since
            )
        lists.append(list(waiting.values_list(*_COLUMNS)[: limit + 1]))
    merged = list(merge(*lists, key=lambda values: (values[7], values[0])))
    return _page(merged, limit, by_queue=True)


def attention_for_agent(agent: Agent, *, limit: int = 10) -> list[Row]:
    """Unfinished tickets of the agent's teams with a warning or a breach, late ones first, oldest first."""
    rows: list[tuple[object, ...]] = []
    for team_id in sorted(team_ids_of(agent)):
        marked = Ticket.objects.filter(team_id=team_id, attention__gt=0).unfinished()
        for level in (2, 1):
            rows += marked.filter(attention=level).order_by("queued_at").values_list(*_COLUMNS)[:limit]
    rows.sort(key=lambda values: (-values[4], values[7], values[0]))  # type: ignore[operator]  # attention, queued_at, id
    return _rows(rows[:limit])


def counts_for_agent(agent: Agent) -> QueueCounts:
    """The figures in the head of the desk; each costs at most COUNTED index entries."""
    waiting, oldest = 0, []
    for team_id in sorted(team_ids_of(agent)):
        queue = Ticket.objects.waiting().filter(team_id=team_id).in_order().values_list("queued_at", flat=True)
        first = list(queue[:COUNTED])
        waiting += len(first)
        oldest += first[:1]
    mine = Ticket.objects.filter(assignee=agent, state__in=("new", "open"))[:COUNTED].count()
    return QueueCounts(min(waiting, COUNTED), min(oldest, default=None), mine)


def mine_for_agent(agent: Agent, *, limit: int = 200) -> list[Row]:
    """The agent's own unfinished tickets: our turn first, then those that wait, oldest first."""
    mine = Ticket.objects.filter(assignee=agent).unfinished().in_order()
    rows = _rows(mine.values_list(*_COLUMNS)[:limit])
    return sorted(rows, key=lambda row: (row.state.startswith("waiting"), -row.attention, row.queued_at))


def listed_for_agent(agent: Agent, states: Iterable[str], *, after: str | None = None, limit: int = PAGE) -> Page:
    """All visible tickets in some states, newest first; `after` is a cursor of an earlier page."""
    found = tickets_for_agent(agent).filter(state__in=list(states)).order_by("-id")
    if after and after.isdigit():
        found = found.filter(pk__lt=int(after))
    values = list(found.values_list(*_COLUMNS)[: limit + 1])
    return _page(values, limit, by_queue=False)


def search_for_agent(agent: Agent, typed: str, *, limit: int = PAGE) -> list[Row]:
    """Visible tickets by number, person, address, domain, account or words; newest first, an exact number alone."""
    number = numbers.read(typed)
    visible = tickets_for_agent(agent)
    if number is not None:
        exact = _rows(visible.filter(pk=number).values_list(*_COLUMNS))
        if exact:
            return exact
    refs = index.find("ticket", typed, limit=limit * 6)
    wanted: TicketQuerySet = visible.filter(pk__in=refs)
    domain = typed.strip().lower()
    if "." in domain and " " not in domain and "@" not in domain:
        wanted = visible.filter(Q(pk__in=refs) | Q(account__domains__name=domain))
    return _rows(wanted.order_by("-id").distinct().values_list(*_COLUMNS)[:limit])


def earlier_of(ticket: Ticket, agent: Agent, *, limit: int = 6) -> list[Row]:
    """The newest other tickets of the same account, else of the same customer, that the agent may see."""
    if ticket.account_id is not None:
        same = tickets_for_agent(agent).filter(account_id=ticket.account_id)
    elif ticket.customer_id is not None:
        same = tickets_for_agent(agent).filter(customer_id=ticket.customer_id)
    else:
        return []
    return _rows(same.exclude(pk=ticket.pk).order_by("-id").values_list(*_COLUMNS)[:limit], clocks=False)


def _page(values: list[tuple[object, ...]], limit: int, *, by_queue: bool) -> Page:
    rows = _rows(values[:limit])
    if len(values) <= limit:
        return Page(rows, None)
    last = rows[-1]
    return Page(rows, f"{last.queued_at.timestamp():.6f}-{last.pk}" if by_queue else str(last.pk))


def _read_cursor(cursor: str | None) -> tuple[datetime, int] | None:
    """The place a queue cursor stands for; a cursor that is none begins at the top."""
    stamp, _, pk = (cursor or "").partition("-")
    try:
        return datetime.fromtimestamp(float(stamp), UTC), int(pk)
    except (ValueError, OverflowError, OSError):
        return None


def _rows(values: Iterable[tuple[object, ...]], *, clocks: bool = True) -> list[Row]:
    """Rows of `_COLUMNS` as values, with the clock that ends first, read for all of them in one query."""
    found = list(values)
    clock_of = _first_clocks([row[0] for row in found]) if clocks and found else {}
    none = (None, None, None, None, None)
    return [
        Row(
            pk,
            numbers.shown(pk),
            subject,
            state,
            ticket_class,
            attention,
            sealed,
            trust,
            queued_at,
            state_since,
            updated_at,
            customer or person or requester,
            person or requester,
            account or "",
            assignee or "",
            *clock_of.get(pk, none),
        )
        for (
            pk,
            subject,
            state,
            ticket_class,
            attention,
            sealed,
            trust,
            queued_at,
            state_since,
            updated_at,
            requester,
            person,
            account,
            customer,
            assignee,
        ) in found
    ]


def _first_clocks(pks: list[object]) -> dict[object, tuple[object, ...]]:
    clocks: dict[object, tuple[object, ...]] = {}
    open_clocks = SlaClock.objects.filter(ticket_id__in=pks, stopped_at=None).values_list(
        "ticket_id", "kind", "state", "started_at", "warn_at", "due_at"
    )
    for pk, *clock in open_clocks:
        known = clocks.get(pk)
        if known is None or clock[4] < known[4]:
            clocks[pk] = tuple(clock)
    return clocks


