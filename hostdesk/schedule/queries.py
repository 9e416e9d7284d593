"""Who is on duty, and which windows there are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people import queries as people
from hostdesk.people.models import Agent, Team
from hostdesk.policy.queries import Version
from hostdesk.schedule import duty_rules, plan
from hostdesk.schedule.models import MaintenanceWindow, Shift
from hostdesk.sla.hours import Hours


def on_duty(at: datetime, *, team: str = Team.SUPPORT) -> list[Agent]:
    """The active agents of a team who are at work at this instant, by name.

    At work is who began a shift and has not ended it, and who was seen at the desk during a planned one; planned alone
    is not enough. When nobody is, all active agents of the team: support runs round the clock (sla.hours), so a warning
    must reach somebody. For the same reason a desk that keeps no shifts at all needs no setting.
    """
    return _at_work(at, team) or people.agents_of_team(team)


def on_duty_by_team(at: datetime, teams: Iterable[Team]) -> dict[int, list[Agent]]:
    """`on_duty` of several teams by their keys; who is at work is asked once for all of them."""
    keys = agents_at_work(at)
    members = {one.pk: people.agents_of_team(one.slug) for one in teams}
    return {pk: [agent for agent in all_ if agent.pk in keys] or all_ for pk, all_ in members.items()}


def is_anybody_on_shift(at: datetime, *, team: str = Team.SUPPORT) -> bool:
    """Whether `on_duty` names people at work, and not the whole team for want of any."""
    return bool(_at_work(at, team))


def agents_at_work(at: datetime) -> set[int]:
    """The keys of all who are at work at this instant, whatever their team."""
    running = set(Shift.objects.running(at).values_list("agent_id", flat=True))
    if plan.is_planned(at):
        known = plan.standings(at)
        running |= {agent for agent, (standing, _) in known.items() if standing == "seen"}
    return running


def _at_work(at: datetime, team: str) -> list[Agent]:
    keys = agents_at_work(at)
    return [agent for agent in people.agents_of_team(team) if agent.pk in keys] if keys else []


def turns(
    team_ids: Iterable[int], *, since: datetime, at: datetime
) -> dict[int, list[tuple[datetime, datetime | None]]]:
    """(begin, end or None) of every turn of duty in these teams that lasted beyond `since` and had begun by `at`."""
    found = turns_of_agents(team_ids, since=since, at=at)
    return {team: [(begins, ends) for _, begins, ends in listed] for team, listed in found.items()}


def turns_of_agents(
    team_ids: Iterable[int], *, since: datetime, at: datetime
) -> dict[int, list[tuple[int, datetime, datetime | None]]]:
    """`turns`, each with the key of its agent in front; one query."""
    lasting = Q(ended_at__gt=since) | Q(ended_at=None)
    rows = (
        Shift.objects.filter(lasting, started_at__lte=at, agent__memberships__team_id__in=list(team_ids))
        .order_by("started_at", "pk")
        .values_list("agent__memberships__team_id", "agent_id", "started_at", "ended_at")
    )
    found: dict[int, list[tuple[int, datetime, datetime | None]]] = {}
    for team, agent, begins, ends in rows:
        found.setdefault(team, []).append((agent, begins, ends if ends is None or ends <= at else None))
    return found


def begun_by(agent_ids: Iterable[int], at: datetime) -> set[int]:
    """Those of these agents whose shift was begun by the button and runs; a part of `agents_at_work`, in one query."""
    rows = Shift.objects.running(at).filter(agent_id__in=list(agent_ids))
    return set(rows.values_list("agent_id", flat=True))


def open_shift(agent: Agent) -> Shift | None:
    """The shift in which an agent is now, if any."""
    return Shift.objects.filter(agent=agent, ended_at=None).first()


def last_on_duty(agent: Agent, at: datetime) -> datetime | None:
    """When an agent was last at work before the present shift: its end, by button or by plan; None when never."""
    ended = Shift.objects.filter(agent=agent, ended_at__lte=at).order_by("-ended_at")
    by_button = ended.values_list("ended_at", flat=True).first()
    signs = plan.signs(at).get(agent.pk, duty_rules.Signs())
    return max((one for one in (by_button, signs.planned_until) if one is not None), default=None)


def windows_for(
    team_id: int, version: Version, *, after: datetime, limit: int = 12
) -> list[MaintenanceWindow]:
    """The windows of a team with a free place that begin after an instant, for tickets under one policy; soonest first.

    Those that its off-peak hours cover, and those that a supervisor added. Clause: sla.offpeak.
    """
    hours = Hours(version.terms.offpeak_hours, ZoneInfo(version.operator.time_zone))
    rows = MaintenanceWindow.objects.with_room().filter(team_id=team_id, begins_at__gt=after)
    return [row for row in rows.order_by("begins_at") if fits(row, hours)][:limit]


def fits(window: MaintenanceWindow, hours: Hours) -> bool:
    """Whether a window lies in these off-peak hours, or a supervisor added it."""
    whole = window.ends_at - window.begins_at
    return not window.policy_slug or hours.between(window.begins_at, window.ends_at) == whole


def window_of_team(pk: int, team_id: int) -> MaintenanceWindow:
    """One window of a team, as somebody chose it. Refused: one that is not there, or not of this team."""
    found = MaintenanceWindow.objects.select_related("team").filter(pk=pk, team_id=team_id).first()
    if found is None:
        raise Refused("sla.offpeak", "Choose one of the windows that are offered.")
    return found


def window_for_agent(agent: Agent, pk: int) -> MaintenanceWindow:
    """One window of a team that the agent may see; raises Missing."""
    found = MaintenanceWindow.objects.filter(pk=pk).filter(_visible(agent)).select_related("team").first()
    if found is None:
        raise Missing
    return found


def windows_for_agent(agent: Agent, *, since: datetime) -> list[MaintenanceWindow]:
    """The windows that end after `since`, closed ones too, of teams that the agent may see; soonest first."""
    rows = MaintenanceWindow.objects.filter(ends_at__gt=since).filter(_visible(agent))
    # What a change of the policy closed before anybody had a place in it was never a window to anybody.
    rows = rows.exclude(closed_at__isnull=False, closed_by=None)
    return list(rows.select_related("team", "closed_by").order_by("begins_at", "team_id", "pk"))


def _visible(agent: Agent) -> Q:
    return Q(team__sealed=False) | Q(team_id__in=sorted(people.team_ids_of(agent)))
