"""Contact details grow old: asking once whether they are still right, and taking the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from hostdesk.audit.actions import note
from hostdesk.hosting.queries import policy_slugs_for
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people import mails, rules, seals
from hostdesk.people.actions import reaching
from hostdesk.people.models import Contact, DetailsCured, DetailsLink, Person
from hostdesk.people.standing import doubt
from hostdesk.policy import queries as policy

GONE = "This link has been used or is too old. Sign in: the client area asks the same with one button."
_AT_ONCE = 200
_KEEP_USED = timedelta(days=30)


@transaction.atomic
def confirm(person: Person, *, how: str, at: datetime) -> None:
    """The person says that name, telephone number and address are still right, for every account. Clause: contact.current.

    That mail reaches them, a click in the client area does not show: what came back stays marked.
    """
    Contact.objects.active().filter(person=person).update(confirmed_at=at)
    # Who was asked because mail came back is not asked again by this: only mail that arrives ends that question.
    Person.objects.filter(pk=person.pk, hard_bounces=0).update(details_asked_at=None)
    DetailsLink.objects.filter(person=person, used_at=None).update(used_at=at)
    DetailsCured.objects.create(person=person, at=at)
    note("person", person.pk, "confirmed the details", by=_actor(person), at=at, facts={"how": how})


def person_of_link(token: str, *, at: datetime) -> Person | None:
    """Whom a link asks, while it is good; looking does not use it up, since mail scanners look."""
    row = _good(token, at).select_related("person").first()
    if row is None or not Contact.objects.active().filter(person=row.person_id).exists():
        return None
    return row.person


@transaction.atomic
def confirm_by_link(token: str, *, at: datetime) -> Person:
    """The button behind the mailed link: the details are right, and mail does reach the person. Works once.

    Refused: used, too old, of somebody who is no contact any more. Clause: contact.current.
    """
    person = person_of_link(token, at=at)
    if person is None or not _good(token, at).update(used_at=at):
        raise Refused("", GONE)
    reaching.is_alive(person, how="used a mailed link", by=_actor(person), at=at)
    confirm(person, how="link", at=at)
    return person


def new_link(person: Person, *, at: datetime) -> str:
    """A link for a mail that asks whether the details are still right; the room that mails it puts it there."""
    token = seals.new_token()
    DetailsLink.objects.create(
        person=person,
        token_sha256=seals.fingerprint(token),
        created_at=at,
        expires_at=at + rules.DETAILS_LINK_LIFE,
    )
    # As for a link to sign in: the mail goes to the address of this moment.
    person.refresh_from_db(fields=["email"])
    return token


@transaction.atomic
def ask(person: Person, *, why: str, at: datetime) -> None:
    """Mail the one question: are these still right? `why`: age or bounces."""
    Person.objects.filter(pk=person.pk).update(details_asked_at=at)
    mails.details_please(person, token=new_link(person, at=at), why=why, at=at)
    note("person", person.pk, "asked for the details", by=_actor(person), at=at, facts={"why": why})


def ask_the_outdated(at: datetime) -> int:
    """Ask everybody whose details have become out of date and who was not asked yet, once; how many. Clause: contact.current."""
    youngest = min(version.terms.contact_details_age for version in policy.newest())
    fewest = min(version.terms.hard_bounces_limit for version in policy.newest())
    found = (
        Contact.objects.active()
        .filter(person__details_asked_at=None)
        .alias(looked_at=Coalesce("confirmed_at", "created_at"))
        .filter(Q(looked_at__lt=at - youngest) | Q(person__hard_bounces__gte=fewest))
        .with_account()
        .order_by("person_id", "pk")
    )
    rows = found.iterator(chunk_size=_AT_ONCE)
    asked: set[int] = set()
    while some := list(islice(rows, _AT_ONCE)):
        _ask_some(some, asked, at=at)
    return len(asked)


def _ask_some(contacts: Sequence[Contact], asked: set[int], *, at: datetime) -> None:
    slugs = policy_slugs_for([contact.account_id for contact in contacts])
    versions = {version.slug: version for version in policy.newest()}
    for contact in contacts:
        why = doubt(contact, versions[slugs[contact.account_id]].terms, at=at)
        if why and contact.person_id not in asked:
            ask(contact.person, why=why, at=at)
            asked.add(contact.person_id)


def sweep(at: datetime) -> int:
    """Drop links that ran out long ago; how many."""
    return DetailsLink.objects.filter(expires_at__lt=at - _KEEP_USED).delete()[0]


def _good(token: str, at: datetime) -> QuerySet[DetailsLink]:
    return DetailsLink.objects.filter(token_sha256=seals.fingerprint(token), used_at=None, expires_at__gt=at)


def _actor(person: Person) -> Actor:
    return Actor("contact", None, person.name)
