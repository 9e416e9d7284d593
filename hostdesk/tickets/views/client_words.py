"""What a ticket's customer is told: how it stands, what happens next, what they can do. Facts in, sentences out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from hostdesk.policy.registry import CLAUSES
from hostdesk.tickets.delay_models import Delay
from hostdesk.tickets.models import Ticket, TicketState
from hostdesk.tickets.queries.client import Expectation
from hostdesk.tickets.queries.crews import Nobody
from hostdesk.tickets.queries.expected import Likely
from hostdesk.tickets.views import client_likely
from hostdesk.web import times

Tone = Literal["good", "watch", "late", "ours", "plain"]


@dataclass(frozen=True, slots=True)
class Promise:
    """The clause behind a sentence: its id, its title, and where it can be read."""

    clause: str
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands, for its customer.

    `headline` in a few words; `sentence` says what happens next, with instants as `<time>`; `promise` is the clause
    that says so; `brief` is one line for lists. Tone "ours" marks that it is the customer's turn.
    """

    tone: Tone
    icon: str
    headline: str
    sentence: SafeString
    promise: Promise | None
    brief: SafeString


def standing(
    ticket: Ticket,
    expected: Expectation,
    *,
    reopens_until: datetime | None,
    now: datetime,
    delay: Delay | None = None,
) -> Standing:
    """How this ticket stands at `now`; `reopens_until` is when a resolved one closes for good.

    `delay` is the one that the customer was told of: what was promised before is then said as what it is, the past.
    """
    if ticket.state == TicketState.CLOSED:
        return _closed(ticket, now)
    if ticket.state == TicketState.RESOLVED:
        return _resolved(ticket, reopens_until, now)
    if ticket.state == TicketState.WAITING_CUSTOMER:
        return _for_details(ticket, now) if expected.waits_for_details else _your_turn(ticket, now)
    if ticket.state == TicketState.WAITING_WINDOW:
        return _for_a_window(ticket, expected, now)
    if ticket.state == TicketState.WAITING_TEAM:
        return _for_a_team(ticket, expected, now)
    return _our_turn(ticket, expected, now, delay)


def promise(ticket: Ticket, clause: str) -> Promise:
    """The clause as the ticket's own policy tells it."""
    return Promise(clause, CLAUSES[clause].title, f"/policy/{ticket.policy_slug}/#{clause}")


def _delayed(ticket: Ticket, due: datetime, now: datetime) -> Standing:
    headline = f"{ticket.assignee.name} has it" if ticket.assignee else "It takes longer than usual"
    when = times.tag(due, now)
    return Standing(
        "watch",
        "user-check" if ticket.assignee else "clock",
        headline,
        format_html("We promised an answer by {}.", when),
        promise(ticket, "sla.delays"),
        format_html("{}, answer promised by {}", headline, when),
    )


def _our_turn(ticket: Ticket, expected: Expectation, now: datetime, delay: Delay | None) -> Standing:
    if delay is not None and delay.kind == "response" and expected.answer_by and expected.answer_by > now:
        return _delayed(ticket, expected.answer_by, now)
    holder = ticket.assignee.name if ticket.assignee else ""
    headline = _place(expected) if not holder else f"{holder} has it"
    due = expected.answer_by or expected.solve_by
    answers = expected.answer_by is not None
    if due is None:
        return Standing(
            "good",
            "user-check" if holder else "clock",
            headline,
            SafeString("It is our turn."),
            None,
            SafeString(headline),
        )
    if due <= now:
        return _late(ticket, headline, due, expected if answers else None, now=now)
    icon = "user-check" if holder else "clock"
    if answers and expected.nobody is not None:
        return _for_somebody(ticket, headline, expected, expected.nobody, due, now=now)
    if answers and expected.likely is not None:
        return _in_the_queue(ticket, headline, expected.likely, due, now=now)
    when = times.tag(due, now)
    sentence = (
        format_html("Expect an answer from a person by {}.", when)
        if answers
        else format_html("We aim to have it solved by {}.", when)
    )
    brief = format_html("{}, {} by {}", headline, "answer" if answers else "solution", when)
    clause = "sla.response" if answers else "sla.resolve"
    return Standing("good", icon, headline, sentence, promise(ticket, clause), brief)


def _in_the_queue(ticket: Ticket, headline: str, likely: Likely, due: datetime, *, now: datetime) -> Standing:
    in_time = likely.ends <= due
    return Standing(
        "good" if in_time else "watch",
        "clock",
        headline,
        client_likely.sentence(likely, due, now),
        promise(ticket, "sla.response" if in_time else "sla.delays"),
        format_html("{}, answer likely {}", headline, client_likely.when(likely, now)),
    )


