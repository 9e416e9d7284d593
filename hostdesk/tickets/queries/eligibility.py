"""Which waiting tickets an agent may be given: those of the agent's teams for which the agent has every skill needed.

A ticket needs the skills that an agent saw (`TicketSkill`) and those that the operator's table ties to its class and to
the products which its account has under the ticket's policy (`SkillNeed`). Nothing is needed where nobody said so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from hostdesk.audit.prepared import Prepared
from hostdesk.hosting.models import Service
from hostdesk.people.models import Agent, HeldSkill, Skill
from hostdesk.policy import queries as policy
from hostdesk.schedule.queries import on_duty
from hostdesk.tickets.models import PassOver, SkillNeed, Ticket, TicketQuerySet, TicketSkill
from hostdesk.tickets.rules import may_take

_LACKED = Prepared(
    lambda agent: Skill.objects.exclude(
        pk__in=HeldSkill.objects.filter(agent_id=agent).values("skill_id")
    ).values_list("pk"),
    int,
)
_NEEDS = Prepared(lambda: SkillNeed.objects.order_by("pk").values_list("subject", "word", "skill_id"))
_SEEN = Prepared(lambda ticket: TicketSkill.objects.filter(ticket_id=ticket).values_list("skill_id"), int)
_PRODUCTS = Prepared(
    lambda account: Service.objects.current().filter(account_id=account).values_list("product"), int
)
_PASSED = Prepared(
    lambda agent, at: PassOver.objects.filter(agent_id=agent, until__gt=at, ended_at=None).values_list(
        "ticket_id"
    ),
    int,
    datetime,
)


@dataclass(frozen=True, slots=True)
class Bars:
    """What keeps an agent from tickets: skills the agent lacks, and the classes and products that need one of them.

    `products` are the barred products by the policy that covers them. Nothing at all for who has every skill.
    """

    skills: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    products: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything the agent may not take."""
        return bool(self.skills)

    @property
    def hit(self) -> Q:
        """The condition that a ticket needs what the agent has not."""
        condition = Q(Exists(TicketSkill.objects.filter(ticket=OuterRef("pk"), skill_id__in=self.skills)))
        if self.classes:
            condition |= Q(ticket_class__in=self.classes)
        for slug, products in self.products:
            has = Service.objects.current().filter(account=OuterRef("account"), product__in=products)
            condition |= Q(Exists(has), policy_slug=slug)
        return condition


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be known of a ticket to say what it needs."""

    pk: int
    ticket_class: str
    policy_slug: str
    account_id: int | None

    @classmethod
    def of(cls, ticket: Ticket) -> Subject:
        """Of one that was fetched."""
        return cls(ticket.pk, ticket.ticket_class, ticket.policy_slug, ticket.account_id)


def bars_of(agent: Agent) -> Bars:
    """What this agent may not take; one query for who has every skill there is, as on a desk that names none."""
    lacked = frozenset(pk for (pk,) in _LACKED(agent.pk))
    return _bars(lacked, _NEEDS()) if lacked else Bars()


def takeable(tickets: TicketQuerySet, bars: Bars, but: Iterable[int] = ()) -> TicketQuerySet:
    """Those among `tickets` that no bar keeps from an agent, without those of these keys."""
    found = tickets.filter(~bars.hit) if bars else tickets
    passed = list(but)
    return found.exclude(pk__in=passed) if passed else found


def passed_over_by(agent: Agent, *, at: datetime) -> list[int]:
    """The tickets that this agent has passed over and need not see again yet."""
    return [pk for (pk,) in _PASSED(agent.pk, at)]


def needs_of(ticket: Ticket) -> frozenset[int]:
    """The skills that one ticket needs, by key."""
    needs = {pk for (pk,) in _SEEN(ticket.pk)}
    table = _NEEDS()
    products: set[str] = set()
    if ticket.account_id is not None and any(subject == "product" for subject, _, _ in table):
        products = {product for (product,) in _PRODUCTS(ticket.account_id)}
    for subject, word, skill in table:
        if subject == "class" and word == ticket.ticket_class:
            needs.add(skill)
        if subject == "product" and word in products and _policy_of(word) == ticket.policy_slug:
            needs.add(skill)
    return frozenset(needs)


def needs_of_all(subjects: Iterable[Subject]) -> dict[int, frozenset[int]]:
    """`needs_of` for many tickets by their keys; three queries, however many they are."""
    asked = list(subjects)
    needs: dict[int, set[int]] = {one.pk: set() for one in asked}
    for ticket, skill in TicketSkill.objects.filter(ticket_id__in=list(needs)).values_list(
        "ticket_id", "skill_id"
    ):
        needs[ticket].add(skill)
    table = _NEEDS()
    products = _products_of(
        {one.account_id for one in asked if one.account_id is not None},
        {word for subject, word, _ in table if subject == "product"},
    )
    for one in asked:
        has = products.get(one.account_id, frozenset())
        needs[one.pk].update(
            skill
            for subject, word, skill in table
            if (subject == "class" and word == one.ticket_class)
            or (subject == "product" and word in has and _policy_of(word) == one.policy_slug)
        )
    return {pk: frozenset(skills) for pk, skills in needs.items()}


def _products_of(accounts: set[int], words: set[str]) -> dict[int | None, frozenset[str]]:
    """Which of these products each account has."""
    if not accounts or not words:
        return {}
    found: dict[int | None, set[str]] = {}
    rows = Service.objects.current().filter(account_id__in=accounts, product__in=words)
    for account, product in rows.values_list("account_id", "product"):
        found.setdefault(account, set()).add(product)
    return {account: frozenset(has) for account, has in found.items()}


def held_by(agents: Iterable[Agent]) -> dict[int, frozenset[int]]:
    """The skills of each of these agents, by their keys; one query."""
    return held_by_keys(agent.pk for agent in agents)


def held_by_keys(keys: Iterable[int]) -> dict[int, frozenset[int]]:
    """The skills of the agents with these keys; one query."""
    found: dict[int, set[int]] = {key: set() for key in keys}
    for agent_id, skill_id in HeldSkill.objects.filter(agent_id__in=list(found)).values_list(
        "agent_id", "skill_id"
    ):
        found[agent_id].add(skill_id)
    return {agent_id: frozenset(skills) for agent_id, skills in found.items()}


def who_could_take(ticket: Ticket, *, at: datetime) -> list[Agent]:
    """The agents on duty in the ticket's team who have the skills for it, by name."""
    duty = on_duty(at, team=ticket.team.slug)
    needs, held = needs_of(ticket), held_by(duty)
    return [agent for agent in duty if may_take(needs=needs, holds=held[agent.pk])]


