"""Delays that customers were told of, and how long the queue usually is."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hostdesk.people.models import Agent, Team
from hostdesk.policy.models import PolicyVersion


class Delay(models.Model):
    """One delay of one promise, found by rule or said by an agent, and told to the customer once (sla.delays).

    `cause` is a word of the policy's list, `facts` what it was found by. `due_at` is the promise that will not be kept,
    `expected_at` what the customer may expect instead, `next_word_at` when they hear from us next at the latest.
    `told_at` is empty where nobody was told, `silent_because` then says why. Over from `ended_at` on.
    """

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="delays")
    clock = models.ForeignKey("tickets.SlaClock", on_delete=models.CASCADE, related_name="+", db_index=False)
    policy_version = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=12)
    cause = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    picked_by = models.ForeignKey(
        Agent, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    began_at = models.DateTimeField()
    due_at = models.DateTimeField()
    expected_at = models.DateTimeField()
    next_word_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    silent_because = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(ended_at__isnull=True), name="delay_one_open"
            )
        ]
        indexes = [
            models.Index(fields=["began_at"], name="delay_began"),
            models.Index(fields=["next_word_at"], name="delay_open", condition=Q(ended_at__isnull=True)),
        ]


class QueueSample(models.Model):
    """How many tickets waited in a team's queue at an instant: what "longer than usual" is measured by."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    waiting = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["team", "at"], name="queue_sample")]
