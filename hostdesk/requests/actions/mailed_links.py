"""Links that work once, mailed for a lost password: made, found, voided. Looking at one never uses it up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import Q, QuerySet

from hostdesk.audit.actions import note
from hostdesk.hosting.models import Account
from hostdesk.kit.actors import SYSTEM
from hostdesk.people import seals
from hostdesk.people.models import Contact
from hostdesk.people.queries import contacts_by_account
from hostdesk.people.standing import contact_state
from hostdesk.policy.rules import password as rules
from hostdesk.policy.terms import Terms
from hostdesk.requests import recovery_mails as mails
from hostdesk.requests.models import (
    RECOVERING,
    AdminRequest,
    LinkPurpose,
    Recovery,
    RecoveryLink,
    RecoveryState,
    RequestState,
)
from hostdesk.requests.recovery import RecoveryCase
from hostdesk.requests.standing import Case, case_of

GONE = "This link has been used, has run out, or a newer one has taken its place."
Purpose = Literal["password", "address", "stop"]


def to_contacts(case: Case, *, at: datetime) -> list[RecoveryLink]:
    """Mail the link for a new password to the stored addresses of the contacts who may have it, and void older ones.

    One that still works is not sent again. Without anybody to send it to the history says so. Clause: contact.password.
    """
    request, terms = case.request, case.version.terms
    if works_until(request, at=at) is not None:
        return []
    void_passwords(request.account, at=at)
    listed = contacts_by_account([request.account_id])[request.account_id]
    readers = [
        contact
        for contact in listed
        if rules.may_get_link(role=contact.role, terms=terms)
        and contact_state(contact, terms, at=at) not in ("removed", "unverified")
    ]
    made = []
    for contact in readers:
        link, token = _make(
            request.account,
            LinkPurpose.PASSWORD,
            contact.person.email,
            request=request,
            contact=contact,
            life=terms.password_link,
            at=at,
        )
        mails.password_link(link, token=token, ticket=request.ticket, version=case.version, at=at)
        made.append(link)
    roles = [contact.role for contact in readers]
    verb = "password link sent" if made else "password link has nobody to go to"
    note("ticket", request.ticket_id, verb, by=SYSTEM, at=at, facts={"request": request.pk, "roles": roles})
    return made


def works_until(request: AdminRequest, *, at: datetime) -> datetime | None:
    """When the last link for the password of a request runs out that still works; None when none does."""
    # One whose password the panel is being told works again when the panel says no.
    links = RecoveryLink.objects.filter(
        Q(used_at=None) | Q(outcome="asked"),
        request=request,
        purpose=LinkPurpose.PASSWORD,
        voided_at=None,
        expires_at__gt=at,
    )
    return links.order_by("-expires_at").values_list("expires_at", flat=True).first()


def was_chosen(request: AdminRequest) -> bool:
    """Whether a password was chosen behind a link of a request, so that what is left is ours to do."""
    chosen = RecoveryLink.objects.filter(request=request, used_at__isnull=False, voided_at=None)
    return chosen.exclude(outcome="").exists()


@transaction.atomic
def broken_off(request: AdminRequest, *, at: datetime) -> None:
    """Whoever told the panel of a password was stopped before the answer was noted: that link is used up, whatever the
    panel shows, and no other works while nobody knows.
    """
    AdminRequest.objects.select_for_update(of=("self",)).values_list("pk").get(pk=request.pk)
    told = RecoveryLink.objects.filter(request=request, outcome="asked", voided_at=None)
    if told.update(outcome="unclear", answer="we were stopped before its answer was noted"):
        others = RecoveryLink.objects.filter(account=request.account_id, purpose=LinkPurpose.PASSWORD)
        others.filter(used_at=None, voided_at=None).update(voided_at=at)


def to_new_address(case: RecoveryCase, *, at: datetime) -> RecoveryLink:
    """Mail the link for a new password to the address that was proven in a recovery, and void older ones."""
    row = case.recovery
    assert row.account is not None, "a case has its account"
    assert row.ticket is not None, "a case has its ticket"
    void_passwords(row.account, at=at)
    link, token = _make(
        row.account,
        LinkPurpose.PASSWORD,
        row.address,
        recovery=row,
        life=case.version.terms.password_link,
        at=at,
    )
    mails.password_link(link, token=token, ticket=row.ticket, version=case.version, at=at)
    note("ticket", row.ticket_id or 0, "password link sent", by=SYSTEM, at=at, facts={"recovery": row.pk})
    return link


def for_recovery(
    case: RecoveryCase, purpose: Purpose, *, to: Contact | None, at: datetime
) -> tuple[RecoveryLink, str]:
    """A link to stop a recovery, for a contact, or to show that its new address is read; with its secret."""
    row = case.recovery
    assert row.account is not None, "a case has its account"
    return _make(
        row.account,
        purpose,
        to.person.email if to else row.address,
        recovery=row,
        contact=to,
        life=row.asked_at + case.version.terms.recovery_open + case.version.terms.password_link - at,
        at=at,
    )


def of_token(token: str, purpose: Purpose, *, at: datetime) -> RecoveryLink | None:
    """The link of a secret while it is good: unused, in time, and its reader still has the right that it was sent for."""
    link = (
        RecoveryLink.objects.filter(
            token_sha256=seals.fingerprint(token),
            purpose=purpose,
            used_at=None,
            voided_at=None,
            expires_at__gt=at,
        )
        .select_related(
            "account__customer",
            "contact__person",
            "request__account",
            "request__contact__person",
            "request__ticket",
            "recovery__account",
            "recovery__ticket",
        )
        .first()
    )
    return link if link is not None and _is_rightful(link, at=at) else None


def void_passwords(account: Account, *, at: datetime) -> None:
    """No earlier link for a password of this account works any more; of a used one without a clear end a new one may be made.

    One of a recovery that has ended stays: what was chosen behind it may be on the server until another is set.
    """
    ended = ~Q(recovery=None) & ~Q(recovery__state__in=(RecoveryState.GRANTED, RecoveryState.DONE))
    unfinished = Q(used_at=None) | (Q(outcome="unclear") & ~ended)
    RecoveryLink.objects.filter(
        unfinished, account=account, purpose=LinkPurpose.PASSWORD, voided_at=None
    ).update(voided_at=at)


def void_of_recovery(recovery: Recovery, *, at: datetime) -> None:
    """No link of a recovery works any more."""
    RecoveryLink.objects.filter(recovery=recovery, used_at=None, voided_at=None).update(voided_at=at)


def drop(link: RecoveryLink, *, why: str, at: datetime) -> None:
    """What a contact chose behind the link of a request is set by nobody any more, and its hash is gone.

    An agent who had set it meanwhile says so (`choosing.set_by_hand`), and then sets another one. Clause: contact.password.
    """
    link.outcome, link.verifier, link.answer, link.voided_at = "dropped", "", why, at
    link.save(update_fields=["outcome", "verifier", "answer", "voided_at"])
    ticket_id = link.request.ticket_id if link.request else 0
    note("ticket", ticket_id, "password dropped", by=SYSTEM, at=at, facts={"link": link.pk, "why": why})


def drop_chosen(request: AdminRequest, *, at: datetime) -> None:
    """`drop`, for a request that has ended without being done; nothing where no password waits to be set."""
    for link in _waiting(request):
        drop(link, why="the request has ended", at=at)


def drop_unrightful(case: Case, *, at: datetime) -> bool:
    """`drop`, where whoever chose was removed or lost the role since; whether something was dropped."""
    gone = [link for link in _waiting(case.request) if not _may_have_it(link, case.version.terms, at=at)]
    for link in gone:
        drop(link, why="whoever chose it may not any more", at=at)
    return bool(gone)


def _waiting(request: AdminRequest) -> QuerySet[RecoveryLink]:
    waiting = RecoveryLink.objects.filter(request=request, outcome="by_hand", voided_at=None)
    return waiting.select_related("contact__person", "request")


def nobody_sets(link: RecoveryLink) -> None:
    """What waited for an agent's hands is set by nobody any more; whether somebody is at it now is not known.

    So it counts as what may be on the server, until an agent has looked (`choosing.is_to_be_replaced`).
    """
    link.outcome, link.verifier, link.answer = (
        "unclear",
        "",
        "it was to be set by hand when a contact stopped it",
    )
    link.save(update_fields=["outcome", "verifier", "answer"])


def _is_rightful(link: RecoveryLink, *, at: datetime) -> bool:
    """A contact who was removed, changed the role or the address since then has no use of the link."""
    if link.recovery is not None:
        wanted = {
            LinkPurpose.PASSWORD: (RecoveryState.GRANTED,),
            LinkPurpose.ADDRESS: (RecoveryState.OPEN,),
            LinkPurpose.STOP: RECOVERING,
        }[LinkPurpose(link.purpose)]
        if link.recovery.state not in wanted:
            return False
        return link.contact is None or link.contact.removed_at is None
    request, contact = link.request, link.contact
    if request is None or contact is None or request.state != RequestState.READY:
        return False
    return contact.person.email == link.address and _may_have_it(link, case_of(request).version.terms, at=at)


def _may_have_it(link: RecoveryLink, terms: Terms, *, at: datetime) -> bool:
    """Whether the reader of a link is still a contact who may choose a password."""
    contact = link.contact
    assert contact is not None, "a link of a request went to a contact"
    state = contact_state(contact, terms, at=at)
    return state not in ("removed", "unverified") and rules.may_get_link(role=contact.role, terms=terms)


def _make(
    account: Account,
    purpose: str,
    address: str,
    *,
    life: timedelta,
    at: datetime,
    request: AdminRequest | None = None,
    recovery: Recovery | None = None,
    contact: Contact | None = None,
) -> tuple[RecoveryLink, str]:
    token = seals.new_token()
    link = RecoveryLink.objects.create(
        account=account,
        request=request,
        recovery=recovery,
        contact=contact,
        purpose=purpose,
        address=address,
        token_sha256=seals.fingerprint(token),
        created_at=at,
        expires_at=at + life,
    )
    return link, token
