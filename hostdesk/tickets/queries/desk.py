"""What the desk shows: the queue, an agent's own tickets, lists, search. Rows are values, ready for a template."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from hostdesk.audit.prepared import Prepared
from hostdesk.kit import numbers
from hostdesk.people.models import Agent, Membership, Skill
from hostdesk.people.queries import team_ids_of
from hostdesk.search import index
from hostdesk.tickets.models import SlaClock, Ticket, TicketQuerySet
from hostdesk.tickets.queries.access import tickets_for_agent

PAGE = 50
MARKED = 10
EARLIER = 6
COUNTED = 1000
"""Counts on screens stop here and are shown as "1000+"."""

COLUMNS = (
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
    "wrote_at",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket in a list.

    `who` is the customer's name, else who wrote; `account` the username or "". `clock_*` is the clock that ends first
    among those that run or wait; None when none does. `attention`: 0, 1 warned, 2 late. `wrote_at`: see Ticket.
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
    wrote_at: datetime | None
    clock_kind: str | None
    clock_state: str | None
    clock_started_at: datetime | None
    clock_warn_at: datetime | None
    clock_due_at: datetime | None

    @property
    def is_ours(self) -> bool:
        """Whether somebody of ours must do something now."""
        return self.wrote_at is not None or not self.state.startswith("waiting")


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows and the cursor of the next page, None at the end."""

    rows: list[Row]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many wait (up to COUNTED) and since when the oldest does.

    `skills` and `emergencies`: whether the desk names skills at all, and whether an emergency waits for any team.
    """

    waiting: int
    oldest_at: datetime | None
    skills: bool
    emergencies: bool


def _queue(team: int) -> TicketQuerySet:
    return Ticket.objects.waiting().filter(team_id=team).in_order()


_QUEUE = Prepared(lambda team: _queue(team).values_list(*COLUMNS)[: PAGE + 1], int)
_QUEUE_AFTER = Prepared(
    lambda team, since, pk: (
        _queue(team)
        .filter(Q(queued_at__gt=since) | Q(queued_at=since, pk__gt=pk), queued_at__gte=since)
        .values_list(*COLUMNS)[: PAGE + 1]
    ),
    int,
    datetime,
    int,
)


def _marked(level: int) -> Prepared[tuple[Any, ...]]:
    """A read for each level: a small integer cannot be prepared, PostgreSQL's Django refuses a stand-in for it."""
    return Prepared(
        lambda team: (
            Ticket.objects.filter(team_id=team, attention__gt=0)
            .unfinished()
            .filter(attention=level)
            .order_by("queued_at")
            .values_list(*COLUMNS)[:MARKED]
        ),
        int,
    )


_ATTENTION = {level: _marked(level) for level in (2, 1)}
_WAITING = Prepared(lambda team: _queue(team).values_list("pk")[:COUNTED], int)
_OLDEST = Prepared(
    lambda team: (
        _queue(team)
        .annotate(
            skills=Exists(Skill.objects.all()),
            emergencies=Exists(Ticket.objects.waiting().filter(emergency_at__isnull=False)),
        )
        .values_list("queued_at", "skills", "emergencies")[:1]
    ),
    int,
)


def queue_for_agent(agent: Agent, *, after: str | None = None) -> Page:
    """Tickets that wait for one of the agent's teams, oldest first (sla.fcfs); `after` is a cursor of an earlier page."""
    place = _read_cursor(after)
    lists = [
        _QUEUE(team_id) if place is None else _QUEUE_AFTER(team_id, *place)
        for team_id in sorted(team_ids_of(agent))
    ]
    merged = list(merge(*lists, key=lambda values: (values[7], values[0])))
    return _page(merged, PAGE, by_queue=True)


def attention_for_agent(agent: Agent) -> list[Row]:
    """Unfinished tickets of the agent's teams with a warning or a breach, late ones first, oldest first; MARKED at most."""
    rows = [
        row for team_id in sorted(team_ids_of(agent)) for read in _ATTENTION.values() for row in read(team_id)
    ]
    rows.sort(key=lambda values: (-values[4], values[7], values[0]))
    return rows_of(rows[:MARKED])


def counts_for_agent(agent: Agent) -> QueueCounts:
    """The figures in the head of the desk; each costs at most COUNTED index entries."""
    teams = sorted(team_ids_of(agent))
    waiting = sum(_WAITING.count(team_id) for team_id in teams)
    oldest = [row for team_id in teams for row in _OLDEST(team_id)]
    return QueueCounts(
        waiting=min(waiting, COUNTED),
        oldest_at=min((queued_at for queued_at, _, _ in oldest), default=None),
        skills=any(skills for _, skills, _ in oldest),
        emergencies=any(emergencies for _, _, emergencies in oldest),
    )


