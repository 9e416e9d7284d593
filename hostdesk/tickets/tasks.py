"""What tickets do by themselves."""

from __future__ import annotations

from datetime import timedelta

from hostdesk.jobs.rounds import Periodic, Round
from hostdesk.tickets.actions.closing import close_old
from hostdesk.tickets.actions.ticking import clock_round

ROUNDS = [Round("clocks", clock_round, every=timedelta(seconds=2))]
PERIODIC = [Periodic("close resolved tickets", close_old, every=timedelta(minutes=10))]
