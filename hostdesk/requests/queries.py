"""Reads of requests; each says for whom it was checked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q

from hostdesk.audit.models import Decision
from hostdesk.audit.queries import decisions_of
from hostdesk.kit.refusals import Missing
from hostdesk.people.models import Agent, Contact, Person
from hostdesk.people.queries import contacts_of_person
from hostdesk.requests.models import (
    ASKS_AN_OWNER,
    UNDER_WAY,
    AdminRequest,
    Approval,
    Confirmation,
    RequestQuerySet,
    Run,
    Tick,
)
from hostdesk.requests.rules import MAY_RECORD_PAYMENT
from hostdesk.tickets.models import Message, Ticket
from hostdesk.tickets.queries.access import tickets_for_agent

LONGEST_PAGE = 50
LISTS: dict[str, tuple[str, ...]] = {
    "mine": (),
    "approval": ("approval",),
    "payment": ("payment",),
    "ready": ("ready",),
    "doing": ("doing", "unclear"),
    "customer": ("details", "confirm", "second", "price"),
    "waiting": ("wait", "window"),
    "ended": ("done", "undone", "refused", "withdrawn", "expired"),
}
"""The lists of the desk by key, each with the states that stand in it; `mine` is what this agent can do now.

Changes whose owner of an address is asked stand in `customer`, whatever their state is called.
"""


def requests_for_agent(agent: Agent) -> RequestQuerySet:
    """All requests on tickets that an agent may see."""
    return AdminRequest.objects.filter(ticket__in=tickets_for_agent(agent)).select_related(*_PEOPLE)


@dataclass(frozen=True)
class Listed:
    """One page of a list, newest first; `before` is the key that the next page begins under, None at the end."""

    rows: list[AdminRequest]
    before: int | None


def listed_for_agent(agent: Agent, name: str, *, before: int | None) -> Listed:
    """One page of one of `LISTS`, on tickets that the agent may see."""
    found = requests_for_agent(agent)
    return _page(found.filter(_waits_for(agent) if name == "mine" else _stands_in(name)), before)


def counts_for_agent(agent: Agent) -> dict[str, int]:
    """How many requests stand in each of `LISTS` but the ended, for this agent; two queries."""
    found = AdminRequest.objects.under_way().filter(ticket__in=tickets_for_agent(agent))
    grouped = found.values_list("state").annotate(many=Count("pk"), owners=Count("pk", filter=ASKS_AN_OWNER))
    groups = list(grouped)
    by_state = Counter({state: many - with_owners for state, many, with_owners in groups})
    counts = {name: sum(by_state[state] for state in states) for name, states in LISTS.items()}
    counts["customer"] += sum(with_owners for _, _, with_owners in groups)
    del counts["ended"]
    return {**counts, "mine": waiting_for_agent(agent)}


def waiting_for_agent(agent: Agent) -> int:
    """How many requests this agent can bring on now: approve, note as paid, carry out, look whether it worked."""
    return requests_for_agent(agent).filter(_waits_for(agent)).count()


def _stands_in(name: str) -> Q:
    own = Q(state__in=LISTS[name]) & ~ASKS_AN_OWNER
    return own | ASKS_AN_OWNER if name == "customer" else own


def _waits_for(agent: Agent) -> Q:
    approved = AdminRequest.objects.filter(approvals__agent=agent, state__in=UNDER_WAY)
    able = Q(state__in=("approval", "ready", "unclear")) & ~Q(pk__in=approved.values("pk"))
    # Whoever began is the one who ends it; a payment is noted by billing only.
    own = Q(state="doing", runs__agent=agent, runs__state="asked")
    paying = Q(state="payment") if agent.role in MAY_RECORD_PAYMENT else Q(pk__in=())
    return able | own | paying


def request_for_agent(agent: Agent, pk: int) -> AdminRequest:
    """One request; raises Missing when there is none for this agent."""
    found = requests_for_agent(agent).select_related(*_PEOPLE, "payment__agent").filter(pk=pk)
    one = found.prefetch_related(*_SAID).first()
    if one is None:
        raise Missing
    return one


def requests_for_person(person: Person) -> RequestQuerySet:
    """The requests of all accounts for which a person acts now; on a sealed ticket only the person's own."""
    accounts = [contact.account_id for contact in contacts_of_person(person)]
    seen = Q(ticket__sealed=False) | Q(contact__person=person)
    return AdminRequest.objects.filter(seen, account_id__in=accounts).select_related(*_PEOPLE)


