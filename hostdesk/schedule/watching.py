"""What happens to shifts by itself: forgotten ones end, holes in the plan are told, and that nobody is on duty is told."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F

from hostdesk.kit.actors import SYSTEM
from hostdesk.people.models import Agent, Team
from hostdesk.people.queries import agents_of_team
from hostdesk.policy import queries as policy
from hostdesk.policy.rules import channel as channel_rules
from hostdesk.policy.rules import sla as sla_rules
from hostdesk.schedule import actions, duty_rules, mails, plan
from hostdesk.schedule.models import HoleNotice, Uncovered, UncoveredNotice, Watch

log = structlog.get_logger()

_AT_MOST_EVERY = timedelta(hours=1)
_NEAR = timedelta(days=1)
_CLOCKS_DIFFER = timedelta(minutes=1)
"""The clocks of several machines may be so far apart without any of them having jumped."""


def watch(at: datetime) -> int:
    """Look once at who is at work; how many things were done.

    Any number of workers may run this: the row of the watch makes them follow each other.
    Clauses: sla.hours, channel.tickets.
    """
    with transaction.atomic():
        settled = _note_look(at)
        ended = _end_forgotten(at) if settled else 0
        return ended + _see_to_cover(at)


def is_settled(at: datetime) -> bool:
    """Whether the desk has been watching without a break for the grace time, so that absence says something.

    After a standstill of the desk, and after its clock jumped either way, nobody could be seen: whoever is at work gets
    the grace time to be seen again before anything is taken from them. Clause: channel.tickets.
    """
    grace = channel_rules.hand_over_grace(policy.current().terms)
    row = Watch.objects.first()
    if grace is None or row is None:
        return False
    return abs(at - row.looked_at) <= grace and at - row.awake_since >= grace


def _note_look(at: datetime) -> bool:
    grace = channel_rules.hand_over_grace(policy.current().terms)
    # The one row is made without a look beforehand: two workers that begin at once must both find it.
    Watch.objects.bulk_create([Watch(pk=1, looked_at=at, awake_since=at)], ignore_conflicts=True)
    row = Watch.objects.select_for_update().get(pk=1)
    if grace is None:
        return False
    if at < row.looked_at - _CLOCKS_DIFFER or at - row.looked_at > grace:
        log.info("shifts were not watched for a while", since=row.looked_at.isoformat())
        row.awake_since = at
    row.looked_at = at
    row.save(update_fields=["looked_at", "awake_since"])
    return at - row.awake_since >= grace


def _end_forgotten(at: datetime) -> int:
    """Shifts whose agents have gone, or have left the house, end; their tickets follow by their own round."""
    terms = policy.current().terms
    grace, unseen = channel_rules.hand_over_grace(terms), channel_rules.unseen_for(terms)
    if grace is None or unseen is None:
        return 0
    known = {agent: one for agent, one in plan.signs(at).items() if one.begun_at is not None}
    agents = Agent.objects.in_bulk(known)
    ended = 0
    for key, signs in known.items():
        left = not agents[key].active
        if left or duty_rules.is_forgotten(signs, at=at, grace=grace, unseen=unseen):
            why = "has left" if left else "gone without ending it"
            ended += actions.end(agents[key], by=SYSTEM, at=at, why=why)
    return ended


def _see_to_cover(at: datetime) -> int:
    """Open or end the stretch in which nobody is on duty, and tell of it, at most once an hour (sla.hours)."""
    row = Uncovered.objects.select_for_update().filter(open=True).first()
    if not is_nobody_on_duty(at):
        return _covered(row, at) if row is not None else 0
    if row is None:
        Uncovered.objects.bulk_create([Uncovered(began_at=at)], ignore_conflicts=True)
        return 1
    if row.began_at > at:
        # The clock was set back: counted from now, so that it is not silent until that instant comes again.
        Uncovered.objects.filter(pk=row.pk).update(began_at=at)
        return 1
    patience = sla_rules.nobody_for(policy.current().terms)
    if patience is None or at - row.began_at < patience:
        return 0
    return _tell(row, at)


def is_nobody_on_duty(at: datetime) -> bool:
    """Whether nobody of Support is at work although tickets are promised to be looked after now (sla.hours).

    Only at a desk that keeps shifts. A shift that was begun and not ended counts whatever the clock says meanwhile.
    """
    if not plan.promised(at, at + timedelta(seconds=1)) or not plan.keeps_shifts(at):
        return False
    at_work = {agent for agent, (standing, _) in plan.standings(at).items() if standing in duty_rules.ON_DUTY}
    return not any(agent.pk in at_work for agent in agents_of_team(Team.SUPPORT))


def _tell(row: Uncovered, at: datetime) -> int:
    lately = UncoveredNotice.objects.filter(told_at__gt=at - _AT_MOST_EVERY, told_at__lt=at + _AT_MOST_EVERY)
    hour = int(at.timestamp()) // int(_AT_MOST_EVERY.total_seconds())
    if lately.exists() or UncoveredNotice.objects.filter(hour=hour).exists():
        return 0
    UncoveredNotice.objects.create(uncovered=row, hour=hour, told_at=at)
    log.warning("nobody is on duty", since=row.began_at.isoformat(), clause="sla.hours")
    known = plan.standings(at)
    absent = [agent for agent, (standing, _) in known.items() if standing in ("absent", "left")]
    names = sorted(one.name for one in plan.agents_by_id(absent).values())
    later = plan.plan(at, at + plan.AHEAD).turns(at, at + plan.AHEAD)
    following = next((turn for turn in later if turn.starts_at > at), None)
    mails.nobody_on_duty(row, hour=hour, absent=names, following=following, at=at)
    return 1


def _covered(row: Uncovered, at: datetime) -> int:
    Uncovered.objects.filter(pk=row.pk).update(ended_at=max(at, row.began_at), open=False)
    if row.notices.exists():
        mails.covered_again(row, still_promised=bool(plan.promised(at, at + timedelta(seconds=1))), at=at)
    return 1


@transaction.atomic
def tell_of_holes(at: datetime) -> int:
    """Mail supervisors about holes in the plan of the coming days: once when they appear, once the day before.

    How many holes. Clause: sla.hours.
    """
    told = set(HoleNotice.objects.filter(begins_at__gt=at).values_list("begins_at", "near"))
    new = []
    for begin, end in plan.holes(at):
        near = begin - at <= _NEAR
        if begin > at and (begin, near) not in told:
            new.append((begin, end, near))
    rows = [HoleNotice(begins_at=begin, near=near, told_at=at) for begin, _, near in new]
    if rows:
        # A second worker at the same moment fails here and finds them told at its next turn.
        HoleNotice.objects.bulk_create(rows)
        mails.holes([(begin, end) for begin, end, _ in new], at=at)
    HoleNotice.objects.filter(begins_at__lt=at - plan.AHEAD).delete()
    return len(rows)


def uncovered_lately(since: datetime, at: datetime) -> list[Uncovered]:
    """Stretches without anybody on duty that touch this time, oldest first."""
    return list(
        Uncovered.objects.filter(began_at__lte=at).exclude(ended_at__lt=since).exclude(ended_at=F("began_at"))
        .order_by("began_at")
    )  # fmt: skip
