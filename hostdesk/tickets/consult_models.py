"""Questions to other teams."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hostdesk.people.models import Agent, Team


class Consult(models.Model):
    """One question to another team about a ticket, with a clock of its own (sla.delays).

    The ticket stays with whoever has it; question and answer are internal messages of the ticket as well. Open while
    `ended` is empty; `clock` is None under a policy that promises no time for it.
    """

    class Ended(models.TextChoices):
        """How it ended."""

        ANSWERED = "answered", "answered"
        WITHDRAWN = "withdrawn", "withdrawn"

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="consults")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    clock = models.OneToOneField(
        "tickets.SlaClock", null=True, on_delete=models.SET_NULL, related_name="consult"
    )
    question = models.TextField()
    asked_by = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    ended = models.CharField(max_length=10, blank=True, choices=Ended)
    ended_by = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["team", "asked_at"], name="consult_open", condition=Q(ended="")),
            models.Index(fields=["asked_by"], name="consult_asked", condition=Q(ended="")),
            models.Index(fields=["asked_at"], name="consult_asked_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended__in=["", "answered", "withdrawn"]), name="consult_end_known"
            ),
        ]
