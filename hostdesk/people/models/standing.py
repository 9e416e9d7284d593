"""PendingContact, DetailsLink, DetailsCured: what is asked of contacts before, and while, they count."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from hostdesk.hosting.models import Account
from hostdesk.people.models.contacts import Contact, ContactRole, Person


class PendingQuerySet(models.QuerySet["PendingContact"]):
    """Words for addresses that wait for their owner."""

    def open(self) -> Self:
        """Neither verified nor given up, however old."""
        return self.filter(ended_at=None)

    def alive(self, at: datetime) -> Self:
        """Still to be verified, and not too late."""
        return self.filter(ended_at=None, expires_at__gt=at)


class PendingContact(models.Model):
    """What a contact asked for that counts only once the owner of the address has pressed the button in our mail.

    Without `contact` somebody new is to be listed; with it that contact gets the address `email`, or, where `email` is
    theirs already, the role. `ticket_number` is the ticket that documents the change. `ended` says how it ended, `replaced`
    which address has given way.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    email = models.CharField(max_length=254)
    name = models.CharField(max_length=200)
    phone = models.CharField(max_length=50, blank=True)
    role = models.CharField(max_length=20, choices=ContactRole.choices)
    asked_by = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    ticket_number = models.BigIntegerField()
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    mailed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended = models.CharField(max_length=10, blank=True)
    replaced = models.CharField(max_length=254, blank=True, default="", db_default="")

    objects = PendingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=ContactRole.values), name="pending_contact_role_known"
            ),
            models.UniqueConstraint(
                fields=["account", "email"], condition=Q(ended_at=None), name="pending_contact_once"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="pending_contact_open", condition=Q(ended_at=None))
        ]

    @property
    def changes_role(self) -> bool:
        """Whether somebody is asked who is listed by this address already, so only for another role."""
        return self.contact is not None and self.contact.person.email == self.email

    @property
    def hands_over(self) -> bool:
        """Whether a yes makes another contact the primary one."""
        return self.role == ContactRole.PRIMARY and (self.contact is None or self.contact.role != self.role)


class DetailsLink(models.Model):
    """A link mailed to a person's stored address, with which they say once that their details are still right."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)


class DetailsCured(models.Model):
    """Word for the rooms above: this person's details may be in order again. Collected and dropped by them."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
