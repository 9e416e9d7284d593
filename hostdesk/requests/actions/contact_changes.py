"""Changes to who is listed: asked for in the client area and carried out at once, each on its own ticket.

The list itself belongs to people; here every change gets its ticket and its typed request, so that no account is modified
without one. Nobody waits for an agent. What needs the yes of an address's owner stays under way until they give it.
Clauses: channel.tickets, contact.restricted, contact.listed_sender, contact.off_server.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import note
from hostdesk.hosting.queries import policy_version_for
from hostdesk.kit.actors import SYSTEM
from hostdesk.kit.refusals import Refused
from hostdesk.people import queries
from hostdesk.people.actions import details, listing, verifying
from hostdesk.people.actions.listing import Wanted
from hostdesk.people.actions.verifying import Verified
from hostdesk.people.models import Contact, ContactRole, PendingContact
from hostdesk.requests import list_changes
from hostdesk.requests.actions import confirming
from hostdesk.requests.actions.advancing import facts_of
from hostdesk.requests.actions.documenting import (
    KIND,
    Deed,
    count_mail,
    documented,
    end_question,
    home_of,
    judged,
    once,
)
from hostdesk.requests.models import AdminRequest, RequestState
from hostdesk.requests.standing import case_of
from hostdesk.tickets.actions.requesting import resolve_at_once

_AT_ONCE = 50


def may_change_list(me: Contact) -> bool:
    """Whether the role of this contact changes who is listed on their account. Clause: contact.restricted."""
    return me.role in policy_version_for(me.account).terms.restricted_roles


def add(
    me: Contact,
    *,
    email: str,
    name: str,
    phone: str,
    role: str,
    network: str,
    submission: str | None,
    at: datetime,
) -> AdminRequest:
    """Have somebody new listed: the owner of the address is asked, and counts only after pressing the button.

    Refused: what the policy does not allow, with its clause. Raises `TooOften`.
    """
    address = listing.address_of(email)
    clean_name, clean_phone = listing.details_of(name, phone)
    wanted = Wanted(address, clean_name, clean_phone, role)
    deed = Deed(
        "hand over" if role == ContactRole.PRIMARY else "add",
        f"Contacts: {clean_name} as {role} contact",
        f"Please make {clean_name} ({address}) {role} contact.",
    )
    return _asked(me, wanted, deed, network=network, submission=submission, at=at)


def change_address(
    me: Contact, contact: Contact, *, email: str, network: str, submission: str | None, at: datetime
) -> AdminRequest:
    """Give a contact of the same account another address; the old one works until the new one's owner says yes.

    An address is a person's, so one press covers every account on which that person is a contact and `me` may change the
    list; each account has its own ticket. Where it is refused it stays as it is, and the request says where and why.
    """
    address, person = listing.address_of(email), contact.person
    if address == person.email:
        raise Refused("", "That is the address already.")
    elsewhere = queries.same_person_elsewhere(me, contact)
    roles = {contact.role, *(theirs.role for _, theirs in elsewhere)}
    home = home_of(address) if ContactRole.SECONDARY in roles else None

    def ask_for(
        mine: Contact, theirs: Contact, submission: str | None
    ) -> tuple[AdminRequest, PendingContact]:
        deed = Deed(
            "change address",
            f"Contacts: another address for {person.name}",
            f"Please use {address} for {person.name} in place of {person.email}.",
        )
        wanted = Wanted(address, person.name, person.phone, theirs.role, theirs)
        return _proposed(mine, wanted, deed, home=home, submission=submission, at=at)

    def make() -> AdminRequest:
        listing.lock(me.account, *(mine.account for mine, _ in elsewhere))
        request, asked = ask_for(me, contact, submission)
        others: list[PendingContact] = []
        left_out: dict[str, list[str]] = {}
        for mine, theirs in elsewhere:
            try:
                with transaction.atomic():
                    others.append(ask_for(mine, theirs, None)[1])
            except Refused as refusal:
                left_out.setdefault(refusal.sentence, []).append(theirs.account.username)
        count_mail(me, address, network=network, at=at)
        verifying.ask(asked, *others, at=at)
        also = ", ".join(pending.account.username for pending in others)
        not_on = " ".join(f"{', '.join(names)}: {sentence}" for sentence, names in left_out.items())
        said = {"also_on": also, "not_on": not_on}
        request.details |= {key: text for key, text in said.items() if text}
        request.save(update_fields=["details"])
        return request

    return once(me, make, submission=submission)


def hand_over(
    me: Contact, contact: Contact, *, network: str, submission: str | None, at: datetime
) -> AdminRequest:
    """Make another listed contact the primary one; the role changes hands when they agree."""
    person = contact.person
    if contact.role == ContactRole.PRIMARY:
        raise Refused("", f"{person.name} is the primary contact already.")
    wanted = Wanted(person.email, person.name, person.phone, ContactRole.PRIMARY, contact)
    deed = Deed(
        "hand over",
        f"Contacts: {person.name} as primary contact",
        f"Please make {person.name} ({person.email}) the primary contact in my place.",
    )
    return _asked(me, wanted, deed, network=network, submission=submission, at=at)


def change_details(
    me: Contact, contact: Contact, *, name: str, phone: str, submission: str | None, at: datetime
) -> AdminRequest | None:
    """Another name or telephone number; None when nothing was to change. Who changes their own says that they are right.

    Clause: contact.current.
    """
    clean_name, clean_phone = listing.details_of(name, phone)
    old = contact.person
    if (old.name, old.phone) == (clean_name, clean_phone):
        return None
    number = clean_phone or "no number"
    deed = Deed(
        "change details",
        f"Contacts: details of {old.name}",
        f"Please change name and telephone number of {old.email} to {clean_name}, {number}.",
        before={"name": old.name, "phone": old.phone},
        after={"name": clean_name, "phone": clean_phone},
    )

    own = contact.person_id == me.person_id

    def change() -> None:
        listing.change_details(contact, name=clean_name, phone=clean_phone, by=me, at=at)
        if own:
            details.confirm(old, how="changed them", at=at)

    return _at_once(me, deed, change, own=own, submission=submission, at=at)


def change_role(
    me: Contact, contact: Contact, *, role: str, submission: str | None, at: datetime
) -> AdminRequest | None:
    """Another role than primary for a listed contact; None when it is theirs already."""
    person = contact.person
    if role == contact.role:
        return None
    home = home_of(person.email) if role == ContactRole.SECONDARY else None

    def change() -> None:
        listing.change_role(contact, role=role, home=home, by=me, at=at)

    deed = Deed(
        "change role",
        f"Contacts: {person.name} as {role} contact",
        f"Please make {person.name} ({person.email}) {role} contact.",
        before={"role": contact.role},
        after={"role": role},
    )
    return _at_once(me, deed, change, submission=submission, at=at)


def remove(me: Contact, contact: Contact, *, submission: str | None, at: datetime) -> AdminRequest:
    """Take a contact off the list; rights end now."""
    person = contact.person
    deed = Deed(
        "remove",
        f"Contacts: {person.name} removed",
        f"Please take {person.name} ({person.email}) off the list.",
        before={"contact": person.email, "role": contact.role},
    )

    def change() -> None:
        listing.remove(contact, by=me, at=at)

    return _at_once(me, deed, change, submission=submission, at=at)


def send_again(me: Contact, pending: PendingContact, *, network: str, at: datetime) -> None:
    """Mail the link once more; the earlier one is void. Raises `TooOften`."""
    with transaction.atomic():
        judged(
            me, policy_version_for(me.account), own=_is_own_address(me, pending.contact, pending.email), at=at
        )
    count_mail(me, pending.email, network=network, at=at)
    verifying.send_again(pending, by=me, at=at)


def cancel(me: Contact, pending: PendingContact, *, at: datetime) -> None:
    """Take back what nobody verified yet; the link is void."""
    with transaction.atomic():
        judged(
            me, policy_version_for(me.account), own=_is_own_address(me, pending.contact, pending.email), at=at
        )
        if not verifying.give_up(pending, how="cancelled", by=me.actor(), at=at):
            raise Refused("", "This was settled meanwhile.")
        end_question(
            pending,
            RequestState.WITHDRAWN,
            f"{me.person.name} took it back. Nothing was changed.",
            by=me.actor(),
            at=at,
        )


def verify(token: str, *, at: datetime) -> Verified:
    """The owner of the address pressed the button: the change counts, once. DNS is asked before, for a secondary.

    Refused: a link that is used, has run out or was taken back, and what the policy does not allow any more.
    """
    found = verifying.pending_of_token(token, at=at)
    if found is None:
        raise Refused("", verifying.GONE)
    # A role may have changed since it was asked, so DNS is asked about the address of whoever may be a secondary now.
    home = home_of(found.email) if ContactRole.SECONDARY in verifying.roles_of(found, at=at) else None
    with transaction.atomic():
        for account_id in sorted({one.account_id for one in (found, *verifying.together(found, at=at))}):
            list_changes.judge_anew(account_id, at=at)
        done = verifying.accept(token, home=home, at=at)
        said = f"The owner of {found.email} has agreed. It counts from now on."
        for settled in (done, *done.others):
            end_question(settled.pending, RequestState.DONE, said, by=settled.contact.actor(), at=at)
            if settled.old_address:
                confirming.ask_at_new_address(settled.contact, at=at)
        for left in done.left_out:
            end_question(left.pending, RequestState.REFUSED, left.sentence, by=SYSTEM, at=at)
    return done


def expire(at: datetime) -> int:
    """Give up what nobody verified in time; how many. Safe with any number of workers."""
    rows = PendingContact.objects.open().filter(expires_at__lte=at).order_by("expires_at", "pk")
    return sum(_expire(row, at=at) for row in rows[:_AT_ONCE])


@transaction.atomic
def _expire(row: PendingContact, *, at: datetime) -> int:
    if not verifying.give_up(row, how="expired", by=SYSTEM, at=at):
        return 0
    said = f"The owner of {row.email} did not answer in time. Nothing was changed."
    end_question(row, RequestState.EXPIRED, said, by=SYSTEM, at=at)
    return 1


def close_removed(at: datetime) -> int:
    """End the requests whose question went away with a contact who was removed; how many."""
    open_ones = AdminRequest.objects.filter(kind=KIND, state=RequestState.DOING).values_list(
        "ticket_id", flat=True
    )
    gone = PendingContact.objects.filter(ticket_number__in=list(open_ones[:_AT_ONCE]), ended="cancelled")
    ended = 0
    for row in gone:
        with transaction.atomic():
            said = "Who asked, or who was to agree, was removed. Nothing was changed."
            ended += end_question(row, RequestState.WITHDRAWN, said, by=SYSTEM, at=at)
    return ended


def _asked(
    me: Contact, wanted: Wanted, deed: Deed, *, network: str, submission: str | None, at: datetime
) -> AdminRequest:
    """A change that waits for the owner of an address."""
    home = home_of(wanted.email) if wanted.role == ContactRole.SECONDARY else None

    def make() -> AdminRequest:
        request, pending = _proposed(me, wanted, deed, home=home, submission=submission, at=at)
        count_mail(me, wanted.email, network=network, at=at)
        verifying.ask(pending, at=at)
        return request

    return once(me, make, submission=submission)


def _proposed(
    me: Contact, wanted: Wanted, deed: Deed, *, home: str | None, submission: str | None, at: datetime
) -> tuple[AdminRequest, PendingContact]:
    """The request and the question of one account; whoever calls mails the question."""
    request = documented(
        me, deed, own=_is_own_address(me, wanted.contact, wanted.email), submission=submission, at=at
    )
    number = request.ticket_id
    pending = verifying.propose(me.account, wanted, home=home, by=me, ticket_number=number, at=at)
    request.details = {"change": deed.verb, "address": wanted.email, "role": wanted.role}
    request.save(update_fields=["details"])
    said = f"We asked {wanted.email} by mail. It counts as soon as its owner presses the button there."
    resolve_at_once(request.ticket, said=said, by=SYSTEM, at=at)
    return request, pending


def _is_own_address(me: Contact, contact: Contact | None, email: str) -> bool:
    """Whether it is about another address of the one who asks: also where mail comes back, which only that puts right."""
    return contact is not None and contact.person_id == me.person_id and contact.person.email != email


def _at_once(
    me: Contact,
    deed: Deed,
    change: Callable[[], None],
    *,
    own: bool = False,
    submission: str | None,
    at: datetime,
) -> AdminRequest:
    """A change that counts at once."""

    def make() -> AdminRequest:
        list_changes.judge_anew(me.account_id, at=at)
        request = documented(me, deed, own=own, submission=submission, at=at)
        change()
        request.details = {
            "change": deed.verb,
            **{f"{key}_before": str(value) for key, value in deed.before.items()},
            **{f"{key}_after": str(value) for key, value in deed.after.items()},
        }
        request.state, request.ended_at = RequestState.DONE, at
        request.save(update_fields=["details", "state", "ended_at"])
        facts = {**facts_of(case_of(request)), "change": deed.verb}
        note("ticket", request.ticket_id, "request done", by=me.actor(), at=at, facts=facts)
        said = "Done at once. Every other contact of the account was told."
        resolve_at_once(request.ticket, said=said, by=SYSTEM, at=at)
        return request

    return once(me, make, submission=submission)
