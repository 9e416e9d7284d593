"""What the room does by itself."""

from __future__ import annotations

from datetime import timedelta

from hostdesk.jobs.rounds import Periodic
from hostdesk.schedule.actions import plan_windows

PERIODIC = [Periodic("plan windows for larger work", plan_windows, every=timedelta(hours=1))]
