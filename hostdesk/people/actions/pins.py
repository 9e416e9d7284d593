"""The telephone PIN: set by its owner in the client area, said on the telephone, seen by nobody. Threat T50.

Anybody who knows an account and an address can call and say wrong PINs until it is locked. That lock is for calls that come
in: on a call that we make ourselves to the number on file the PIN goes on working, with tries of its own.
"""

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
    """What a spoken PIN came to; `tries_left` before it is locked. `none`: there is no PIN, or no such contact any more.

    `call_back`: it is locked for who calls us, and not on a call that we make to the number on file.
    """

    outcome: Outcome
    tries_left: int = 0
    call_back: bool = False

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
        if self.call_back:
            return (
                "The PIN is locked for calls that come in, after too many wrong tries. Call the contact back on the number "
                "that we have and ask for the PIN then; or leave it empty, and the stored address is asked by mail."
            )
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
            person=person,
            defaults={"pin": kept, "set_at": at, "tries": 0, "locked_at": None, "tries_called_back": 0},
        )
        mails.pin_changed(person, at=at)
        note("person", person.pk, "set a telephone PIN", by=by, at=at)


def remove(person: Person, *, by: Actor, at: datetime) -> None:
    """Take the PIN away: on the telephone the person proves nothing any more."""
    with transaction.atomic():
        if PhonePin.objects.filter(person=person).delete()[0]:
            note("person", person.pk, "removed the telephone PIN", by=by, at=at)


def check(contact: Contact, pin: str, *, called_back: bool = False, by: Actor, at: datetime) -> PinCheck:
    """Whether a PIN spoken on the telephone is the contact's; `by` is the agent who typed it in.

    `called_back`: the agent called the number that we have for this contact. A try is counted before it is looked at, so that
    many at once are all counted. The last wrong one locks the PIN for calls of that kind, and the contact is told by mail.
    Not to be called inside a transaction: whatever is refused there, the count must stay.
    Refused: a call back to a contact whose number we do not have.
    """
    row = PhonePin.objects.filter(person=contact.person_id).select_related("person").first()
    if row is None or not Contact.objects.active().filter(pk=contact.pk).exists():
        return PinCheck("none")
    if called_back and not row.person.phone:
        raise Refused("", "We have no number of this contact, so nobody can have been called back on it.")
    counter = "tries_called_back" if called_back else "tries"
    still_open = PhonePin.objects.filter(pk=row.pk, **{f"{counter}__lt": rules.PIN_TRIES})
    if not called_back:
        still_open = still_open.filter(locked_at=None)
    if not still_open.update(**{counter: F(counter) + 1}):
        return _noted(contact, _locked(row, called_back=called_back), by=by, at=at, called_back=called_back)
    # Outside of any transaction: hashing takes long, and nobody must wait for it.
    is_right = verify_password(_peppered(row.person_id, pin.strip()), row.pin)[0]
    with transaction.atomic():
        found = _counted(row, is_right=is_right, called_back=called_back, at=at)
        return _noted(contact, found, by=by, at=at, called_back=called_back)


def _counted(row: PhonePin, *, is_right: bool, called_back: bool, at: datetime) -> PinCheck:
    now = PhonePin.objects.select_for_update().filter(pk=row.pk).first()
    if now is None or now.pin != row.pin:
        return PinCheck("wrong", rules.PIN_TRIES)
    if is_right and called_back:
        # Whoever answers the number on file and knows the PIN is its owner: calls that come in count again too.
        PhonePin.objects.filter(pk=row.pk).update(tries=0, locked_at=None, tries_called_back=0)
        return PinCheck("right")
    if is_right and now.locked_at is None:
        PhonePin.objects.filter(pk=row.pk).update(tries=0)
        return PinCheck("right")
    tries = now.tries_called_back if called_back else now.tries
    if tries < rules.PIN_TRIES:
        return PinCheck("wrong", rules.PIN_TRIES - tries)
    if called_back or now.locked_at is None:
        PhonePin.objects.filter(pk=row.pk, locked_at=None).update(locked_at=at)
        mails.pin_locked(row.person, at=at)
    return _locked(now, called_back=called_back)


def _locked(row: PhonePin, *, called_back: bool) -> PinCheck:
    """Locked; and whether a call back still helps."""
    helps = not called_back and bool(row.person.phone) and row.tries_called_back < rules.PIN_TRIES
    return PinCheck("locked", call_back=helps)


def _noted(contact: Contact, found: PinCheck, *, by: Actor, at: datetime, called_back: bool) -> PinCheck:
    facts: dict[str, Fact] = {"outcome": found.outcome}
    if called_back:
        facts["called_back"] = True
    note("contact", contact.pk, "telephone PIN checked", by=by, at=at, facts=facts)
    return found


def _hashed(person_id: int, pin: str) -> str:
    return make_password(_peppered(person_id, pin))


def _peppered(person_id: int, pin: str) -> str:
    """A million PINs are soon tried against a stolen table, so the hash also needs the installation's own key."""
    return seals.keyed(f"phone-pin:{person_id}:{pin}")
