"""A yes that somebody must press: asked for at the stored address, given once, behind a link or signed in.

Opening the link changes nothing, since scanners of mail open links; only the button that stands behind it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from hostdesk.people import seals
from hostdesk.people.models import Contact
from hostdesk.requests import mails
from hostdesk.requests.models import AdminRequest, Confirmation
from hostdesk.requests.standing import Case


def ask(request: AdminRequest, givers: Sequence[Contact], purpose: str, *, case: Case, at: datetime) -> None:
    """Mail each of these contacts a link of its own; a link that was asked for before is void from now on."""
    Confirmation.objects.filter(request=request, purpose=purpose, used_at=None).delete()
    ends = at + case.version.terms.request_confirm
    for contact in givers:
        _ask(request, contact, purpose, case=case, until=ends, at=at)


def ask_at_new_address(asked: Confirmation, *, case: Case, at: datetime) -> None:
    """The address of a contact is another one now: an open question goes there, and the link at the old one is void.

    The time in which it is to be answered stays what it was.
    """
    asked.delete()
    _ask(case.request, asked.contact, asked.purpose, case=case, until=asked.expires_at, at=at)


def _ask(
    request: AdminRequest, contact: Contact, purpose: str, *, case: Case, until: datetime, at: datetime
) -> None:
    token = seals.new_token()
    row = Confirmation.objects.create(
        request=request,
        contact=contact,
        purpose=purpose,
        address=contact.person.email,
        token_sha256=seals.fingerprint(token),
        created_at=at,
        expires_at=until,
    )
    mails.please_confirm(case, contact, row, token=token, at=at)


def of_token(token: str, *, at: datetime) -> Confirmation | None:
    """The open question behind a link, while it is good; looking does not use it up.

    A link that went to an address that is the contact's no more shows nothing of the contact.
    """
    good = Confirmation.objects.filter(token_sha256=seals.fingerprint(token), used_at=None, expires_at__gt=at)
    return (
        good.filter(address=F("contact__person__email"))
        .select_related(
            "contact__person", "request__contact__person", "request__account__customer", "request__ticket"
        )
        .first()
    )


def give(request: AdminRequest, contact: Contact, purpose: str, *, via: str, at: datetime) -> None:
    """Note the yes; the row that was mailed where there is one, else a row of its own for who is signed in."""
    # A yes that was not enough, such as one behind a link to what only who is signed in confirms, gives way to this one.
    earlier = Confirmation.objects.filter(request=request, contact=contact, purpose=purpose).exclude(
        via="pin"
    )
    earlier.filter(used_at__isnull=False).delete()
    asked = Confirmation.objects.filter(request=request, contact=contact, purpose=purpose, used_at=None)
    if not asked.update(used_at=at, via=via):
        Confirmation.objects.create(
            request=request,
            contact=contact,
            purpose=purpose,
            token_sha256=seals.fingerprint(seals.new_token()),
            created_at=at,
            expires_at=at,
            used_at=at,
            via=via,
        )
    Confirmation.objects.filter(request=request, purpose=purpose, used_at=None).delete()


def void(request: AdminRequest, *, at: datetime) -> None:
    """No link of this request works any more."""
    Confirmation.objects.filter(request=request, used_at=None, expires_at__gt=at).update(expires_at=at)
