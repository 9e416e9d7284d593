"""How the clauses kept by the gateway fare, over the last 30 days."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef

from hostdesk.audit.models import Decision
from hostdesk.mail.models import InboundMail, InboundQuerySet, OutboundMail
from hostdesk.policy.registry import Evidence, evidence

SPAN = timedelta(days=30)
_LISTED = 20


@evidence("contact.listed_sender")
def listed_sender(at: datetime) -> Evidence:
    """Every mail that became or joined a ticket by itself bears how far its sender was believed."""
    let_in = _received(at).filter(disposition__in=("ticketed", "appended"), clause="contact.listed_sender")
    by_trust = dict(let_in.order_by().values_list("trust").annotate(Count("pk")))
    joined = let_in.filter(disposition="appended").exclude(trust__in=("proven", "plausible"))
    wrong = [f"mail {pk} joined a ticket unproven" for pk in joined.values_list("pk", flat=True)[:_LISTED]]
    count = sum(by_trust.values())
    words = ", ".join(f"{number} {trust}" for trust, number in sorted(by_trust.items())) or "none"
    return Evidence(
        count, _share(count, len(wrong)), wrong, f"{count} mails of contacts let in within 30 days: {words}."
    )


@evidence("contact.unlisted")
def unlisted(at: datetime) -> Evidence:
    """Mail from unlisted addresses was closed, and nothing was sent to its sender on that account."""
    closed = _received(at).filter(disposition="closed")
    answered = closed.filter(
        Exists(
            OutboundMail.objects.filter(
                to_address=OuterRef("sender"),
                queued_at__gte=OuterRef("received_at"),
                kind__in=("acknowledgement", "please_confirm"),
            )
        )
    )
    wrong = [f"mail {pk} was answered" for pk in answered.values_list("pk", flat=True)[:_LISTED]]
    count, opened = closed.count(), _by_hand(at)
    alike = closed.exclude(resembles="").count()
    sentence = f"{count} mails closed without an answer in 30 days; {alike} resembled a contact, {opened} were opened by hand."
    return Evidence(count, _share(count, len(wrong)), wrong, sentence)


@evidence("contact.identify")
def identify(at: datetime) -> Evidence:
    """How often a contact of several accounts named none of them and was asked."""
    made = Decision.objects.filter(clause="contact.identify", at__gte=at - SPAN, at__lte=at)
    unclear = made.filter(outcome="account not named").count()
    chosen = made.filter(outcome="account chosen").count()
    count = _received(at).filter(disposition="ticketed", clause="contact.listed_sender").count()
    sentence = f"{count} tickets opened by mail in 30 days; in {unclear} the account was not named and was asked for, {chosen} were answered by a button."
    return Evidence(count, _share(count, unclear), [], sentence)


@evidence("channel.no_duplicates")
def no_duplicates(at: datetime) -> Evidence:
    """How many mails joined the ticket they belong to instead of opening another."""
    received = _received(at)
    joined = received.filter(disposition="appended").count()
    count = joined + received.filter(disposition="ticketed").count()
    return Evidence(
        count, None, [], f"{joined} of {count} mails let in within 30 days joined the ticket they belong to."
    )


def _received(at: datetime) -> InboundQuerySet:
    return InboundMail.objects.filter(received_at__gte=at - SPAN, received_at__lte=at)


def _by_hand(at: datetime) -> int:
    return Decision.objects.filter(
        clause="contact.unlisted", outcome="opened by hand", at__gte=at - SPAN, at__lte=at
    ).count()


def _share(count: int, wrong: int) -> float | None:
    return (count - wrong) / count if count else None
