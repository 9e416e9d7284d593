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
    wrote about the same server around the same time; `same_server_usual` is how many do so at this time of day on all but
    the busiest days, None where that is not asked for. `specialist_away`: others are on duty, nobody of the ticket's team.
    `waiting` in the team's queue now; `usual` at this hour of the week and `usual_ever` at any hour are None where too
    little is known.
    """

    team_is_late: bool = False
    same_server: int = 0
    same_server_usual: float | None = None
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
    outbreak = max(terms.delay_outbreak_customers, (signs.same_server_usual or 0) * longer)
    found = (
        ("clarification", signs.team_is_late),
        ("server_wide", signs.same_server >= outbreak),
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
def usual_outbreak(by_day: list[int]) -> float:
    """How many customers of one server write within such a time on all but one in ten days. Clause: sla.delays."""
    return sorted(by_day)[int(len(by_day) * 0.9)] if by_day else 0


@rule("sla.delays")
def is_probably_kept(*, due_at: datetime, at: datetime, likely_end: datetime | None) -> bool:
    """Whether an answer is expected long before it is due, whatever goes on around it: nobody need be told of a delay.

    `likely_end` is the later end of the expected time, None where none is known; expected times are no promises, so
    as much time again must be left after it. Clause: sla.delays.
    """
    return likely_end is not None and at + 2 * (likely_end - at) <= due_at


@rule("sla.delays")
def expected_instead(
    *,
    due_at: datetime,
    at: datetime,
    terms: Terms,
    likely_end: datetime | None = None,
    somebody_at: datetime | None = None,
) -> datetime:
    """What a customer may expect of a promise that will probably not be kept: always later than was promised.

    The later end of the expected time where that is known and later; else so much later than promised, or than the
    instant at which somebody who may do it is there. Clause: sla.delays.
    """
    if likely_end is not None and likely_end > due_at:
        return likely_end
    return max(due_at, at, somebody_at or at) + terms.delay_expected
