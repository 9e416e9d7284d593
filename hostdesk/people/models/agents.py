"""Agent, Team, Membership, RecoveryCode."""

from __future__ import annotations

from typing import Self

from django.db import models

from hostdesk.kit.actors import Actor


class Role(models.TextChoices):
    """What an agent is in the house."""

    LEVEL1 = "level1", "Level 1"
    TECHNICIAN = "technician", "Technician"
    SUPERVISOR = "supervisor", "Supervisor"
    BILLING = "billing", "Billing"
    ADMIN = "admin", "Administrator"


class Team(models.Model):
    """A department. Tickets of a sealed team are invisible to everybody who is not in it."""

    SUPPORT = "support"
    SUPERVISORS = "supervisors"

    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=100)
    sealed = models.BooleanField(default=False)


class AgentQuerySet(models.QuerySet["Agent"]):
    """Words for agents."""

    def active(self) -> Self:
        """Agents who may work."""
        return self.filter(active=True)

    def in_team(self, slug: str) -> Self:
        """Agents of one team."""
        return self.filter(memberships__team__slug=slug)


class Agent(models.Model):
    """A member of staff.

    `email` is as `kit.addresses.normalised` gives it. `password` is a hash of `django.contrib.auth.hashers`,
    empty until the invitation was used. `totp_secret` is sealed (`people.secrets`), never the secret itself.
    `passkey_handle` is the random name under which authenticators know the agent.
    """

    email = models.CharField(max_length=254, unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role.choices)
    password = models.CharField(max_length=200, blank=True)
    totp_secret = models.TextField(blank=True)
    totp_confirmed_at = models.DateTimeField(null=True, blank=True)
    totp_last_step = models.BigIntegerField(default=0)
    passkey_handle = models.CharField(max_length=64, blank=True)
    invite_sha256 = models.CharField(max_length=64, null=True, blank=True, unique=True)
    invite_expires_at = models.DateTimeField(null=True, blank=True)
    active = models.BooleanField(default=True)
    demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    teams = models.ManyToManyField(Team, through="Membership", related_name="agents")

    objects = AgentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="agent_role_known"),
        ]

    def actor(self) -> Actor:
        """The agent as the doer of something."""
        return Actor("agent", self.pk, self.name)


class Membership(models.Model):
    """An agent in a team."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "team"], name="membership_unique")]


class RecoveryCode(models.Model):
    """One way past the second step, usable once, for the day the telephone is gone."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="recovery_codes")
    code_sha256 = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "code_sha256"], name="recovery_code_unique")]
