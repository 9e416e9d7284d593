"""What the end of a shift does to tickets: HandOver."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hostdesk.people.models import Agent


class HandOver(models.Model):
    """One ticket changed hands, or was left with a note, because somebody went off duty (channel.tickets).

    `to_agent` is who has it now, None: it is back in the queue, at its old place. `message` is the note, where one was
    written.
    """

    class How(models.TextChoices):
        """By the holder at the end of a shift; or by the house, because the holder was gone or has left."""

        SHIFT_END = "shift_end", "handed over at the end of a shift"
        ABSENT = "absent", "returned: off duty"
        LEFT = "left", "returned: has left"

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="hand_overs")
    from_agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    message = models.ForeignKey(
        "tickets.Message", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    how = models.CharField(max_length=10, choices=How)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="hand_over_at")]
        constraints = [
            models.CheckConstraint(
                condition=Q(how__in=["shift_end", "absent", "left"]), name="hand_over_how_known"
            )
        ]