def _for_somebody(
    ticket: Ticket, headline: str, expected: Expectation, nobody: Nobody, due: datetime, *, now: datetime
) -> Standing:
    """It waits, and nobody who may take it is on duty."""
    likely = expected.likely
    in_time = likely.ends <= due if likely else nobody.until is not None and nobody.until < due
    if likely is not None:
        then = client_likely.sentence(likely, due, now)
    elif in_time or nobody.until is None:
        then = format_html("We aim for an answer by {}.", times.tag(due, now))
    else:
        then = format_html("That is later than {}, which we aim for.", times.tag(due, now))
    return Standing(
        "good" if in_time else "watch",
        "clock",
        headline,
        format_html("{} {}", client_likely.nobody_there(nobody, now), then),
        promise(ticket, "sla.response" if in_time else "sla.delays"),
        format_html("{}, {}", headline, client_likely.nobody_briefly(nobody, now)),
    )


def _place(expected: Expectation) -> str:
    if expected.place is None:
        return "With us"
    return "Next in the queue" if expected.place == 1 else f"Number {expected.place} in the queue"


def _late(
    ticket: Ticket, headline: str, due: datetime, expected: Expectation | None, *, now: datetime
) -> Standing:
    """Past its promise; `expected` where that was one of an answer."""
    what = "solution" if expected is None else "answer"
    soon = SafeString("")
    if expected is not None and expected.nobody is not None:
        soon = format_html(" {}", client_likely.nobody_there(expected.nobody, now))
    if expected is not None and expected.likely is not None:
        soon = format_html("{} {}", soon, client_likely.sentence(expected.likely, due, now))
    return Standing(
        "late",
        "triangle-alert",
        f"Our {what} is late",
        format_html(
            "It was due by {}. A supervisor has been told. {}.{}",
            times.tag(due, now),
            headline,
            soon,
        ),
        promise(ticket, "sla.best_effort"),
        format_html("{} late: it was due by {}", what.capitalize(), times.tag(due, now)),
    )


def _your_turn(ticket: Ticket, now: datetime) -> Standing:
    since = times.tag(ticket.state_since, now)
    return Standing(
        "ours",
        "message-square",
        "It is your turn",
        format_html(
            "We have been waiting for your answer since {}. Our clock stands still while we wait for you.",
            since,
        ),
        promise(ticket, "sla.resolve"),
        format_html("Your turn since {}", since),
    )


def _for_details(ticket: Ticket, now: datetime) -> Standing:
    who = ticket.contact.person.name if ticket.contact else "the contact"
    return Standing(
        "watch",
        "user-check",
        "Waits for contact details",
        format_html(
            "We have it since {}. It goes on, at the place of its arrival, as soon as the contact details of {} "
            "are in order again: one press of a button, behind the link that we mailed. The client area has it too, at the top.",
            times.tag(ticket.opened_at, now),
            who,
        ),
        promise(ticket, "contact.current"),
        SafeString("Waits for contact details"),
    )


def _for_a_window(ticket: Ticket, expected: Expectation, now: datetime) -> Standing:
    sentence = SafeString(
        "This work is done at a quiet time that we agree with you. Our clock stands still until then."
    )
    if ticket.wrote_at is not None and expected.word_by is not None and expected.word_by > now:
        sentence = format_html(
            "You wrote {}: expect our answer by {}. The agreed time stays.",
            times.tag(ticket.wrote_at, now),
            times.tag(expected.word_by, now),
        )
    elif ticket.wrote_at is not None:
        sentence = format_html(
            "You wrote {}, and we have not answered yet. The agreed time stays.",
            times.tag(ticket.wrote_at, now),
        )
    return Standing(
        "plain",
        "calendar-clock",
        "Waits for a quiet time",
        sentence,
        promise(ticket, "sla.offpeak"),
        SafeString("Waits for a quiet time"),
    )


def _for_a_team(ticket: Ticket, expected: Expectation, now: datetime) -> Standing:
    goal = (
        format_html(" We still aim to have it solved by {}.", times.tag(expected.solve_by, now))
        if (expected.solve_by and expected.solve_by > now)
        else SafeString("")
    )
    return Standing(
        "plain",
        "users",
        "Another team is looking at it",
        format_html("We asked colleagues of another department. Our clock goes on.{}", goal),
        promise(ticket, "sla.delays"),
        SafeString("Another team is looking at it"),
    )


def _resolved(ticket: Ticket, reopens_until: datetime | None, now: datetime) -> Standing:
    ended = times.tag(ticket.resolved_at or ticket.state_since, now)
    until = (
        format_html("Until {},", times.tag(reopens_until, now)) if reopens_until else SafeString("For now")
    )
    return Standing(
        "good",
        "circle-check",
        "Solved",
        format_html("Marked as solved {}. {} whatever you write here opens it again.", ended, until),
        promise(ticket, "channel.no_duplicates"),
        format_html("Solved {}", ended),
    )


def _closed(ticket: Ticket, now: datetime) -> Standing:
    ended = times.tag(ticket.resolved_at or ticket.state_since, now)
    return Standing(
        "plain",
        "archive",
        "Closed",
        format_html(
            "Solved {} and closed since. If it came back, open a new ticket: we will see both.", ended
        ),
        promise(ticket, "channel.no_duplicates"),
        format_html("Solved {}, closed", ended),
    )
