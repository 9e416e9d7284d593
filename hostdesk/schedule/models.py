"""Shifts and their plan, what was told of it, windows for larger work, and addresses of calendars."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models

from hostdesk.people.models import Agent, Person, Team


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


class CalendarFeed(models.Model):
    """A secret address from which a calendar program reads the quiet times of one agent or one person.

    Only the fingerprint of the secret is kept; one address each, a new one takes its place.
    """

    agent = models.OneToOneField(Agent, null=True, on_delete=models.CASCADE, related_name="+")
    person = models.OneToOneField(Person, null=True, on_delete=models.CASCADE, related_name="+")
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agent__isnull=False, person=None)
                | models.Q(agent=None, person__isnull=False),
                name="feed_of_one",
            )
        ]


_ONE_DAY = models.Q(from_minute__gte=0, from_minute__lt=1440, to_minute__gte=0, to_minute__lte=1440)


class PlannedShift(models.Model):
    """One row of the weekly plan: an agent works for a team from `from_minute` to `to_minute` of each such weekday.

    Minutes count from local midnight, on the clock of the operator; `to_minute` not after `from_minute` is on the next
    day. `weekday` 0 is Monday. `since` and `until` are local days, both included; without `until` it goes on.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="planned_shifts")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    weekday = models.SmallIntegerField()
    from_minute = models.SmallIntegerField()
    to_minute = models.SmallIntegerField()
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weekday__gte=0, weekday__lte=6), name="planned_shift_weekday"
            ),
            models.CheckConstraint(condition=_ONE_DAY, name="planned_shift_minutes"),
        ]


class PlanChange(models.Model):
    """An exception from the weekly plan on some local days, both included.

    Sick, leave and swap take the agent's hours away and give them to `stand_in`, where there is one; `extra` adds the
    hours from `from_minute` to `to_minute` of each of the days.
    """

    class Kind(models.TextChoices):
        """Why the plan differs."""

        SICK = "sick", "sick"
        LEAVE = "leave", "on leave"
        SWAP = "swap", "swapped"
        EXTRA = "extra", "extra shift"

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="plan_changes")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    first_day = models.DateField()
    last_day = models.DateField()
    stand_in = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    from_minute = models.SmallIntegerField(default=0)
    to_minute = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["sick", "leave", "swap", "extra"]), name="plan_change_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="plan_change_days"
            ),
            models.CheckConstraint(condition=_ONE_DAY, name="plan_change_minutes"),
        ]
        indexes = [models.Index(fields=["last_day"], name="plan_change_last_day")]


class HoleNotice(models.Model):
    """Supervisors were told of a hole in the plan, known by its beginning; once early and once the day before."""

    begins_at = models.DateTimeField()
    near = models.BooleanField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["begins_at", "near"], name="hole_told_once")]


class Uncovered(models.Model):
    """A stretch of promised time in which nobody was on duty; open while `ended_at` is empty, and at most one is."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    open = models.BooleanField(default=True)
    """Repeats `ended_at` so that the database keeps it to one."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["open"], condition=models.Q(open=True), name="uncovered_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(open=True, ended_at=None) | models.Q(open=False, ended_at__isnull=False),
                name="uncovered_open_or_ended",
            ),
        ]
        indexes = [models.Index(fields=["-began_at"], name="uncovered_began")]


class UncoveredNotice(models.Model):
    """The emergency contact was told that nobody is on duty; `hour` is the number of the hour since 1970, used once."""

    uncovered = models.ForeignKey(Uncovered, on_delete=models.CASCADE, related_name="notices")
    hour = models.BigIntegerField(unique=True)
    told_at = models.DateTimeField()


class Watch(models.Model):
    """The one row that remembers when shifts were looked at last, and since when they have been without a break."""

    looked_at = models.DateTimeField()
    awake_since = models.DateTimeField()
