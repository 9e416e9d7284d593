"""Reads of requests; each says for whom it was checked."""

from __future__ import annotations

from hostdesk.kit.refusals import Missing
from hostdesk.people.models import Agent, Person
from hostdesk.people.queries import contacts_of_person
from hostdesk.requests.models import AdminRequest, RequestQuerySet
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.queries.access import tickets_for_agent


def requests_for_agent(agent: Agent) -> RequestQuerySet:
    """All requests on tickets that an agent may see."""
    return AdminRequest.objects.filter(ticket__in=tickets_for_agent(agent)).select_related(*_PEOPLE)


def request_for_agent(agent: Agent, pk: int) -> AdminRequest:
    """One request; raises Missing when there is none for this agent."""
    found = requests_for_agent(agent).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def requests_for_person(person: Person) -> RequestQuerySet:
    """The requests of all accounts for which a person acts now."""
    accounts = [contact.account_id for contact in contacts_of_person(person)]
    return AdminRequest.objects.filter(account_id__in=accounts).select_related(*_PEOPLE)


def request_for_person(person: Person, pk: int) -> AdminRequest:
    """One request of an account for which the person acts; raises Missing."""
    found = requests_for_person(person).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def requests_of_ticket(ticket: Ticket) -> list[AdminRequest]:
    """The requests on a ticket that was fetched for its reader, oldest first, with everything that a page shows."""
    found = AdminRequest.objects.filter(ticket=ticket).select_related(*_PEOPLE, "payment")
    return list(
        found.prefetch_related("confirmations", "approvals__agent", "ticks__agent", "runs__agent").order_by(
            "pk"
        )
    )


_PEOPLE = ("contact__person", "account__customer", "ticket")
