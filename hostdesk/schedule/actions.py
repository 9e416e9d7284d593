"""Beginning and ending a shift; windows for larger work, and the places in them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from hostdesk.audit.actions import Fact, note
from hostdesk.kit import moments
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent, Team
from hostdesk.policy import queries as policy
from hostdesk.schedule import rules
from hostdesk.schedule.models import MaintenanceWindow, Shift, WindowQuerySet
from hostdesk.sla.hours import Hours

CLAUSE = "sla.offpeak"


@transaction.atomic
def start(agent: Agent, *, by: Actor, at: datetime) -> Shift:
    """The agent is on duty from now on; pressed twice, it is one shift."""
    # Without a look beforehand: two presses at once must both find the one open shift.
    Shift.objects.bulk_create([Shift(agent=agent, started_at=at)], ignore_conflicts=True)
    shift = Shift.objects.get(agent=agent, ended_at=None)
    if shift.started_at == at:
        note("agent", agent.pk, "began a shift", by=by, at=at)
    return shift


@transaction.atomic
def end(agent: Agent, *, by: Actor, at: datetime, why: str = "") -> bool:
    """The agent is off duty from now on; whether a shift was open. None open is no error.

    A clock that was set back meanwhile makes no shift end before it began.
    """
    open_one = Shift.objects.select_for_update().filter(agent=agent, ended_at=None).first()
    if open_one is None:
        return False
    open_one.ended_at = max(at, open_one.started_at)
    open_one.save(update_fields=["ended_at"])
    note("agent", agent.pk, "ended a shift", by=by, at=at, facts={"why": why} if why else {})
    return True


def plan_windows(at: datetime) -> int:
    """Open the windows that the policies in force foresee, for every team but sealed ones; how many were made or closed.

    Made once, whoever plans at the same time; no minute is in two windows of a team. Time that a supervisor closed stays
    closed. Where a policy has changed its hours, windows of the old ones in which nobody has a place are closed.
    Clause: sla.offpeak.
    """
    teams = Team.objects.filter(sealed=False).order_by("pk").values_list("pk", flat=True)
    return sum(_plan(pk, at) for pk in list(teams))


def add_window(
    team: Team, *, begins_at: datetime, ends_at: datetime, capacity: int, by: Agent, at: datetime
) -> MaintenanceWindow:
    """A supervisor opens a window beside those that the policy foresees.

    Refused: one that ends before it begins, has begun, is longer than a day, or shares time with another of the team.
    Clause: sla.offpeak.
    """
    if ends_at <= begins_at:
        raise Refused("", "A window must end after it begins.")
    if begins_at <= at:
        raise Refused("", "This time has begun already. Choose a later one.")
    if ends_at - begins_at > rules.LONGEST:
        raise Refused("", "A window is a day long at most. Add a second one after it.")
    with transaction.atomic():
        _hold_still(team.pk)
        other = _open_of(team.pk).touching(begins_at, ends_at).order_by("begins_at").first()
        if other is not None:
            raise Refused(
                CLAUSE,
                f"{team.name} has a window there already, {_spoken(other, at)}. Change its capacity, or close it first.",
            )
        window = MaintenanceWindow.objects.create(
            team=team, begins_at=begins_at, ends_at=ends_at, capacity=capacity, created_at=at
        )
        facts: dict[str, Fact] = {
            "begins_at": begins_at.isoformat(),
            "ends_at": ends_at.isoformat(),
            "capacity": capacity,
        }
        note("window", window.pk, "window added", by=by.actor(), at=at, facts=facts)
        return window


def close_window(window: MaintenanceWindow, *, reason: str, by: Agent, at: datetime) -> MaintenanceWindow:
    """Nobody gets a place in it any more; closed twice, it is closed once.

    The tickets that have one are left to whoever holds their bookings. Refused: without a reason, one that is over.
    """
    if not reason.strip():
        raise Refused("", "Say why: the customers who have a place in this window are told.")
    with transaction.atomic():
        row = _locked(window)
        if row.closed_at is not None:
            return row
        if row.ends_at <= at:
            raise Refused("", "This window is over.")
        row.closed_at, row.closed_by, row.close_reason = at, by, reason.strip()[:300]
        row.save(update_fields=["closed_at", "closed_by", "close_reason"])
        note("window", row.pk, "window closed", by=by.actor(), at=at, facts={"reason": row.close_reason})
        return row


def change_capacity(
    window: MaintenanceWindow, *, capacity: int, by: Agent, at: datetime
) -> MaintenanceWindow:
    """So many tickets and no more. None at all makes the window full. Refused: fewer than have a place already."""
    with transaction.atomic():
        row = _locked(window)
        if row.closed_at is not None:
            raise Refused("", "This window is closed.")
        if capacity < row.booked:
            booked = "1 ticket has" if row.booked == 1 else f"{row.booked} tickets have"
            raise Refused(CLAUSE, f"{booked} a place in it. Move some of them first.")
        before, row.capacity = row.capacity, capacity
        row.save(update_fields=["capacity"])
        facts = {"from": before, "to": capacity}
        note("window", row.pk, "window capacity changed", by=by.actor(), at=at, facts=facts)
        return row


def take_place(window_id: int, *, at: datetime) -> MaintenanceWindow:
    """One place in a window, within the caller's transaction; of two who want the last one, one gets it.

    Refused: a window that is full, closed or over. Clause: sla.offpeak.
    """
    free = MaintenanceWindow.objects.with_room().filter(pk=window_id, ends_at__gt=at)
    taken = free.update(booked=F("booked") + 1)
    window = MaintenanceWindow.objects.select_related("team").get(pk=window_id)
    if not taken:
        raise Refused(CLAUSE, f"{_why_not(window, at)} Choose another one.")
    return window


def give_place_back(window_id: int) -> None:
    """The place of somebody who does not need it any more, within the caller's transaction."""
    MaintenanceWindow.objects.filter(pk=window_id, booked__gt=0).update(booked=F("booked") - 1)


