"""The operator's own words for what not every agent can do, and who can."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from hostdesk.audit.actions import Fact, note
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent, HeldSkill, Skill

LONGEST = 40


@transaction.atomic
def add_skill(word: str, *, by: Agent, at: datetime) -> Skill:
    """Name one more skill. Refused: no word, or one that is there already, whatever the case of its letters."""
    said = " ".join(word.split())[:LONGEST]
    if not said:
        raise Refused("", "Write the skill in a word or two: linux, dns, billing.")
    try:
        with transaction.atomic():
            skill = Skill.objects.create(word=said)
    except IntegrityError:
        raise Refused("", f"The skill {said} is there already.") from None
    note("skill", skill.pk, "skill added", by=by.actor(), at=at, facts={"word": said})
    return skill


@transaction.atomic
def remove_skill(skill: Skill, *, by: Agent, at: datetime) -> None:
    """Nobody holds it and nothing needs it any more."""
    note("skill", skill.pk, "skill removed", by=by.actor(), at=at, facts={"word": skill.word})
    skill.delete()


@transaction.atomic
def set_holders(skill: Skill, agents: Iterable[Agent], *, by: Agent, at: datetime) -> None:
    """These agents hold the skill, and no others."""
    row = Skill.objects.select_for_update().get(pk=skill.pk)
    wanted = {agent.pk: agent for agent in agents}
    held = {one.agent_id: one for one in HeldSkill.objects.filter(skill=row).select_related("agent")}
    gone = [one.agent.name for pk, one in held.items() if pk not in wanted]
    come = [agent for pk, agent in wanted.items() if pk not in held]
    HeldSkill.objects.filter(skill=row).exclude(agent_id__in=list(wanted)).delete()
    HeldSkill.objects.bulk_create([HeldSkill(skill=row, agent=agent) for agent in come])
    if gone or come:
        facts: dict[str, Fact] = {"word": row.word, "now": [agent.name for agent in come], "no_longer": gone}
        note("skill", row.pk, "skill holders", by=by.actor(), at=at, facts=facts)
