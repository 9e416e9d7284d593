"""What contacts say to a request: yes, yes as well, the price is accepted, no."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import note
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people.models import Contact
from hostdesk.people.standing import contact_state
from hostdesk.policy.rules import requests as rules
from hostdesk.requests import mails
from hostdesk.requests.actions import yeses
from hostdesk.requests.actions.advancing import (
    advance,
    end,
    facts_of,
    locked,
    nobody_left_to_say_no,
)
from hostdesk.requests.models import UNDER_WAY, AdminRequest, Confirmation, Purpose, RequestState
from hostdesk.requests.standing import Case, others_who_may_agree

GONE = "This link has been used or has run out. Sign in to see how the request stands."


def confirm_by_link(token: str, *, at: datetime) -> AdminRequest:
    """Somebody pressed the button behind a link: it says that the contact to whose stored address it went agrees, once.

    Refused: a link that was used, has run out, or belongs to a request that waits for nothing of the kind any more.
    Clause: contact.restricted.
    """
    with transaction.atomic():
        asked = yeses.of_token(token, at=at)
        if asked is None:
            raise Refused("", GONE)
        case = locked(asked.request)
        asked = yeses.of_token(token, at=at)
        if asked is None or case.request.state != _STATE_OF[asked.purpose]:
            raise Refused("", GONE)
        if asked.purpose == Purpose.FIRST and not rules.a_link_suffices(case.kind):
            raise Refused(case.kind.clause, _SIGN_IN)
        return _give(case, asked.contact, asked.purpose, via="link", to=asked.purpose, at=at)


def confirm(request: AdminRequest, *, by: Contact, to: str | None = None, at: datetime) -> AdminRequest:
    """The signed-in contact says yes to a request that was fetched for them: their own, or one that needs a second yes.

    `to` is the question that the page asked, first or second ("" for a page that did not say), None for whatever is asked now.
    A press that comes twice answers one question: where the same contact is to say yes twice, each page asks for its own.
    Refused: a request that waits for something else, and a yes that does not count (contact.restricted).
    """
    with transaction.atomic():
        case = locked(request)
        if case.request.state not in ("confirm", "second"):
            raise Refused("", "This request does not wait for a confirmation any more.")
        purpose = Purpose.FIRST if case.request.state == "confirm" else Purpose.SECOND
        if to and to != purpose:
            raise Refused("", _ONCE_MORE)
        return _give(case, by, purpose, via="signed_in", to=to, at=at)


_SIGN_IN = "This is confirmed in the client area only: sign in, and press the button there."
_ONCE_MORE = "It must be confirmed once more: look at it again, and press the button there."
_STATE_OF = {"first": "confirm", "second": "second"}


def _give(
    case: Case, contact: Contact, purpose: str, *, via: str, to: str | None, at: datetime
) -> AdminRequest:
    request = case.request
    fresh = Contact.objects.select_related("person", "account__customer").get(pk=contact.pk)
    _may_decide(case, fresh, at=at)
    if purpose == Purpose.FIRST:
        if fresh.pk != request.contact_id:
            raise Missing
        yeses.give(request, fresh, purpose, via=via, at=at)
        note("ticket", request.ticket_id, "request confirmed", by=fresh.actor(), at=at, facts=facts_of(case))
    elif not nobody_left_to_say_no(case):
        _give_second(case, fresh, via=via, to=to, at=at)
    return advance(locked(request), by=fresh.actor(), at=at)


def _give_second(case: Case, contact: Contact, *, via: str, to: str | None, at: datetime) -> None:
    request = case.request
    counts = rules.may_give_second_yes(
        asker_id=request.contact.person_id,
        giver_id=contact.person_id,
        giver_role=contact.role,
        others=bool(others_who_may_agree(case)),
        kind=case.kind,
        terms=case.version.terms,
    )
    if not counts:
        roles = " or ".join(case.version.terms.restricted_roles)
        raise Refused("contact.restricted", f"This needs the yes of another {roles} contact of the account.")
    if contact.person_id == request.contact.person_id and to not in (None, Purpose.SECOND):
        raise Refused("", _ONCE_MORE)
    yeses.give(request, contact, Purpose.SECOND, via=via, at=at)
    AdminRequest.objects.filter(pk=request.pk).update(second_at=at)
    note("ticket", request.ticket_id, "request agreed", by=contact.actor(), at=at, facts=facts_of(case))


def ask_at_new_address(contact: Contact, *, at: datetime) -> int:
    """What a contact was asked and has not answered is asked at the address that is theirs now; how many questions."""
    asked = Confirmation.objects.filter(contact=contact, used_at=None, expires_at__gt=at).exclude(
        address=contact.person.email
    )
    moved = 0
    for request in AdminRequest.objects.filter(confirmations__in=asked).distinct().order_by("pk"):
        case = locked(request)
        for row in asked.filter(request=request).select_related("contact__person"):
            yeses.ask_at_new_address(row, case=case, at=at)
            moved += 1
    return moved


def accept_price(request: AdminRequest, *, by: Contact, cents: int, at: datetime) -> AdminRequest:
    """The contact who asked accepts the price that the page showed; nothing is paid by that. Clause: fee.cleanup.

    Refused: a price that is not the one shown, a request that does not wait for this.
    """
    with transaction.atomic():
        case = locked(request)
        row = case.request
        _may_decide(case, by, at=at)
        if by.person_id != row.contact.person_id:
            raise Missing
        if row.state != RequestState.PRICE:
            raise Refused("", "This request does not wait for its price to be accepted.")
        if cents != row.price_cents:
            raise Refused(
                "fee.cleanup", "The price shown is not the price of this request. Look at it again."
            )
        row.price_accepted_at = at
        row.save(update_fields=["price_accepted_at"])
        note("ticket", row.ticket_id, "request price accepted", by=by.actor(), at=at, facts=facts_of(case))
        return advance(locked(row), by=by.actor(), at=at)


def withdraw(request: AdminRequest, *, by: Contact, at: datetime) -> AdminRequest:
    """Whoever asked, or a contact who may decide on the account, says no before it is carried out; who asked hears of it.

    Refused: a request that is being carried out or has ended, and a contact who may not stop it (contact.restricted).
    """
    with transaction.atomic():
        case = locked(request)
        row = case.request
        _may_decide(case, by, at=at)
        if by.person_id != row.contact.person_id and by.role not in case.version.terms.restricted_roles:
            raise Refused(
                "contact.restricted", "Only who asked, or the primary or secondary contact, can stop this."
            )
        if row.state not in UNDER_WAY or row.state in (RequestState.DOING, RequestState.UNCLEAR):
            raise Refused(
                "", "This request cannot be stopped any more: it is being carried out, or has ended."
            )
        end(
            case,
            RequestState.WITHDRAWN,
            clause="",
            sentence=f"{by.person.name} stopped it.",
            by=by.actor(),
            at=at,
        )
        if by.person_id != row.contact.person_id:
            mails.refused(case, at=at)
        return row


def _may_decide(case: Case, contact: Contact, *, at: datetime) -> None:
    """A contact acts for this account now; one who was removed since the page was drawn does not."""
    if contact.account_id != case.request.account_id:
        raise Missing
    fresh = Contact.objects.select_related("account").filter(pk=contact.pk).first()
    if fresh is None or contact_state(fresh, case.version.terms, at=at) in ("removed", "unverified"):
        sentence = "You are not a confirmed contact of this account, so this cannot be decided by you."
        raise Refused("contact.privileges", sentence)
    contact.role = fresh.role
