"""Session, LinkRequest, SignInLink, ApiToken, Attempt: of every secret the table holds only the SHA-256."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from hostdesk.people.models.agents import Agent
from hostdesk.people.models.contacts import Person


class Step(models.TextChoices):
    """How far a sign-in has come."""

    PASSWORD = "password", "Password given, second step open"
    FULL = "full", "Signed in"


class SessionQuerySet(models.QuerySet["Session"]):
    """Words for sessions."""

    def alive(self, at: datetime) -> Self:
        """Sessions that were neither revoked nor have run out."""
        return self.filter(revoked_at=None, expires_at__gt=at)


class Session(models.Model):
    """One browser signed in as one agent or one person.

    `team_ids` are the agent's teams at sign-in, so that no page has to ask; a verb that changes them writes it here as well, or ends the sessions.
    `proven_at` is when an agent last gave the second step, or the password where there is none.
    """

    token_sha256 = models.CharField(max_length=64, unique=True)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions")
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions"
    )
    step = models.CharField(max_length=10, choices=Step.choices)
    team_ids = models.JSONField(default=list)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    proven_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    client_address = models.GenericIPAddressField()
    user_agent = models.CharField(max_length=300, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agent__isnull=True, person__isnull=False)
                | Q(agent__isnull=False, person__isnull=True),
                name="session_of_agent_or_person",
            ),
            models.CheckConstraint(condition=Q(step__in=Step.values), name="session_step_known"),
        ]


class LinkRequest(models.Model):
    """Somebody asked for a sign-in link for this address (normalised); the worker sees whether anybody has it.

    The page only ever leaves this row, so that neither its words nor its time tell known addresses from unknown.
    """

    address = models.CharField(max_length=254)
    next_path = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()


class SignInLink(models.Model):
    """A link mailed to a person's stored address, good for one sign-in; `next_path` is where it leads."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_in_links")
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)
    next_path = models.CharField(max_length=500, blank=True)


class ApiToken(models.Model):
    """A key with which a program acts as an agent; no scope means: may read whatever that agent may read."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    token_sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class Attempt(models.Model):
    """How often something was tried in vain under one key, since `window_started_at`.

    `key_sha256` hides the address or network it counts for; `blocked_until` holds further tries off.
    """

    key_sha256 = models.CharField(max_length=64, unique=True)
    window_started_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)
    blocked_until = models.DateTimeField(null=True, blank=True)
