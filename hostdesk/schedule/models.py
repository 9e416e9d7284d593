"""Shifts, and windows for larger work."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models

from hostdesk.people.models import Agent, Team


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


class WindowQuerySet(models.QuerySet["MaintenanceWindow"]):
    """Words for windows."""

    def open(self) -> Self:
        """Not closed by anybody."""
        return self.filter(closed_at=None)

    def touching(self, begin: datetime, end: datetime) -> Self:
        """Windows that share time with a stretch."""
        return self.filter(begins_at__lt=end, ends_at__gt=begin)

    def with_room(self) -> Self:
        """Open ones with a free place."""
        return self.open().filter(booked__lt=models.F("capacity"))


class MaintenanceWindow(models.Model):
    """An off-peak slot: a quiet time in which one team does larger work on so many tickets (sla.offpeak).

    `booked` counts the places that are held; the database keeps it between nothing and `capacity`, and no two open windows
    of a team share time. `policy_slug` names the policy whose hours made it, "" one that a supervisor added. A window
    without capacity is full. A closed one takes nothing; `closed_by` is empty where a change of the policy closed it.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="windows", db_index=False)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveIntegerField()
    booked = models.PositiveIntegerField(default=0)
    policy_slug = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        Agent, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    close_reason = models.CharField(max_length=300, blank=True)

    objects = WindowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(begins_at__lt=models.F("ends_at")), name="window_ends_after_begin"
            ),
            models.CheckConstraint(
                condition=models.Q(booked__lte=models.F("capacity")), name="window_never_overbooked"
            ),
            models.UniqueConstraint(
                fields=["team", "begins_at"], condition=models.Q(closed_at=None), name="window_one_open"
            ),
        ]
        indexes = [models.Index(fields=["ends_at", "team"], name="window_by_end")]

    @property
    def free(self) -> int:
        """Places that can still be had."""
        return 0 if self.closed_at else self.capacity - self.booked
