"""What pages say of a request that waits for time to pass: for objections (contact.restricted), for quiet hours (sla.offpeak)."""

from __future__ import annotations

from datetime import datetime

from hostdesk.kit import moments
from hostdesk.policy.rules import requests as rules
from hostdesk.requests.standing import Case, last_day_ends, progress_of, zone


def objecting(case: Case, at: datetime) -> tuple[str, str]:
    """A request that every contact can stop for a while."""
    until = rules.may_run_from(progress_of(case, at=at), case.kind, case.version.terms, at=at)
    end = moments.said(until, zone(), now=at)
    lasts = (
        "It is yours to the end of the last day that was asked for. " if until == last_day_ends(case) else ""
    )
    return (
        f"Waits until {end}",
        f"{lasts}Every contact of the account has been told, and can stop it until then.",
    )


def coming(case: Case, at: datetime) -> str:
    """`next Sunday 00:00`, or that they are now and until when."""
    hours = case.version.terms.offpeak_hours
    if hours.covers(at, zone()):
        return f"they are now{_until(case, at)}"
    return f"next {moments.said(hours.next_from(at, zone()), zone(), now=at)}"


def quiet(case: Case, at: datetime) -> tuple[str, str]:
    """A request that waits for them."""
    return (
        "Waits for quiet hours",
        f"Work of this kind is done when few people are there, {coming(case, at)}.",
    )


def ready(case: Case, at: datetime) -> str:
    """A request that is ready: when we do it."""
    hours = case.version.terms.offpeak_hours
    if case.kind.offpeak and hours.covers(at, zone()):
        return f"Everything that was needed is here. We do it in these quiet hours{_until(case, at)}."
    return "Everything that was needed is here. We do it next."


def _until(case: Case, at: datetime) -> str:
    end = case.version.terms.offpeak_hours.until(at, zone())
    return f", until {moments.said(end, zone(), now=at)}" if end else ""
