"""What `hostdesk doctor` looks at on the desk itself: who works there, and what could not be delivered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hostdesk.config.findings import Finding
from hostdesk.kit import moments
from hostdesk.mail import breakers, queries
from hostdesk.people.models import Agent, Role
from hostdesk.policy.queries import operator
from hostdesk.schedule import plan, watching


def staff() -> Iterator[Finding]:
    """Who can sign in, and whether somebody hears of what only some may hear."""
    roles = set(Agent.objects.active().values_list("role", flat=True))
    if not roles:
        how = "hostdesk agents add EMAIL --name NAME --role admin"
        yield Finding("staff", "fault", f"nobody can sign in; make the first administrator: {how}")
        return
    for role, what in (
        (Role.ADMIN, "changes settings"),
        (Role.SUPERVISOR, "hears of breaches and complaints"),
    ):
        if role not in roles:
            yield Finding(
                "staff", "warning", f"there is no {role.label.lower()}, so nobody {what}; see 'agents add'."
            )
    everybody = Agent.objects.active()
    ready = everybody.exclude(password="").count()
    invited = everybody.count() - ready
    still = f"; {invited} invited and yet to choose a password" if invited else ""
    yield Finding("staff", "ok", f"{ready} can sign in{still}.")


def outbound() -> Iterator[Finding]:
    """Mails that were given up."""
    failed = queries.failed_outbound()
    if failed:
        what = "1 mail" if failed == 1 else f"{failed} mails"
        sentence = f"{what} could not be delivered; see the mailroom, under Out."
        yield Finding("outbound mail", "warning", sentence)
    else:
        yield Finding("outbound mail", "ok", "none was given up.")


_LATELY = timedelta(days=1)


def automatic_mail(at: datetime) -> Iterator[Finding]:
    """Breakers that are open, and what they held back within a day (contact.listed_sender)."""
    warnings = breakers.warnings(at=at)
    for sentence in warnings:
        yield Finding("automatic mail", "warning", sentence)
    held = queries.held_by_breakers(since=at - _LATELY)
    if held:
        what = "1 was" if held == 1 else f"{held} were"
        sentence = f"{what} held back within the last day and not sent on; see the mailroom, under Out."
        yield Finding("automatic mail", "warning", sentence)
    elif not warnings:
        yield Finding("automatic mail", "ok", "nothing is held back.")


def shifts(at: datetime) -> Iterator[Finding]:
    """Whether somebody is on duty and planned, and who is told when not (sla.hours)."""
    if not plan.keeps_shifts(at):
        yield Finding("shifts", "ok", "none are kept: warnings about late tickets reach the whole team.")
        return
    if watching.is_nobody_on_duty(at):
        yield Finding("shifts", "warning", "nobody is on duty now; see On duty at the desk.")
    holes = plan.holes(at)
    if holes:
        zone = ZoneInfo(operator().time_zone)
        first = moments.day_and_time(holes[0][0], zone, now=at)
        many = "1 hole" if len(holes) == 1 else f"{len(holes)} holes"
        yield Finding(
            "shifts", "warning", f"the plan has {many} in the coming days, the first {first}; see On duty."
        )
    elif plan.is_planned(at):
        yield Finding("shifts", "ok", "the plan of the coming days has no hole.")
    else:
        yield Finding("shifts", "ok", "begun and ended by button; there is no plan.")
    if operator().emergency_contact:
        yield Finding(
            "emergency contact", "ok", f"{operator().emergency_contact} hears when nobody is on duty."
        )
    else:
        sentence = "none is named, so supervisors are told when nobody is on duty; set emergency_contact in operator.yaml."
        yield Finding("emergency contact", "warning", sentence)
