"""The row that a clock is kept in; the room that owns the promise makes a table of it."""

from __future__ import annotations

from django.db import models

from hostdesk.sla import engine


class ClockRow(models.Model):
    """One clock as columns. `look_at` is indexed by its owner: the clock round reads only what is due."""

    kind = models.CharField(max_length=12)
    clause = models.CharField(max_length=60)
    state = models.CharField(max_length=10, default="running")
    started_at = models.DateTimeField()
    warn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def as_clock(self) -> engine.Clock:
        """The value that the engine reckons with."""
        return engine.Clock(
            started_at=self.started_at,
            warn_at=self.warn_at,
            due_at=self.due_at,
            state=self.state,  # type: ignore[arg-type]  # the column holds the engine's words only
            paused_at=self.paused_at,
            stopped_at=self.stopped_at,
        )

    def take(self, clock: engine.Clock) -> None:
        """Put the engine's answer into the columns; the caller saves."""
        self.state = clock.state
        self.started_at = clock.started_at
        self.warn_at = clock.warn_at
        self.due_at = clock.due_at
        self.paused_at = clock.paused_at
        self.stopped_at = clock.stopped_at
        self.look_at = clock.look_at
