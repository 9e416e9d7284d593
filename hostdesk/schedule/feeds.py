"""Secret addresses from which a calendar program reads: made, renewed, taken back, known again (sla.offpeak)."""

from __future__ import annotations

import hmac
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from hostdesk.audit.actions import note
from hostdesk.kit.actors import Actor
from hostdesk.people import seals
from hostdesk.people.models import Agent, Person
from hostdesk.schedule.models import CalendarFeed


def renew(owner: Agent | Person, *, by: Actor, at: datetime) -> str:
    """A new secret for the owner's calendar, shown this once; the address from before ends with it."""
    token = seals.new_token()
    with transaction.atomic():
        _feeds(owner).delete()
        CalendarFeed.objects.create(**_owned(owner), token_sha256=seals.fingerprint(token), created_at=at)
        note(_kind(owner), owner.pk, "calendar address made", by=by, at=at)
    return token


def end(owner: Agent | Person, *, by: Actor, at: datetime) -> None:
    """The address shows nothing any more; none is no error."""
    with transaction.atomic():
        if _feeds(owner).delete()[0]:
            note(_kind(owner), owner.pk, "calendar address ended", by=by, at=at)


def feed_of(owner: Agent | Person) -> CalendarFeed | None:
    """The owner's address, without its secret, which nobody keeps."""
    return _feeds(owner).first()


def owner_of(token: str) -> Agent | Person | None:
    """Whose calendar stands behind a secret; None for one that was never made, has ended, or of an agent who has left."""
    mark = seals.fingerprint(token)
    found = CalendarFeed.objects.select_related("agent", "person").filter(token_sha256=mark).first()
    if found is None or not hmac.compare_digest(found.token_sha256, mark):
        return None
    if found.agent is not None:
        return found.agent if found.agent.active else None
    return found.person


def _feeds(owner: Agent | Person) -> QuerySet[CalendarFeed]:
    return CalendarFeed.objects.filter(**_owned(owner))


def _owned(owner: Agent | Person) -> dict[str, Agent | Person]:
    return {_kind(owner): owner}


def _kind(owner: Agent | Person) -> str:
    return "agent" if isinstance(owner, Agent) else "person"
