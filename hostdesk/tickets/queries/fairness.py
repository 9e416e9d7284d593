"""Whether the queue is fair: who went before whom and why, and how long customers waited until somebody had their ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from hostdesk.people.models import Agent
from hostdesk.people.queries import visible_teams
from hostdesk.tickets.models import HandOut, PassOver

SPAN = timedelta(days=30)
LISTED = 50
CUSTOMERS = 10
CAUSES = ("skill", "skip", "emergency", "choice")
"""Why a ticket went before older ones, as `HandOut.past_*` counts them."""


@dataclass(frozen=True, slots=True)
class Inversions:
    """For one cause: how many tickets were handed out before older ones, and how many older ones that passed."""

    cause: str
    tickets: int
    passed: int


@dataclass(frozen=True, slots=True)
class Waits:
    """How long tickets of one team or customer waited until the first agent had them. `name` "" means all."""

    name: str
    many: int
    median: timedelta
    most: timedelta
    longest: timedelta
    """`most` is the ninetieth percentile: nine in ten waited no longer."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one agent did in the span."""

    name: str
    next: int
    chosen: int
    jumped: int
    passed_over: int
    returned: int


@dataclass(frozen=True, slots=True)
class Fairness:
    """The figures of one span. `in_turn` went before none that its taker could have taken."""

    many: int
    in_turn: int
    inversions: list[Inversions]
    all_waits: Waits | None
    teams: list[Waits]
    customers: list[Waits]
    agents: list[Share]


def fairness_for_agent(agent: Agent, *, at: datetime, span: timedelta = SPAN) -> Fairness:
    """The figures over what this agent may know of: not the teams that are sealed to them. A fixed number of queries."""
    return _fairness(visible_teams(agent), at=at, span=span)


def fairness(*, at: datetime, span: timedelta = SPAN) -> Fairness:
    """The figures over all teams, for the evidence of sla.fcfs, which names nobody."""
    return _fairness(Q(), at=at, span=span)


def passed_over_for_agent(agent: Agent, *, at: datetime, span: timedelta = SPAN) -> list[PassOver]:
    """The newest tickets that were passed over or given back, with who and why; LISTED at most."""
    found = PassOver.objects.filter(visible_teams(agent), at__gt=at - span, at__lte=at)
    return list(found.select_related("ticket", "agent").order_by("-at", "-pk")[:LISTED])


def jumps_for_agent(agent: Agent, *, at: datetime, span: timedelta = SPAN) -> list[HandOut]:
    """The newest tickets that somebody chose before older ones, with the reason; LISTED at most."""
    found = _outs(visible_teams(agent), at, span).filter(past_choice__gt=0)
    return list(found.select_related("ticket", "agent").order_by("-at", "-pk")[:LISTED])


def _fairness(seen: Q, *, at: datetime, span: timedelta) -> Fairness:
    outs = _outs(seen, at, span)
    sums = outs.aggregate(
        many=Count("pk"),
        **{f"tickets_{cause}": Count("pk", filter=Q(**{f"past_{cause}__gt": 0})) for cause in CAUSES},
        **{f"passed_{cause}": Sum(f"past_{cause}", default=0) for cause in CAUSES},
    )
    return Fairness(
        many=sums["many"],
        in_turn=sums["many"] - sums["tickets_choice"],
        inversions=[Inversions(cause, sums[f"tickets_{cause}"], sums[f"passed_{cause}"]) for cause in CAUSES],
        all_waits=next(iter(_waits(outs, None)), None),
        teams=_waits(outs, "team__name"),
        customers=sorted(_waits(outs, "ticket__customer__name"), key=lambda one: one.most, reverse=True)[
            :CUSTOMERS
        ],
        agents=_shares(outs, seen, at, span),
    )


def _outs(seen: Q, at: datetime, span: timedelta) -> QuerySet[HandOut]:
    return HandOut.objects.filter(seen, at__gt=at - span, at__lte=at, undone=False)


def _waits(outs: QuerySet[HandOut], group: str | None) -> list[Waits]:
    """The spread by group, by name; the database ranks the waits and gives three of each group."""
    by = [F(group)] if group else None
    ranked = (
        outs.filter(first=True, **({f"{group}__isnull": False} if group else {}))
        .annotate(
            rank=Window(RowNumber(), partition_by=by, order_by=[F("waited_seconds"), F("pk")]),
            of=Window(Count("pk"), partition_by=by),
        )
        # Whole numbers divide downwards: the smallest rank that half, nine tenths and all of them reach.
        .filter(Q(rank=(F("of") + 1) / 2) | Q(rank=(F("of") * 9 + 9) / 10) | Q(rank=F("of")))
        .values_list(*([group] if group else []), "rank", "of", "waited_seconds")
    )
    found: dict[str, list[tuple[int, int, int]]] = {}
    for *name, rank, of, seconds in ranked:
        found.setdefault(name[0] if name else "", []).append((rank, of, seconds))
    return [_spread(name, sorted(rows)) for name, rows in sorted(found.items())]


def _spread(name: str, rows: list[tuple[int, int, int]]) -> Waits:
    of = rows[0][1]
    by_rank = {rank: timedelta(seconds=seconds) for rank, _, seconds in rows}
    return Waits(name, of, by_rank[(of + 1) // 2], by_rank[(of * 9 + 9) // 10], by_rank[of])


def _shares(outs: QuerySet[HandOut], seen: Q, at: datetime, span: timedelta) -> list[Share]:
    took = outs.values_list("agent_id", "agent__name").annotate(
        next=Count("pk", filter=Q(how=HandOut.How.NEXT)),
        chosen=Count("pk", filter=~Q(how=HandOut.How.NEXT)),
        jumped=Count("pk", filter=Q(past_choice__gt=0)),
    )
    left = (
        PassOver.objects.filter(seen, at__gt=at - span, at__lte=at)
        .values_list("agent_id", "agent__name")
        .annotate(
            passed=Count("pk", filter=Q(returned=False)),
            returned=Count("pk", filter=Q(returned=True)),
        )
    )
    found: dict[tuple[int, str], list[int]] = {}
    for agent_id, name, *counts in took:
        found[agent_id, name] = [*counts, 0, 0]
    for agent_id, name, *counts in left:
        found.setdefault((agent_id, name), [0] * 5)[3:] = counts
    return [Share(name, *counts) for (_, name), counts in sorted(found.items(), key=lambda one: one[0][1])]
