"""The telephone PIN: set by its owner in the client area, said on the telephone, seen by nobody. Threat T50."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.contrib.auth.hashers import make_password, verify_password
from django.db import transaction
from django.db.models import F

from hostdesk.audit.actions import Fact, note
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people import mails, rules, seals
from hostdesk.people.models import Contact, Person, PhonePin

Outcome = Literal["right", "wrong", "locked", "none"]


@dataclass(frozen=True, slots=True)
class PinCheck:
    """What a spoken PIN came to; `tries_left` before it is locked. `none`: there is no PIN, or no such contact any more."""

    outcome: Outcome
    tries_left: int = 0

    @property
    def is_right(self) -> bool:
        """Whether the caller is believed."""
        return self.outcome == "right"

    @property
    def sentence(self) -> str:
        """What the agent is told, and may tell the caller."""
        if self.outcome == "wrong":
            tries = "one try is left" if self.tries_left == 1 else f"{self.tries_left} tries are left"
            return f"That is not the PIN; {tries}."
        return {
            "right": "The PIN is right.",
            "locked": "The PIN is locked after too many wrong tries. The contact sets a new one in the client area.",
            "none": "This contact has no PIN. It is set in the client area, on the page Security.",
        }[self.outcome]


def set_pin(person: Person, pin: str, *, by: Actor, at: datetime) -> None:
    """Set or renew the PIN of a person, which also unlocks it; the stored address is told.

    Refused: what is not six digits, and what is guessed first.
    """
    fault = rules.pin_fault(pin)
    if fault is not None:
        raise Refused("", fault)
    kept = _hashed(person.pk, pin)
    with transaction.atomic():
        PhonePin.objects.update_or_create(
            person=person, defaults={"pin": kept, "set_at": at, "tries": 0, "locked_at": None}
        )
        mails.pin_changed(person, at=at)
        note("person", person.pk, "set a telephone PIN", by=by, at=at)


def remove(person: Person, *, by: Actor, at: datetime) -> None:
    """Take the PIN away: on the telephone the person proves nothing any more."""
    with transaction.atomic():
        if PhonePin.objects.filter(person=person).delete()[0]:
            note("person", person.pk, "removed the telephone PIN", by=by, at=at)


def check(contact: Contact, pin: str, *, by: Actor, at: datetime) -> PinCheck:
    """Whether a PIN spoken on the telephone is the contact's; `by` is the agent who typed it in.

    A try is counted before it is looked at, so that many at once are all counted. The last wrong one locks the PIN, and
    the contact is told by mail. Not to be called inside a transaction: whatever is refused there, the count must stay.
    """
    row = PhonePin.objects.filter(person=contact.person_id).select_related("person").first()
    if row is None or not Contact.objects.active().filter(pk=contact.pk).exists():
        return PinCheck("none")
    counted = PhonePin.objects.filter(pk=row.pk, locked_at=None, tries__lt=rules.PIN_TRIES)
    if not counted.update(tries=F("tries") + 1):
        return _noted(contact, PinCheck("locked"), by=by, at=at)
    # Outside of any transaction: hashing takes long, and nobody must wait for it.
    is_right = verify_password(_peppered(row.person_id, pin.strip()), row.pin)[0]
    with transaction.atomic():
        now = PhonePin.objects.select_for_update().filter(pk=row.pk).first()
        if now is None or now.pin != row.pin:
            return _noted(contact, PinCheck("wrong", rules.PIN_TRIES), by=by, at=at)
        if is_right and now.locked_at is None:
            PhonePin.objects.filter(pk=row.pk).update(tries=0)
            return _noted(contact, PinCheck("right"), by=by, at=at)
        if now.tries < rules.PIN_TRIES:
            return _noted(contact, PinCheck("wrong", rules.PIN_TRIES - now.tries), by=by, at=at)
        if now.locked_at is None:
            PhonePin.objects.filter(pk=row.pk).update(locked_at=at)
            mails.pin_locked(row.person, at=at)
        return _noted(contact, PinCheck("locked"), by=by, at=at)


def _noted(contact: Contact, found: PinCheck, *, by: Actor, at: datetime) -> PinCheck:
    facts: dict[str, Fact] = {"outcome": found.outcome}
    note("contact", contact.pk, "telephone PIN checked", by=by, at=at, facts=facts)
    return found


def _hashed(person_id: int, pin: str) -> str:
    return make_password(_peppered(person_id, pin))


def _peppered(person_id: int, pin: str) -> str:
    """A million PINs are soon tried against a stolen table, so the hash also needs the installation's own key."""
    return seals.keyed(f"phone-pin:{person_id}:{pin}")
