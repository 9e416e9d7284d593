"""How often expected times held true, from the desk's own rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from hostdesk.people.models import HeldSkill, Membership, Skill, Team
from hostdesk.tickets.queries.expected import Known, answered_in, unanswered_in

MOST = 5_000
"""Answers that are gone through again at most, the newest."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """`looks` at tickets of which something was said, how many of the ranges `held` the answer, their median `width`."""

    looks: int
    held: int
    width: timedelta


def foretold(*, at: datetime) -> Foretold:
    """The last four weeks gone through again, in the order of time: at each look only what was known then is used.

    A look is taken when a ticket comes, and 10, 20, 40 minutes later and so on while it waits. What customers looked at
    is not kept, and need not be: the same rows say the same again. Who can do what is taken as it is now. Clause: sla.response.
    """
    teams = list(Team.objects.order_by("pk").values_list("pk", flat=True))
    answered = answered_in(teams, at=at, newest=MOST, of_a_team=MOST)
    known = Known(teams, answered, unanswered_in(teams, at), crews=_crews(), at=at)
    learnt = [known.book(team).learnt for team in sorted({one.team for one in answered})]
    widths = [width for one in learnt for width in one.widths]
    return Foretold(
        len(widths), sum(one.held for one in learnt), timedelta(minutes=median(widths) if widths else 0)
    )


def _crews() -> dict[int, dict[int, frozenset[int]]] | None:
    """What everybody can do, by team; None on a desk that names no skill."""
    if not Skill.objects.exists():
        return None
    held: dict[int, set[int]] = {}
    for agent, skill in HeldSkill.objects.values_list("agent_id", "skill_id"):
        held.setdefault(agent, set()).add(skill)
    found: dict[int, dict[int, frozenset[int]]] = {}
    for team, agent in Membership.objects.filter(agent__active=True).values_list("team_id", "agent_id"):
        found.setdefault(team, {})[agent] = frozenset(held.get(agent, ()))
    return found
