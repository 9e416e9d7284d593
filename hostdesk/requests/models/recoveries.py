"""Lost passwords: wishes left by a page, recoveries by registration data with their evidence, and links that work once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hostdesk.hosting.models import Account
from hostdesk.people.models import Agent, Contact
from hostdesk.policy.models import PolicyVersion
from hostdesk.tickets.models import Ticket


class LostPassword(models.Model):
    """Somebody wants a new password for `name` (a username or a domain) and says that `address` is theirs.

    The page only ever leaves this row, so that neither its words nor its time tell known names from unknown.
    """

    name = models.CharField(max_length=253)
    address = models.CharField(max_length=254)
    asked_at = models.DateTimeField()


class RecoveryState(models.TextChoices):
    """How a recovery stands."""

    ASKED = "asked", "has just been asked for"
    OPEN = "open", "is under way"
    GRANTED = "granted", "was approved: the link is in the mail"
    DONE = "done", "ended with a new password"
    STOPPED = "stopped", "was stopped by a contact"
    REFUSED = "refused", "was refused"
    EXPIRED = "expired", "ran out"


RECOVERING = ("asked", "open", "granted")
PROOFS = ("", "dns", "file", "by_hand")


class Recovery(models.Model):
    """One wish to get into an account whose stored addresses nobody can read any more.

    `domain` is what was named, `address` the one to which a link would go; both as `kit.addresses` keeps them. `account` is
    None until the worker found one, and stays None where there is none. `page_sha256` is the fingerprint of the secret in
    the address of the asker's page, "" where an agent opened it for a caller; `proof_token` is what the owner shows under
    the domain. `look_at` is when the worker next does something; `tries` counts looks for the proof.
    """

    domain = models.CharField(max_length=253)
    address = models.CharField(max_length=254)
    page_sha256 = models.CharField(max_length=64, unique=True)
    proof_token = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=RecoveryState.choices, default=RecoveryState.ASKED)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="recoveries")
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, null=True, related_name="+")
    opened_by = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    looked_up_at = models.DateTimeField(null=True)
    lookup_trouble = models.CharField(max_length=500, blank=True)
    proof = models.CharField(max_length=10, blank=True)
    proof_at = models.DateTimeField(null=True)
    proof_note = models.TextField(blank=True)
    address_proven_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    sentence = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RecoveryState.values), name="recovery_state_known"),
            models.CheckConstraint(condition=Q(proof__in=PROOFS), name="recovery_proof_known"),
        ]
        indexes = [
            models.Index(fields=["look_at"], name="recovery_due", condition=Q(look_at__isnull=False)),
            models.Index(fields=["account", "-id"], name="recovery_account"),
        ]


class RegistrationRecord(models.Model):
    """One answer of a registry, kept as evidence: its bytes as they came, their SHA-256, and what they say. Only added.

    `said` is `ports.registry.reading.Registration` as plain values.
    """

    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="records")
    via = models.CharField(max_length=10)
    source = models.CharField(max_length=2000)
    fetched_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    body = models.BinaryField()
    said = models.JSONField()


class RecoveryApproval(models.Model):
    """One agent's yes to a recovery, with the role in which it was said; only added."""

    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="approvals")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recovery", "agent"], name="recovery_approval_once_an_agent")
        ]


class LinkPurpose(models.TextChoices):
    """What a link is for."""

    PASSWORD = "password", "choose a new password"
    ADDRESS = "address", "show that the address of a recovery is read"
    STOP = "stop", "stop a recovery"


class RecoveryLink(models.Model):
    """A link that was mailed to one address and works once; of its secret only the fingerprint is kept.

    Either `request` or `recovery` says for what; `contact` is to whom it went, None for the new address of a recovery, and
    `address` the address as it was then. A newer link for a password voids the older ones of the account. `outcome` is what
    became of the password: `asked` (given to the panel), `done`, `unclear`, `by_hand` (an agent sets it from `verifier`, a
    one-way hash that is dropped when that is done), `dropped` (its request ended before it was set), `late` (it was set all the
    same), `replaced` (by another one that an agent set).
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(
        "requests.AdminRequest", on_delete=models.PROTECT, null=True, related_name="password_links"
    )
    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, null=True, related_name="links")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="+")
    purpose = models.CharField(max_length=10, choices=LinkPurpose.choices)
    address = models.CharField(max_length=254)
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    verifier = models.CharField(max_length=200, blank=True)
    set_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=LinkPurpose.values), name="recoverylink_purpose_known"
            ),
            models.CheckConstraint(
                condition=Q(request__isnull=False) ^ Q(recovery__isnull=False),
                name="recoverylink_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(purpose="password", used_at__isnull=False, voided_at__isnull=True),
                name="recoverylink_used_once_a_request",
            ),
            models.UniqueConstraint(
                fields=["recovery"],
                condition=Q(purpose="password", used_at__isnull=False, voided_at__isnull=True),
                name="recoverylink_used_once_a_recovery",
            ),
        ]
        indexes = [models.Index(fields=["account", "-id"], name="recoverylink_account")]
