"""Who gets an automatic mail: one judgement for acknowledgements, requests to confirm, notices and summaries.

Two programs that answer each other, and a stranger who writes in a contact's name, must both come to an end; a busy
customer must not be left in silence. Whatever is not sent is said on the ticket.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.audit.prepared import Prepared
from hostdesk.kit.actors import SYSTEM
from hostdesk.mail.models import OutboundMail
from hostdesk.people.models import Person
from hostdesk.policy.queries import Version
from hostdesk.policy.rules.automatic import Verdict, Wish, may_be_sent
from hostdesk.policy.rules.contact import BELIEVED, automatic_mails_per_day
from hostdesk.tickets.models import Ticket, Unacknowledged

CLAUSE = "contact.listed_sender"
DAY = timedelta(days=1)
Kind = Literal["acknowledgement", "please_confirm", "resolved", "delay"]


@dataclass(frozen=True)
class Judged:
    """What was judged about one automatic mail, and what it rests on."""

    verdict: Verdict
    facts: dict[str, Fact]


def judge(
    ticket: Ticket,
    person: Person,
    *,
    kind: Kind,
    trust: str,
    is_new: bool,
    cures: bool = False,
    version: Version,
    at: datetime,
) -> Judged:
    """Whether `person` gets an automatic mail of this kind about this ticket. In the transaction that would queue it.

    `is_new`: the ticket was just opened, so nothing was sent about it before. `cures`: it is the one mail that can show
    that mail arrives again, so that mail came back is no reason against it. All mails to one person are judged one
    after the other, so that two workers never both send the last one of a day.
    Clause: contact.listed_sender.
    """
    # Locked, and read anew: a bounce may have come in since the page or mail was looked at.
    bounces = max((count for (count,) in _LOCKED(person.pk)), default=0)
    sent = _SENT(person.email, str(kind), at - DAY)
    about = [number for (number,) in sent]
    wish = Wish(
        trust=trust,
        today=len(about),
        again=not is_new and _was_sent(ticket, kind),
        again_today=len(about) - len(set(about)),
        undeliverable=not cures and bounces >= version.terms.hard_bounces_limit,
    )
    verdict = may_be_sent(wish, version.terms)
    return Judged(verdict, {"why": _why(wish, version), "mail": kind.replace("_", " "), "trust": trust})


def keep_silent(ticket: Ticket, person: Person, judged: Judged, *, version: Version, at: datetime) -> None:
    """Say on the ticket that an automatic mail was not sent, and have the next summary name it where one will come."""
    outcome = "not told" if judged.facts["mail"] == "resolved" else "not acknowledged"
    facts: dict[str, Fact] = {**judged.facts, "then": "summary" if judged.verdict == "summary" else "nothing"}
    decide("ticket", ticket.pk, [Judgement(CLAUSE, outcome, facts)], version_id=version.id, at=at)
    note("ticket", ticket.pk, outcome, by=SYSTEM, at=at, facts=facts)
    if judged.verdict == "summary":
        Unacknowledged.objects.get_or_create(ticket=ticket, defaults={"person": person, "at": at})


_MOST_COUNTED = 2_000
_LOCKED = Prepared(
    lambda pk: Person.objects.select_for_update(no_key=True).filter(pk=pk).values_list("hard_bounces"), int
)
_SENT = Prepared(
    lambda address, kind, since: (
        OutboundMail.objects.filter(to_address=address, kind=kind, queued_at__gt=since)
        .order_by("-queued_at")
        .values_list("ticket_number")[:_MOST_COUNTED]
    ),
    str,
    str,
    datetime,
)


def _was_sent(ticket: Ticket, kind: Kind) -> bool:
    return OutboundMail.objects.filter(ticket_number=ticket.pk, kind=kind).exists()


def _why(wish: Wish, version: Version) -> str:
    if wish.undeliverable:
        return "mail to this address came back"
    if wish.again:
        return f"{wish.again_today} mails in a day that repeated an earlier one about their ticket"
    most = automatic_mails_per_day(wish.trust, version.terms)
    believed = "" if wish.trust in BELIEVED else ", for an address that nothing proves"
    return f"{wish.today} of {most} automatic mails to this address within a day{believed}"
