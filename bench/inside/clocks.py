"""Clock rounds on one filled desk: answers `DUE` with the CPU seconds of a round in which so many clocks are due."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from bench.inside import start


def main(first):
    """`clocks FIRST_OPEN_TICKET`: each order makes the next clocks due and lets the rounds run until nothing is left."""
    start.begin()
    from django.db import connection

    from hostdesk.tickets.actions.ticking import clock_round
    from hostdesk.tickets.models import SlaClock

    def round_cpu(at):
        begun = time.process_time()
        changed = 0
        while more := clock_round(at):
            changed += more
        return changed, time.process_time() - begun

    at = datetime.now(UTC)
    round_cpu(at)
    start.say({"open": SlaClock.objects.filter(stopped_at=None).count()})
    for line in sys.stdin:
        due = int(line)
        at = datetime.now(UTC)
        keys = list(
            SlaClock.objects.filter(ticket_id__gte=first, state="running", stopped_at=None, look_at__gt=at)
            .order_by("id")
            .values_list("pk", flat=True)[:due]
        )
        SlaClock.objects.filter(pk__in=keys).update(warn_at=at, look_at=at)
        connection.close()
        changed, seconds = round_cpu(datetime.now(UTC))
        assert changed == due, f"{changed} clocks changed instead of {due}"
        start.say(seconds)


if __name__ == "__main__":
    main(int(sys.argv[1]))
