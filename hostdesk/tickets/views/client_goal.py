"""The sentence about the solution on a customer's ticket: by when we aim to have it solved, and what the clock waits for."""

from __future__ import annotations

from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from hostdesk.tickets.delay_models import Delay
from hostdesk.tickets.delay_words import said, said_of
from hostdesk.tickets.models import ENDED, OURS, Ticket, TicketState
from hostdesk.tickets.queries.client import Expectation
from hostdesk.tickets.queries.promised import Promised
from hostdesk.web import times

NOTHING = SafeString("")


def goal(ticket: Ticket, promised: Promised, expected: Expectation, *, now: datetime) -> SafeString:
    """What the words about how it stands leave open; nothing where they say it already. Clauses: sla.resolve, sla.offpeak."""
    if ticket.state in ENDED:
        return _ended(promised)
    if promised.if_now is not None:
        return _waiting(ticket, promised, expected, times.tag(promised.if_now, now))
    if promised.delay is not None:
        return _delayed(promised.delay, now)
    due = expected.answer_by or promised.solve_by
    if ticket.state in OURS and due is not None and due <= now:
        return format_html("It is late {}.", said(promised.reason)) if promised.reason else NOTHING
    if ticket.state in OURS and expected.answer_by and promised.solve_by and promised.solve_by > now:
        return format_html("We aim to have it solved by {}.", times.tag(promised.solve_by, now))
    return NOTHING


def _delayed(delay: Delay, now: datetime) -> SafeString:
    """What the customer was told, as long as it is not over; the expectation only while it lies ahead (sla.delays)."""
    if delay.expected_at <= now:
        return format_html("It takes longer {}.", said_of(delay))
    what = "answer" if delay.kind == "response" else "have it solved"
    when = times.tag(delay.expected_at, now)
    return format_html("It takes longer {}: we now expect to {} by {}.", said_of(delay), what, when)


def _ended(promised: Promised) -> SafeString:
    if promised.kept is None:
        return NOTHING
    if promised.kept:
        return SafeString("It was solved within the time that we aim for.")
    why = f" {said(promised.reason)}" if promised.reason else ""
    return format_html("It took longer than we aim for{}.", why)


def _waiting(ticket: Ticket, promised: Promised, expected: Expectation, when: SafeString) -> SafeString:
    if promised.can_object and ticket.state in OURS:
        return SafeString(
            "What was asked for waits until every contact has had time to object; the time for a solution counts from then."
        )
    if promised.for_quiet and ticket.state in OURS:
        return SafeString(
            "What was asked for is done in quiet hours, when few people are there; the time for a solution counts from then."
        )
    if expected.waits_for_details:
        return format_html("If that is done now, we aim to have it solved by {}.", when)
    if promised.is_agreed:
        return format_html("We aim to have it solved by {}.", when)
    if ticket.state == TicketState.WAITING_WINDOW:
        return format_html(
            "If we could begin now, it would be done by {}; the clock waits for that time.", when
        )
    return format_html("If you answer now, we aim to have it solved by {}.", when)
