"""The mails that tickets send. Whether to send is decided by the verbs; here is only what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from hostdesk.kit import moments
from hostdesk.mail import compose
from hostdesk.mail.actions import OutboundDraft, OutboundFile, queue, queue_once, withdraw
from hostdesk.mail.models import InboundMail, OutboundMail
from hostdesk.people.actions.details import new_link
from hostdesk.people.models import Agent, Contact, Person
from hostdesk.policy import queries as policy
from hostdesk.tickets.actions import clocks, identifying
from hostdesk.tickets.mail_drafts import last_heard, outbound_files, rendered, thread, to_agent, to_contact
from hostdesk.tickets.models import Message, SlaClock, Ticket

if TYPE_CHECKING:
    from hostdesk.tickets.actions.opening import NewFile


def acknowledgement(
    ticket: Ticket,
    contact: Contact,
    version: policy.Version,
    *,
    in_reply_to: InboundMail | None,
    choices: Sequence[Contact] = (),
    not_before: timedelta = timedelta(0),
    counted_from: datetime | None = None,
    at: datetime,
) -> None:
    """Say the number, when to expect an answer and by which clause, and how to add something.

    `choices`: the accounts of a contact who named none; the mail asks with a button for each (contact.identify).
    `not_before`: what is asked for waits that long by itself; then no time is named in which it would be solved.
    `counted_from`: since when the clocks count, where that is not the arrival.

    Automatic: it carries the marks by which other machines know not to answer. Clauses: sla.response, channel.no_duplicates.
    """
    target = clocks.targets(version)
    promised = target["response"]
    zone = ZoneInfo(settings.TIME_ZONE)
    context = {
        "answer_by": moments.day_and_time(
            promised.hours.after(counted_from or ticket.opened_at, promised.due_after), zone, now=at
        ),
        "answer_within": moments.in_words(promised.due_after),
        "in_hours": not promised.hours.is_always,
        "from_now": counted_from is not None,
        "solve_within": moments.in_words(target["resolution"].due_after),
        "waits": moments.in_words(not_before) if not_before else "",
        "policy_url": f"{settings.HOSTDESK_URL}/policy/{ticket.policy_slug}/#sla.response",
        "choices": [
            {
                "username": one.account.username,
                "customer": one.account.customer.name,
                "address": f"{settings.HOSTDESK_URL}/account-choice/{identifying.token_for(ticket, one)}",
            }
            for one in choices
        ],
    }
    draft = to_contact(
        ticket,
        contact,
        "acknowledgement",
        context,
        about=f"acknowledgement:{ticket.pk}",
        answers=in_reply_to.message_id if in_reply_to else "",
        automatic=True,
        is_first=counted_from is None,
    )
    queue_once(draft, at=at)


def details_first(
    ticket: Ticket, contact: Contact, *, why: str, version: policy.Version, at: datetime
) -> None:
    """The request waits for the contact's details; one button puts that right. Clause: contact.current.

    No more of these in a day than an unproven sender may cause: the link of the first cures all that waits.
    """
    person = contact.person
    today = OutboundMail.objects.filter(to_address=person.email, kind="details_first")
    most = version.terms.automatic_mails_unproven_per_day
    if today.filter(queued_at__gt=at - timedelta(days=1)).count() >= most:
        return
    Person.objects.filter(pk=person.pk).update(details_asked_at=at)
    context = {
        "why": why,
        "confirm": f"{settings.HOSTDESK_URL}{reverse('people:details_link', args=[new_link(person, at=at)])}",
        "person": person,
        "policy_url": f"{settings.HOSTDESK_URL}/policy/{ticket.policy_slug}/#contact.current",
    }
    about = f"details-first:{ticket.pk}"
    queue_once(to_contact(ticket, contact, "details_first", context, about=about, automatic=True), at=at)


def please_confirm(ticket: Ticket, contact: Contact, *, at: datetime) -> None:
    """Ask the stored address whether the mail was theirs; quotes nothing of it. Clause: contact.listed_sender."""
    draft = to_contact(
        ticket,
        contact,
        "please_confirm",
        {},
        about=f"please-confirm:{ticket.pk}",
        automatic=True,
    )
    queue_once(draft, at=at)


def answer(
    ticket: Ticket,
    message: Message,
    files: Sequence[NewFile],
    *,
    at: datetime,
    waits_until: datetime | None = None,
) -> OutboundMail | None:
    """An agent's answer, to the contact or (a ticket opened for a stranger) to the address that wrote.

    `waits_until` is when we aim to have it solved where it is the customer's turn now: the clock waits (sla.resolve).
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    context: dict[str, object] = {
        "message": message,
        "agent": message.author_name,
        "solve_by": moments.day_and_time(waits_until, zone, now=at) if waits_until else "",
    }
    about = f"answer:{message.pk}"
    if ticket.contact is not None:
        draft = to_contact(
            ticket, ticket.contact, "answer", context, about=about, automatic=False, files=files
        )
        return queue(draft, at=at)
    if not ticket.requester_address:
        return None
    subject, text, html = rendered(ticket, "answer", {**context, "reachable": False})
    return queue(
        OutboundDraft(
            kind="answer",
            to_address=ticket.requester_address,
            to_name=ticket.requester_name,
            subject=subject,
            text=text,
            html=html,
            ticket_number=ticket.pk,
            about=about,
            files=outbound_files(files),
            references=thread(ticket, last_heard(ticket)),
        ),
        at=at,
    )