def beyond(sets: Iterable[frozenset[int]]) -> Q | None:
    """The condition that none of these sets of skills is enough for a ticket; None when one is enough for every ticket.

    No set at all is enough for nothing.
    """
    return Beyond()(sets)


class Beyond:
    """`beyond` for several groups of people; the operator's table is read once."""

    def __init__(self) -> None:
        self._table = _NEEDS()
        self._every = frozenset(Skill.objects.values_list("pk", flat=True))

    def __call__(self, sets: Iterable[frozenset[int]]) -> Q | None:
        """The condition for one group."""
        distinct = set(sets)
        condition = Q()
        for held in sorted(distinct, key=sorted):
            if self._every <= held:
                return None
            if not any(held < other for other in distinct):
                condition &= _bars(self._every - held, self._table).hit
        return condition


def _bars(lacked: frozenset[int], table: list[tuple[str, str, int]]) -> Bars:
    classes = {word for subject, word, skill in table if subject == "class" and skill in lacked}
    by_policy: dict[str, set[str]] = {}
    for subject, word, skill in table:
        if subject == "product" and skill in lacked:
            by_policy.setdefault(_policy_of(word), set()).add(word)
    return Bars(
        tuple(sorted(lacked)),
        tuple(sorted(classes)),
        tuple((slug, tuple(sorted(products))) for slug, products in sorted(by_policy.items())),
    )


def _policy_of(product: str) -> str:
    return policy.policy_for_product(product).slug
