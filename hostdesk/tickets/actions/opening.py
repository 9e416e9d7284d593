"""Opening a ticket: message, files, clocks, history, judgements and acknowledgement in one commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction

from hostdesk.audit.actions import Judgement, decide, note
from hostdesk.audit.inserting import insert, insert_later, together
from hostdesk.hosting.models import Account, Customer
from hostdesk.hosting.queries import policy_version_for
from hostdesk.kit.actors import Actor
from hostdesk.kit.keyed_links import page_without_keys, without_keys
from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import InboundMail
from hostdesk.people.models import Contact, Team
from hostdesk.people.queries import team
from hostdesk.people.standing import Doubt, doubt
from hostdesk.policy import queries as policy
from hostdesk.search import index
from hostdesk.tickets import mails
from hostdesk.tickets.actions import acknowledging, clocks, withholding
from hostdesk.tickets.actions.identifying import accounts_to_choose
from hostdesk.tickets.models import Attachment, Channel, Message, Ticket, TicketState

SUBJECT_LENGTH = 500
WITHOUT_SUBJECT = "(no subject)"

Acknowledge = Literal["full", "confirm", "none"]
"""`full`: number, promise, how to add; `confirm`: asks whether the sender wrote it and quotes nothing; `none`."""


@dataclass(frozen=True)
class NewFile:
    """One file whose content is in the attachment storage already, under its SHA-256."""

    digest: str
    filename: str
    content_type: str
    size: int
    inline: bool = False
    content_id: str = ""


@dataclass(frozen=True)
class Opening:
    """Everything that a new ticket begins with.

    `contact` is the contact who asks (None for a stranger, then `requester_*` say who); `account` None means that
    a contact of several accounts named none. `arrived_at` is when the request reached us: the clocks run from there.
    `team` is given by whoever has read it, else `team_slug` names it.
    `submission` is the key of one press of the button: the same key twice is one ticket. `may_wait`: support waits while
    the contact's details are out of date; not where the caller judges that itself. `not_before`: how long what is asked for
    waits, by the policy, once every contact was told; zero for what we begin with at once.
    """

    subject: str
    text: str
    channel: Channel
    arrived_at: datetime
    contact: Contact | None = None
    account: Account | None = None
    customer: Customer | None = None
    requester_name: str = ""
    requester_address: str = ""
    trust: str = ""
    fresh: str = ""
    html: str = ""
    files: tuple[NewFile, ...] = ()
    team_slug: str = Team.SUPPORT
    team: Team | None = None
    inbound_mail: InboundMail | None = None
    submission: str | None = None
    judgements: tuple[Judgement, ...] = ()
    acknowledge: Acknowledge = "full"
    follows: Ticket | None = None
    may_wait: bool = True
    not_before: timedelta = timedelta(0)


def open_ticket(opening: Opening, *, by: Actor, at: datetime) -> Ticket:
    """Open one ticket, with its first message, clocks, history and acknowledgement, in one commit.

    Refused: a request without any words or files (intake.description).
    Idempotent by `submission`: a second call with the same key gives the first ticket. An inbound mail opens one
    ticket because its row is settled once and a message of it is unique.
    Clauses: sla.response, sla.resolve, sla.fcfs, channel.tickets, scope.dedicated, scope.versions.
    """
    if not (opening.text.strip() or opening.subject.strip() or opening.files or opening.inbound_mail):
        raise Refused(
            "intake.description", "Write what is wrong, and since when, so that we can start at once."
        )
    # Inside the gateway's own transaction a savepoint would only cost time: what breaks here breaks all of it.
    with transaction.atomic(savepoint=False), together():
        earlier = _already_opened(opening.submission)
        if earlier is not None:
            return earlier
        ticket_team = opening.team or team(opening.team_slug)
        version = policy_version_for(opening.account) if opening.account else policy.current()
        ticket = Ticket(
            subject=clean_subject(opening.subject) or WITHOUT_SUBJECT,
            state=TicketState.NEW,
            channel=opening.channel,
            policy_slug=version.slug,
            team=ticket_team,
            sealed=ticket_team.sealed,
            customer=opening.customer or (opening.account.customer if opening.account else None),
            account=opening.account,
            contact=opening.contact,
            requester_name=without_keys(opening.requester_name)[:200],
            requester_address=opening.requester_address[:320],
            trust=opening.trust,
            opened_at=opening.arrived_at,
            queued_at=opening.arrived_at,
            updated_at=at,
            state_since=opening.arrived_at,
            follows=opening.follows,
        )
        insert(ticket)
        message = Message(
            ticket=ticket,
            kind=Message.Kind.CUSTOMER,
            author_name=author_name(opening.contact, opening.requester_name, opening.requester_address),
            contact=opening.contact,
            trust=opening.trust,
            text=kept_text(opening.text),
            fresh=fresh_part(opening.text, opening.fresh),
            html=page_without_keys(opening.html),
            at=opening.arrived_at,
            inbound_mail=opening.inbound_mail,
            submission=opening.submission,
        )
        clocks.start_clocks(ticket, version, message, at=opening.arrived_at)
        attach(message, opening.files)
        note("ticket", ticket.pk, "opened", by=by, at=at, facts={"channel": str(opening.channel)})
        decide("ticket", ticket.pk, _judgements(opening, version), version_id=version.id, at=at)
        index.add("ticket", ticket.pk, searchable(ticket, message))
        why = _doubt(opening, ticket, version, at=at)
        if why:
            withholding.withhold(ticket, why, version=version, at=at)
        _acknowledge(opening, ticket, version, at, waits=why)
        return ticket


def clean_subject(subject: str) -> str:
    """One line of at most 500 characters, free of control characters and of keys of our links."""
    shown = "".join(c if c.isprintable() else " " for c in without_keys(subject))
    return " ".join(shown.split())[:SUBJECT_LENGTH]


def kept_text(text: str) -> str:
    """Words as they are kept: no key of a link of ours, no NUL (PostgreSQL has none), no empty lines at either end."""
    return without_keys(text).replace("\x00", "").strip("\r\n").rstrip()


def fresh_part(text: str, fresh: str) -> str:
    """The newly written part where it differs from the whole, else ""."""
    kept = kept_text(fresh)
    return kept if kept != kept_text(text) else ""


def author_name(contact: Contact | None, name: str, address: str) -> str:
    """How the author of a message is named on screens."""
    return without_keys(contact.person.name if contact else name or address)[:200] or "somebody"


def attach(message: Message, files: Iterable[NewFile]) -> None:
    """Hang files on a message, in one statement."""
    rows = [
        Attachment(
            message=message,
            digest=file.digest,
            filename=clean_subject(file.filename)[:255] or "file",
            content_type=file.content_type[:127],
            size=file.size,
            inline=file.inline,
            content_id=file.content_id[:255],
        )
        for file in files
    ]
    insert_later(*rows)


def searchable(ticket: Ticket, message: Message) -> str:
    """The words by which a ticket is found: who, what, and what was written."""
    who = [message.author_name, ticket.requester_address]
    if ticket.contact:
        who.append(ticket.contact.person.email)
    if ticket.account:
        who += [ticket.account.username, ticket.account.customer.name]
    return "\n".join([ticket.subject, *who, message.text])


def _already_opened(submission: str | None) -> Ticket | None:
    if submission is None:
        return None
    message = Message.objects.filter(submission=submission).select_related("ticket").first()
    return message.ticket if message else None


def _judgements(opening: Opening, version: policy.Version) -> list[Judgement]:
    """What was judged before the ticket, and the two promises of time it was given."""
    promised = [
        Judgement(
            clocks.CLAUSES[kind],
            "promised",
            {
                "from": opening.arrived_at.isoformat(),
                "warning_after_minutes": int(target.warn_after.total_seconds() // 60),
                "due_after_minutes": int(target.due_after.total_seconds() // 60),
                **({} if target.hours.is_always else {"in_support_hours": True}),
            },
        )
        for kind, target in clocks.targets(version).items()
        if kind in clocks.ALL
        if kind != clocks.UPDATE
    ]
    return [*opening.judgements, *promised]


def _doubt(opening: Opening, ticket: Ticket, version: policy.Version, *, at: datetime) -> Doubt:
    """Why support waits for the contact's details, or "": not for complaints, and not for what came by telephone."""
    written = opening.channel in (Channel.MAIL, Channel.CLIENT_AREA)
    if opening.contact is None or not written or ticket.sealed or not opening.may_wait:
        return ""
    return doubt(opening.contact, version.terms, at=at)


def _acknowledge(
    opening: Opening, ticket: Ticket, version: policy.Version, at: datetime, *, waits: Doubt
) -> None:
    if opening.contact is None or opening.acknowledge == "none":
        return
    contact, asks = opening.contact, opening.acknowledge == "confirm"
    if waits and not asks:
        # Also where mail came back before: this is the one mail that can put it right.
        mails.details_first(ticket, contact, why=waits, version=version, at=at)
        return
    judged = acknowledging.judge(
        ticket,
        contact.person,
        kind="please_confirm" if asks else "acknowledgement",
        # Whoever signed in, or was heard by an agent, needs no further proof.
        trust=opening.trust if opening.channel == Channel.MAIL else "proven",
        is_new=True,
        # It leads to the client area, where the details are put in order.
        cures=bool(waits),
        version=version,
        at=at,
    )
    if judged.verdict != "send":
        acknowledging.keep_silent(ticket, contact.person, judged, version=version, at=at)
    elif asks:
        mails.please_confirm(ticket, contact, at=at)
    else:
        mails.acknowledgement(
            ticket,
            contact,
            version,
            in_reply_to=opening.inbound_mail,
            choices=accounts_to_choose(ticket, contact),
            not_before=opening.not_before,
            at=at,
        )
