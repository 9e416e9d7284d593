"""Can pages and mails be taken now, and what else deserves a look."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from hostdesk.jobs import beats, rounds
from hostdesk.jobs.models import Part, PeriodicRun
from hostdesk.jobs.tables import first_line, missing_migrations
from hostdesk.policy.models import PolicyVersion

NO_ROOM_BYTES = 1_000_000
"""With less than this left, the next mail of usual size may not fit."""


@dataclass(frozen=True)
class Health:
    """`faults` keep us from taking pages and mails; `warnings` do not. Sentences for the operator."""

    faults: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def is_healthy(self) -> bool:
        """Whether pages and mails can be taken."""
        return not self.faults


def look(*, at: datetime) -> Health:
    """Try what taking a mail needs: a writable database with our tables, and a policy to judge by."""
    try:
        faults = _faults()
        warnings = () if faults else _warnings(at=at)
    except DatabaseError as error:
        connection.close()
        return Health((f"The database cannot be written: {first_line(error)}.",), ())
    return Health(faults, warnings)


def _faults() -> tuple[str, ...]:
    if missing_migrations():
        return ("The database is not prepared; start 'hostdesk serve' once.",)
    # A write that is rolled back asks the disk for nothing: its room must be looked at.
    if shutil.disk_usage(settings.ENVIRONMENT.data).free < NO_ROOM_BYTES:
        return ("The disk with the data folder is full; free some room, and work resumes by itself.",)
    # Written and rolled back: proves that the disk and the rights are there, and leaves nothing.
    with transaction.atomic():
        PeriodicRun.objects.bulk_create(
            [PeriodicRun(name="health: can the database be written", next_at=_LONG_AGO)],
            ignore_conflicts=True,
        )
        transaction.set_rollback(True)
    if not PolicyVersion.objects.exists():
        return ("No policy is published; run 'hostdesk policy publish'.",)
    return ()


_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def _warnings(*, at: datetime) -> tuple[str, ...]:
    living = beats.living_parts(at=at)
    silent = [f"The {part.label.lower()} gives no sign of life." for part in Part if part not in living]
    if not settings.SMTP_URL:
        silent.append("No SMTP_URL is set: outbound mail waits and nothing leaves.")
    failing = PeriodicRun.objects.exclude(last_error="").order_by("name").values_list("name", flat=True)
    silent += [f"Periodic work '{name}' fails." for name in failing]
    return (*silent, *rounds.warnings(at=at))
