"""Service levels: how soon an answer and a solution are due, and what counts as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from hostdesk.policy.registry import rule
from hostdesk.policy.terms import Terms

AuthorKind = Literal["agent", "contact", "system"]


@dataclass(frozen=True, slots=True)
class Target:
    """After how much running time a clock warns, and when it is due."""

    warn_after: timedelta
    due_after: timedelta


@rule("sla.response", "sla.hours")
def response_target(terms: Terms) -> Target:
    """When the first substantive answer is due, counted from arrival.

    Support runs round the clock, so running time is plain time. Clauses: sla.response, sla.hours.
    """
    assert terms.support_hours.is_always, "clocks run round the clock; the loader lets no other hours in"
    return Target(terms.response_warning, terms.response_breach)


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
