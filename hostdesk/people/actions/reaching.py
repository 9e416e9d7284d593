"""Whether mail reaches a person: counting what came back, and forgetting it once the address is proved alive."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from hostdesk.audit.actions import Fact, note
from hostdesk.kit.actors import SYSTEM, Actor
from hostdesk.people.models import DetailsCured, Person

_LONGEST_SAID = 300


def count_bounce(person_id: int, *, status: str, said: str, at: datetime) -> Person | None:
    """One more mail in a row that the person's address refused for good; None when there is no such person any more.

    Clause: contact.current.
    """
    changed = Person.objects.filter(pk=person_id).update(
        hard_bounces=F("hard_bounces") + 1,
        bounced_at=at,
        bounce_status=status[:20],
        bounce_said=said[:_LONGEST_SAID],
    )
    if not changed:
        return None
    person = Person.objects.get(pk=person_id)
    facts: dict[str, Fact] = {"status": status, "in_a_row": person.hard_bounces}
    note("person", person_id, "mail came back", by=SYSTEM, at=at, facts=facts)
    return person


def is_alive(person: Person, *, how: str, by: Actor, at: datetime) -> None:
    """The person wrote from this address, proven, or used a link that was mailed to it: mail reaches them after all.

    Clause: contact.current.
    """
    if not person.hard_bounces:
        return
    marked = Person.objects.filter(pk=person.pk, hard_bounces__gt=0)
    if marked.update(
        hard_bounces=0, bounced_at=None, bounce_status="", bounce_said="", details_asked_at=None
    ):
        note("person", person.pk, "mail arrives again", by=by, at=at, facts={"how": how})
        DetailsCured.objects.create(person=person, at=at)
    person.hard_bounces = 0
