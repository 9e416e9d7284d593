"""What the room does by itself: mail sign-in links, ask for old details, look where secondary addresses live, forget."""

from __future__ import annotations

from datetime import datetime, timedelta

from hostdesk.jobs.rounds import Periodic, Round
from hostdesk.people.actions import details, limits, links, passkeys, rechecking, sessions


def forget(at: datetime) -> int:
    """Drop what ran out long ago: tallies, sessions, links, challenges; how many rows."""
    swept = limits.sweep(at) + sessions.sweep(at) + links.sweep(at)
    return swept + details.sweep(at) + passkeys.sweep(at)


ROUNDS = [Round("sign-in links", links.serve_requests, timedelta(milliseconds=500))]
PERIODIC = [
    Periodic("forget old sign-ins", forget, timedelta(hours=6)),
    Periodic("ask for contact details", details.ask_the_outdated, timedelta(hours=1)),
    # In small helpings, each address once a day.
    Periodic("where secondary addresses live", rechecking.look_again, timedelta(minutes=10)),
]
