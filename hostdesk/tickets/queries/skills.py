"""The operator's skills: who holds each, what needs each; and the skills of one ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hostdesk.audit.prepared import Prepared
from hostdesk.hosting.models import Product
from hostdesk.kit.refusals import Missing
from hostdesk.people.models import Agent, HeldSkill, Skill
from hostdesk.tickets.models import OURS, SkillNeed, Ticket, TicketClass, TicketSkill
from hostdesk.tickets.queries.eligibility import needs_of, who_could_take

_SKILLS = Prepared(lambda: Skill.objects.order_by("word", "pk"))
_OWN = Prepared(lambda ticket: TicketSkill.objects.filter(ticket_id=ticket).values_list("skill_id"), int)


@dataclass(frozen=True, slots=True)
class SkillLine:
    """One skill as it is edited. `holders` and `needs` are (key or "class advanced", words, whether it is so)."""

    skill: Skill
    holders: list[tuple[int, str, bool]]
    needs: list[tuple[str, str, bool]]

    @property
    def is_needed(self) -> bool:
        """Whether any class or product needs it always."""
        return any(so for _, _, so in self.needs)


@dataclass(frozen=True, slots=True)
class TicketNeeds:
    """What one ticket needs. `all` are the operator's skills as (key, word, whether an agent saw it on this ticket);
    `by_rule` the words that its class or product adds; `nobody`: it waits, and nobody on duty could take it.
    """

    all: list[tuple[int, str, bool]]
    by_rule: list[str]
    nobody: bool


def skill_lines() -> list[SkillLine]:
    """All skills by word, each with all active agents, classes and products; three queries."""
    agents = list(Agent.objects.active().order_by("name", "pk").values_list("pk", "name"))
    held = set(HeldSkill.objects.values_list("skill_id", "agent_id"))
    needed = set(SkillNeed.objects.values_list("skill_id", "subject", "word"))
    return [
        SkillLine(
            skill,
            [(pk, name, (skill.pk, pk) in held) for pk, name in agents],
            [(f"{kind} {word}", said, (skill.pk, kind, word) in needed) for kind, word, said in _SUBJECTS],
        )
        for skill in _SKILLS()
    ]


def skill_by_id(skill_id: int) -> Skill:
    """One skill; `Missing` when there is none."""
    found = Skill.objects.filter(pk=skill_id).first()
    if found is None:
        raise Missing
    return found


def skills_by_id(keys: list[int]) -> list[Skill]:
    """Those of these skills that there are."""
    return list(Skill.objects.filter(pk__in=keys))


def agents_by_id(keys: list[int]) -> list[Agent]:
    """Those of these agents that are active."""
    return list(Agent.objects.active().filter(pk__in=keys))


def needs_on(ticket: Ticket, *, at: datetime) -> TicketNeeds:
    """What a ticket needs that was fetched for an agent; one query on a desk that names no skills."""
    skills = _SKILLS()
    if not skills:
        return TicketNeeds([], [], nobody=False)
    own = {pk for (pk,) in _OWN(ticket.pk)}
    needs = needs_of(ticket)
    waits = ticket.assignee_id is None and ticket.state in OURS
    return TicketNeeds(
        [(skill.pk, skill.word, skill.pk in own) for skill in skills],
        [skill.word for skill in skills if skill.pk in needs - own],
        nobody=bool(waits and needs and not who_could_take(ticket, at=at)),
    )


_SUBJECTS = [
    *(("class", word, f"Class: {said}") for word, said in TicketClass.choices),
    *(("product", word, f"Product: {said}") for word, said in Product.choices),
]
