"""Rows as work: taking, giving back, trying again later. The only claiming code of the house.

A row may be taken when `next_try_at` has come. Taking it moves `next_try_at` to the end of the lease, so
one indexed comparison answers both questions: is it due, and does nobody hold it. A worker that dies
lets its lease run out, or is noticed earlier by another one on its machine. Models that are Claimable
have a QuerySet word `waiting()` for the rows that are work.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import connections, models, transaction

_WITHOUT_NAME = ""


class Claimable(models.Model):
    """Columns of a row that is a piece of work; `next_try_at` wants a partial index over the waiting rows."""

    claimed_by = models.CharField(max_length=64, default=_WITHOUT_NAME, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=Claimable)


def claim(waiting: models.QuerySet[Row], *, limit: int, by: str, at: datetime, lease: timedelta) -> list[Row]:
    """Take up to `limit` due rows of `waiting`, the longest due first; nobody else gets them before the lease ends.

    `by` names the worker and its thread. Taking counts as a try. Under PostgreSQL rows that another
    worker is just taking are passed over instead of waited for.
    """
    due = waiting.filter(next_try_at__lte=at).order_by("next_try_at", "pk")
    with transaction.atomic(using=waiting.db):
        if connections[waiting.db].features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        rows = list(due[:limit])
        if not rows:
            return []
        until = at + lease
        # SQLite's immediate transaction and PostgreSQL's row locks both keep the rows still between
        # the look and this update; the comparison is repeated so that a weaker isolation shows itself.
        taken = waiting.model._default_manager.using(waiting.db).filter(  # noqa: SLF001
            pk__in=[row.pk for row in rows], next_try_at__lte=at
        )
        changed = taken.update(
            claimed_by=by, claimed_until=until, next_try_at=until, tries=models.F("tries") + 1
        )
        assert changed == len(rows), "another worker took a row that was locked for us"
    for row in rows:
        row.claimed_by, row.claimed_until, row.next_try_at = by, until, until
        row.tries += 1
    return rows


def release(row: Claimable, *, next_try_at: datetime) -> bool:
    """Give a claimed row back, to be taken again from `next_try_at`; False when the claim was lost meanwhile."""
    held = type(row)._default_manager.filter(  # noqa: SLF001
        pk=row.pk, claimed_by=row.claimed_by, claimed_until=row.claimed_until
    )
    return bool(held.update(claimed_by=_WITHOUT_NAME, claimed_until=None, next_try_at=next_try_at))


def free_dead(waiting: models.QuerySet[Row], *, is_dead: Callable[[str], bool], at: datetime) -> int:
    """Make rows due again whose claimant is dead, instead of letting their leases run out; how many."""
    held = waiting.filter(claimed_until__gt=at)
    claimants = (
        held.exclude(claimed_by=_WITHOUT_NAME).order_by().values_list("claimed_by", flat=True).distinct()
    )
    dead = [name for name in claimants if is_dead(name)]
    if not dead:
        return 0
    return held.filter(claimed_by__in=dead).update(
        claimed_by=_WITHOUT_NAME, claimed_until=None, next_try_at=at
    )


def back_off(tries: int, *, first: timedelta, longest: timedelta, chance: random.Random) -> timedelta:
    """How long to wait after the `tries`-th try (1 = the first): doubling, capped, and up to a tenth longer.

    The tenth of chance keeps many rows that failed together from knocking together again.
    """
    doubled = first * (2 ** min(max(tries, 1) - 1, 20))
    return min(doubled, longest) * (1 + chance.random() / 10)
