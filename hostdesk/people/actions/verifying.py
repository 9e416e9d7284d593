"""An address counts once its owner has pressed the button in our mail: asking, asking again, taking back, the press itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Fact, note
from hostdesk.hosting.models import Account
from hostdesk.hosting.queries import policy_version_for
from hostdesk.kit.actors import SYSTEM, Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people import mails, rules, seals
from hostdesk.people.actions import contacts, listing, reaching, sessions
from hostdesk.people.actions.listing import Wanted
from hostdesk.people.models import Contact, ContactRole, DetailsCured, PendingContact, Person

GONE = "This link has been used, has run out, or was taken back. The contact who asked can send a new one."


def propose(
    account: Account, wanted: Wanted, *, home: str | None, by: Contact, ticket_number: int, at: datetime
) -> PendingContact:
    """Note what the owner of an address is to be asked (`ask` mails it); until they press the button nothing has changed.

    `wanted` went through `address_of` and `details_of`. `home` is where the address lives when that is with us
    (`hosting.homes`), asked before. Inside the caller's transaction. Refused: what the policy does not allow.
    Clauses: contact.listed_sender, contact.restricted, contact.off_server.
    """
    listing.lock(account)
    listing.may(by, wanted)
    listing.is_free(account, wanted)
    listing.has_room(account, wanted, pending=True)
    listing.off_server(account, wanted.email, wanted.role, home=home)
    if wanted.role == ContactRole.PRIMARY and (wanted.contact is None or wanted.contact.role != wanted.role):
        _place_of_old_primary(account, wanted)
    row = PendingContact.objects.create(
        account=account,
        contact=wanted.contact,
        email=wanted.email,
        name=wanted.name,
        phone=wanted.phone,
        role=wanted.role,
        asked_by=by,
        ticket_number=ticket_number,
        token_sha256=seals.fingerprint(seals.new_token()),
        created_at=at,
        mailed_at=at,
        expires_at=at + policy_version_for(account).terms.request_confirm,
    )
    note("account", account.pk, "asked an address to confirm", by=by.actor(), at=at, facts=_facts(row))
    return row


def ask(pending: PendingContact, *others: PendingContact, at: datetime) -> None:
    """Mail one link for one question, and for `others` that its press settles as well."""
    token = seals.new_token()
    PendingContact.objects.filter(pk=pending.pk).update(token_sha256=seals.fingerprint(token))
    mails.please_verify(pending, others, token=token, at=at)


@transaction.atomic
def send_again(pending: PendingContact, *, by: Contact, at: datetime) -> None:
    """Mail a new link, which ends the earlier one and lives from now on. Refused: what was verified or taken back."""
    token = seals.new_token()
    changed = PendingContact.objects.open().filter(pk=pending.pk)
    expires = at + policy_version_for(pending.account).terms.request_confirm
    if not changed.update(token_sha256=seals.fingerprint(token), mailed_at=at, expires_at=expires):
        raise Refused("", "This was settled meanwhile.")
    pending.refresh_from_db()
    note("account", pending.account_id, "asked again", by=by.actor(), at=at, facts=_facts(pending))
    mails.please_verify(pending, together(pending, at=at), token=token, at=at)


def give_up(pending: PendingContact, *, how: str, by: Actor, at: datetime) -> bool:
    """End what nobody verified: `cancelled` or `expired`; whether it was still open."""
    if not PendingContact.objects.open().filter(pk=pending.pk).update(ended_at=at, ended=how):
        return False
    note("account", pending.account_id, f"address {how}", by=by, at=at, facts=_facts(pending))
    return True


def pending_of_token(token: str, *, at: datetime) -> PendingContact | None:
    """What a link asks, while it is good; looking does not use it up, since mail scanners look."""
    rows = PendingContact.objects.alive(at).filter(token_sha256=seals.fingerprint(token))
    return rows.select_related("account__customer", "contact__person", "asked_by__person").first()


def together(pending: PendingContact, *, at: datetime) -> list[PendingContact]:
    """The questions on other accounts that one yes settles as well: the same new address for the same person, asked by the same."""
    if pending.contact is None or pending.email == pending.contact.person.email:
        return []
    rows = PendingContact.objects.alive(at).filter(
        email=pending.email,
        contact__person=pending.contact.person_id,
        asked_by__person=pending.asked_by.person_id,
    )
    rows = rows.select_related("account__customer", "contact__person", "asked_by__person")
    return list(rows.exclude(pk=pending.pk).order_by("account__username"))


def roles_of(pending: PendingContact, *, at: datetime) -> set[str]:
    """The roles that the address would have now, were the button pressed."""
    return {_role_now(row) for row in (pending, *together(pending, at=at))}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A question on another account to which yes was said, and that is not allowed any more."""

    pending: PendingContact
    sentence: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a press of the button did: who is listed now, and which address was replaced ("" when none was).

    `others` is what the same press did on other accounts, `left_out` what it did not.
    """

    pending: PendingContact
    contact: Contact
    old_address: str
    others: tuple[Verified, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def accept(token: str, *, home: str | None, at: datetime) -> Verified:
    """The owner of the address pressed the button: the change counts from now on, once.

    Everything is judged anew: whoever asked may have lost the right, somebody else may have taken the place, the contact
    may be gone. Inside the caller's transaction. Refused with the reason, and then nothing has changed.
    Clauses: contact.listed_sender, contact.restricted, contact.off_server.
    """
    found = pending_of_token(token, at=at)
    if found is None:
        raise Refused("", GONE)
    listing.lock(found.account, *(row.account for row in together(found, at=at)))
    row = pending_of_token(token, at=at)
    if row is None:
        raise Refused("", GONE)
    going, left_out = [(row, _allowed(row, home=home))], []
    for other in together(row, at=at):
        try:
            going.append((other, _allowed(other, home=home)))
        except Refused as refusal:
            give_up(other, how="cancelled", by=SYSTEM, at=at)
            left_out.append(LeftOut(other, refusal.sentence))
    moving = {wanted.contact.pk for _, wanted in going if wanted.contact is not None}
    first, *others = [_settled(each, wanted, moving, at=at) for each, wanted in going]
    _tell_all([first, *others], at=at)
    return replace(first, others=tuple(others), left_out=tuple(left_out))


def _allowed(row: PendingContact, *, home: str | None) -> Wanted:
    """How the contact is to stand, judged as of now. Refused with the reason."""
    wanted = _as_it_is_now(row)
    listing.may(Contact.objects.select_related("person").get(pk=row.asked_by_id), wanted)
    listing.is_free(row.account, wanted, but=row)
    listing.has_room(row.account, wanted, pending=False)
    listing.off_server(row.account, wanted.email, wanted.role, home=home)
    return wanted


def _settled(row: PendingContact, wanted: Wanted, moving: set[int], *, at: datetime) -> Verified:
    old = wanted.contact.person.email if wanted.contact is not None else ""
    contact = _carry_out(row, wanted, moving, at=at)
    replaced = old if old != contact.person.email else ""
    PendingContact.objects.filter(pk=row.pk).update(ended_at=at, ended="verified", replaced=replaced)
    note("contact", contact.pk, "address verified", by=contact.actor(), at=at, facts=_facts(row))
    return Verified(row, contact, replaced)


def _tell_all(settled: Sequence[Verified], *, at: datetime) -> None:
    """One notice to each who is to know, however many accounts it is about."""
    first = settled[0]
    listing.tell(
        *(one.contact.account for one in settled),
        sentence=_said(first.pending, first.contact, first.old_address, on_several=len(settled) > 1),
        but=(first.contact.person,),
        also=(first.old_address,),
        at=at,
    )


def _carry_out(row: PendingContact, wanted: Wanted, moving: set[int], *, at: datetime) -> Contact:
    if wanted.role == ContactRole.PRIMARY and (wanted.contact is None or wanted.contact.role != wanted.role):
        _step_back(row, wanted, at=at)
    if wanted.contact is None:
        return _add(row, wanted, at=at)
    changes: dict[str, object] = {"role": wanted.role, "confirmed_at": at}
    person = wanted.contact.person
    if wanted.email != person.email:
        person = _person_behind(row, wanted, moving, at=at)
        changes |= {"person": person, "lives_on": "", "lives_here_since": None, "home_looked_at": None}
    Contact.objects.filter(pk=wanted.contact.pk).update(**changes)
    contacts.end_rights(wanted.contact.person, at=at)
    reaching.is_alive(person, how="verified the address", by=SYSTEM, at=at)
    DetailsCured.objects.create(person=person, at=at)
    return Contact.objects.with_account().get(pk=wanted.contact.pk)


def _add(row: PendingContact, wanted: Wanted, *, at: datetime) -> Contact:
    person, _ = Person.objects.get_or_create(
        email=wanted.email, defaults={"name": wanted.name, "phone": wanted.phone, "created_at": at}
    )
    asker = row.asked_by
    vouched_for = f"{asker.person.name}, {asker.role} contact, and the owner of the address"[:200]
    made = Contact.objects.create(
        person=person,
        account=row.account,
        role=wanted.role,
        vouched_for=vouched_for,
        created_at=at,
        confirmed_at=at,
    )
    facts: dict[str, Fact] = {"account": row.account.username, "role": wanted.role}
    note("contact", made.pk, "added", by=asker.actor(), at=at, facts=facts)
    reaching.is_alive(person, how="verified the address", by=SYSTEM, at=at)
    return Contact.objects.with_account().get(pk=made.pk)


def _person_behind(row: PendingContact, wanted: Wanted, moving: set[int], *, at: datetime) -> Person:
    """The person of the new address: the same one where no contact stays on the old address and they asked themselves."""
    assert wanted.contact is not None, "an address is changed for a contact"
    person = wanted.contact.person
    known = Person.objects.filter(email=wanted.email).first()
    own = row.asked_by.person_id == person.pk
    if (
        known is None
        and own
        and not Contact.objects.active().filter(person=person).exclude(pk__in=moving).exists()
    ):
        Person.objects.filter(pk=person.pk).update(email=wanted.email)
        # Whoever reads the old address, perhaps the reason for the change, has nothing there to press any more, and no
        # browser stays signed in.
        contacts.void_mailed_links(person, at=at)
        sessions.revoke_all(person, at=at)
        note("person", person.pk, "address changed", by=row.asked_by.actor(), at=at)
        return Person.objects.get(pk=person.pk)
    return known or Person.objects.create(
        email=wanted.email, name=wanted.name, phone=wanted.phone, created_at=at
    )


def _step_back(row: PendingContact, wanted: Wanted, *, at: datetime) -> None:
    """The primary makes room: takes the role that the new one leaves, or becomes authorised."""
    primary, free = _place_of_old_primary(row.account, wanted)
    if wanted.contact is not None:
        # Only one of each may stand at a time: the new primary steps aside while the roles change hands.
        Contact.objects.filter(pk=wanted.contact.pk).update(role=ContactRole.AUTHORISED)
    Contact.objects.filter(pk=primary.pk).update(role=free)
    facts: dict[str, Fact] = {"from": "primary", "to": str(free)}
    note("contact", primary.pk, "changed role", by=primary.actor(), at=at, facts=facts)


def _place_of_old_primary(account: Account, wanted: Wanted) -> tuple[Contact, str]:
    """(the present primary, the role that they get when `wanted` is the primary). Refused: there is no place for them.

    Clauses: contact.listed_sender, contact.off_server.
    """
    primary = Contact.objects.select_related("person").get(account=account, removed_at=None, role="primary")
    free = wanted.contact.role if wanted.contact is not None else ContactRole.AUTHORISED
    if free == ContactRole.SECONDARY and contacts.home_by_tables(account, primary.person.email):
        free = ContactRole.AUTHORISED
    others = Contact.objects.filter(account=account, removed_at=None, role=free).exclude(
        pk__in=[primary.pk, wanted.contact.pk if wanted.contact is not None else 0]
    )
    limits = contacts.limits_of(policy_version_for(account).terms)
    if rules.too_many(free, username=account.username, count=others.count() + 1, limits=limits):
        sentence = (
            f"{primary.person.name} would need a place among the {free} contacts, and there is none left."
        )
        raise Refused("contact.listed_sender", sentence)
    return primary, free


def _as_it_is_now(row: PendingContact) -> Wanted:
    contact = None
    if row.contact_id is not None:
        contact = Contact.objects.with_account().filter(pk=row.contact_id, removed_at=None).first()
        if contact is None:
            raise Refused("", "The contact was removed meanwhile, so there is nothing to change.")
        row.contact = contact
    return Wanted(row.email, row.name, row.phone, _role_now(row), contact)


def _role_now(row: PendingContact) -> str:
    """The role that was asked for; another address alone leaves the contact the role that they have by now."""
    if row.contact is not None and row.email != row.contact.person.email:
        return row.contact.role
    return row.role


def _said(row: PendingContact, contact: Contact, replaced: str, *, on_several: bool) -> str:
    person = contact.person
    who = f"{person.name} ({person.email})"
    if row.contact_id is None:
        return f"{who} is {contact.role} contact now, added by {row.asked_by.person.name}."
    if replaced and on_several:
        return f"{person.name} has the address {person.email} now, in place of {replaced}."
    if replaced:
        return f"The {contact.role} contact {person.name} has the address {person.email} now, in place of {replaced}."
    return f"{who} is {contact.role} contact now, in agreement with {row.asked_by.person.name}."


def _facts(row: PendingContact) -> dict[str, Fact]:
    return {"pending": row.pk, "role": row.role, "contact": row.contact_id, "ticket": row.ticket_number}
