"""Getting into an account again on registration data: started by anybody, told to everybody, decided by several, late.

The page leaves a row that looks the same for names that we know and for those that we do not; the worker finds the account.
Every verb about a recovery that found one ends in `advance`.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from django.db import IntegrityError, transaction

from hostdesk.hosting.models import Account
from hostdesk.hosting.queries import account_of_domain, policy_version_for
from hostdesk.kit import addresses
from hostdesk.kit.actors import SYSTEM
from hostdesk.kit.refusals import Refused
from hostdesk.people import seals
from hostdesk.people.actions import limits
from hostdesk.people.models import Agent, Contact
from hostdesk.policy.rules import password as rules
from hostdesk.requests.actions import mailed_links as links
from hostdesk.requests.actions.recovery_steps import (
    advance,
    count_or_wait,
    decided,
    end_recovery,
    held,
    opened,
    password_chosen,
    tell,
    tell_contacts,
    use_up,
)
from hostdesk.requests.models import (
    RECOVERING,
    Recovery,
    RecoveryApproval,
    RecoveryState,
    RegistrationRecord,
)
from hostdesk.requests.recovery import (
    approvers_of,
    case_of_recovery,
    domain_named,
    step_of,
)
from hostdesk.requests.recovery_queries import chosen_password
from hostdesk.tickets.actions.opening import Opening, open_ticket
from hostdesk.tickets.actions.writing import Addition, add_customer_message
from hostdesk.tickets.models import Channel, Message, Ticket

NOT_A_DOMAIN = "Write the domain of the account, such as acme.example."
NOT_AN_ADDRESS = "Write one whole mail address, such as alice@elsewhere.example."
_MOST_AT_ONCE = 3
"""Recoveries of one account under way; further ones wait unseen until one has ended."""


def start(domain: str, address: str, *, network: str, at: datetime) -> str:
    """Begin a recovery from the public page; the secret of the page on which it can be followed.

    The same work for every domain and address, known or not. Raises `TooOften`, and `Refused` for what is no domain or no
    address at all. Clause: contact.password.
    """
    typed_address = addresses.normalised(address.strip())
    limits.count_try("recovery", whom=typed_address or address.lower(), network=network, at=at)
    name = domain_named(domain)
    if name is None:
        raise Refused("", NOT_A_DOMAIN)
    if typed_address is None:
        raise Refused("", NOT_AN_ADDRESS)
    token = seals.new_token()
    _new(name, typed_address, page_token=token, opened_by=None, at=at)
    return token


def open_for_caller(domain: str, address: str, *, by: Agent, at: datetime) -> Recovery:
    """An agent begins a recovery for somebody on the telephone; that agent's own yes will not count.

    Refused: a domain that no open account has, and what is no address. Clause: contact.password.
    """
    name, typed_address = domain_named(domain), addresses.normalised(address.strip())
    account = account_of_domain(name) if name else None
    if name is None or account is None or account.closed_at is not None:
        raise Refused("contact.password", "No open account has this domain. Ask for another of its domains.")
    if typed_address is None:
        raise Refused("", NOT_AN_ADDRESS)
    with transaction.atomic():
        recovery = _new(name, typed_address, page_token=seals.new_token(), opened_by=by, at=at)
        return find_account(recovery, at=at)


def _new(domain: str, address: str, *, page_token: str, opened_by: Agent | None, at: datetime) -> Recovery:
    return Recovery.objects.create(
        domain=domain,
        address=address,
        page_sha256=seals.fingerprint(page_token),
        proof_token=secrets.token_hex(16),
        state=RecoveryState.ASKED,
        opened_by=opened_by,
        asked_at=at,
        look_at=at,
    )


def find_account(recovery: Recovery, *, at: datetime) -> Recovery:
    """Let a recovery meet its account: a ticket, notice to every stored contact, and the waiting time begins.

    One without an account stays as it is, and so does one of an account whose contact stopped another a short while ago, or
    that has several under way: to the asker all of these look the same. Clause: contact.password.
    """
    with transaction.atomic():
        row = held(recovery)
        account = account_of_domain(row.domain)
        if row.state != RecoveryState.ASKED or account is None or account.closed_at is not None:
            return row
        version = policy_version_for(account)
        if row.opened_by is None and _must_wait(row, account, patience=version.terms.recovery_wait, at=at):
            return row
        row.account, row.policy_version_id = account, version.id
        row.state, row.told_at = RecoveryState.OPEN, at
        row.ticket = open_ticket(
            Opening(
                subject=f"Recovery of access: {row.domain}",
                text=(
                    f"Somebody says that the stored addresses of account {account.username} are not read any more, and asks"
                    f" for a new password on the strength of the domain {row.domain}. Every contact was told and can stop it."
                ),
                channel=Channel.DESK if row.opened_by else Channel.CLIENT_AREA,
                arrived_at=at,
                account=account,
                requester_name="Recovery of access",
                acknowledge="none",
            ),
            by=row.opened_by.actor() if row.opened_by else SYSTEM,
            at=at,
        )
        row.save()
        case = case_of_recovery(row)
        told = tell_contacts(case, is_granted=False, at=at)
        tell(
            case, "recovery started", by=row.opened_by.actor() if row.opened_by else SYSTEM, at=at, told=told
        )
        decided(case, "delayed", at=at)
        count_or_wait(case, step_of(case, at=at), at=at)
        return row


def keep_records(
    recovery: Recovery, records: Sequence[RegistrationRecord], *, trouble: str, at: datetime
) -> None:
    """Keep what the registry answered, or why it did not, as evidence with date, source and digest."""
    with transaction.atomic():
        row = held(recovery)
        if row.state != RecoveryState.OPEN or row.looked_up_at is not None:
            return
        for record in records:
            record.recovery = row
            record.save(force_insert=True)
        row.lookup_trouble = trouble[:500]
        row.looked_up_at = at if records else None
        row.save(update_fields=["lookup_trouble", "looked_up_at"])
        if records:
            case = case_of_recovery(row)
            tell(case, "registration looked up", by=SYSTEM, at=at, digests=[one.digest for one in records])
            advance(case, at=at)


def note_proof(recovery: Recovery, proof: Literal["dns", "file"], *, at: datetime) -> Recovery:
    """The token was seen under the domain. Without an account that has the domain the recovery ends here, and says so.

    Clause: contact.password.
    """
    with transaction.atomic():
        row = held(recovery)
        if row.state not in (RecoveryState.ASKED, RecoveryState.OPEN) or row.proof:
            return row
        row.proof, row.proof_at = proof, at
        if row.account_id is None:
            account = account_of_domain(row.domain)
            if account is None or account.closed_at is not None:
                row.state, row.ended_at, row.look_at = RecoveryState.REFUSED, at, None
                row.sentence = "The domain is yours, but no account with us has it. Write to us about the account you mean."
            row.save()
            return row
        row.save()
        case = case_of_recovery(row)
        tell(case, "recovery proven", by=SYSTEM, at=at, proof=proof)
        return advance(case, at=at)


def prove_by_hand(recovery: Recovery, *, how: str, by: Agent, at: datetime) -> Recovery:
    """A supervisor notes how else it was shown that the account is theirs, such as documents that were compared.

    Refused: another role, no words, a recovery that waits for no proof. Clause: contact.password.
    """
    ruling = rules.may_prove_by_hand(role=by.role)
    if not ruling.allowed:
        raise Refused(ruling.clause, ruling.sentence)
    if not how.strip():
        raise Refused("", "Write what you saw and compared; it is kept with the account for ever.")
    with transaction.atomic():
        row = opened(recovery)
        if row.proof == "by_hand":
            raise Refused("", "That has been noted already.")
        row.proof, row.proof_at, row.proof_note = "by_hand", at, how.strip()[:2000]
        row.save()
        case = case_of_recovery(row)
        tell(case, "recovery proven", by=by.actor(), at=at, proof="by_hand", how=row.proof_note[:500])
        return advance(case, at=at)


def prove_address(token: str, *, at: datetime) -> Recovery:
    """Somebody pressed the button that was mailed to the new address. Refused: a link that is not good any more."""
    with transaction.atomic():
        link = links.of_token(token, "address", at=at)
        if link is None or link.recovery is None:
            raise Refused("", links.GONE)
        row = held(link.recovery)
        if row.state != RecoveryState.OPEN or not use_up(link, at=at):
            raise Refused("", links.GONE)
        row.address_proven_at = at
        row.save(update_fields=["address_proven_at"])
        case = case_of_recovery(row)
        tell(case, "recovery address proven", by=SYSTEM, at=at)
        return advance(case, at=at)


def approve(recovery: Recovery, *, by: Agent, at: datetime) -> Recovery:
    """One agent says yes; of several one is a supervisor, and none is the one who opened it. Clause: contact.password.

    Refused: before the proof is there, a second yes of the same agent, a role that does not approve.
    """
    with transaction.atomic():
        row = opened(recovery)
        case = case_of_recovery(row)
        if step_of(case, at=at) in ("proof", "address"):
            raise Refused(rules.CLAUSE, "It is not proven yet, so there is nothing to approve.")
        ruling = rules.may_approve(
            agent_id=by.pk,
            role=by.role,
            opened_by=row.opened_by_id,
            approvers=approvers_of(row),
            terms=case.version.terms,
        )
        if not ruling.allowed:
            raise Refused(ruling.clause, ruling.sentence)
        try:
            with transaction.atomic():
                RecoveryApproval.objects.create(recovery=row, agent=by, role=by.role, at=at)
        except IntegrityError as error:
            raise Refused(rules.CLAUSE, "You have approved it already; another agent must.") from error
        tell(case, "recovery approved", by=by.actor(), at=at, role=by.role)
        return advance(case_of_recovery(held(row)), at=at)


class BeingSet(Refused):
    """A new password is on its way to the control panel, so that it cannot be stopped at this instant; it was noted."""


def stop(token: str, *, at: datetime) -> Recovery:
    """A contact pressed the button of a notice: nobody gets in by this recovery. Refused: a link that is not good any more.

    It can be stopped as long as no new password was chosen. While one is being set (`BeingSet`) a person hears that it was
    not wanted, however that ends. Clause: contact.password.
    """
    with transaction.atomic():
        link = links.of_token(token, "stop", at=at)
        if link is not None and link.recovery is not None and link.contact is not None:
            row = held(link.recovery)
            chosen = chosen_password(row)
            if chosen is not None and chosen.outcome == "by_hand":
                links.nobody_sets(chosen)
            if row.ticket is not None and chosen is not None and chosen.outcome == "asked":
                _noted_too_late(row.ticket, link.contact, at=at)
                too_late = BeingSet("", _TOO_LATE)
            else:
                return _stopped(token, at=at)
        else:
            raise Refused("", links.GONE)
    raise too_late


_TOO_LATE = "A new password is being set at this very moment."


def _noted_too_late(ticket: Ticket, contact: Contact, *, at: datetime) -> None:
    """The contact's word on the ticket, once: a person reads it, and it is not resolved by itself any more."""
    words = "I pressed the button that stops this while a new password was being set. I did not ask for it."
    if not Message.objects.filter(ticket=ticket, contact=contact, text=words).exists():
        add_customer_message(ticket, Addition(text=words), contact=contact, by=contact.actor(), at=at)


