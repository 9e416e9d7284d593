"""What the room does by itself: watch who is at work, tell of holes in the plan, open windows for larger work."""

from __future__ import annotations

from datetime import datetime, timedelta

from hostdesk.jobs.rounds import Periodic
from hostdesk.schedule import watching
from hostdesk.schedule.actions import plan_windows


def nobody_on_duty(*, at: datetime) -> list[str]:
    """One sentence while nobody is on duty although tickets are promised to be looked after; for the operator."""
    if not watching.is_nobody_on_duty(at):
        return []
    return ["Nobody is on duty, though the policy promises that tickets are looked after now."]


PERIODIC = [
    Periodic("watch shifts", watching.watch, every=timedelta(seconds=30)),
    # Not sooner: whoever is just making the plan would be told of every hole that is still to be filled.
    Periodic("holes in the plan of shifts", watching.tell_of_holes, every=timedelta(hours=1)),
    Periodic("plan windows for larger work", plan_windows, every=timedelta(hours=1)),
]
WARNINGS = [nobody_on_duty]
