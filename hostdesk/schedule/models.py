"""Shift."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models

from hostdesk.people.models import Agent


class ShiftQuerySet(models.QuerySet["Shift"]):
    """Words for shifts."""

    def running(self, at: datetime) -> Self:
        """Shifts that cover this instant."""
        begun = self.filter(started_at__lte=at)
        return begun.filter(models.Q(ended_at=None) | models.Q(ended_at__gt=at))


class Shift(models.Model):
    """A stretch of time in which an agent was on duty; open while `ended_at` is empty."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="shifts")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agent"], condition=models.Q(ended_at=None), name="shift_one_open"
            ),
        ]
        indexes = [models.Index(fields=["-ended_at"], name="shift_by_end")]
