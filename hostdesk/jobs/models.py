"""What periodic work remembers, and the signs of life of every part."""

from __future__ import annotations

from django.db import models


class PeriodicRun(models.Model):
    """One kind of periodic work; whoever moves `next_at` forward runs it."""

    name = models.CharField(max_length=100, unique=True)
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(default="", blank=True)


class Part(models.TextChoices):
    """The parts that a whole system consists of."""

    WEB = "web", "Web"
    MAIL = "mail", "Mail door"
    WORKER = "worker", "Worker"
    MONITOR = "monitor", "Monitor"


class Heartbeat(models.Model):
    """The last sign of life of one process; a part that stops cleanly takes its row away.

    `warned_at` is set when its silence was told to the supervisors, so that it is told once.
    """

    name = models.CharField(max_length=200, unique=True)
    part = models.CharField(max_length=10, choices=Part.choices)
    host = models.CharField(max_length=150)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(part__in=Part.values), name="heartbeat_part_known"),
        ]
