"""Counting tries in vain, so that guessing takes for ever and mistyping does not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import F, Q

from hostdesk.kit import moments
from hostdesk.kit.refusals import Refused
from hostdesk.people import rules, seals
from hostdesk.people.models import Attempt, Session, Step

_FORGET = timedelta(days=2)
_LATELY = timedelta(days=30)
_MOST_PLACES = 50


class TooOften(Refused):
    """No more tries for now; `wait_seconds` says for how long."""

    def __init__(self, wait: timedelta) -> None:
        self.wait_seconds = max(1, math.ceil(wait.total_seconds()))
        rounded_up = timedelta(minutes=math.ceil(self.wait_seconds / 60))
        super().__init__("", f"That was too often. You can try again in {moments.in_words(rounded_up)}.")


def count_try(kind: str, *, whom: str, network: str, at: datetime) -> None:
    """Count one try before it is made, for the address `whom` and for the network it comes from.

    It counts as made in vain until `forgive` says otherwise, so that many at once are all counted.
    Raises `TooOften` when either has to wait; such a try is not counted, waiting stays as long as it was said to be.
    """
    wanted = sorted(
        [
            (seals.keyed(f"{kind}:whom:{whom}"), rules.FREE_TRIES_OF_ADDRESS),
            (_of_network(kind, network), rules.FREE_TRIES_OF_NETWORK),
        ]
    )
    with transaction.atomic():
        rows = [(_locked(key, at), free) for key, free in wanted]
        waits = [row.blocked_until - at for row, _ in rows if row.blocked_until and row.blocked_until > at]
        if waits:
            raise TooOften(max(waits))
        for row, free in rows:
            tally = rules.after_a_try(
                rules.Tally(row.count, row.window_started_at, row.blocked_until), free=free, at=at
            )
            row.count, row.window_started_at, row.blocked_until = (
                tally.count,
                tally.since,
                tally.blocked_until,
            )
            row.save(update_fields=["count", "window_started_at", "blocked_until"])


def forgive(kind: str, *, whom: str, network: str = "") -> None:
    """The try was good: forget the tally of the address, and take the try back from that of the network it came from.

    What else was tried from the network stays counted: whoever has one account could else clear its tally between
    guesses at other people's. An office that signs in all day makes no try in vain.
    """
    Attempt.objects.filter(key_sha256=seals.keyed(f"{kind}:whom:{whom}")).delete()
    # A good try was let through, so nothing had to wait before it.
    tried = Attempt.objects.filter(key_sha256=_of_network(kind, network), count__gt=0)
    tried.update(count=F("count") - 1, blocked_until=None)


def sweep(at: datetime) -> int:
    """Drop tallies that are too old to matter; how many."""
    return (
        Attempt.objects.filter(window_started_at__lt=at - _FORGET, blocked_until__lt=at).delete()[0]
        + (Attempt.objects.filter(window_started_at__lt=at - _FORGET, blocked_until=None).delete()[0])
    )


@contextmanager
def limited(kind: str, *, whom: str, network: str, at: datetime) -> Iterator[None]:
    """Count a try round a block that raises `Refused` when it was in vain; forgive when it was not."""
    count_try(kind, whom=whom, network=network, at=at)
    yield
    forgive(kind, whom=whom, network=network)


@contextmanager
def password_try(
    kind: Literal["agent", "person"], email: str, *, network: str, at: datetime
) -> Iterator[None]:
    """`limited` round one look at a password; where its owner was signed in lately, tries are counted for that place.

    Else whoever goes on trying wrong passwords from elsewhere would keep the owner out as long as they like.
    """
    own = Q(agent__email=email) if kind == "agent" else Q(person__email=email)
    lately = Session.objects.filter(own, step=Step.FULL, expires_at__gt=at - _LATELY).order_by("-pk")
    places = lately.values_list("client_address", flat=True)[:_MOST_PLACES]
    whom = f"{email} at {network}" if rules.is_among(network, places) else email
    with limited(kind, whom=whom, network=network, at=at):
        yield


def _of_network(kind: str, network: str) -> str:
    return seals.keyed(f"{kind}:network:{network}")


def _locked(key: str, at: datetime) -> Attempt:
    """The tally of this key, made where there is none; a good try beside this one may remove it between the two steps."""
    while True:
        Attempt.objects.bulk_create(
            [Attempt(key_sha256=key, window_started_at=at, count=0)], ignore_conflicts=True
        )
        row = Attempt.objects.select_for_update().filter(key_sha256=key).first()
        if row is not None:
            return row
