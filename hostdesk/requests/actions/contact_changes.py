"""Changes to who is listed: asked for in the client area and carried out at once, each on its own ticket.

The list itself belongs to people; here every change gets its ticket and its typed request, so that no account is modified
without one. Nobody waits for an agent. What needs the yes of an address's owner stays under way until they give it.
Clauses: channel.tickets, contact.restricted, contact.listed_sender, contact.off_server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.hosting import homes
from hostdesk.hosting.queries import policy_version_for
from hostdesk.kit.actors import SYSTEM, Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people.actions import limits, listing, verifying
from hostdesk.people.actions.listing import Wanted
from hostdesk.people.actions.verifying import Verified
from hostdesk.people.models import Contact, ContactRole, PendingContact
from hostdesk.people.standing import contact_state
from hostdesk.policy.queries import Version
from hostdesk.policy.rules import requests as rules
from hostdesk.requests.actions.advancing import facts_of
from hostdesk.requests.models import AdminRequest, RequestState
from hostdesk.requests.standing import case_of, kind_of
from hostdesk.tickets.actions.opening import Opening, open_ticket
from hostdesk.tickets.actions.requesting import resolve_at_once, say
from hostdesk.tickets.models import Channel

KIND = "contact_change"
_AT_ONCE = 50


@dataclass(frozen=True)
class _Deed:
    """One change as its ticket tells it; `before` and `after` are kept with the request."""

    verb: str
    subject: str
    words: str
    before: Mapping[str, Fact] = field(default_factory=dict)
    after: Mapping[str, Fact] = field(default_factory=dict)


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
    deed = _Deed(
        "hand over" if role == ContactRole.PRIMARY else "add",
        f"Contacts: {clean_name} as {role} contact",
        f"Please make {clean_name} ({address}) {role} contact.",
    )
    return _asked(me, wanted, deed, network=network, submission=submission, at=at)


def change_address(
    me: Contact, contact: Contact, *, email: str, network: str, submission: str | None, at: datetime
) -> AdminRequest:
    """Give a contact of the same account another address; the old one works until the new one's owner says yes."""
    address, person = listing.address_of(email), contact.person
    if address == person.email:
        raise Refused("", "That is the address already.")
    wanted = Wanted(address, person.name, person.phone, contact.role, contact)
    deed = _Deed(
        "change address",
        f"Contacts: another address for {person.name}",
        f"Please use {address} for {person.name} in place of {person.email}.",
    )
    return _asked(me, wanted, deed, network=network, submission=submission, at=at)


def hand_over(
    me: Contact, contact: Contact, *, network: str, submission: str | None, at: datetime
) -> AdminRequest:
    """Make another listed contact the primary one; the role changes hands when they agree."""
    person = contact.person
    if contact.role == ContactRole.PRIMARY:
        raise Refused("", f"{person.name} is the primary contact already.")
    wanted = Wanted(person.email, person.name, person.phone, ContactRole.PRIMARY, contact)
    deed = _Deed(
        "hand over",
        f"Contacts: {person.name} as primary contact",
        f"Please make {person.name} ({person.email}) the primary contact in my place.",
    )
    return _asked(me, wanted, deed, network=network, submission=submission, at=at)


def change_details(
    me: Contact, contact: Contact, *, name: str, phone: str, submission: str | None, at: datetime
) -> AdminRequest | None:
    """Another name or telephone number; None when nothing was to change."""
    clean_name, clean_phone = listing.details_of(name, phone)
    old = contact.person
    if (old.name, old.phone) == (clean_name, clean_phone):
        return None
    number = clean_phone or "no number"
    deed = _Deed(
        "change details",
        f"Contacts: details of {old.name}",
        f"Please change name and telephone number of {old.email} to {clean_name}, {number}.",
        before={"name": old.name, "phone": old.phone},
        after={"name": clean_name, "phone": clean_phone},
    )

    def change() -> None:
        listing.change_details(contact, name=clean_name, phone=clean_phone, by=me, at=at)

    return _at_once(me, deed, change, submission=submission, at=at)


