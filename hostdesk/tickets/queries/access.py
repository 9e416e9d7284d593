"""Who may see which ticket. Every read of a ticket begins here, on every channel.

An agent sees all tickets but those of sealed teams they are not in (conduct.complaints). A person sees the tickets
of accounts they are an active contact of, and tickets they asked themselves; a sealed one only if they asked it.
"""

from __future__ import annotations

from django.db.models import Q

from hostdesk.audit.prepared import Prepared
from hostdesk.kit import numbers
from hostdesk.kit.refusals import Missing
from hostdesk.people.models import Agent, Contact, Person
from hostdesk.people.queries import contacts_of_person, team_ids_of
from hostdesk.tickets.models import Attachment, Message, Ticket, TicketQuerySet


def tickets_for_agent(agent: Agent) -> TicketQuerySet:
    """All tickets that an agent may see."""
    return Ticket.objects.filter(Q(sealed=False) | Q(team_id__in=sorted(team_ids_of(agent))))


def ticket_for_agent(agent: Agent, number: str | int) -> Ticket:
    """One ticket by its running number or as shown; raises Missing when there is none for this agent."""
    ticket = _TICKET.first(_running_number(number))
    if ticket is None or (ticket.sealed and ticket.team_id not in team_ids_of(agent)):
        raise Missing
    return ticket


def tickets_for_person(person: Person) -> TicketQuerySet:
    """All tickets that a signed-in person may see. One query at once, for whom the person acts now.

    The keys are written out, because PostgreSQL serves neither index of an OR of two subqueries.
    """
    mine = list(Contact.objects.active().filter(person=person).values_list("pk", "account_id"))
    asked = Q(contact_id__in=[contact_id for contact_id, _ in mine])
    of_account = Q(account_id__in=[account_id for _, account_id in mine], sealed=False)
    return Ticket.objects.filter(asked | of_account)


def ticket_for_person(person: Person, number: str | int) -> Ticket:
    """One ticket by its running number or as shown; raises Missing when there is none for this person."""
    ticket = tickets_for_person(person).select_related(*_PEOPLE).filter(pk=_running_number(number)).first()
    if ticket is None:
        raise Missing
    return ticket


def may_write(contact: Contact, ticket: Ticket) -> bool:
    """Whether an active contact may add to a ticket by mail: their own, or one of the same account.

    A sealed ticket takes only words of the contact who opened it (threats T02, T10, T11).
    """
    if contact.removed_at is not None:
        return False
    if ticket.contact is not None and ticket.contact.person_id == contact.person_id:
        return ticket.account_id is None or ticket.account_id == contact.account_id
    return not ticket.sealed and ticket.account_id is not None and ticket.account_id == contact.account_id


def writing_contact(person: Person, ticket: Ticket) -> Contact | None:
    """As which of their contacts a person adds to a ticket that was fetched for them; None when as none."""
    able = [contact for contact in contacts_of_person(person) if may_write(contact, ticket)]
    return next((contact for contact in able if contact.pk == ticket.contact_id), able[0] if able else None)


def attachment_for_agent(agent: Agent, pk: int) -> Attachment:
    """One file of a ticket that the agent may see; raises Missing."""
    file = Attachment.objects.select_related("message__ticket").filter(pk=pk).first()
    if file is None or not tickets_for_agent(agent).filter(pk=file.message.ticket_id).exists():
        raise Missing
    return file


def attachment_for_person(person: Person, pk: int) -> Attachment:
    """One file of a public message of a ticket that the person may see; raises Missing."""
    file = (
        Attachment.objects.select_related("message__ticket")
        .filter(pk=pk)
        .exclude(message__kind=Message.Kind.INTERNAL)
        .first()
    )
    if file is None or not tickets_for_person(person).filter(pk=file.message.ticket_id).exists():
        raise Missing
    return file


def message_for_agent(agent: Agent, pk: int) -> Message:
    """One message of a ticket that the agent may see; raises Missing."""
    message = Message.objects.filter(pk=pk).first()
    if message is None or not tickets_for_agent(agent).filter(pk=message.ticket_id).exists():
        raise Missing
    return message


_PEOPLE = ("contact__person", "account__customer", "customer", "assignee", "team")
_TICKET = Prepared(lambda pk: Ticket.objects.select_related(*_PEOPLE).filter(pk=pk), int)


def _running_number(number: str | int) -> int:
    if isinstance(number, int):
        return number
    found = numbers.read(number)
    if found is None:
        raise Missing
    return found
