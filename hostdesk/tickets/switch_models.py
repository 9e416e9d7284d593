"""How far the open clocks have been judged under a policy version that was published over their heads."""

from __future__ import annotations

from django.db import models

from hostdesk.policy.models import PolicyVersion


class Switch(models.Model):
    """One published version and the clocks that were open: judged up to `last_clock`, all of them at `finished_at`.

    `moved` took the new promise, `kept` stayed under the version that made theirs (scope.versions).
    """

    policy_version = models.OneToOneField(PolicyVersion, on_delete=models.CASCADE, related_name="+")
    last_clock = models.BigIntegerField(default=0)
    moved = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
