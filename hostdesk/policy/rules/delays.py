"""Why a promise will probably be late: signs in, a reason of the policy's own list out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from hostdesk.policy.registry import rule
from hostdesk.policy.terms import Terms


@dataclass(frozen=True, slots=True)
class Signs:
    """What was seen around one ticket whose promise is near its end.

    `team_is_late`: another team was asked and has let its time pass. `same_server` counts customers, this one too, who
    wrote about the same server around the same time. `specialist_away`: others are on duty, nobody of the ticket's team.
    `waiting` in the team's queue now; `usual` at this hour of the week and `usual_ever` at any hour are None where too
    little is known.
    """

    team_is_late: bool = False
    same_server: int = 0
    specialist_away: bool = False
    waiting: int = 0
    usual: float | None = None
    usual_ever: float | None = None


@rule("sla.delays")
def cause_of_delay(signs: Signs, terms: Terms) -> str | None:
    """The reason that fits best, what concerns the one ticket first; None when none does, or the policy knows it not.

    Clause: sla.delays.
    """
    if "delay_outbreak_customers" not in vars(terms):
        return None
    longer = 1 + terms.delay_queue_longer_percent / 100
    many = signs.waiting >= terms.delay_queue_least_tickets
    found = (
        ("clarification", signs.team_is_late),
        ("server_wide", signs.same_server >= terms.delay_outbreak_customers),
        ("escalation", signs.specialist_away),
        ("workload", many and signs.usual is not None and signs.waiting >= signs.usual * longer),
        (
            "peak_time",
            many
            and signs.usual is not None
            and signs.usual_ever is not None
            and signs.usual >= signs.usual_ever * longer,
        ),
    )
    return next((word for word, seen in found if seen and word in terms.delay_reasons), None)


@rule("sla.delays")
def usual_length(samples: list[int], *, least: int) -> float | None:
    """The usual length of a queue: the middle one of those seen; None with fewer than `least`. Clause: sla.delays."""
    return median(samples) if len(samples) >= least else None


@rule("sla.delays")
def expected_instead(*, due_at: datetime, at: datetime, terms: Terms) -> datetime:
    """What a customer may expect where nobody has said better: so much later than promised. Clause: sla.delays."""
    return max(due_at, at) + terms.delay_expected
