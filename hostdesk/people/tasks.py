"""What the room does by itself: mail sign-in links, and forget what ran out."""

from __future__ import annotations

from datetime import datetime, timedelta

from hostdesk.jobs.rounds import Periodic, Round
from hostdesk.people.actions import limits, links, sessions


def forget(at: datetime) -> int:
    """Drop what ran out long ago: tallies, sessions, links; how many rows."""
    return limits.sweep(at) + sessions.sweep(at) + links.sweep(at)


ROUNDS = [Round("sign-in links", links.serve_requests, timedelta(milliseconds=500))]
PERIODIC = [Periodic("forget old sign-ins", forget, timedelta(hours=6))]
