"""What happened, and what was judged."""

from __future__ import annotations

from django.db import models

from hostdesk.policy.models import PolicyVersion


class Entry(models.Model):
    """One event in the history of one thing. `facts` is flat JSON, free of secrets."""

    subject_type = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    verb = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"], name="entry_subject")]


class Decision(models.Model):
    """One automatic judgement: which clause of which version, what came out, and the facts looked at."""

    subject_type = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    clause = models.CharField(max_length=60)
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="decision_subject"),
            models.Index(fields=["clause", "outcome", "at"], name="decision_clause"),
        ]
