"""The monitor part: watches the signs of life of the other parts and tells the supervisors, once, of silence."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import structlog
from django.db import DatabaseError, connections, transaction

from hostdesk.jobs import beats
from hostdesk.jobs.models import Heartbeat, Part
from hostdesk.mail import compose
from hostdesk.mail.actions import OutboundDraft, queue
from hostdesk.people.queries import supervisors

log = structlog.get_logger()

EVERY = timedelta(seconds=15)


def run(stop: threading.Event) -> None:
    """Look again and again until `stop`; a database that is away is waited for."""
    pulse = beats.Pulse(Part.MONITOR).beat_beside(stop)
    trouble, looked_at = "", datetime.now(UTC)
    try:
        while not stop.wait(EVERY.total_seconds()):
            before, looked_at = looked_at, datetime.now(UTC)
            if stood_still(before, looked_at):
                continue
            try:
                tell_of_silence(at=looked_at)
                trouble = ""
            except DatabaseError as error:
                connections.close_all()
                if not trouble:
                    log.warning("database does not answer", part=Part.MONITOR, error=str(error).strip())
                trouble = str(error)
    finally:
        pulse.join(timeout=5)
        connections.close_all()


def stood_still(before: datetime, at: datetime) -> bool:
    """Whether this machine slept or its clock was set since the last look: every other part then gets one look's time to beat."""
    return at - before > 2 * EVERY


@transaction.atomic
def tell_of_silence(*, at: datetime) -> int:
    """Mail every supervisor about parts that fell silent since the last look; how many parts.

    A part that was replaced by a living process on its machine is not silent. The mail waits in the
    database when the silent part is the worker: it is then the first thing that the next worker sends,
    and the desk and /health/ready show the silence meanwhile.
    """
    silent = beats.newly_silent(at=at)
    for row in silent:
        log.error("part is silent", part=row.part, host=row.host, pid=row.pid)
        _tell(row, at=at)
    return len(silent)


def _tell(row: Heartbeat, *, at: datetime) -> None:
    part = row.get_part_display().lower()
    subject, text, html = compose.render("jobs/mails/silent", {"part": part, "row": row})
    for supervisor in supervisors():
        queue(
            OutboundDraft(
                kind="silent_part",
                to_address=supervisor.email,
                to_name=supervisor.name,
                subject=subject,
                text=text,
                html=html,
                about=f"silent:{row.name}:{int(row.seen_at.timestamp())}:{supervisor.pk}",
                automatic=True,
                passes_breakers=True,
            ),
            at=at,
        )