def answer_copy(
    ticket: Ticket, message: Message, contact: Contact, *, missed: OutboundMail, at: datetime
) -> None:
    """The answer that could not be delivered, to the off-server secondary contact; it says so first.

    A person's words: it carries no marks of a machine. Clause: contact.off_server.
    """
    context = {
        "message": message,
        "agent": message.author_name,
        "unreachable": missed.to_address,
    }
    draft = to_contact(ticket, contact, "answer_copy", context, about=about_copy(missed), automatic=False)
    queue_once(replace(draft, files=tuple(OutboundFile(**file) for file in missed.files)), at=at)


def about_copy(missed: OutboundMail) -> str:
    """The key of the one copy that there is of an answer."""
    return f"answer-copy:{missed.pk}"


def resolved(ticket: Ticket, *, at: datetime) -> None:
    """Tell the contact that the ticket counts as solved and how to reopen it. Waits a moment, so that it can be undone."""
    if ticket.contact is None:
        return
    version = policy.current(ticket.policy_slug)
    draft = to_contact(
        ticket,
        ticket.contact,
        "resolved",
        {"reopen_within": moments.in_words(version.terms.reopen)},
        about=f"resolved:{ticket.pk}:{int(at.timestamp())}",
        automatic=True,
        delay_seconds=UNDO_SECONDS,
    )
    queue_once(draft, at=at)


def summary(person: Person, tickets: Sequence[Ticket], *, at: datetime) -> None:
    """Name several requests of one person that were not acknowledged one by one. Clause: contact.listed_sender."""
    subject, text, html = compose.render(
        "tickets/mails/summary",
        {
            "first_name": person.name.split(" ")[0],
            "tickets": tickets[:MOST_NAMED],
            "count": len(tickets),
            "more": max(len(tickets) - MOST_NAMED, 0),
            "client_url": f"{settings.HOSTDESK_URL}/client/",
            "operator": policy.operator(),
        },
    )
    queue_once(
        OutboundDraft(
            kind="summary",
            to_address=person.email,
            to_name=person.name,
            subject=subject,
            text=text,
            html=html,
            person_id=person.pk,
            about=f"summary:{person.pk}:{tickets[0].pk}",
            automatic=True,
        ),
        at=at,
    )


MOST_NAMED = 50
"""How many requests stand in one summary; it says how many more there are."""
UNDO_SECONDS = 10
"""How long a notice waits, so that a slip of the finger reaches nobody."""


def withdraw_resolved(ticket: Ticket, *, at: datetime) -> None:
    """Take back a notice of resolution that has not left yet."""
    withdraw(f"resolved:{ticket.pk}:", at=at)


_WHAT = {
    clocks.RESPONSE: "answer",
    clocks.UPDATE: "next word",
    clocks.RESOLUTION: "solution",
    clocks.CONSULT: "answer to another team",
}


def clock_notice(ticket: Ticket, clock: SlaClock, agent: Agent, *, at: datetime) -> None:
    """Tell one agent, once, that a clock warns or is late. Clauses: sla.response, sla.resolve."""
    place = "consults/" if clock.kind == clocks.CONSULT else ""
    context = {
        "late": clock.state == "breached",
        "what": _WHAT[clock.kind],
        "due": moments.day_and_time(clock.due_at, ZoneInfo(settings.TIME_ZONE), now=at),
        "left": moments.in_words(clock.due_at - at),
        "clause": clock.clause,
    }
    # A clock may warn again, towards another end.
    about = f"clock:{clock.pk}:{clock.state}:{int(clock.due_at.timestamp())}"
    to_agent(ticket, agent, "clock_notice", context, about=about, at=at, place=place)
