"""Service levels: how soon an answer and a solution are due, and what counts as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from hostdesk.policy.registry import rule
from hostdesk.policy.terms import Terms
from hostdesk.policy.week import Week

AuthorKind = Literal["agent", "contact", "system"]


@dataclass(frozen=True, slots=True)
class Target:
    """After how much running time a clock warns, and when it is due."""

    warn_after: timedelta
    due_after: timedelta


@dataclass(frozen=True, slots=True)
class OpenHours:
    """When clocks run, on the clock of the operator: hours of the week without these days."""

    week: Week
    holidays: frozenset[date]


@rule("sla.hours")
def open_hours(terms: Terms) -> OpenHours:
    """When clocks run; a version from before holidays were known has none. Clause: sla.hours."""
    days = vars(terms).get("support_holidays", ())
    return OpenHours(terms.support_hours, frozenset(date.fromisoformat(day) for day in days))


@rule("sla.hours")
def nobody_for(terms: Terms) -> timedelta | None:
    """How long nobody may be on duty in promised hours before it is told; None in a version that does not say.

    Clause: sla.hours.
    """
    return vars(terms).get("nobody_on_duty")


@rule("sla.response", "sla.hours")
def response_target(terms: Terms) -> Target:
    """When the first substantive answer is due, in running time from arrival. Clauses: sla.response, sla.hours."""
    return Target(terms.response_warning, terms.response_breach)


@rule("sla.delays")
def update_target(terms: Terms) -> Target | None:
    """When a customer whose turn is over hears from us next; None in a version from before this was promised.

    Counted from the customer's last word, or from ours where work goes on. Clause: sla.delays.
    """
    if "update_breach" not in vars(terms):
        return None
    return Target(terms.update_warning, terms.update_breach)


@rule("sla.delays")
def consult_target(terms: Terms) -> Target | None:
    """When a question to another team is due to be answered; None in a version that names no such time.

    A version from before the warning was known warns when it is due. Clause: sla.delays.
    """
    figures = vars(terms)
    if "consult_answer" not in figures:
        return None
    return Target(figures.get("consult_warning", terms.consult_answer), terms.consult_answer)


@rule("sla.resolve")
def resolution_target(terms: Terms) -> Target:
    """When general support is due to be solved. Clause: sla.resolve."""
    return Target(terms.resolution_warning, terms.resolution_breach)


@rule("class.general_fast")
def advanced_resolution_target(terms: Terms) -> Target:
    """When advanced work is due: it takes as long as it needs, and somebody looks when that is long.

    Clause: class.general_fast.
    """
    return Target(terms.advanced_resolution_warning, terms.advanced_resolution_breach)


@rule("scope.versions")
def takes_newer_promise(*, due: datetime, newer_due: datetime, broken: bool, at: datetime) -> bool:
    """Whether an open promise goes under a version that was published meanwhile: when that is kinder to the customer.

    What we have promised is never made worse by publishing, and nothing becomes late by it: where the newer promise
    would be broken already, or this one is, the older one stands. Clause: scope.versions.
    """
    return not broken and at < newer_due < due


@rule("sla.response")
def is_substantive(*, author_kind: AuthorKind, automatic: bool, public: bool = True) -> bool:
    """Whether a message answers the customer: a person of ours wrote it, and the customer gets to read it.

    The acknowledgement is ours, not an answer; a note among staff reaches nobody. Clause: sla.response.
    """
    return author_kind == "agent" and public and not automatic


@rule("sla.best_effort", "sla.delays")
def explains_delay(reason: str, terms: Terms) -> bool:
    """Whether a recorded reason is one that the policy gives for being late. Clauses: sla.best_effort,
    sla.delays.
    """
    return reason in terms.delay_reasons


@rule("sla.fcfs")
def passing_stands(terms: Terms) -> timedelta:
    """How long "take next" leaves a ticket to others for an agent who passed it over; no time at all in a version from
    before this was known.

    Clause: sla.fcfs.
    """
    span: timedelta = vars(terms).get("pass_over", timedelta(0))
    return span
