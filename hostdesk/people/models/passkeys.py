"""Passkey, UsedChallenge."""

from __future__ import annotations

from django.db import models

from hostdesk.people.models.agents import Agent


class Passkey(models.Model):
    """A key pair of an agent (WebAuthn), of which the desk has the public half.

    `credential_id` is base64url, `public_key` as COSE writes it. `sign_count` only ever grows; many keys leave it at 0.
    `synced` keys live on several devices of their owner.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)
    credential_id = models.CharField(max_length=1400, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    transports = models.JSONField(default=list)
    synced = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)


class UsedChallenge(models.Model):
    """A challenge that was answered, well or not, and is worth nothing any more."""

    sha256 = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)
