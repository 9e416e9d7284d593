"""Which skills tickets need: by the operator's table for a class or a product, and by what an agent saw of one ticket."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Fact, note
from hostdesk.hosting.models import Product
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent, Skill
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.models import ENDED, SkillNeed, Ticket, TicketClass, TicketSkill

WORDS: dict[str, list[str]] = {"class": TicketClass.values, "product": Product.values}


@transaction.atomic
def set_needs(skill: Skill, needs: Iterable[tuple[str, str]], *, by: Agent, at: datetime) -> None:
    """Tickets of these classes and products need the skill, from now on and those that wait already, and no others.

    `needs` are pairs of "class" or "product" and the word of one. Refused: a word that is none.
    """
    row = Skill.objects.select_for_update().get(pk=skill.pk)
    wanted = set(needs)
    if any(word not in WORDS.get(subject, ()) for subject, word in wanted):
        raise Refused("", "Choose among the classes and products of the list.")
    there = {(one.subject, one.word): one for one in SkillNeed.objects.filter(skill=row)}
    for pair, one in there.items():
        if pair not in wanted:
            one.delete()
    come = sorted(wanted - set(there))
    SkillNeed.objects.bulk_create(
        [SkillNeed(skill=row, subject=subject, word=word) for subject, word in come]
    )
    if come or set(there) - wanted:
        facts: dict[str, Fact] = {
            "word": row.word,
            "needed_for": [f"{subject} {word}" for subject, word in sorted(wanted)],
        }
        note("skill", row.pk, "skill needs", by=by.actor(), at=at, facts=facts)


def set_skills(ticket: Ticket, skills: Iterable[Skill], *, by: Agent, at: datetime) -> Ticket:
    """Let one ticket need these skills, beside those that its class and product need (sla.fcfs: who is eligible).

    Refused: an ended ticket.
    """
    wanted = {skill.pk: skill.word for skill in skills}
    with transaction.atomic():
        row = locked(ticket)
        if row.state in ENDED:
            raise Refused("", "This ticket is resolved. Reopen it first.")
        there = set(TicketSkill.objects.filter(ticket=row).values_list("skill_id", flat=True))
        if there == set(wanted):
            return row
        TicketSkill.objects.filter(ticket=row).exclude(skill_id__in=list(wanted)).delete()
        TicketSkill.objects.bulk_create(
            [TicketSkill(ticket=row, skill_id=pk) for pk in sorted(set(wanted) - there)]
        )
        row.updated_at = at
        row.save(update_fields=["updated_at"])
        facts = {"skills": ", ".join(sorted(wanted.values())) or "none"}
        note("ticket", row.pk, "skills set", by=by.actor(), at=at, facts=facts)
        return row
