"""One month of the demo: `expecting SEED TIMES AWAY,AWAY`, printed as when its tickets came and were answered."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bench.inside import start

NOW = datetime(2026, 3, 19, 14, 40, tzinfo=UTC)
"""A Thursday; the odd day is the Tuesday before."""
_ODD = timedelta(days=2)


def main(seed, times, away):
    """Build it and say its tickets, its turns of duty, and the begin and end of the odd day."""
    start.begin()
    from django.conf import settings

    from hostdesk.demo.building import build
    from hostdesk.demo.rhythm import OddDay
    from hostdesk.people.models import Team
    from hostdesk.schedule import queries as schedule
    from hostdesk.tickets.models import SlaClock

    zone = ZoneInfo(settings.TIME_ZONE)
    day = (NOW - _ODD).astimezone(zone)
    build(now=NOW, seed=seed, odd=OddDay(day.date(), times=times, away=tuple(filter(None, away.split(",")))))
    team = Team.objects.get(slug=Team.SUPPORT).pk
    rows = SlaClock.objects.filter(kind="response", ticket__team_id=team).values_list(
        "started_at", "stopped_at"
    )
    turns = schedule.turns([team], since=NOW - timedelta(days=60), at=NOW)[team]
    midnight = day.replace(hour=0, minute=0)
    start.say(
        {
            "tickets": [[_said(one) for one in row] for row in rows.order_by("ticket_id")],
            "turns": [[_said(one) for one in turn] for turn in turns],
            "odd": [midnight.timestamp() / 60, (midnight + timedelta(days=1)).timestamp() / 60],
        }
    )


def _said(moment):
    return None if moment is None else moment.isoformat()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
