"""One month asked again: `expecting demo SEED TIMES AWAY,AWAY` or `expecting queue SEED UNLIKE EVERY`.

Printed is what was shown at each look, and the truth. `UNLIKE` is JSON. Each month is a process of its own, so that two
can be made at once and none takes longer than one month does.
"""

from __future__ import annotations

import json
import sys
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bench.inside import start
from tests import queueing
from tests.replaying import replay

NOW = datetime(2026, 3, 19, 14, 40, tzinfo=UTC)
"""A Thursday; the odd day is the Tuesday before."""
_ODD = timedelta(days=2)


def main(kind, *words):
    """Make the month, go through it, and say what was shown, and the begin and end of the odd day in minutes."""
    tickets, turns, odd, every = (_demo if kind == "demo" else _queue)(*words)
    done = replay(tickets, turns, every=every)
    start.say({"said": [astuple(one) for one in done.said], "silent": done.silent, "odd": odd})


def _demo(seed, times, away):
    """A month of the demo, built through the product's own verbs."""
    start.begin()
    from django.conf import settings

    from hostdesk.demo.building import build
    from hostdesk.demo.rhythm import OddDay
    from hostdesk.people.models import Team
    from hostdesk.schedule import queries as schedule
    from hostdesk.tickets.models import SlaClock

    day = (NOW - _ODD).astimezone(ZoneInfo(settings.TIME_ZONE))
    absent = tuple(filter(None, away.split(",")))
    build(now=NOW, seed=int(seed), odd=OddDay(day.date(), times=int(times), away=absent))
    team = Team.objects.get(slug=Team.SUPPORT).pk
    rows = SlaClock.objects.filter(kind="response", ticket__team_id=team).order_by("ticket_id")
    turns = schedule.turns([team], since=NOW - timedelta(days=60), at=NOW)[team]
    midnight = day.replace(hour=0, minute=0)
    return list(rows.values_list("started_at", "stopped_at")), turns, _day_of(midnight), 1


def _queue(seed, unlike, every):
    """A month of a queue that only queues."""
    played = queueing.month(int(seed), **json.loads(unlike))
    tickets = [(one.arrived, one.answered) for one in played.tickets]
    return tickets, played.turns, _day_of(queueing.MONDAY + timedelta(days=queueing.ODD_DAY)), int(every)


def _day_of(midnight):
    return [midnight.timestamp() / 60, (midnight + timedelta(days=1)).timestamp() / 60]


if __name__ == "__main__":
    main(*sys.argv[1:])