def change_role(
    me: Contact, contact: Contact, *, role: str, submission: str | None, at: datetime
) -> AdminRequest | None:
    """Another role than primary for a listed contact; None when it is theirs already."""
    person = contact.person
    if role == contact.role:
        return None
    home = _home(person.email, role)

    def change() -> None:
        listing.change_role(contact, role=role, home=home, by=me, at=at)

    deed = _Deed(
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
    deed = _Deed(
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
        _judged(me, policy_version_for(me.account), at=at)
    _count(me, pending.email, network=network, at=at)
    verifying.send_again(pending, by=me, at=at)


def cancel(me: Contact, pending: PendingContact, *, at: datetime) -> None:
    """Take back what nobody verified yet; the link is void."""
    with transaction.atomic():
        _judged(me, policy_version_for(me.account), at=at)
        if not verifying.give_up(pending, how="cancelled", by=me.actor(), at=at):
            raise Refused("", "This was settled meanwhile.")
        _end(
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
    home = _home(found.email, found.role)
    with transaction.atomic():
        done = verifying.accept(token, home=home, at=at)
        said = f"The owner of {done.pending.email} has agreed. It counts from now on."
        _end(done.pending, RequestState.DONE, said, by=done.contact.actor(), at=at)
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
    _end(row, RequestState.EXPIRED, said, by=SYSTEM, at=at)
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
            ended += _end(row, RequestState.WITHDRAWN, said, by=SYSTEM, at=at)
    return ended


def _asked(
    me: Contact, wanted: Wanted, deed: _Deed, *, network: str, submission: str | None, at: datetime
) -> AdminRequest:
    """A change that waits for the owner of an address."""
    home = _home(wanted.email, wanted.role)

    def make() -> AdminRequest:
        request = _documented(me, deed, submission=submission, at=at)
        verifying.propose(me.account, wanted, home=home, by=me, ticket_number=request.ticket_id, at=at)
        _count(me, wanted.email, network=network, at=at)
        request.details = {"change": deed.verb, "address": wanted.email, "role": wanted.role}
        request.save(update_fields=["details"])
        said = f"We asked {wanted.email} by mail. It counts as soon as its owner presses the button there."
        resolve_at_once(request.ticket, said=said, by=SYSTEM, at=at)
        return request

    return _once(me, make, submission=submission)


def _at_once(
    me: Contact, deed: _Deed, change: Callable[[], None], *, submission: str | None, at: datetime
) -> AdminRequest:
    """A change that counts at once."""

    def make() -> AdminRequest:
        request = _documented(me, deed, submission=submission, at=at)
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

    return _once(me, make, submission=submission)


def _once(me: Contact, make: Callable[[], AdminRequest], *, submission: str | None) -> AdminRequest:
    """However often one press of a button comes, and at once, it is one request."""
    earlier = _earlier(me, submission)
    if earlier is not None:
        return earlier
    try:
        with transaction.atomic():
            return make()
    except IntegrityError:
        earlier = _earlier(me, submission)
        if earlier is None:
            raise
        return earlier


def _documented(me: Contact, deed: _Deed, *, submission: str | None, at: datetime) -> AdminRequest:
    """The ticket and the typed request, judged and being carried out by the house itself. Clause: channel.tickets."""
    version = policy_version_for(me.account)
    ruling = _judged(me, version, at=at)
    ticket = open_ticket(
        Opening(
            subject=deed.subject,
            text=deed.words,
            channel=Channel.CLIENT_AREA,
            arrived_at=at,
            contact=me,
            account=me.account,
            trust="proven",
            acknowledge="none",
            may_wait=False,
            submission=submission,
        ),
        by=me.actor(),
        at=at,
    )
    request = AdminRequest.objects.create(
        ticket=ticket,
        account=me.account,
        contact=me,
        policy_version_id=version.id,
        kind=KIND,
        channel="client",
        state=RequestState.DOING,
        clause=ruling.clause,
        asked_at=at,
        updated_at=at,
        proven_at=at,
        told_at=at,
        currency=version.terms.cleanup.currency,
        submission=submission,
    )
    facts: dict[str, Fact] = {
        **facts_of(case_of(request)),
        "role": me.role,
        "channel": "client",
        "change": deed.verb,
    }
    note("ticket", ticket.pk, "request asked", by=me.actor(), at=at, facts=facts)
    decide("ticket", ticket.pk, [Judgement(ruling.clause, "granted", facts)], version_id=version.id, at=at)
    return request


def _judged(me: Contact, version: Version, *, at: datetime) -> rules.Verdict:
    """Whether this contact may change the list, as of now. Refused with clause and way out."""
    fresh = Contact.objects.with_account().get(pk=me.pk)
    asking = rules.Asking(
        role=fresh.role,
        channel="client",
        contact_state=contact_state(fresh, version.terms, at=at),
        signed_in=True,
    )
    verdict = rules.judge(asking, kind_of(version, KIND), version.terms)
    if verdict.outcome == "update_details":
        sentence = (
            "First say that your own details are still right, with the button above; then change the list."
        )
        raise Refused(verdict.clause, sentence)
    if verdict.outcome != "granted":
        raise Refused(verdict.clause, verdict.sentence)
    return verdict


def _earlier(me: Contact, submission: str | None) -> AdminRequest | None:
    """The request that the same press of the button made before."""
    if submission is None:
        return None
    return AdminRequest.objects.filter(submission=submission, contact__person=me.person_id).first()


def _end(pending: PendingContact, state: str, said: str, *, by: Actor, at: datetime) -> int:
    """Close the request that documents a question, and say so on its ticket."""
    request = (
        AdminRequest.objects.select_for_update()
        .filter(ticket_id=pending.ticket_number, kind=KIND, state=RequestState.DOING)
        .first()
    )
    if request is None:
        return 0
    request.state, request.sentence, request.ended_at, request.updated_at = state, said, at, at
    request.save(update_fields=["state", "sentence", "ended_at", "updated_at"])
    note("ticket", request.ticket_id, f"request {state}", by=by, at=at, facts=facts_of(case_of(request)))
    say(request.ticket, said, at=at)
    return 1


def _count(me: Contact, address: str, *, network: str, at: datetime) -> None:
    """Nobody fills a stranger's mailbox through us: per account and per address there are a few mails, then a wait."""
    limits.count_try("contact-mail", whom=f"account:{me.account_id}", network=network, at=at)
    limits.count_try("contact-mail", whom=address, network=network, at=at)


def _home(address: str, role: str) -> str | None:
    """Where a secondary's address lives when that is with us; DNS, so outside of any transaction."""
    return homes.home_of(address) if role == ContactRole.SECONDARY else None
