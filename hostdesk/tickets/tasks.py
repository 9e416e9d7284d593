"""What tickets do by themselves."""

from __future__ import annotations

from datetime import timedelta

from hostdesk.jobs.rounds import Periodic, Round
from hostdesk.tickets.actions.closing import close_old
from hostdesk.tickets.actions.delaying import delay_round, sample_queues
from hostdesk.tickets.actions.handing_over import return_round
from hostdesk.tickets.actions.slot_work import slot_round
from hostdesk.tickets.actions.summing import summary_round
from hostdesk.tickets.actions.switching import switch_round
from hostdesk.tickets.actions.ticking import clock_round
from hostdesk.tickets.actions.window_work import window_round
from hostdesk.tickets.undelivered import setback_round

ROUNDS = [
    Round("clocks", clock_round, every=timedelta(seconds=2)),
    Round("mail that did not arrive", setback_round, every=timedelta(seconds=2)),
    Round("promises under a new policy", switch_round, every=timedelta(seconds=10)),
    Round("tickets of those off duty", return_round, every=timedelta(seconds=15)),
    Round("times of larger work", slot_round, every=timedelta(seconds=15)),
    Round("work whose window is open", window_round, every=timedelta(seconds=15)),
    Round("summaries", summary_round, every=timedelta(seconds=15)),
]
PERIODIC = [
    Periodic("close resolved tickets", close_old, every=timedelta(minutes=10)),
    Periodic("delays", delay_round, every=timedelta(minutes=1)),
    Periodic("lengths of queues", sample_queues, every=timedelta(minutes=30)),
]
