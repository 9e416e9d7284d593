"""The mails of requests. Whether to send is decided by the verbs; every one goes to a stored address of a listed contact."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from hostdesk.kit import moments
from hostdesk.kit.money import Money
from hostdesk.mail import compose, reply_tokens
from hostdesk.mail.actions import OutboundDraft, queue_once
from hostdesk.people.actions.details import new_link
from hostdesk.people.models import Contact
from hostdesk.policy.rules import requests as rules
from hostdesk.requests.models import Confirmation
from hostdesk.requests.standing import Case, progress_of


def please_confirm(case: Case, contact: Contact, asked: Confirmation, *, token: str, at: datetime) -> None:
    """Ask for a yes; the button stands behind the link, so that no scanner presses it. Quotes nothing of a mail."""
    by_link = asked.purpose == "second" or rules.a_link_suffices(case.kind)
    link = f"{settings.HOSTDESK_URL}{reverse('requests:confirmation', args=[token])}"
    facts = {
        "by_link": by_link,
        "address": link if by_link else _page(case),
        "until": _local(asked.expires_at, at),
        "second": asked.purpose == "second" and contact.pk != case.request.contact_id,
        "nobody_else": case.kind.second == "contact",
        "once_more": asked.purpose == "second" and contact.pk == case.request.contact_id,
        "life": moments.in_words(case.version.terms.request_confirm),
    }
    _to(case, contact, "please_confirm", facts, about=f"request-confirm:{asked.pk}", at=at)


def notice(case: Case, contact: Contact, *, at: datetime) -> None:
    """Tell another contact of the account what was asked, when it happens, and how to stop it."""
    runs_from = rules.may_run_from(progress_of(case, at=at), case.kind, case.version.terms, at=at)
    facts = {
        "runs_from": _local(runs_from, at) if runs_from > at else "",
        "may_stop": contact.role in case.version.terms.restricted_roles,
        "address": _page(case),
    }
    _to(case, contact, "notice", facts, about=f"request-notice:{case.request.pk}:{contact.pk}", at=at)


def price(case: Case, *, at: datetime) -> None:
    """Say what it costs; nothing happens before it is accepted and paid. Clause: fee.cleanup."""
    _to_asker(case, "price", {"address": _page(case), "until": _until(case, at)}, at=at)


def payment(case: Case, *, at: datetime) -> None:
    """The price was accepted: how to pay. Clause: fee.minimum."""
    _to_asker(case, "payment", {"address": _page(case)}, at=at)


def details(case: Case, *, at: datetime) -> None:
    """The contact's details are out of date: one button behind the link puts that right. Clause: contact.current."""
    token = new_link(case.request.contact.person, at=at)
    facts: dict[str, object] = {
        "confirm": f"{settings.HOSTDESK_URL}{reverse('people:details_link', args=[token])}",
        "address": f"{settings.HOSTDESK_URL}{reverse('people:contacts')}",
    }
    _to_asker(case, "details", facts, at=at)


def refused(case: Case, *, at: datetime) -> None:
    """Say no, by which clause, and how to become entitled."""
    clause = case.request.clause
    policy_page = f"{settings.HOSTDESK_URL}/policy/{case.version.slug}/#{clause}" if clause else ""
    paid = hasattr(case.request, "payment")
    facts: dict[str, object] = {"policy_url": policy_page, "sentence": case.request.sentence, "paid": paid}
    _to_asker(case, "refused", facts, at=at)


def done(case: Case, *, at: datetime) -> None:
    """It was carried out."""
    _to_asker(case, "done", {"address": _page(case)}, at=at)


def undone(case: Case, *, at: datetime) -> None:
    """What was carried out was taken back."""
    _to_asker(case, "undone", {"address": _page(case)}, at=at)


def expired(case: Case, *, at: datetime) -> None:
    """It was not brought on in time, as the request says; nothing was changed."""
    _to_asker(case, "expired", {"address": _page(case), "sentence": case.request.sentence}, at=at)


def _to_asker(case: Case, kind: str, facts: dict[str, object], *, at: datetime) -> None:
    request = case.request
    if request.contact.removed_at is None:
        about = f"request-{kind}:{request.pk}:{int(at.timestamp())}"
        _to(case, request.contact, kind, facts, about=about, at=at)


def _to(
    case: Case, contact: Contact, kind: str, facts: dict[str, object], *, about: str, at: datetime
) -> None:
    request, person = case.request, contact.person
    context = {
        **facts,
        "what": case.kind.name,
        "asker": request.contact.person.name,
        "account": request.account.username,
        "number": request.ticket.number,
        "price": Money(request.price_cents, request.currency).shown() if request.price_cents else "",
        "destroys": case.kind.destroys,
        "first_name": person.name.split(" ")[0],
    }
    subject, text, html = compose.render(f"requests/mails/{kind}", context)
    draft = OutboundDraft(
        kind=f"request_{kind}",
        to_address=person.email,
        to_name=person.name,
        person_id=person.pk,
        ticket_number=request.ticket_id,
        subject=subject,
        text=text,
        html=html,
        about=about,
        automatic=True,
        # Each stands for a press of a button, and a notice of a change must reach every contact of a full list.
        passes_breakers=True,
        reply_to=reply_tokens.address_for(request.ticket_id, person.pk, request.ticket.reply_generation),
    )
    queue_once(draft, at=at)


def _page(case: Case) -> str:
    return f"{settings.HOSTDESK_URL}{reverse('requests:client_request', args=[case.request.pk])}"


def _until(case: Case, at: datetime) -> str:
    return _local(case.request.asked_at + case.version.terms.request_confirm, at)


def _local(instant: datetime, at: datetime) -> str:
    return moments.day_and_time(instant, ZoneInfo(settings.TIME_ZONE), now=at)
