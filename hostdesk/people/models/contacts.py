"""Person, Contact, PolicyReading."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models

from hostdesk.hosting.models import Account
from hostdesk.kit.actors import Actor


class ContactRole(models.TextChoices):
    """What a person may ask for on an account (contact.listed_sender)."""

    PRIMARY = "primary", "Primary contact"
    SECONDARY = "secondary", "Secondary contact"
    AUTHORISED = "authorised", "Authorised contact"


class Person(models.Model):
    """A human being outside the house, known by one e-mail address in the form of `kit.addresses.normalised`.

    `password` is empty for those who sign in by mailed links alone; a `demo` person signs in on this machine only.
    `hard_bounces` counts mails in a row that the address refused for good; `bounced_at`, `bounce_status` and
    `bounce_said` tell of the latest. `details_asked_at` is when we last asked whether the details are still right.
    """

    email = models.CharField(max_length=254, unique=True)
    name = models.CharField(max_length=200)
    phone = models.CharField(max_length=50, blank=True)
    password = models.CharField(max_length=200, blank=True)
    demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    hard_bounces = models.PositiveSmallIntegerField(default=0, db_default=0)
    bounced_at = models.DateTimeField(null=True, blank=True)
    bounce_status = models.CharField(max_length=20, default="", db_default="", blank=True)
    bounce_said = models.CharField(max_length=300, default="", db_default="", blank=True)
    details_asked_at = models.DateTimeField(null=True, blank=True)


class ContactQuerySet(models.QuerySet["Contact"]):
    """Words for contacts."""

    def active(self) -> Self:
        """Contacts who have not been removed, of accounts that are open."""
        return self.filter(removed_at=None, account__closed_at=None)

    def with_account(self) -> Self:
        """With person, account and customer in the same query."""
        return self.select_related("person", "account__customer")


class Contact(models.Model):
    """A person acting for an account, in one role.

    `vouched_for` says who told us ("import on 2026-11-23"), whose word is the first confirmation; `confirmed_at` is when
    the person last said that the details are right, or first used the address. `lives_on` names the hosted domain or
    server on which a secondary's address was found since `lives_here_since` (contact.off_server). A removed contact stays
    as history; its person may be added anew. `read_policy_at` and `policy_number`, the version in force, are no columns:
    pages that show them fill them in.
    """

    read_policy_at: datetime | None = None
    policy_number: int = 0

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contacts")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="contacts")
    role = models.CharField(max_length=20, choices=ContactRole.choices)
    vouched_for = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    lives_on = models.CharField(max_length=253, blank=True, default="", db_default="")
    lives_here_since = models.DateTimeField(null=True, blank=True)
    home_looked_at = models.DateTimeField(null=True, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=ContactRole.values), name="contact_role_known"
            ),
            models.UniqueConstraint(
                fields=["person", "account"],
                condition=models.Q(removed_at=None),
                name="contact_active_unique",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(removed_at=None, role="primary"),
                name="contact_one_primary",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(removed_at=None, role="secondary"),
                name="contact_one_secondary",
            ),
        ]

    def actor(self) -> Actor:
        """The contact as the doer of something; wants `person` loaded."""
        return Actor("contact", self.pk, self.person.name)


class PolicyReading(models.Model):
    """A person said to have read one version of the policy (scope.published)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="policy_readings")
    policy_version_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "policy_version_id"], name="policy_reading_once"),
        ]