def listed_for_person(person: Person, *, under_way: bool, before: int | None) -> Listed:
    """One page of what is under way, or has ended, on the accounts of a person."""
    found = requests_for_person(person)
    return _page(found.under_way() if under_way else found.exclude(state__in=UNDER_WAY), before)


def _page(found: RequestQuerySet, before: int | None) -> Listed:
    if before is not None:
        found = found.filter(pk__lt=before)
    # A row with two runs of the same agent would come twice.
    rows = list(found.order_by("-pk").distinct()[: LONGEST_PAGE + 1])
    shown = rows[:LONGEST_PAGE]
    return Listed(shown, shown[-1].pk if len(rows) > LONGEST_PAGE else None)


def request_for_person(person: Person, pk: int) -> AdminRequest:
    """One request of an account for which the person acts; raises Missing."""
    found = requests_for_person(person).select_related(*_PEOPLE, "payment").filter(pk=pk)
    one = found.prefetch_related(*_SAID).first()
    if one is None:
        raise Missing
    return one


def contact_on(person: Person, request: AdminRequest) -> Contact:
    """As which of their contacts a person acts on a request that was fetched for them; raises Missing."""
    mine = [one for one in contacts_of_person(person) if one.account_id == request.account_id]
    if not mine:
        raise Missing
    return next((one for one in mine if one.pk == request.contact_id), mine[0])


def requests_of_ticket_for_person(person: Person, ticket: Ticket) -> list[AdminRequest]:
    """The requests on a ticket that this person may see, oldest first."""
    return list(requests_for_person(person).filter(ticket=ticket).order_by("pk"))


def requests_of_ticket(ticket: Ticket) -> list[AdminRequest]:
    """The requests on a ticket that was fetched for its reader, oldest first, with everything that a page shows."""
    found = AdminRequest.objects.filter(ticket=ticket).select_related(*_PEOPLE, "payment__agent")
    return list(found.prefetch_related(*_SAID).order_by("pk"))


def decisions_on(request: AdminRequest) -> list[Decision]:
    """What was judged about one request that was fetched for its reader, oldest first."""
    made = decisions_of("ticket", [request.ticket_id])
    return [decision for decision in made if decision.facts.get("request") == request.pk]


def active_contact(pk: int) -> Contact:
    """A contact who acts for an account now, for an agent who has found out who calls; raises Missing."""
    found = Contact.objects.active().with_account().filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def messages_that_may_ask(ticket: Ticket) -> list[Message]:
    """The latest messages of listed contacts on a ticket that was fetched for an agent, newest first."""
    written = Message.objects.filter(ticket=ticket, kind=Message.Kind.CUSTOMER, contact__removed_at=None)
    found = written.exclude(contact=None).select_related(
        "ticket", "contact__person", "contact__account__customer"
    )
    return list(found.order_by("-at", "-pk")[:_ASKING])


_ASKING = 8
_PEOPLE = ("contact__person", "account__customer", "ticket")
_SAID = (
    Prefetch("confirmations", Confirmation.objects.select_related("contact__person").order_by("pk")),
    Prefetch("approvals", Approval.objects.select_related("agent").order_by("pk")),
    Prefetch("ticks", Tick.objects.select_related("agent").order_by("position")),
    Prefetch("runs", Run.objects.select_related("agent").order_by("pk")),
)
"""Everything that was said to a request and done about it, each in its order."""
