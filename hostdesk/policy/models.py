"""Published policies."""

from __future__ import annotations

from django.db import models


class PolicyVersion(models.Model):
    """One published version of one policy: the four files as they were, never changed or removed afterwards.

    The database itself refuses changes (migration 0002). `number` counts from 1 within `slug`; `digest` is
    the SHA-256 of the four sources. `published_by` keeps the actor's name; its kind and id stand beside it.
    """

    slug = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200)
    published_by_kind = models.CharField(max_length=10)
    published_by_id = models.BigIntegerField(null=True)
    operator_source = models.TextField()
    text_source = models.TextField()
    terms_source = models.TextField()
    catalogue_source = models.TextField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug", "number"], name="policy_version_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="policy_version_from_one"),
        ]
