"""What an agent does with a mail that was not let in: open it as a ticket, or have it judged again."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Fact, Judgement, note
from hostdesk.gateway.judging import tools
from hostdesk.gateway.keeping import keep_files
from hostdesk.kit.refusals import Refused
from hostdesk.mail.actions import wait_again
from hostdesk.mail.models import Disposition, InboundMail, RawMail, Route
from hostdesk.mail.reading import ParsedMail
from hostdesk.people.models import Agent, Team
from hostdesk.tickets.actions.opening import Opening, open_ticket
from hostdesk.tickets.models import Channel, Ticket

NOT_LET_IN = (Disposition.CLOSED, Disposition.QUARANTINED, Disposition.IGNORED)


def open_as_ticket(mail: InboundMail, *, by: Agent, at: datetime) -> Ticket:
    """Open a mail that was not let in as a ticket: a person says that it was closed wrongly.

    Sends nothing by itself. Its author stays unlisted: the ticket has no contact and no account until an agent
    finds out who it is. The clocks run from its arrival. Refused: a mail that is in a ticket already.
    Clause: contact.unlisted.
    """
    raw = RawMail.objects.filter(pk=mail.digest).values_list("raw", flat=True).first()
    if raw is None:
        raise Refused("", "Nothing of this mail was kept, so there is nothing to open.")
    parsed = tools().pool.read(bytes(raw))
    read = parsed if isinstance(parsed, ParsedMail) else None
    files = keep_files(read) if read else ()
    with transaction.atomic():
        row = InboundMail.objects.select_for_update().get(pk=mail.pk)
        if row.disposition not in NOT_LET_IN:
            raise Refused("", "This mail is in a ticket already, or still waits to be judged.")
        facts: dict[str, Fact] = {"mail": row.pk, "was": row.disposition, "reason": row.reason}
        ticket = open_ticket(
            Opening(
                subject=read.subject if read else "(a mail that could not be read)",
                text=read.text
                if read
                else "This mail could not be read. Its source is kept in the mailroom.",
                fresh=read.reply_text if read else "",
                html=(read.html_sanitized or "") if read else "",
                channel=Channel.MAIL,
                arrived_at=row.received_at,
                requester_name=row.sender_name,
                requester_address=row.sender,
                trust=row.trust,
                files=files,
                team_slug=Team.SUPERVISORS if _is_complaint(row) else Team.SUPPORT,
                inbound_mail=row,
                judgements=(Judgement("contact.unlisted", "opened by hand", facts),),
                acknowledge="none",
            ),
            by=by.actor(),
            at=at,
        )
        row.disposition = Disposition.TICKETED
        row.reason = f"{row.reason} Opened as a ticket by {by.name}."
        row.ticket_number = ticket.pk
        row.settled_at = at
        row.save(update_fields=["disposition", "reason", "ticket_number", "settled_at"])
        note("inbound_mail", row.pk, "opened as ticket", by=by.actor(), at=at, facts={"ticket": ticket.pk})
        return ticket


def _is_complaint(row: InboundMail) -> bool:
    return row.route == Route.COMPLAINT or row.clause == "conduct.complaints"


def run_again(mail: InboundMail, *, by: Agent, at: datetime) -> InboundMail:
    """Have a mail judged once more, as if it had just been kept; refused for one that is in a ticket."""
    return wait_again(mail, by=by.actor(), at=at)


def run_all_again(mails: Iterable[InboundMail], *, by: Agent, at: datetime) -> int:
    """Have many mails judged once more, each in its own commit; how many. One that is in a ticket by now is left."""
    many = 0
    for mail in mails:
        with suppress(Refused):
            run_again(mail, by=by, at=at)
            many += 1
    return many
