"""What recoveries do by themselves: find their account, ask the registry, look for the proof, let time pass.

The network is asked outside transactions; each look is claimed by moving `look_at`, so that of two workers one looks.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F

from hostdesk.hosting.queries import account_of_domain, policy_version_for
from hostdesk.people.actions import limits
from hostdesk.policy import queries as policy
from hostdesk.ports.outcomes import PortDown, PortRefused
from hostdesk.ports.registry.looking import Record
from hostdesk.requests.actions import choosing, recovering
from hostdesk.requests.actions.recovery_steps import advance, held
from hostdesk.requests.models import RECOVERING, Recovery, RecoveryState, RegistrationRecord
from hostdesk.requests.outside import Outside, outside
from hostdesk.requests.recovery import case_of_recovery

log = structlog.get_logger()

_AT_ONCE = 5
_FIRST_PAUSE = timedelta(minutes=2)
_LONGEST_PAUSE = timedelta(hours=1)


def look_around(at: datetime, *, ways: Outside | None = None) -> int:
    """Look after recoveries whose time has come; how many. Safe with any number of workers."""
    due = Recovery.objects.filter(look_at__lte=at).order_by("look_at", "pk")[:_AT_ONCE]
    return sum(_look(recovery, ways or outside(), at=at) for recovery in due) + choosing.settle(at)


def ask_to_look(recovery: Recovery, *, network: str, at: datetime) -> None:
    """The asker says that the proof is in place: look soon. The same for every recovery. Raises `TooOften`."""
    limits.count_try("recovery look", whom=str(recovery.pk), network=network, at=at)
    Recovery.objects.filter(pk=recovery.pk, look_at__gt=at, state__in=RECOVERING).update(look_at=at)


def _look(recovery: Recovery, ways: Outside, *, at: datetime) -> int:
    pause = min(_FIRST_PAUSE * 2 ** min(recovery.tries, 10), _LONGEST_PAUSE)
    mine = Recovery.objects.filter(pk=recovery.pk, look_at=recovery.look_at)
    if not mine.update(look_at=at + pause, tries=F("tries") + 1):
        return 0
    row = recovering.find_account(recovery, at=at)
    if at >= row.asked_at + _patience(row):
        recovering.expire(row, at=at)
        return 1
    if row.state == RecoveryState.OPEN and row.looked_up_at is None:
        _ask_registry(row, ways, at=at)
    if row.state in (RecoveryState.ASKED, RecoveryState.OPEN) and not row.proof:
        proof = ways.proof_of(row.domain, row.proof_token)
        if proof:
            recovering.note_proof(row, proof, at=at)
    _go_on(row, at=at)
    return 1


def _patience(row: Recovery) -> timedelta:
    """How long a recovery stays open; one without an account counts by the policy that most accounts have."""
    account = account_of_domain(row.domain)
    version = policy_version_for(account) if account else policy.current()
    return version.terms.recovery_open


def _ask_registry(row: Recovery, ways: Outside, *, at: datetime) -> None:
    try:
        found, trouble = ways.look_up(row.domain, at=at), ""
    except (PortDown, PortRefused) as error:
        log.info("registration not told", recovery=row.pk)
        found, trouble = [], error.answer
    recovering.keep_records(row, [_kept(one, at) for one in found], trouble=trouble, at=at)


def _kept(record: Record, at: datetime) -> RegistrationRecord:
    said = asdict(record.registration)
    for key in ("registered_at", "changed_at", "expires_at"):
        said[key] = said[key].isoformat() if said[key] else None
    said["marks"] = sorted(said["marks"])
    return RegistrationRecord(
        via=record.via,
        source=record.source[:2000],
        fetched_at=at,
        digest=record.digest,
        body=record.body,
        said=said,
    )


@transaction.atomic
def _go_on(recovery: Recovery, *, at: datetime) -> None:
    row = held(recovery)
    if row.state == RecoveryState.OPEN:
        row = advance(case_of_recovery(row), at=at)
        _look_when_the_wait_ends(row, at=at)


def _look_when_the_wait_ends(row: Recovery, *, at: datetime) -> None:
    """Not an hour later than promised: the end of the waiting time is a time to look."""
    wait = case_of_recovery(row).version.terms.recovery_wait
    ends = (row.told_at or at) + wait
    if ends > at:
        Recovery.objects.filter(pk=row.pk, look_at__gt=ends).update(look_at=ends)
