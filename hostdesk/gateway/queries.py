"""What the mailroom shows. Mail that became a complaint, or was addressed to it, is for the supervisors only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.db.models.expressions import Exists, OuterRef

from hostdesk.audit.models import Decision, Entry
from hostdesk.audit.queries import decisions_of, history_of
from hostdesk.gateway.finding import Wanted, narrowed
from hostdesk.kit.refusals import Missing
from hostdesk.mail import breakers
from hostdesk.mail.models import (
    Breaker,
    InboundMail,
    InboundQuerySet,
    OutboundMail,
    OutboundQuerySet,
    RawMail,
    Route,
)
from hostdesk.people.models import Agent, Role, Team
from hostdesk.people.queries import team_ids_of
from hostdesk.tickets.models import Ticket


def mails_for_agent(agent: Agent) -> InboundQuerySet:
    """All inbound mails that an agent may see (conduct.complaints: those of sealed tickets only the team's members)."""
    sealed = Ticket.objects.filter(pk=OuterRef("ticket_number"), sealed=True)
    if is_supervisor(agent):
        hidden = sealed.exclude(team_id__in=team_ids_of(agent))
        return InboundMail.objects.exclude(Exists(hidden))
    complaint = Q(route=Route.COMPLAINT) | Q(clause="conduct.complaints")
    return InboundMail.objects.exclude(complaint).exclude(Exists(sealed))


SECRETS = ("sign_in_link", "invitation")
"""Kinds of outbound mail that sign somebody in."""


def outbound_for_agent(agent: Agent) -> OutboundQuerySet:
    """All outbound mails that an agent may see: those of tickets that they may see, and none that signs somebody in.

    Only an administrator sees the latter, and only where nothing can leave the house: there it is how the first
    people get in at all.
    """
    visible = OutboundMail.objects.all()
    if agent.role != Role.ADMIN or settings.SMTP_URL:
        visible = visible.exclude(kind__in=SECRETS)
    hidden = Ticket.objects.filter(pk=OuterRef("ticket_number"), sealed=True).exclude(
        team_id__in=team_ids_of(agent)
    )
    return visible.exclude(Exists(hidden))


def customer_of(ticket_number: int | None) -> int | None:
    """The key of the customer whose ticket this is; None where there is no ticket, or nobody's."""
    if ticket_number is None:
        return None
    return Ticket.objects.filter(pk=ticket_number).values_list("customer_id", flat=True).first()


def mail_for_agent(agent: Agent, pk: int) -> InboundMail:
    """One inbound mail; raises Missing when there is none for this agent."""
    mail = mails_for_agent(agent).filter(pk=pk).first()
    if mail is None:
        raise Missing
    return mail


def outbound_mail_for_agent(agent: Agent, pk: int) -> OutboundMail:
    """One outbound mail; raises Missing when there is none for this agent."""
    mail = outbound_for_agent(agent).filter(pk=pk).first()
    if mail is None:
        raise Missing
    return mail


def raw_of(mail: InboundMail) -> bytes:
    """The bytes of a mail that was fetched for an agent; raises Missing when none were kept."""
    raw = RawMail.objects.filter(pk=mail.digest).values_list("raw", flat=True).first()
    if raw is None:
        raise Missing
    return bytes(raw)


@dataclass(frozen=True)
class MailPage:
    """One inbound mail with what was judged about it."""

    mail: InboundMail
    decisions: list[Decision]
    events: list[Entry]


def page_of_mail(mail: InboundMail) -> MailPage:
    """All that stands on the page of a mail which was fetched for an agent."""
    decisions = decisions_of("mail", [mail.pk])
    if mail.ticket_number is not None:
        decisions += [d for d in decisions_of("ticket", [mail.ticket_number]) if _is_about(d, mail)]
    return MailPage(mail, decisions, history_of("inbound_mail", mail.pk))


# What the gateway judges about a mail is kept with the ticket that it became part of.
_JUDGED_OF_MAILS = frozenset(
    {
        "contact.listed_sender",
        "contact.identify",
        "contact.unlisted",
        "channel.no_duplicates",
        "conduct.complaints",
    }
)


def _is_about(decision: Decision, mail: InboundMail) -> bool:
    """Whether a ticket's decision was made about this one of its mails."""
    named = decision.facts.get("mail")
    if decision.clause not in _JUDGED_OF_MAILS or (named is not None and named != mail.pk):
        return False
    return named == mail.pk or decision.at in (mail.received_at, mail.settled_at)


def events_of_outbound(mail: OutboundMail) -> list[Entry]:
    """What people did with a mail that was fetched for an agent, oldest first."""
    return history_of("outbound_mail", mail.pk)


def inbound_page(
    agent: Agent,
    wanted: Wanted,
    *,
    before: int | None = None,
    limit: int = 50,
    apart: Collection[int] = (),
) -> list[InboundMail]:
    """Inbound mails that an agent may see and asked for, newest first, without those that stand `apart`."""
    mails = narrowed(mails_for_agent(agent), wanted).order_by("-id")
    if before is not None:
        mails = mails.filter(pk__lt=before)
    if apart:
        mails = mails.exclude(pk__in=apart)
    return list(mails[:limit])


@dataclass(frozen=True)
class Held:
    """How many mails are held for one reason, and since when the oldest of them is."""

    reason: str
    clause: str
    many: int
    since: datetime


def held_by_reason(agent: Agent, *, limit: int = 100) -> list[Held]:
    """Why mails are held for a person, the most frequent reason first."""
    found = (
        mails_for_agent(agent)
        .with_disposition("quarantined")
        .order_by()
        .values_list("reason", "clause")
        .annotate(many=Count("pk"), since=Min("received_at"))
        .order_by("-many", "reason")
    )
    return [Held(*row) for row in found[:limit]]


def held_for_agent(agent: Agent, reason: str, *, limit: int) -> list[InboundMail]:
    """Mails held for one reason, oldest first."""
    return list(
        mails_for_agent(agent).with_disposition("quarantined").filter(reason=reason).order_by("id")[:limit]
    )


def breakers_for_agent(agent: Agent, *, at: datetime) -> list[Breaker]:
    """The breakers that hold automatic mails back now; not those of sealed tickets of another team."""
    opened = breakers.open_now(at=at)
    numbers = [int(row.key) for row in opened if row.scope == Breaker.Scope.TICKET]
    sealed = Ticket.objects.filter(pk__in=numbers, sealed=True).exclude(team_id__in=team_ids_of(agent))
    hidden = {str(pk) for pk in sealed.values_list("pk", flat=True)} if numbers else set()
    return [row for row in opened if row.scope != Breaker.Scope.TICKET or row.key not in hidden]


def resembling(agent: Agent, *, limit: int = 20) -> list[InboundMail]:
    """Closed mails that look like a contact's, newest first: silence might have hurt somebody (contact.unlisted)."""
    return list(mails_for_agent(agent).closed_but_resembling().order_by("-id")[:limit])


def resembling_since(since: datetime) -> int:
    """How many mails closed since then looked like a contact's."""
    return InboundMail.objects.closed_but_resembling().filter(received_at__gte=since).count()


def resembling_today(at: datetime) -> int:
    """The same for the last 24 hours."""
    return resembling_since(at - timedelta(days=1))


def is_supervisor(agent: Agent) -> bool:
    """Whether an agent may see the mail of complaints (conduct.complaints); asked once for an agent as fetched."""
    known: bool | None = agent.__dict__.get("known_supervisor")
    if known is None:
        known = Team.objects.filter(slug=Team.SUPERVISORS, pk__in=team_ids_of(agent)).exists()
        agent.__dict__["known_supervisor"] = known
    return known
