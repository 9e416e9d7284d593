"""Signs of life: each process writes one row now and then, and takes it away when it ends in order."""

from __future__ import annotations

import os
import socket
import threading
from datetime import UTC, datetime, timedelta

import structlog
from django.db import DatabaseError, connection

from hostdesk.jobs import identity
from hostdesk.jobs.models import Heartbeat

log = structlog.get_logger()

EVERY = timedelta(seconds=10)
SILENT_AFTER = timedelta(seconds=60)


class Pulse:
    """The heartbeat of this process as one part. A database that is away costs a beat, not the process."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._started_at = datetime.now(UTC)
        self._name = f"{part}@{socket.gethostname()[:150]}/{identity.machine()}:{os.getpid()}"
        self.has_beaten = False

    def beat(self) -> None:
        """Write the row."""
        try:
            beat(self._name, self._part, started_at=self._started_at, at=datetime.now(UTC))
            self.has_beaten = True
        except DatabaseError as error:
            connection.close()
            log.warning("no sign of life written", part=self._part, error=str(error).strip())

    def end(self) -> None:
        """Take the row away: this part ends because it was told to."""
        try:
            Heartbeat.objects.filter(name=self._name).delete()
        except DatabaseError as error:
            log.warning("sign of life not taken away", part=self._part, error=str(error).strip())
        finally:
            connection.close()

    def beat_beside(self, stop: threading.Event) -> threading.Thread:
        """Beat in a thread of its own until `stop` is set, then end; for parts whose main thread is busy."""

        def run() -> None:
            self.beat()
            while not stop.wait(EVERY.total_seconds() if self.has_beaten else 1):
                self.beat()
            self.end()

        thread = threading.Thread(target=run, name="heartbeat", daemon=True)
        thread.start()
        return thread


def beat(name: str, part: str, *, started_at: datetime, at: datetime) -> None:
    """Note that a process lives; a first beat makes its row and forgets dead processes that it replaces."""
    if Heartbeat.objects.filter(name=name).update(seen_at=at, warned_at=None):
        return
    host = socket.gethostname()[:150]
    Heartbeat.objects.update_or_create(
        name=name,
        defaults={
            "part": part,
            "host": host,
            "pid": os.getpid(),
            "started_at": started_at,
            "seen_at": at,
            "warned_at": None,
        },
    )
    forget_replaced(part, host=host, at=at)


def forget_replaced(part: str, *, host: str, at: datetime) -> int:
    """Drop rows of dead processes of this part and machine, now that a new one lives here; how many."""
    others = Heartbeat.objects.filter(part=part, host=host, seen_at__lte=at)
    dead = [row.pk for row in others if identity.is_dead(row.name.rpartition("/")[2])]
    return Heartbeat.objects.filter(pk__in=dead).delete()[0]


def silent(*, at: datetime) -> list[Heartbeat]:
    """Processes that neither beat nor ended in order, longest silent first."""
    return list(Heartbeat.objects.filter(seen_at__lt=at - SILENT_AFTER).order_by("seen_at"))


def living_parts(*, at: datetime) -> set[str]:
    """The parts of which at least one process is alive."""
    return set(Heartbeat.objects.filter(seen_at__gte=at - SILENT_AFTER).values_list("part", flat=True))


def newly_silent(*, at: datetime) -> list[Heartbeat]:
    """Silent processes that nobody was told of yet; they count as told from now on."""
    told = []
    for row in silent(at=at):
        if Heartbeat.objects.filter(pk=row.pk, warned_at__isnull=True, seen_at=row.seen_at).update(
            warned_at=at
        ):
            told.append(row)  # noqa: PERF401  (an update decides, not a comprehension)
    return told


def forget_old(*, at: datetime) -> int:
    """Drop rows that have been silent, and told of, for a day; how many."""
    return Heartbeat.objects.filter(seen_at__lt=at - timedelta(days=1), warned_at__isnull=False).delete()[0]