def mine_for_agent(agent: Agent, *, limit: int = 200) -> list[Row]:
    """The agent's own unfinished tickets: our turn first, then those that wait, oldest first."""
    mine = Ticket.objects.filter(assignee=agent).unfinished().in_order()
    rows = rows_of(mine.values_list(*COLUMNS)[:limit])
    return sorted(rows, key=lambda row: (not row.is_ours, -row.attention, row.queued_at))


def listed_for_agent(
    agent: Agent, states: Iterable[str], *, after: str | None = None, limit: int = PAGE
) -> Page:
    """All visible tickets in some states, newest first; `after` is a cursor of an earlier page."""
    found = tickets_for_agent(agent).filter(state__in=list(states)).order_by("-id")
    if after and after.isdigit():
        found = found.filter(pk__lt=int(after))
    values = list(found.values_list(*COLUMNS)[: limit + 1])
    return _page(values, limit, by_queue=False)


def search_for_agent(agent: Agent, typed: str, *, limit: int = PAGE) -> list[Row]:
    """Visible tickets by number, person, address, domain, account or words; newest first, an exact number alone."""
    number = numbers.read(typed)
    visible = tickets_for_agent(agent)
    if number is not None:
        exact = rows_of(visible.filter(pk=number).values_list(*COLUMNS))
        if exact:
            return exact
    refs = index.find("ticket", typed, limit=limit * 6)
    wanted: TicketQuerySet = visible.filter(pk__in=refs)
    domain = typed.strip().lower()
    if "." in domain and " " not in domain and "@" not in domain:
        wanted = visible.filter(Q(pk__in=refs) | Q(account__domains__name=domain))
    return rows_of(wanted.order_by("-id").distinct().values_list(*COLUMNS)[:limit])


def _seen_by(agent: int) -> TicketQuerySet:
    """`tickets_for_agent` as one condition without a list, so that it can be prepared."""
    own = Membership.objects.filter(team=OuterRef("team"), agent_id=agent)
    return Ticket.objects.filter(Q(sealed=False) | Exists(own))


def _others(agent: int, pk: int, same: Q) -> QuerySet[Any]:  # `Any`: columns of several types
    """The newest other tickets that an agent may see and that have something in common with one."""
    return _seen_by(agent).filter(same).exclude(pk=pk).order_by("-id").values_list(*COLUMNS)[:EARLIER]


_OF_ACCOUNT = Prepared(lambda agent, account, pk: _others(agent, pk, Q(account_id=account)), int, int, int)
_OF_CUSTOMER = Prepared(
    lambda agent, customer, pk: _others(agent, pk, Q(customer_id=customer)), int, int, int
)


def earlier_of(ticket: Ticket, agent: Agent) -> list[Row]:
    """The newest other tickets of the same account, else of the same customer, that the agent may see; EARLIER at most."""
    if ticket.account_id is not None:
        same = _OF_ACCOUNT(agent.pk, ticket.account_id, ticket.pk)
    elif ticket.customer_id is not None:
        same = _OF_CUSTOMER(agent.pk, ticket.customer_id, ticket.pk)
    else:
        same = []
    return rows_of(same, clocks=False)


def _page(values: list[tuple[Any, ...]], limit: int, *, by_queue: bool) -> Page:
    rows = rows_of(values[:limit])
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


def rows_of(values: Iterable[tuple[Any, ...]], *, clocks: bool = True) -> list[Row]:
    """Rows of `COLUMNS` as values, with the clock that ends first, read for all of them in one query.

    `Any`: the columns of `COLUMNS`, each of the type that `Row` says.
    """
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
            wrote_at,
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
            wrote_at,
        ) in found
    ]


_OPEN_CLOCKS = Prepared(
    lambda *pks: SlaClock.objects.filter(ticket_id__in=pks, stopped_at=None).values_list(
        "ticket_id", "kind", "state", "started_at", "warn_at", "due_at"
    ),
    *[int] * PAGE,
)


def _first_clocks(pks: list[int]) -> dict[int, tuple[Any, ...]]:  # the columns after the ticket's
    clocks: dict[int, tuple[Any, ...]] = {}
    for start in range(0, len(pks), PAGE):
        some = pks[start : start + PAGE]
        # A page has a fixed number of places; those left over ask for the last ticket again.
        for pk, *clock in _OPEN_CLOCKS(*some, *some[-1:] * (PAGE - len(some))):
            known = clocks.get(pk)
            if known is None or clock[4] < known[4]:
                clocks[pk] = tuple(clock)
    return clocks
