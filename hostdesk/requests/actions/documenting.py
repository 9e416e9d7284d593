"""What every change of the list of contacts has: its ticket and its typed request, judged, made once, and ended.

The verbs are in `contact_changes`. Clauses: channel.tickets, contact.restricted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.hosting import homes
from hostdesk.hosting.queries import policy_version_for
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people.actions import limits
from hostdesk.people.models import Contact, PendingContact
from hostdesk.people.standing import Doubt, contact_state, doubt
from hostdesk.policy.queries import Version
from hostdesk.policy.rules import requests as rules
from hostdesk.requests.actions.advancing import facts_of
from hostdesk.requests.models import CONTACT_CHANGE, AdminRequest, RequestState
from hostdesk.requests.standing import case_of, kind_of
from hostdesk.tickets.actions.opening import Opening, open_ticket
from hostdesk.tickets.actions.requesting import say
from hostdesk.tickets.models import Channel

KIND = CONTACT_CHANGE
_OWN_FIRST: dict[Doubt, str] = {
    "age": "First say that your own details are still right, with the button above; then change the list.",
    "bounces": "Mail to you comes back. First put your own address right, as it says above; then change the list.",
}


@dataclass(frozen=True)
class Deed:
    """One change as its ticket tells it; `before` and `after` are kept with the request."""

    verb: str
    subject: str
    words: str
    before: Mapping[str, Fact] = field(default_factory=dict)
    after: Mapping[str, Fact] = field(default_factory=dict)


def once(me: Contact, make: Callable[[], AdminRequest], *, submission: str | None) -> AdminRequest:
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


def documented(
    me: Contact, deed: Deed, *, own: bool = False, submission: str | None, at: datetime
) -> AdminRequest:
    """The ticket and the typed request, judged and being carried out by the house itself; `own` as in `judged`.

    Clause: channel.tickets.
    """
    version = policy_version_for(me.account)
    ruling = judged(me, version, own=own, at=at)
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


def judged(me: Contact, version: Version, *, own: bool = False, at: datetime) -> rules.Verdict:
    """Whether this contact may change the list, as of now. Refused with clause and way out.

    `own`: the change is to this contact's own details, which does not wait for them to be in order: it puts them in order.
    Clauses: contact.restricted, contact.current.
    """
    fresh = Contact.objects.with_account().get(pk=me.pk)
    state = contact_state(fresh, version.terms, at=at)
    asking = rules.Asking(
        role=fresh.role,
        channel="client",
        contact_state="current" if own and state == "out_of_date" else state,
        signed_in=True,
    )
    verdict = rules.judge(asking, kind_of(version, KIND), version.terms)
    if verdict.outcome == "update_details":
        raise Refused(verdict.clause, _OWN_FIRST[doubt(fresh, version.terms, at=at)])
    if verdict.outcome != "granted":
        raise Refused(verdict.clause, verdict.sentence)
    return verdict


def _earlier(me: Contact, submission: str | None) -> AdminRequest | None:
    """The request that the same press of the button made before."""
    if submission is None:
        return None
    return AdminRequest.objects.filter(submission=submission, contact__person=me.person_id).first()


def end_question(pending: PendingContact, state: str, said: str, *, by: Actor, at: datetime) -> int:
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


def count_mail(me: Contact, address: str, *, network: str, at: datetime) -> None:
    """Nobody fills a stranger's mailbox through us: per account and per address there are a few mails, then a wait."""
    limits.count_try("contact-mail", whom=f"account:{me.account_id}", network=network, at=at)
    limits.count_try("contact-mail", whom=address, network=network, at=at)


def home_of(address: str) -> str | None:
    """Where an address lives when that is with us; DNS, so outside of any transaction."""
    return homes.home_of(address)
