"""Signing in by a link mailed to the stored address of a contact."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from hostdesk.audit.actions import note
from hostdesk.kit import addresses
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people import mails, rules, seals
from hostdesk.people.actions import limits, reaching, sessions
from hostdesk.people.models import Contact, DetailsCured, LinkRequest, Person, SignInLink

GONE = "This link has been used or is older than 20 minutes. Ask for a new one."
_AT_ONCE = 20
_KEEP_USED = timedelta(days=7)


def ask(email: str, *, next_path: str, network: str, at: datetime) -> None:
    """Somebody wants to sign in under this address: leave the wish for the worker.

    The same for every address, known or not, in words and in time. Raises `TooOften`, for any address alike.
    """
    address = addresses.normalised(email)
    limits.count_try("link", whom=address or email.lower(), network=network, at=at)
    if address is not None:
        LinkRequest.objects.create(address=address, next_path=next_path[:500], asked_at=at)


def serve_requests(at: datetime) -> int:
    """Mail links to those who asked and are contacts; drop all other wishes; how many were looked at."""
    waiting = LinkRequest.objects.order_by("pk")[:_AT_ONCE]
    return sum(_serve(request, at=at) for request in waiting)


@transaction.atomic
def _serve(request: LinkRequest, *, at: datetime) -> int:
    # The delete is the claim: of two workers one deletes, and mails.
    if not LinkRequest.objects.filter(pk=request.pk).delete()[0]:
        return 0
    person = _persons_with_rights().filter(email=request.address).first()
    if person is not None and request.asked_at > at - rules.LINK_LIFE:
        make(person, next_path=request.next_path, at=at)
    return 1


@transaction.atomic
def make(person: Person, *, next_path: str, lost_password_of: str = "", at: datetime) -> SignInLink:
    """Make a link and mail it to the address that we have, which need not be spelled as the one somebody typed.

    `lost_password_of`: the username of the account whose password was said to be lost; the mail then says so.
    """
    token = seals.new_token()
    link = SignInLink.objects.create(
        person=person,
        token_sha256=seals.fingerprint(token),
        created_at=at,
        expires_at=at + rules.LINK_LIFE,
        next_path=next_path,
    )
    # Read once more, now that the link keeps the person from changing beside us: it goes to the address of this moment.
    person.refresh_from_db(fields=["email"])
    mails.sign_in_link(person, link=link, token=token, lost_password_of=lost_password_of, at=at)
    return link


def person_of_link(token: str, *, at: datetime) -> Person | None:
    """Whose link this is while it is good; looking does not use it up, since mail scanners look."""
    link = _good(token, at).select_related("person").first()
    return link.person if link else None


def use(token: str, *, browser: sessions.Browser, at: datetime) -> tuple[sessions.SignedIn, str]:
    """Sign in with a link, once: the session, and the path where it leads.

    It shows that the person reads that address, so the contacts under it become confirmed (contact.current).
    Refused in one sentence: used, too old, unknown, or of a person who is no contact any more.
    """
    with transaction.atomic():
        link = _good(token, at).select_related("person").first()
        if link is None or not _good(token, at).update(used_at=at):
            raise Refused("", GONE)
        person = link.person
        if person.demo and not browser.on_this_machine:
            raise Refused("", "Demo contacts sign in only from the machine on which the desk runs.")
        SignInLink.objects.filter(person=person, used_at=None).update(used_at=at)
        limits.forgive("link", whom=person.email, network=browser.network)
        _confirm_contacts(person, at=at)
        reaching.is_alive(person, how="used a mailed link", by=_actor(person), at=at)
        signed_in = sessions.open_for_person(person, browser=browser, at=at)
        note("person", person.pk, "signed in by link", by=_actor(person), at=at)
    return signed_in, link.next_path


def sweep(at: datetime) -> int:
    """Drop links that ran out long ago; how many."""
    return SignInLink.objects.filter(expires_at__lt=at - _KEEP_USED).delete()[0]


def _good(token: str, at: datetime) -> QuerySet[SignInLink]:
    fingerprint = seals.fingerprint(token)
    rightful = Exists(_active_contacts().filter(person=OuterRef("person")))
    return SignInLink.objects.filter(rightful, token_sha256=fingerprint, used_at=None, expires_at__gt=at)


def _persons_with_rights() -> QuerySet[Person]:
    return Person.objects.filter(Exists(_active_contacts().filter(person=OuterRef("pk"))))


def _active_contacts() -> QuerySet[Contact]:
    return Contact.objects.active()


def _confirm_contacts(person: Person, *, at: datetime) -> None:
    """The word of whoever listed them is their own now; what waited because it was old goes on. Clause: contact.current."""
    unconfirmed = list(Contact.objects.active().filter(person=person, confirmed_at=None))
    for contact in unconfirmed:
        Contact.objects.filter(pk=contact.pk).update(confirmed_at=at)
        note("contact", contact.pk, "confirmed", by=_actor(person), at=at)
    if unconfirmed:
        DetailsCured.objects.create(person=person, at=at)


def _actor(person: Person) -> Actor:
    return Actor("contact", None, person.name)
