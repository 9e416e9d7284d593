"""The mails of lost passwords. None holds a password; a link goes to a stored address, or to the proven one of a recovery."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from hostdesk.hosting.models import Account
from hostdesk.kit import moments
from hostdesk.mail import compose, reply_tokens
from hostdesk.mail.actions import OutboundDraft, queue_once
from hostdesk.people.models import Contact
from hostdesk.policy.queries import Version
from hostdesk.requests.models import Recovery, RecoveryLink
from hostdesk.tickets.models import Ticket


def password_link(link: RecoveryLink, *, token: str, ticket: Ticket, version: Version, at: datetime) -> None:
    """The link behind which a new password is chosen. Clause: contact.password."""
    facts: dict[str, object] = {
        "link": _address("requests:recovery_password", token),
        "until": _local(link.expires_at, at),
        "life": moments.in_words(version.terms.password_link),
    }
    _send("password_link", link, facts, account=link.account, ticket=ticket, at=at)


def recovery_notice(
    recovery: Recovery, link: RecoveryLink, *, token: str, version: Version, at: datetime
) -> None:
    """Tell a stored contact that somebody wants in, with the button that stops it."""
    facts: dict[str, object] = {
        "link": _address("requests:recovery_stop", token),
        "domain": recovery.domain,
        "address": recovery.address,
        "wait": moments.in_words(version.terms.recovery_wait),
        "earliest": _local((recovery.told_at or at) + version.terms.recovery_wait, at),
    }
    _send("recovery_notice", link, facts, account=link.account, ticket=_ticket(recovery), at=at)


def address_check(recovery: Recovery, link: RecoveryLink, *, token: str, at: datetime) -> None:
    """Ask at the new address of a recovery whether it is read; only sent once control over the domain was shown."""
    facts: dict[str, object] = {
        "link": _address("requests:recovery_address", token),
        "domain": recovery.domain,
    }
    _send("recovery_address", link, facts, account=link.account, ticket=_ticket(recovery), at=at)


def granted(recovery: Recovery, link: RecoveryLink, *, token: str, at: datetime) -> None:
    """Tell a stored contact that the link has gone to the new address, while it can still be stopped."""
    facts: dict[str, object] = {
        "link": _address("requests:recovery_stop", token),
        "domain": recovery.domain,
        "address": recovery.address,
    }
    _send("recovery_granted", link, facts, account=link.account, ticket=_ticket(recovery), at=at)


def password_set(
    account: Account, contact: Contact, *, ticket: Ticket, whose: str, key: str, at: datetime
) -> None:
    """Tell a contact that the account has a new password, and what to do when nobody of them chose it."""
    about = f"password-set:{key}:{contact.pk}"
    _tell("password_set", contact, {"whose": whose}, account=account, ticket=ticket, about=about, at=at)


def password_replaced(account: Account, contact: Contact, *, ticket: Ticket, key: str, at: datetime) -> None:
    """Tell a contact that a password which somebody chose in a stopped recovery counts no more."""
    lost = f"{settings.HOSTDESK_URL}{reverse('requests:lost')}"
    about = f"password-replaced:{key}:{contact.pk}"
    _tell("password_replaced", contact, {"lost": lost}, account=account, ticket=ticket, about=about, at=at)


def _tell(
    kind: str,
    contact: Contact,
    facts: dict[str, object],
    *,
    account: Account,
    ticket: Ticket,
    about: str,
    at: datetime,
) -> None:
    """One mail about a password to one contact of the account."""
    person = contact.person
    _queue(
        kind,
        {**facts, "first_name": person.name.split(" ")[0], "at": _local(at, at)},
        to=person.email,
        name=person.name,
        person_id=contact.person_id,
        about=about,
        account=account,
        ticket=ticket,
        at=at,
    )


def _send(
    kind: str, link: RecoveryLink, facts: dict[str, object], *, account: Account, ticket: Ticket, at: datetime
) -> None:
    contact = link.contact
    _queue(
        kind,
        {**facts, "first_name": contact.person.name.split(" ")[0] if contact else ""},
        to=link.address,
        name=contact.person.name if contact else "",
        person_id=contact.person_id if contact else None,
        about=f"{kind}:{link.pk}",
        account=account,
        ticket=ticket,
        at=at,
    )


def _queue(
    kind: str,
    facts: dict[str, object],
    *,
    to: str,
    name: str,
    person_id: int | None,
    about: str,
    account: Account,
    ticket: Ticket,
    at: datetime,
) -> None:
    context = {**facts, "account": account.username, "number": ticket.number}
    subject, text, html = compose.render(f"requests/mails/{kind}", context)
    draft = OutboundDraft(
        kind=kind,
        to_address=to,
        to_name=name,
        person_id=person_id,
        ticket_number=ticket.pk,
        subject=subject,
        text=text,
        html=html,
        about=about,
        automatic=True,
        passes_breakers=True,
        reply_to=reply_tokens.address_for(ticket.pk, person_id, ticket.reply_generation) if person_id else "",
    )
    queue_once(draft, at=at)


def _ticket(recovery: Recovery) -> Ticket:
    assert recovery.ticket is not None, "a recovery that found its account has a ticket"
    return recovery.ticket


def _address(name: str, token: str) -> str:
    return f"{settings.HOSTDESK_URL}{reverse(name, args=[token])}"


def _local(instant: datetime, at: datetime) -> str:
    return moments.day_and_time(instant, ZoneInfo(settings.TIME_ZONE), now=at)
