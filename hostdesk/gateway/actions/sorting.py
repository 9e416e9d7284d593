"""One inbound mail from "kept" to its one disposition. Batches of mails, a commit for each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError, transaction

from hostdesk.audit.actions import Fact, Judgement, decide
from hostdesk.audit.inserting import together, update_later
from hostdesk.audit.prepared import Prepared
from hostdesk.gateway.actions.waiting import SHORT, put_off, what_it_waits_for
from hostdesk.gateway.admission import CAME_BACK, Facts, Verdict, admit
from hostdesk.gateway.judging import Judged, Tools, tools
from hostdesk.gateway.keeping import files_of
from hostdesk.gateway.resembling import resemblance
from hostdesk.gateway.returning import Told, is_ours_again, told_by
from hostdesk.gateway.sender import choose_contact
from hostdesk.gateway.thread import Match, find_ticket, is_complaint_already, pointed_at
from hostdesk.hosting.models import Customer
from hostdesk.jobs.claiming import claim
from hostdesk.jobs.worker import claimant
from hostdesk.kit.actors import SYSTEM
from hostdesk.kit.keyed_links import without_keys
from hostdesk.mail.models import Disposition, InboundMail, RawMail
from hostdesk.mail.reading import ParsedMail
from hostdesk.mail.returns import came_back
from hostdesk.people.actions import reaching
from hostdesk.people.models import Contact, Team
from hostdesk.people.queries import team
from hostdesk.policy import queries as policy
from hostdesk.policy.queries import Version
from hostdesk.ports.outcomes import PortDown
from hostdesk.tickets.actions.opening import Acknowledge, NewFile, Opening, open_ticket
from hostdesk.tickets.actions.writing import Addition, add_customer_message
from hostdesk.tickets.models import Channel, Message, Ticket, TicketState

log = structlog.get_logger()

BATCH = 32
MOST_UNDERWAY = 200
"""With so many slow mails in work nothing more is claimed; others may take it."""
LEASE = timedelta(minutes=2)
SETTLING_TRIES = 4
"""How often settling may break before a mail is held for a person: those behind it must flow."""


def sort_round(at: datetime) -> int:
    """Take a batch of waiting mails and settle what is ready; how many are in work.

    Reading and DNS happen before and outside the commits. A mail that takes long stays underway and is settled by a
    later round; it delays no other. Any number of workers may run this.
    """
    kit = tools()
    room = BATCH if len(kit.underway) < MOST_UNDERWAY else 0
    rows = claim(InboundMail.objects.waiting(), limit=room, by=claimant(), at=at, lease=LEASE) if room else []
    underway = len(kit.underway)
    if rows or underway:
        _take(rows, kit)
        _settle_ready(kit, at=at)
    return len(rows) + underway


def sort_mails(rows: list[InboundMail], with_tools: Tools, *, at: datetime) -> None:
    """Judge and settle claimed mails, all of them, however long the slowest takes."""
    _take(rows, with_tools)
    while with_tools.underway:
        _settle_ready(with_tools, at=at)


def _take(rows: list[InboundMail], kit: Tools) -> None:
    """Begin to read claimed mails."""
    digests = [row.digest for row in rows if row.digest]
    raws = {
        digest: bytes(raw) for digest, raw in RawMail.objects.filter(pk__in=digests).values_list("pk", "raw")
    }
    kit.underway.take(rows, raws, kit)


def _settle_ready(kit: Tools, *, at: datetime) -> None:
    """Settle the mails that are ready; one that breaks is tried again later and never stops the others."""
    # What each mail would read anew, and what hardly ever changes, is read once for all of them.
    with policy.held():
        _settle_judged(kit, Standing(policy.current(), team(Team.SUPPORT)), at=at)
    while kit.underway.broken:
        _after_break(kit.underway.broken.pop(), at=at)
    while kit.underway.set_aside:
        put_off(kit.underway.set_aside.pop(), longest=SHORT, at=at)


def _settle_judged(kit: Tools, standing: Standing, *, at: datetime) -> None:
    for judged in kit.underway.judged(kit):
        try:
            _settle_or_wait(judged, standing, at=at)
        except (OperationalError, InterfaceError):
            raise
        except PortDown:
            # The attachment storage is away: not the mail's fault, so it waits as long as it takes.
            put_off(judged.row, longest=SHORT, at=at)
        except Exception:
            # The edge of the worker's loop: whatever one mail breaks, those behind it flow.
            log.exception("mail not settled", mail=judged.row.pk, tries=judged.row.tries)
            _after_break(judged.row, at=at)


def _settle_or_wait(judged: Judged, standing: Standing, *, at: datetime) -> None:
    if why := what_it_waits_for(judged):
        put_off(judged.row, why, at=at)
    else:
        settle(judged, standing, at=at)


@dataclass(frozen=True)
class Standing:
    """What holds for a batch of mails: the policy in force when it was begun, and the team that gets tickets."""

    version: Version
    support: Team


_LOCKED = Prepared(
    lambda pk: InboundMail.objects.select_for_update().only("digest", "disposition").filter(pk=pk), int
)


def settle(judged: Judged, standing: Standing, *, at: datetime) -> None:
    """Carry out the verdict on one mail: its ticket or message, its disposition, its decision, in one commit."""
    files = files_of(judged)
    # The acknowledgement answers this very mail: it must know its name before the row is written down.
    judged.row.message_id = _message_id(judged)
    with transaction.atomic(), together():
        row = _LOCKED.first(judged.row.pk)
        if row is None or row.disposition is not None:
            return
        told = told_by(judged.parsed, judged.row.recipients)
        verdict = admit(_known(judged, told, row))
        if (
            verdict.name == CAME_BACK
            and told is not None
            and told.mail is not None
            and told.about is not None
        ):
            came_back(told.mail, told.about, at=at)
        outcome = _carry_out(verdict, judged, files, standing, at=at)
        _write_down(row, judged, verdict, outcome, at=at)
        if outcome.ticket is None:
            believed = judged.belief.facts if judged.belief else {}
            facts: dict[str, Fact] = {"mail": row.pk, "line": verdict.name, **judged.scan.facts, **believed}
            clause = verdict.clause or "channel.tickets"
            decide(
                "mail",
                row.pk,
                [Judgement(clause, outcome.disposition, facts)],
                version_id=standing.version.id,
                at=at,
            )


def _known(judged: Judged, told: Told | None, row: InboundMail) -> Facts:
    """The facts about a mail with those that only the tables know."""
    facts = replace(
        judged.facts,
        twin_taken=judged.facts.complaint and is_complaint_already(row),
        from_ourselves=judged.facts.from_ourselves or is_ours_again(judged.parsed),
    )
    if told is None:
        return facts
    if told.mail is None:
        return replace(facts, machine=f"{facts.machine} {told.why}")
    return replace(facts, came_back=told.why)


@dataclass(frozen=True)
class Outcome:
    """What was done with one mail."""

    disposition: str
    ticket: Ticket | None = None
    reason: str = ""
    resembles: str = ""


def _carry_out(
    verdict: Verdict, judged: Judged, files: tuple[NewFile, ...], standing: Standing, *, at: datetime
) -> Outcome:
    mail = judged.parsed
    if verdict.way in ("ignored", "quarantined"):
        return Outcome(verdict.way)
    assert mail is not None, "only a mail that was read gets past the first line of the table"
    if verdict.way == "closed":
        pointers = pointed_at(mail, judged.row.recipients)
        return Outcome(Disposition.CLOSED, resembles=resemblance(mail, judged.sender.address, pointers))
    if verdict.way == "complaint":
        return Outcome(Disposition.TICKETED, _open_complaint(judged, mail, files, at=at))
    match = None
    if judged.belief is not None and judged.belief.trust == "proven":
        contact = judged.sender.contacts[0]
        reaching.is_alive(contact.person, how="wrote from it, proven", by=contact.actor(), at=at)
    if verdict.way == "ticket or join":
        match = find_ticket(
            mail,
            judged.sender.contacts,
            judged.row.recipients,
            at=at,
            duplicate=standing.version.terms.duplicate,
        )
        if match is not None and match.ticket.state != TicketState.CLOSED:
            _append(match, judged, mail, files)
            return Outcome(
                Disposition.APPENDED, match.ticket, f"{verdict.reason} It belongs there by its {match.how}."
            )
    return Outcome(Disposition.TICKETED, _open(verdict, judged, mail, files, match, standing=standing, at=at))


def _open(
    verdict: Verdict,
    judged: Judged,
    mail: ParsedMail,
    files: tuple[NewFile, ...],
    match: Match | None,
    *,
    standing: Standing,
    at: datetime,
) -> Ticket:
    assert judged.belief is not None, "a listed sender was judged"
    chosen = choose_contact(judged.sender.contacts, f"{mail.subject}\n{mail.text}")
    contact = match.contact if match else chosen.contact
    known = match is not None or chosen.account_known
    judgements = [_sender_judgement(judged, contact)]
    if not known:
        facts = {"accounts": [one.account.username for one in judged.sender.contacts]}
        judgements.append(Judgement("contact.identify", "account not named", facts))
    if mail.auto_submitted:
        judgements.append(Judgement("contact.listed_sender", "no answer wanted", {"mark": mail.auto_reason}))
    return open_ticket(
        Opening(
            subject=mail.subject,
            text=mail.text,
            fresh=mail.reply_text,
            html=mail.html_sanitized or "",
            channel=Channel.MAIL,
            arrived_at=judged.row.received_at,
            contact=contact,
            account=contact.account if known else None,
            customer=_one_customer(judged.sender.contacts, contact, known=known),
            requester_name=judged.sender.name,
            requester_address=judged.sender.address,
            trust=judged.belief.trust,
            files=files,
            team=standing.support,
            inbound_mail=judged.row,
            judgements=tuple(judgements),
            acknowledge=_acknowledge(verdict, mail),
            follows=match.ticket if match else None,
        ),
        by=contact.actor(),
        at=at,
    )


def _acknowledge(verdict: Verdict, mail: ParsedMail) -> Acknowledge:
    """Which acknowledgement a new ticket gets; none where the mail itself asks for silence (RFC 3834)."""
    if mail.auto_submitted:
        return "none"
    return "confirm" if verdict.way == "own ticket" else "full"


def _open_complaint(judged: Judged, mail: ParsedMail, files: tuple[NewFile, ...], *, at: datetime) -> Ticket:
    """A ticket of the Supervisors, from anyone; acknowledged only to a believed contact (conduct.complaints)."""
    trust = judged.belief.trust if judged.belief else ""
    contacts = judged.sender.contacts if trust in ("proven", "plausible") else []
    chosen = choose_contact(contacts, f"{mail.subject}\n{mail.text}") if contacts else None
    contact = chosen.contact if chosen else None
    facts: dict[str, Fact] = {"listed": judged.sender.listed, "trust": trust, **judged.scan.facts}
    return open_ticket(
        Opening(
            subject=mail.subject,
            text=mail.text,
            fresh=mail.reply_text,
            html=mail.html_sanitized or "",
            channel=Channel.MAIL,
            arrived_at=judged.row.received_at,
            contact=contact,
            account=contact.account if contact and chosen and chosen.account_known else None,
            requester_name=judged.sender.name,
            requester_address=judged.sender.address or (mail.from_.address if mail.from_ else ""),
            trust=trust,
            files=files,
            team_slug=Team.SUPERVISORS,
            inbound_mail=judged.row,
            judgements=(Judgement("conduct.complaints", "to supervisors only", facts),),
            acknowledge="full" if contact and not mail.auto_submitted else "none",
        ),
        by=contact.actor() if contact else SYSTEM,
        at=at,
    )


def _append(match: Match, judged: Judged, mail: ParsedMail, files: tuple[NewFile, ...]) -> Message:
    assert judged.belief is not None, "a listed sender was judged"
    joined = Judgement("channel.no_duplicates", "joined", {"how": match.how, "mail": judged.row.pk})
    return add_customer_message(
        match.ticket,
        Addition(
            text=mail.text,
            fresh=mail.reply_text,
            html=mail.html_sanitized or "",
            files=files,
            trust=judged.belief.trust,
            inbound_mail=judged.row,
            judgements=(_sender_judgement(judged, match.contact), joined),
        ),
        contact=match.contact,
        by=match.contact.actor(),
        at=judged.row.received_at,
    )


def _sender_judgement(judged: Judged, contact: Contact) -> Judgement:
    assert judged.belief is not None, "a listed sender was judged"
    facts: dict[str, Fact] = {
        "role": contact.role,
        "why": judged.belief.why,
        **judged.scan.facts,
        **judged.belief.facts,
    }
    return Judgement("contact.listed_sender", judged.belief.trust, facts)


def _one_customer(contacts: list[Contact], contact: Contact, *, known: bool) -> Customer | None:
    """The customer, when all accounts in question are the same customer's."""
    if known or len({one.account.customer_id for one in contacts}) == 1:
        return contact.account.customer
    return None


