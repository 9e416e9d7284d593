"""What a room does by itself: rounds, made again and again, and periodic work, done once per interval."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import ModuleType

from django.apps import apps
from django.db.models import Q

from hostdesk.jobs.models import PeriodicRun

Step = Callable[[datetime], int]

# A failed periodic piece is tried again after this, when its own interval is longer.
_SOON_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True)
class Round:
    """Looks for work every `every`; `run` says how many things it did, and more than none means: again at once.

    Rounds of one room share a thread, those of different rooms do not wait for each other. Each call of
    `run` is short (it claims a few rows) and safe to be killed in.
    """

    name: str
    run: Step
    every: timedelta


@dataclass(frozen=True)
class Periodic:
    """Done at most once per `every`, whichever worker comes first."""

    name: str
    run: Step
    every: timedelta


@dataclass(frozen=True)
class Work:
    """All that the installed rooms do by themselves: rounds by room, and periodic work."""

    rounds: dict[str, list[Round]]
    periodic: list[Periodic]


def discover() -> Work:
    """Collect ROUNDS and PERIODIC from the `tasks` modules of all installed rooms."""
    rounds: dict[str, list[Round]] = {}
    periodic: list[Periodic] = []
    for app in apps.get_app_configs():
        tasks = _tasks_of(app.name)
        if tasks is not None:
            found = list(getattr(tasks, "ROUNDS", ()))
            if found:
                rounds[app.label] = found
            periodic += getattr(tasks, "PERIODIC", ())
    names = [piece.name for piece in periodic]
    assert len(names) == len(set(names)), "two kinds of periodic work share a name, so one would never run"
    return Work(rounds, periodic)


def warnings(*, at: datetime) -> list[str]:
    """Sentences for the operator from the `WARNINGS` of all installed rooms."""
    found: list[str] = []
    for app in apps.get_app_configs():
        for warn in getattr(_tasks_of(app.name), "WARNINGS", ()):
            found += warn(at=at)
    return found


def _tasks_of(app: str) -> ModuleType | None:
    return importlib.import_module(f"{app}.tasks") if importlib.util.find_spec(f"{app}.tasks") else None


def take_due(periodic: list[Periodic], *, at: datetime) -> Periodic | None:
    """The first piece whose time has come and that nobody else took; it is then ours for this interval."""
    next_at = dict(
        PeriodicRun.objects.filter(name__in=[piece.name for piece in periodic]).values_list("name", "next_at")
    )
    new = [PeriodicRun(name=piece.name, next_at=at) for piece in periodic if piece.name not in next_at]
    if new:
        PeriodicRun.objects.bulk_create(new, ignore_conflicts=True)
    for piece in periodic:
        known = next_at.get(piece.name, at)
        if (known <= at or known > _never_so_late(piece, at)) and _take(piece, at=at):
            return piece
    return None


def _never_so_late(piece: Periodic, at: datetime) -> datetime:
    """A next time after this was written by a clock that has been set back since: the piece is due.

    Clocks of several machines may differ by a little, which must not make work happen twice.
    """
    return at + piece.every + max(piece.every, _SOON_AGAIN)


def _take(piece: Periodic, *, at: datetime) -> bool:
    is_due = Q(next_at__lte=at) | Q(next_at__gt=_never_so_late(piece, at))
    due = PeriodicRun.objects.filter(is_due, name=piece.name)
    return bool(due.update(next_at=at + piece.every, last_at=at))


def note_success(piece: Periodic) -> None:
    """The piece went well: an earlier error is history."""
    PeriodicRun.objects.filter(name=piece.name).exclude(last_error="").update(last_error="")


def note_failure(piece: Periodic, error: str, *, at: datetime) -> None:
    """The piece failed: keep why, and try again soon when its interval is long."""
    PeriodicRun.objects.filter(name=piece.name).update(
        last_error=error[:2000], next_at=at + min(piece.every, _SOON_AGAIN)
    )
