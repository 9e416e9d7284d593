"""The row that a clock is kept in; the room that owns the promise makes a table of it."""

from __future__ import annotations

from datetime import timedelta

from django.db import models

from hostdesk.sla import engine

_BETWEEN = ","


class ClockRow(models.Model):
    """One clock as columns. `look_at` is indexed by its owner: the clock round reads only what is due.

    `used_seconds` of running time had passed at `since`, which is empty while the clock waits or has ended; `waits` are
    the words for what it waits for. The target is no column: it follows from policy version, kind and class. `last_at` is
    the instant of the last change; empty in rows from before it was kept.
    """

    kind = models.CharField(max_length=12)
    clause = models.CharField(max_length=60)
    state = models.CharField(max_length=10, default="running")
    started_at = models.DateTimeField()
    warn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    used_seconds = models.FloatField(default=0, db_default=0)
    since = models.DateTimeField(null=True)
    waits = models.CharField(max_length=100, default="", db_default="", blank=True)
    paused_at = models.DateTimeField(null=True)
    agreed_until = models.DateTimeField(null=True)
    late_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def as_clock(self, target: engine.Target) -> engine.Clock:
        """The value that the engine reckons with, under this target."""
        return engine.Clock(
            target=target,
            started_at=self.started_at,
            warn_at=self.warn_at,
            due_at=self.due_at,
            state=self.state,  # type: ignore[arg-type]  # the column holds the engine's words only
            used=timedelta(seconds=self.used_seconds),
            since=self.since,
            waits=frozenset(filter(None, self.waits.split(_BETWEEN))),
            paused_at=self.paused_at,
            agreed_until=self.agreed_until,
            late_at=self.late_at,
            stopped_at=self.stopped_at,
            last_at=self.last_at
            or max(filter(None, (self.started_at, self.since, self.paused_at, self.stopped_at))),
        )

    def take(self, clock: engine.Clock) -> None:
        """Put the engine's answer into the columns; the caller saves."""
        self.state = clock.state
        self.started_at = clock.started_at
        self.warn_at = clock.warn_at
        self.due_at = clock.due_at
        self.used_seconds = clock.used.total_seconds()
        self.since = clock.since
        self.waits = _BETWEEN.join(sorted(clock.waits))
        self.paused_at = clock.paused_at
        self.agreed_until = clock.agreed_until
        self.late_at = clock.late_at
        self.stopped_at = clock.stopped_at
        self.last_at = clock.last_at
        self.look_at = clock.look_at

    COLUMNS = (
        "state",
        "started_at",
        "warn_at",
        "due_at",
        "used_seconds",
        "since",
        "waits",
        "paused_at",
        "agreed_until",
        "late_at",
        "stopped_at",
        "last_at",
        "look_at",
    )
    """What `take` writes."""
