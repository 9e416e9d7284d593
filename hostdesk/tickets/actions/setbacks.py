"""What a mail that did not reach its reader means: for the contact's address, for the ticket, for who else is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Event, Fact, Judgement, decide, note, note_all
from hostdesk.kit.actors import SYSTEM
from hostdesk.mail.models import OutboundMail, OutboundState, Setback
from hostdesk.mail.returns import in_words
from hostdesk.people.actions import reaching
from hostdesk.people.models import Contact, Person
from hostdesk.policy import queries as policy
from hostdesk.policy.rules.automatic import failure_of, is_copied
from hostdesk.tickets import mails
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.actions.summing import KIND
from hostdesk.tickets.actions.writing import settle
from hostdesk.tickets.models import Message, Ticket, TicketState, Unacknowledged

_EVENTS = {
    Setback.Kind.HELD: "mail held",
    Setback.Kind.DELAYED: "mail late",
    Setback.Kind.FAILED: "mail failed",
    Setback.Kind.BOUNCED: "mail failed",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the mailbox of an answer lives: `home` is our domain or server, None when it lives elsewhere; `secondary`
    is the secondary contact of the ticket's account whose mailbox does live elsewhere.
    """

    home: str | None = None
    secondary: Contact | None = None


@transaction.atomic
def take(setback: Setback, *, reach: Reach, at: datetime) -> int:
    """Carry out what one setback means, in one commit: mark the contact's address, say it on the ticket, send a copy
    to the off-server secondary contact. Once, whoever comes first; 0 for whoever comes second.

    Clauses: contact.current, contact.off_server, contact.listed_sender.
    """
    if not Setback.objects.filter(pk=setback.pk, taken_at=None).update(taken_at=at):
        return 0
    mail = setback.outbound
    known = Ticket.objects.filter(pk=mail.ticket_number or 0).first()
    ticket = locked(known) if known else None
    _mark_address(setback, mail, ticket, at=at)
    facts: dict[str, Fact] = {
        "to": mail.to_address,
        "mail": mail.pk,
        "what": mail.kind,
        "said": in_words(setback.status, setback.said),
    }
    told = [ticket.pk] if ticket else _named_in(mail)
    verb = _EVENTS[Setback.Kind(setback.kind)]
    note_all([Event("ticket", pk, verb, facts) for pk in told], by=SYSTEM, at=at)
    if ticket is None:
        return 1
    if setback.kind == Setback.Kind.HELD:
        _decide(ticket, Judgement("contact.listed_sender", "held back", {"scope": mail.held_by}), at=at)
    elif mail.kind == "answer" and not _copied(setback, mail, ticket, reach, at=at):
        _take_back_the_turn(setback, ticket, at=at)
    Ticket.objects.filter(pk=ticket.pk).update(updated_at=at)
    return 1


def _named_in(mail: OutboundMail) -> list[int]:
    """The tickets that a summary names; their requests were confirmed by nothing else."""
    if mail.kind != KIND or not mail.about:
        return []
    # Its `about` ends with the first of them, and all were settled in the moment when it was written.
    first = Unacknowledged.objects.filter(ticket=int(mail.about.rpartition(":")[2]))
    named = Unacknowledged.objects.filter(person=mail.person_id, settled_at__in=first.values("settled_at"))
    return list(named.order_by("ticket_id").values_list("ticket_id", flat=True))


def _mark_address(setback: Setback, mail: OutboundMail, ticket: Ticket | None, *, at: datetime) -> None:
    """Count what the address itself refused for good against the contact; all else is only shown (contact.current)."""
    if mail.person_id is None or failure_of(setback.status, permanent=setback.permanent) != "address":
        return
    # The person may have another address by now.
    if not Person.objects.filter(pk=mail.person_id, email=mail.to_address).exists():
        return
    person = reaching.count_bounce(
        mail.person_id, status=setback.status, said=in_words(setback.status, setback.said), at=at
    )
    if person is None:
        return
    version = policy.current(ticket.policy_slug) if ticket else policy.current()
    facts: dict[str, Fact] = {
        "in_a_row": person.hard_bounces,
        "limit": version.terms.hard_bounces_limit,
        "status": setback.status,
        "mail": mail.pk,
    }
    subject = ("ticket", ticket.pk) if ticket else ("person", person.pk)
    marked = Judgement("contact.current", "address failed", facts)
    decide(*subject, [marked], version_id=version.id, at=at)


def _copied(setback: Setback, mail: OutboundMail, ticket: Ticket, reach: Reach, *, at: datetime) -> bool:
    """Send the copy where the clause wants one, once a mail; whether somebody has one now (contact.off_server)."""
    if OutboundMail.objects.filter(about=mails.about_copy(mail)).exists():
        return True
    # A mail that left and is reported as delayed has waited at the other side for longer than we can know.
    failed = setback.kind != Setback.Kind.DELAYED or mail.state == OutboundState.SENT
    version = policy.current(ticket.policy_slug)
    waiting = at - mail.queued_at
    wanted = is_copied(
        lives_here=reach.home is not None,
        failed=failed,
        waiting=waiting,
        sealed=ticket.sealed,
        terms=version.terms,
    )
    message = Message.objects.filter(outbound_mail=mail).first()
    if not wanted or message is None:
        return False
    facts: dict[str, Fact] = {"lives_on": reach.home, "failed": failed, "mail": mail.pk}
    to = reach.secondary
    if to is None:
        note("ticket", ticket.pk, "no copy", by=SYSTEM, at=at, facts={"to": mail.to_address})
        _decide(ticket, Judgement("contact.off_server", "nobody to copy to", facts), at=at)
        return False
    mails.answer_copy(ticket, message, to, missed=mail, at=at)
    note(
        "ticket",
        ticket.pk,
        "copied",
        by=SYSTEM,
        at=at,
        facts={"to": to.person.email, "missed": mail.to_address},
    )
    _decide(ticket, Judgement("contact.off_server", "copied", facts), at=at)
    return True


def _take_back_the_turn(setback: Setback, ticket: Ticket, *, at: datetime) -> None:
    """Nobody has our answer: the ticket does not wait for the customer, and its clock runs on (sla.resolve)."""
    if setback.kind != Setback.Kind.DELAYED and ticket.state == TicketState.WAITING_CUSTOMER:
        settle(ticket, TicketState.OPEN, cause="answer not delivered", at=at)


def _decide(ticket: Ticket, judgement: Judgement, *, at: datetime) -> None:
    version = policy.current(ticket.policy_slug)
    decide("ticket", ticket.pk, [judgement], version_id=version.id, at=at)
