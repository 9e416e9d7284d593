"""Places of tickets in windows for larger work: WindowBooking."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hostdesk.people.models import Agent
from hostdesk.schedule.models import MaintenanceWindow

LIVE_SLOTS = ("proposed", "agreed")
"""States in which a place may still be worked in, moved or given back."""
_STATES = ("proposed", "agreed", "done", "verified", "not_right", "missed", "released")


class WindowBooking(models.Model):
    """A ticket's place in a window for larger work, from the proposal to the second look (sla.offpeak).

    One row per agreement: a move changes the window and counts `sequence` up, so that calendars know it again. `answer_by` is
    until when a proposal holds its place, `token_sha256` the fingerprint of the link that accepts it. Proposed, agreed, done,
    verified and missed ones count in their window, released ones do not.
    """

    class State(models.TextChoices):
        """How it stands."""

        PROPOSED = "proposed", "proposed"
        AGREED = "agreed", "agreed"
        DONE = "done", "done, to be verified"
        VERIFIED = "verified", "done and verified"
        NOT_RIGHT = "not_right", "done, and not right"
        MISSED = "missed", "not done in its window"
        RELEASED = "released", "given up"

    ticket = models.ForeignKey(
        "tickets.Ticket", on_delete=models.CASCADE, related_name="bookings", db_index=False
    )
    window = models.ForeignKey(MaintenanceWindow, on_delete=models.PROTECT, related_name="bookings")
    work = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State)
    sequence = models.IntegerField(default=0)
    proposed_by = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+", db_index=False)
    proposed_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True)
    token_sha256 = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  (void ones have none)
    agreed_at = models.DateTimeField(null=True)
    agreed_how = models.CharField(max_length=20, blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    verified_at = models.DateTimeField(null=True)
    verified_how = models.CharField(max_length=200, blank=True)
    end_cause = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(state__in=LIVE_SLOTS), name="booking_one_live"
            ),
            models.CheckConstraint(condition=Q(state__in=_STATES), name="booking_state_known"),
        ]
        indexes = [
            models.Index(fields=["ticket", "-id"], name="booking_ticket"),
            models.Index(fields=["changed_at"], name="booking_changed"),
            models.Index(fields=["window"], name="booking_live", condition=Q(state__in=LIVE_SLOTS)),
        ]
