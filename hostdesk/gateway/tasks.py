"""What the gateway does by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from hostdesk.gateway import mails
from hostdesk.gateway.actions.sorting import sort_round
from hostdesk.gateway.actions.telling import tell_of_breakers
from hostdesk.gateway.actions.waiting import scan_again, unscanned
from hostdesk.gateway.finding import make_findable
from hostdesk.gateway.judging import tools
from hostdesk.gateway.queries import resembling_today
from hostdesk.jobs.rounds import Periodic, Round
from hostdesk.people.queries import supervisors


def tell_supervisors(at: datetime) -> int:
    """Once a day: how many closed mails looked like a contact's; nothing when there were none (contact.unlisted)."""
    count = resembling_today(at)
    if count:
        for agent in supervisors():
            mails.resembling_count(agent, count, at=at)
    return count


def scan_held_again(at: datetime) -> int:
    """Mails that are held because a scanner was away go on once it is back."""
    return scan_again(tools().scanners, at=at)


ROUNDS = [
    Round("sort mail", sort_round, every=timedelta(milliseconds=300)),
    Round("make mails findable", make_findable, every=timedelta(seconds=2)),
    Round("tell of breakers", tell_of_breakers, every=timedelta(seconds=5)),
]
PERIODIC = [
    Periodic("count closed mail that resembles a contact", tell_supervisors, every=timedelta(days=1)),
    Periodic("scan held mails again", scan_held_again, every=timedelta(minutes=1)),
]
WARNINGS = [unscanned]