def _stopped(token: str, *, at: datetime) -> Recovery:
    with transaction.atomic():
        link = links.of_token(token, "stop", at=at)
        if link is None or link.recovery is None or link.contact is None:
            raise Refused("", links.GONE)
        row = held(link.recovery)
        if row.state not in RECOVERING or password_chosen(row):
            raise Refused("", "It cannot be stopped any more. Write to us at once if that is wrong.")
        use_up(link, at=at)
        who = link.contact.person.name
        return end_recovery(
            row,
            RecoveryState.STOPPED,
            f"{who} stopped it.",
            by=link.contact.actor(),
            outcome="stopped",
            at=at,
        )


def refuse(recovery: Recovery, *, reason: str, by: Agent, at: datetime) -> Recovery:
    """An agent ends a recovery that cannot be believed. Refused: without a reason; one that has ended."""
    if not reason.strip():
        raise Refused("", "Say why; it is kept with the account.")
    with transaction.atomic():
        row = held(recovery)
        if row.state not in RECOVERING or row.account_id is None or password_chosen(row):
            raise Refused("", "This recovery has ended.")
        return end_recovery(
            row, RecoveryState.REFUSED, reason.strip()[:1000], by=by.actor(), outcome="refused", at=at
        )


def expire(recovery: Recovery, *, at: datetime) -> Recovery:
    """End a recovery that came to nothing in time."""
    with transaction.atomic():
        row = held(recovery)
        if row.state not in RECOVERING or password_chosen(row):
            Recovery.objects.filter(pk=row.pk).update(look_at=None)
            return row
        sentence = "It was not completed in time. Begin anew when you still need it."
        return end_recovery(row, RecoveryState.EXPIRED, sentence, by=SYSTEM, outcome="expired", at=at)


def send_again(recovery: Recovery, *, by: Agent, at: datetime) -> None:
    """Mail the link of a granted recovery once more, when it ran out unused; older ones are void.

    Refused: a recovery that is not granted, or whose password was chosen. Clause: contact.password.
    """
    with transaction.atomic():
        row = held(recovery)
        if row.state != RecoveryState.GRANTED or password_chosen(row):
            raise Refused("", "There is no link to send again.")
        case = case_of_recovery(row)
        links.to_new_address(case, at=at)
        tell(case, "password link sent again", by=by.actor(), at=at)


def _must_wait(row: Recovery, account: Account, *, patience: timedelta, at: datetime) -> bool:
    """After a stop everybody waits; of many at once only those who have shown nothing, so that they keep no owner out."""
    others = Recovery.objects.filter(account=account)
    if others.filter(state=RecoveryState.STOPPED, ended_at__gt=at - patience).exists():
        return True
    if row.proof:
        return False
    return others.filter(state__in=RECOVERING).count() >= _MOST_AT_ONCE
