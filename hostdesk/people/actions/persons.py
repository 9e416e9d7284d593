"""Persons: signing in by password, setting one, reading the policy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import note
from hostdesk.kit import addresses
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people import mails, passwords
from hostdesk.people.actions import limits, sessions
from hostdesk.people.models import Contact, Person, PolicyReading, Session
from hostdesk.policy.rules.scope import is_asked_to_read

WRONG = "Address and password do not fit together. Check both, or leave the password empty and we mail you a link instead."


def sign_in(email: str, password: str, *, browser: sessions.Browser, at: datetime) -> sessions.SignedIn:
    """Sign in a contact who has set a password.

    Refused in one sentence, and after the same time: unknown, wrong, no password set, no contact any more.
    Raises `TooOften`.
    """
    address = addresses.normalised(email)
    with limits.password_try("person", address or email.lower(), network=browser.network, at=at):
        person = Person.objects.filter(email=address).first() if address else None
        right = passwords.matches(password, person.password if person else "")
        if not right or person is None or not Contact.objects.active().filter(person=person).exists():
            raise Refused("", WRONG)
        if person.demo and not browser.on_this_machine:
            raise Refused("", "Demo contacts sign in only from the machine on which the desk runs.")
    with transaction.atomic():
        signed_in = sessions.open_for_person(person, browser=browser, at=at)
        note("person", person.pk, "signed in by password", by=_actor(person), at=at)
    return signed_in


def set_password(
    session: Session, *, current: str, new: str, browser: sessions.Browser, at: datetime
) -> None:
    """Set or change one's own password; all other sessions end, and the stored address is told.

    Refused: a wrong current password where there is one, a weak new one. Raises `TooOften`.
    """
    person = session.person
    assert person is not None, "an agent's password is changed elsewhere"
    if person.password:
        with limits.password_try("person", person.email, network=browser.network, at=at):
            if not passwords.matches(current, person.password):
                raise Refused("", "That is not your current password.")
    kept = passwords.hashed(new, email=person.email)
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(password=kept)
        sessions.revoke_all(person, at=at, keep=session)
        mails.password_changed(person, at=at)
        note("person", person.pk, "set a password", by=_actor(person), at=at)


@transaction.atomic
def read_policy(person: Person, version_ids: Iterable[int], *, at: datetime) -> None:
    """The person says to have read these versions; saying it twice keeps the first time. Clause: scope.published."""
    wanted = set(version_ids)
    known = PolicyReading.objects.filter(person=person, policy_version_id__in=wanted)
    read = set(known.values_list("policy_version_id", flat=True))
    new = [one for one in sorted(wanted) if _is_asked(one, read)]
    if not new:
        return
    PolicyReading.objects.bulk_create(
        [PolicyReading(person=person, policy_version_id=version, at=at) for version in new],
        ignore_conflicts=True,
    )
    note("person", person.pk, "read the policy", by=_actor(person), at=at)


def _is_asked(version_id: int, read: set[int]) -> bool:
    return is_asked_to_read(
        read_version_id=version_id if version_id in read else None,
        asked_version_id=None,
        current_version_id=version_id,
    )


def _actor(person: Person) -> Actor:
    return Actor("contact", None, person.name)
