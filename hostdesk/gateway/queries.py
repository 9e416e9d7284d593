"""What the mailroom shows. Mail that became a complaint, or was addressed to it, is for the supervisors only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.expressions import Exists, OuterRef

from hostdesk.audit.models import Decision, Entry
from hostdesk.audit.queries import decisions_of, history_of
from hostdesk.kit.refusals import Missing
from hostdesk.mail.models import InboundMail, InboundQuerySet, OutboundMail, OutboundQuerySet, RawMail, Route
from hostdesk.people.models import Agent, Role, Team
from hostdesk.people.queries import team_ids_of
from hostdesk.tickets.models import Ticket


def mails_for_agent(agent: Agent) -> InboundQuerySet:
    """All inbound mails that an agent may see (conduct.complaints: those of sealed tickets only the team's members)."""
    sealed = Ticket.objects.filter(pk=OuterRef("ticket_number"), sealed=True)
    if _is_supervisor(agent):
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
        decisions += [
            d for d in decisions_of("ticket", [mail.ticket_number]) if d.clause == "contact.listed_sender"
        ]
    return MailPage(mail, decisions, history_of("inbound_mail", mail.pk))


def inbound_page(
    agent: Agent, *, disposition: str = "", typed: str = "", before: int | None = None, limit: int = 50
) -> list[InboundMail]:
    """Inbound mails, newest first: of one disposition ("" for all), whose sender or subject holds what was typed."""
    mails = mails_for_agent(agent).order_by("-id")
    if disposition:
        mails = mails.with_disposition(disposition)
    if typed.strip():
        mails = mails.filter(Q(sender__icontains=typed.strip()) | Q(subject__icontains=typed.strip()))
    if before is not None:
        mails = mails.filter(pk__lt=before)
    return list(mails[:limit])


def resembling(agent: Agent, *, limit: int = 20) -> list[InboundMail]:
    """Closed mails that look like a contact's, newest first: silence might have hurt somebody (contact.unlisted)."""
    return list(
        mails_for_agent(agent).filter(disposition="closed").exclude(resembles="").order_by("-id")[:limit]
    )


def resembling_since(since: datetime) -> int:
    """How many mails closed since then looked like a contact's."""
    return (
        InboundMail.objects.filter(disposition="closed", received_at__gte=since).exclude(resembles="").count()
    )


def resembling_today(at: datetime) -> int:
    """The same for the last 24 hours."""
    return resembling_since(at - timedelta(days=1))


def _is_supervisor(agent: Agent) -> bool:
    return Team.objects.filter(slug=Team.SUPERVISORS, pk__in=team_ids_of(agent)).exists()
