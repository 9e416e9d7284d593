"""The mails of shifts: nobody is on duty, somebody is again, the plan has holes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from hostdesk.kit import moments
from hostdesk.mail import compose
from hostdesk.mail.actions import OutboundDraft, queue_once
from hostdesk.people.queries import supervisors
from hostdesk.policy import queries as policy
from hostdesk.schedule import plan
from hostdesk.schedule.duty_rules import Stretch, Turn
from hostdesk.schedule.models import Uncovered

MOST_NAMED = 20
"""How many holes stand in one mail; it says how many more there are."""


def nobody_on_duty(
    row: Uncovered, *, hour: int, absent: Sequence[str], following: Turn | None, at: datetime
) -> None:
    """Tell the emergency contact that nobody is on duty; without one, the supervisors. Clause: sla.hours."""
    zone = plan.zone()
    following_name = ""
    if following is not None:
        found = plan.agents_by_id([following.agent])
        following_name = found[following.agent].name if found else ""
    context = {
        "since": moments.day_and_time(row.began_at, zone, now=at),
        "absent": absent,
        "following": moments.day_and_time(following.starts_at, zone, now=at) if following else "",
        "following_name": following_name,
    }
    _send("nobody_on_duty", context, emergency_addresses(), about=f"nobody-on-duty:{hour}", at=at)


def covered_again(row: Uncovered, *, still_promised: bool, at: datetime) -> None:
    """Tell whoever was told that it is over. Clause: sla.hours."""
    context = {
        "since": moments.day_and_time(row.began_at, plan.zone(), now=at),
        "length": moments.in_words(at - row.began_at),
        "still_promised": still_promised,
    }
    _send("covered_again", context, emergency_addresses(), about=f"covered-again:{row.pk}", at=at)


def holes(found: Sequence[Stretch], *, at: datetime) -> None:
    """Tell every supervisor about holes in the plan. Clause: sla.hours."""
    zone = plan.zone()
    lines = [
        f"{moments.day_and_time(begin, zone, now=at)} to {moments.day_and_time(end, zone, now=at)}"
        f" ({moments.in_words(end - begin)})"
        for begin, end in found[:MOST_NAMED]
    ]
    context = {
        "lines": lines,
        "count": len(found),
        "more": max(0, len(found) - MOST_NAMED),
        "first": lines[0],
    }
    to = [(one.email, one.name) for one in supervisors()]
    _send("holes", context, to, about=f"holes:{int(at.timestamp())}", at=at)


def emergency_addresses() -> list[tuple[str, str]]:
    """(address, name) of those who are told when nobody is on duty: the operator's emergency contact, else supervisors."""
    operator = policy.operator()
    if operator.emergency_contact:
        return [(operator.emergency_contact, "")]
    return [(one.email, one.name) for one in supervisors()]


def _send(
    kind: str, context: Mapping[str, object], to: Sequence[tuple[str, str]], *, about: str, at: datetime
) -> None:
    given = {
        **context,
        "url": f"{settings.HOSTDESK_URL}{reverse('schedule:duty')}",
        "plan_url": f"{settings.HOSTDESK_URL}{reverse('schedule:plan')}",
    }
    subject, text, html = compose.render(f"schedule/mails/{kind}", given)
    for address, name in to:
        queue_once(
            OutboundDraft(
                kind=kind,
                to_address=address,
                to_name=name,
                subject=subject,
                text=text,
                html=html,
                about=f"{about}:{address}",
                automatic=True,
                passes_breakers=True,
            ),
            at=at,
        )