def _why_not(window: MaintenanceWindow, at: datetime) -> str:
    when = _spoken(window, at)
    if window.closed_at is not None:
        return f"The window {when} was closed."
    if window.ends_at <= at:
        return f"The window {when} is over."
    if window.capacity == 0:
        return f"The window {when} takes no tickets."
    return f"The window {when} is full."


def _spoken(window: MaintenanceWindow, at: datetime) -> str:
    zone = ZoneInfo(settings.TIME_ZONE)
    return moments.stretch(window.begins_at, window.ends_at, zone, now=at)


def _plan(team_id: int, at: datetime) -> int:
    with transaction.atomic():
        _hold_still(team_id)
        changed = 0
        for version in _most_first():
            terms = version.terms
            hours = Hours(terms.offpeak_hours, ZoneInfo(version.operator.time_zone))
            wanted = rules.windows_within(hours, at=at, ahead=terms.offpeak_ahead)
            changed += _close_outdated(team_id, version.slug, hours, at)
            taken = _taken(team_id, at)
            new = [
                MaintenanceWindow(
                    team_id=team_id,
                    begins_at=begin,
                    ends_at=end,
                    capacity=terms.offpeak_tickets_per_window,
                    policy_slug=version.slug,
                    created_at=at,
                )
                for stretch in wanted
                for begin, end in rules.uncovered(stretch, taken)
            ]
            MaintenanceWindow.objects.bulk_create(new)
            changed += len(new)
        return changed


def _most_first() -> list[policy.Version]:
    """The policies in force; where their hours meet, the night takes as many tickets as the more generous one says."""
    known = [one for one in policy.newest() if "offpeak_ahead" in vars(one.terms)]
    return sorted(known, key=lambda one: (-one.terms.offpeak_tickets_per_window, one.slug))


def _taken(team_id: int, at: datetime) -> list[tuple[datetime, datetime]]:
    """Times that have a window, or had one that a person closed."""
    rows = MaintenanceWindow.objects.filter(team_id=team_id, ends_at__gt=at)
    kept = rows.filter(Q(closed_at=None) | Q(closed_by__isnull=False))
    return list(kept.values_list("begins_at", "ends_at"))


def _close_outdated(team_id: int, slug: str, hours: Hours, at: datetime) -> int:
    rows = _open_of(team_id).filter(policy_slug=slug, begins_at__gt=at, booked=0)
    gone = [
        row.pk for row in rows if hours.between(row.begins_at, row.ends_at) != row.ends_at - row.begins_at
    ]
    still = MaintenanceWindow.objects.filter(pk__in=gone, booked=0)
    return still.update(closed_at=at, close_reason="The policy has other off-peak hours now.")


def _open_of(team_id: int) -> WindowQuerySet:
    return MaintenanceWindow.objects.filter(team_id=team_id).open()


def _hold_still(team_id: int) -> None:
    """Whoever opens windows of a team does it alone."""
    Team.objects.select_for_update().get(pk=team_id)


def _locked(window: MaintenanceWindow) -> MaintenanceWindow:
    return MaintenanceWindow.objects.select_for_update(of=("self",)).select_related("team").get(pk=window.pk)