def _write_down(
    row: InboundMail, judged: Judged, verdict: Verdict, outcome: Outcome, *, at: datetime
) -> None:
    mail = judged.parsed
    update_later(
        InboundMail,
        row.pk,
        disposition=outcome.disposition,
        reason=outcome.reason or verdict.reason,
        # By this the mailroom knows which mails only the supervisors may see, whatever became of them.
        clause="conduct.complaints" if judged.facts.complaint else verdict.clause,
        settled_at=at,
        sender=judged.sender.address or (mail.from_.address[:320] if mail and mail.from_ else ""),
        sender_name=without_keys(judged.sender.name)[:200],
        subject=without_keys(mail.subject if mail else "")[:1000].replace("\x00", ""),
        message_id=judged.row.message_id,
        trust=judged.belief.trust if judged.belief else "",
        resembles=outcome.resembles,
        ticket_number=outcome.ticket.pk if outcome.ticket else None,
        claimed_by="",
        claimed_until=None,
    )


def _message_id(judged: Judged) -> str:
    return ((judged.parsed.message_id or "") if judged.parsed else "")[:1000].replace("\x00", "")


def _after_break(row: InboundMail, *, at: datetime) -> None:
    """Try a mail that broke something again later; after some tries hold it for a person."""
    if row.tries < SETTLING_TRIES:
        put_off(row, at=at)
        return
    InboundMail.objects.filter(pk=row.pk, disposition=None).update(
        disposition=Disposition.QUARANTINED,
        reason="It could not be settled because of a fault in the program; the log says which. Run it again.",
        settled_at=at,
        claimed_by="",
        claimed_until=None,
    )
