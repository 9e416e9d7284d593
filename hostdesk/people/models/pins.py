"""PhonePin: what a person says on the telephone to be believed."""

from __future__ import annotations

from django.db import models

from hostdesk.people.models.contacts import Person


class PhonePin(models.Model):
    """The PIN of one person, for all accounts on which that person is a contact; the table holds its hash alone.

    `tries` counts wrong ones in a row on calls that came in; `locked_at` is when there were too many. `tries_called_back`
    counts those on calls that we made to the number on file, apart: whoever calls us cannot use those up.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="phone_pin")
    pin = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    locked_at = models.DateTimeField(null=True, blank=True)
    tries_called_back = models.PositiveSmallIntegerField(default=0)
