"""What jobs does by itself: frees the rows of workers that died on this machine, and forgets old heartbeats."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.apps import apps

from hostdesk.jobs import beats, identity
from hostdesk.jobs.claiming import Claimable, free_dead
from hostdesk.jobs.rounds import Periodic, Round


def free_rows_of_the_dead(at: datetime) -> int:
    """Give back what killed workers of this machine held, without waiting for their leases; always 0.

    0, because what was freed is work for other rounds, not more of this one's.
    """
    for model in apps.get_models():
        if issubclass(model, Claimable):
            waiting = model.objects.waiting()  # type: ignore[attr-defined]  # the word of all Claimable models
            free_dead(waiting, is_dead=identity.is_dead, at=at)
    return 0


def forget_old_beats(at: datetime) -> int:
    """Drop heartbeats that have told their story."""
    return beats.forget_old(at=at)


ROUNDS = [Round("free rows of dead workers", free_rows_of_the_dead, every=timedelta(seconds=5))]
PERIODIC = [Periodic("forget old heartbeats", forget_old_beats, every=timedelta(hours=1))]
