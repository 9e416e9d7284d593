"""What agents say to a request: a second agent's yes or no, the payment, a refusal."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from hostdesk.audit.actions import note
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent
from hostdesk.requests.actions.advancing import advance, facts_of, locked, refuse
from hostdesk.requests.models import UNDER_WAY, AdminRequest, Approval, Payment, RequestState
from hostdesk.requests.rules import MAY_RECORD_PAYMENT


def approve(request: AdminRequest, *, by: Agent, at: datetime) -> AdminRequest:
    """A second agent says yes; whoever said yes does not carry it out. Clause: contact.restricted.

    Refused: a request that waits for something else, a second yes of the same agent.
    """
    with transaction.atomic():
        case = locked(request)
        if case.request.state != RequestState.APPROVAL:
            raise Refused("", "This request does not wait for a second agent.")
        _say(case.request, by, yes=True, reason="", at=at)
        note("ticket", case.request.ticket_id, "request approved", by=by.actor(), at=at, facts=facts_of(case))
        return advance(locked(case.request), by=by.actor(), at=at)


def object_to(request: AdminRequest, *, reason: str, by: Agent, at: datetime) -> AdminRequest:
    """A second agent says no: the request ends, and the contact hears why.

    Refused: without a reason; a request that does not wait for a second agent.
    """
    if not reason.strip():
        raise Refused("", "Say why; the contact reads it.")
    with transaction.atomic():
        case = locked(request)
        if case.request.state != RequestState.APPROVAL:
            raise Refused("", "This request does not wait for a second agent.")
        _say(case.request, by, yes=False, reason=reason, at=at)
        return refuse(case, clause=case.kind.clause, sentence=reason.strip(), by=by.actor(), at=at)


def refuse_by_hand(request: AdminRequest, *, reason: str, by: Agent, at: datetime) -> AdminRequest:
    """An agent ends a request that cannot be met; the contact hears why.

    Refused: without a reason; a request that is being carried out or has ended.
    """
    if not reason.strip():
        raise Refused("", "Say why; the contact reads it.")
    with transaction.atomic():
        case = locked(request)
        if case.request.state not in UNDER_WAY or case.request.state in (
            RequestState.DOING,
            RequestState.UNCLEAR,
        ):
            raise Refused("", "This request is being carried out or has ended.")
        return refuse(case, clause=case.kind.clause, sentence=reason.strip(), by=by.actor(), at=at)


def record_payment(
    request: AdminRequest, *, cents: int, reference: str, by: Agent, at: datetime
) -> AdminRequest:
    """An agent of billing notes that the accepted price was paid, with the payment's reference; once.

    Refused: another role, another amount, no reference, one that was noted before, a price that was not accepted. Clauses: fee.cleanup, fee.minimum.
    """
    if by.role not in MAY_RECORD_PAYMENT:
        raise Refused("fee.minimum", "Payments are recorded by billing. Ask them to look at this request.")
    if not reference.strip():
        raise Refused("fee.minimum", "Give the reference of the payment, so that it can be found again.")
    with transaction.atomic():
        case = locked(request)
        row = case.request
        if row.state != RequestState.PAYMENT:
            raise Refused("fee.minimum", "This request does not wait for a payment.")
        if cents != row.price_cents:
            raise Refused("fee.minimum", "The amount is not the price that the contact accepted.")
        _not_noted_before(reference)
        try:
            with transaction.atomic():
                Payment.objects.create(
                    request=row,
                    amount_cents=cents,
                    currency=row.currency,
                    reference=_one_line(reference),
                    agent=by,
                    at=at,
                )
        except IntegrityError:
            # Somebody noted the same one at the same instant.
            _not_noted_before(reference)
            raise
        note("ticket", row.ticket_id, "request paid", by=by.actor(), at=at, facts=facts_of(case))
        return advance(locked(row), by=by.actor(), at=at)


def _one_line(reference: str) -> str:
    return " ".join(reference.split())[:100]


def _not_noted_before(reference: str) -> None:
    """One payment pays once; the table holds that as well, for two that are noted at the same instant."""
    known = Payment.objects.filter(reference__iexact=_one_line(reference)).select_related("request__ticket")
    earlier = known.order_by("pk").first()
    if earlier is not None:
        raise Refused(
            "fee.minimum",
            f"This reference is noted already, for ticket {earlier.request.ticket.number}. Where one payment covers both,"
            " write what tells them apart, such as (2 of 2).",
        )


def _say(request: AdminRequest, agent: Agent, *, yes: bool, reason: str, at: datetime) -> None:
    try:
        with transaction.atomic():
            Approval.objects.create(request=request, agent=agent, yes=yes, reason=reason.strip(), at=at)
    except IntegrityError as error:
        raise Refused("", "You have said so already; another agent must.") from error
