"""Somebody lost a password and can still read their mail: the wish is left by the page, answered at the stored address."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from hostdesk.hosting.models import Account
from hostdesk.hosting.queries import account_by_username, account_of_domain
from hostdesk.kit import addresses
from hostdesk.people.actions import limits
from hostdesk.people.actions import links as sign_in_links
from hostdesk.people.models import Contact
from hostdesk.people.queries import contacts_for_address
from hostdesk.people.standing import contact_state
from hostdesk.policy import queries as policy
from hostdesk.requests.models import LostPassword
from hostdesk.requests.recovery import domain_named

_AT_ONCE = 20
_FORGOTTEN = timedelta(hours=1)
_LONGEST_NAME = 253


def ask(name: str, address: str, *, network: str, at: datetime) -> None:
    """Somebody wants a new password for this username or domain: leave the wish for the worker.

    The same for every name and address, known or not, in words and in time. Raises `TooOften`. Clause: contact.password.
    """
    known_form = addresses.normalised(address.strip())
    limits.count_try("lost password", whom=known_form or address.lower(), network=network, at=at)
    if known_form is not None:
        LostPassword.objects.create(name=name.strip()[:_LONGEST_NAME], address=known_form, asked_at=at)


def serve(at: datetime) -> int:
    """Mail a link to those who asked and are contacts of what they named; drop all other wishes; how many were looked at."""
    waiting = LostPassword.objects.order_by("pk")[:_AT_ONCE]
    return sum(_serve(wish, at=at) for wish in waiting)


@transaction.atomic
def _serve(wish: LostPassword, *, at: datetime) -> int:
    # The delete is the claim: of two workers one deletes, and mails.
    if not LostPassword.objects.filter(pk=wish.pk).delete()[0]:
        return 0
    account = _account(wish.name)
    if account is None or account.closed_at is not None or wish.asked_at <= at - _FORGOTTEN:
        return 1
    contact = next((one for one in contacts_for_address(wish.address) if one.account_id == account.pk), None)
    if contact is not None and _may_sign_in(contact, at=at):
        # The link signs in and leads to the button; it goes to the address as we have it, not as it was typed.
        next_path = reverse("requests:client_lost_password", args=[contact.pk])
        sign_in_links.make(contact.person, next_path=next_path, lost_password_of=account.username, at=at)
    return 1


def _may_sign_in(contact: Contact, *, at: datetime) -> bool:
    return contact_state(contact, policy.current().terms, at=at) not in ("removed", "unverified")


def _account(name: str) -> Account | None:
    domain = domain_named(name)
    return (account_of_domain(domain) if domain else None) or account_by_username(name)
