"""One mail that names the requests which were not acknowledged one by one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Min

from hostdesk.audit.actions import Event, Judgement, decide, note_all
from hostdesk.kit.actors import SYSTEM
from hostdesk.mail.models import OutboundMail
from hostdesk.people.models import Contact, Person
from hostdesk.policy import queries as policy
from hostdesk.policy.rules.automatic import summary_is_due
from hostdesk.tickets import mails
from hostdesk.tickets.actions.acknowledging import CLAUSE
from hostdesk.tickets.models import Ticket, Unacknowledged

KIND = "summary"
_AT_ONCE = 50


def summary_round(at: datetime) -> int:
    """Send the summaries that are due, or drop what answers them; how many persons were settled.

    Any number of workers may run this: all mails to one person are judged one after the other.
    Clause: contact.listed_sender.
    """
    waiting = Unacknowledged.objects.filter(settled_at=None).order_by().values_list("person")
    some = waiting.annotate(oldest=Min("at"), newest=Max("at")).order_by("oldest")[:_AT_ONCE]
    return sum(_settle(person, at=at) for person, oldest, newest in list(some))


@transaction.atomic
def _settle(person_id: int, *, at: datetime) -> int:
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    rows = list(Unacknowledged.objects.filter(person=person, settled_at=None).order_by("ticket_id"))
    if not rows:
        return 0
    version = policy.current()
    times = [row.at for row in rows]
    due = summary_is_due(
        oldest=min(times),
        newest=max(times),
        last_summary=_last_summary(person),
        terms=version.terms,
        at=at,
    )
    if due == "wait":
        return 0
    tickets = list(Ticket.objects.filter(pk__in=[row.ticket_id for row in rows]).order_by("pk"))
    send = due == "send" and Contact.objects.active().filter(person=person).exists()
    if send:
        mails.summary(person, tickets, at=at)
    Unacknowledged.objects.filter(pk__in=[row.pk for row in rows]).update(settled_at=at)
    outcome = "summed up" if send else "not summed up"
    note_all([Event("ticket", ticket.pk, outcome) for ticket in tickets], by=SYSTEM, at=at)
    judgement = Judgement(CLAUSE, outcome, {"requests": len(tickets)})
    for ticket in tickets:
        decide("ticket", ticket.pk, [judgement], version_id=version.id, at=at)
    return 1


def _last_summary(person: Person) -> datetime | None:
    sent = OutboundMail.objects.filter(to_address=person.email, kind=KIND).order_by("-queued_at")
    return sent.values_list("queued_at", flat=True).first()
